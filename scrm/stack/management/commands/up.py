"""`manage.py up`: run the whole product on this machine until interrupted."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from scrm.stack.errors import StackError
from scrm.stack.up import Up


class Command(BaseCommand):
    help = "Start database, queue, web server, workers and simulator, and keep them running until Ctrl-C."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--quiet", action="store_true", help="write the processes' output to SCRM_HOME/logs only")
        parser.add_argument("--no-demo", action="store_true", help="leave an empty database empty")

    def handle(self, *args, **options) -> None:
        try:
            Up(quiet=options["quiet"], demo=not options["no_demo"]).run()
        except StackError as error:
            raise CommandError(str(error)) from error
