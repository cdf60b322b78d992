"""manage.py evaluate NAME --set ... [--json]"""

import json

from django.core.management.base import BaseCommand, CommandError

from scrm.core.errors import ScrmError
from training.evaluation.registry import EVALUATIONS


class Command(BaseCommand):
    help = "Measure the product on a set of questions, through its own path."

    def add_arguments(self, parser):
        names = parser.add_subparsers(dest="name", required=True)
        for name, evaluation in EVALUATIONS.items():
            one = names.add_parser(name, help=evaluation.help)
            evaluation.arguments(one)
            one.add_argument("--json", action="store_true", help="One JSON object on stdout.")

    def handle(self, *args, **options):
        try:
            result = EVALUATIONS[options["name"]].run(options, self._say)
        except ScrmError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{error.strerror}: {error.filename}") from error
        if options["json"]:
            self.stdout.write(json.dumps(result, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(f"{key:>20}  {value}" for key, value in result.items()))

    def _say(self, line: str) -> None:
        self.stderr.write(line)
