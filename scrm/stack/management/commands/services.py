"""`manage.py services`: only the database and the queue, for work on the code."""

import json
import signal
from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from scrm.stack.errors import StackError
from scrm.stack.services import Services


class Command(BaseCommand):
    help = "Start the embedded database and queue, print their addresses, and run until interrupted."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the addresses as one JSON object")

    def handle(self, *args, **options) -> None:
        signals = {signal.SIGINT, signal.SIGTERM}
        signal.pthread_sigmask(signal.SIG_BLOCK, signals)
        services = Services(settings.SCRM_HOME)
        try:
            urls = services.start()
        except StackError as error:
            raise CommandError(str(error)) from error
        lines = json.dumps(urls) if options["json"] else "\n".join(f"export {name}='{url}'" for name, url in urls.items())
        self.stdout.write(lines)
        self.stdout.flush()
        signal.sigwait(signals)
        services.stop()
