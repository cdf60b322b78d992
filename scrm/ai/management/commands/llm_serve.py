"""manage.py llm_serve --port N: the small local language model, until it is stopped."""

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from scrm.ai.local_model import serve


class Command(BaseCommand):
    help = "Serve the small local language model on 127.0.0.1 (`make up LLM=local` does this)."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, required=True)

    def handle(self, *args, **options) -> None:
        try:
            serve(options["port"])
        except ModuleNotFoundError as error:
            raise CommandError(_("The local model is not installed. Start with: make up LLM=local")) from error
