"""manage.py bench NAME [--json]"""

from training.evaluation import documents  # noqa: F401  (it registers itself)
from training.evaluation.bench import BENCHES
from training.management.commands import evaluate


class Command(evaluate.Command):
    help = "Measure speed on this machine, beside what one would otherwise run on the same texts."
    registry = BENCHES
