"""manage.py evaluate NAME --set PATH [--json]"""

import json
import signal

from django.core.management.base import BaseCommand, CommandError, CommandParser

from scrm.core.errors import ScrmError
from training.evaluation import answers, cache, ingestion, injections, privacy, retrieval  # noqa: F401  (they register themselves)
from training.evaluation.registry import EVALUATIONS
from training.services import learning_trial  # noqa: F401  (it registers itself)


class Command(BaseCommand):
    help = "Measure the product with labelled data, through its own path, in a knowledge base that is removed afterwards."
    registry = EVALUATIONS

    def add_arguments(self, parser: CommandParser) -> None:
        names = parser.add_subparsers(dest="name", required=True)
        for name, evaluation in self.registry.items():
            one = names.add_parser(name, help=evaluation.help)
            evaluation.arguments(one)
            one.add_argument("--json", action="store_true", help="One JSON object on stdout.")

    def handle(self, *args, **options) -> None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # a polite kill removes the scratch base as Ctrl-C does
        try:
            result = self.registry[options["name"]].run(options, self._say)
        except ScrmError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{error.strerror}: {error.filename}") from error
        self.stdout.write(json.dumps(result, ensure_ascii=False) if options["json"] else "\n".join(_lines(result)))

    def _say(self, line: str) -> None:
        self.stderr.write(line)
        self.stderr.flush()


def _lines(result: dict):
    for key, value in result.items():
        yield f"{key:>20}  {value}"
