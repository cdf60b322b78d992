"""manage.py learn nightly [--dry-run] [--json]"""

import json
import signal

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from scrm.core.errors import ScrmError
from training.services.night_rows import figures_of
from training.services.nights import labels_new, night_open, night_run


class JsonCommand(BaseCommand):
    """A command whose `work(options)` gives a JSON-ready result; errors that say what to do become one sentence."""

    def handle(self, *args, **options) -> None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            result = self.work(options)
        except ScrmError as error:
            raise CommandError(str(error)) from error
        lines = (f"{key:>14}  {value}" for key, value in result.items())
        self.stdout.write(json.dumps(result, ensure_ascii=False) if options["json"] else "\n".join(lines))

    def work(self, options: dict) -> dict:
        raise NotImplementedError


class Command(JsonCommand):
    help = "The nightly round, here and now: freeze, train, evaluate, gate, promote."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["nightly"])
        parser.add_argument("--dry-run", action="store_true", help="Say what there is to learn from, and change nothing.")
        parser.add_argument("--json", action="store_true", help="One JSON object on stdout.")

    def work(self, options: dict) -> dict:
        fresh = labels_new()
        if options["dry_run"]:
            enough = fresh >= settings.LEARN_LEAST_LABELS
            return {"new_labels": fresh, "least_labels": settings.LEARN_LEAST_LABELS, "would_train": enough}
        run = night_open(actor=None, scheduled=True)
        night_run(job_id=run.job_id)
        run.refresh_from_db()
        return figures_of(run)
