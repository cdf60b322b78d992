"""manage.py evaluate retrieval|answers --set PATH"""

import json
import signal

from django.core.management.base import BaseCommand, CommandError, CommandParser

from scrm.core.errors import ScrmError
from training.evaluation import answers, retrieval  # noqa: F401  (they register themselves)
from training.evaluation.registry import EVALUATIONS


class Command(BaseCommand):
    help = "Measure the product with labelled data, through its own path, in a knowledge base that is removed afterwards."

    def add_arguments(self, parser: CommandParser) -> None:
        names = parser.add_subparsers(dest="evaluation", required=True, metavar="{" + ",".join(EVALUATIONS) + "}")
        for name, evaluation in EVALUATIONS.items():
            one = names.add_parser(name, help=evaluation.help)
            one.add_argument("--json", action="store_true", help="One JSON object on stdout.")
            evaluation.arguments(one)

    def handle(self, *, evaluation: str, **options) -> None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # a polite kill removes the scratch base as Ctrl-C does
        try:
            result = EVALUATIONS[evaluation].run(options, self.say)
        except ScrmError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(result, ensure_ascii=False) if options["json"] else json.dumps(result, ensure_ascii=False, indent=2))

    def say(self, line: str) -> None:
        self.stderr.write(line, ending="\n")
        self.stderr.flush()
