"""`manage.py demo_load`: the demo shop of `make up`."""

from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from scrm.core.errors import ScrmError
from scrm.stack import demo


class Command(BaseCommand):
    help = "Create the demo people, their knowledge base and a simulated WeCom account. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--simulator-only", action="store_true", help="only tell the simulator of the accounts there are")

    def handle(self, *args, **options) -> None:
        if not settings.SIMULATOR_ENABLED:
            raise CommandError(_("The demo shop has known passwords; production settings refuse it."))
        try:
            if not options["simulator_only"]:
                demo.load()
            demo.tell_simulator()
        except ScrmError as error:
            raise CommandError(str(error)) from error
