"""manage.py train retriever|fusion --dataset ID [--epochs N] [--towers query|both] [--json]"""

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from scrm.core.errors import NotFound
from training.management.commands.learn import JsonCommand
from training.models import Dataset, TrainingRun
from training.services.night_rows import figures_of
from training.services.nights import night_open, night_run

TOWER = ("epochs", "batch", "rate", "seed")
KINDS = {"retriever": TrainingRun.Kind.RETRIEVER, "fusion": TrainingRun.Kind.FUSION}


class Command(JsonCommand):
    help = "Train on a frozen dataset, here and now; what passes the gate serves or waits for approval, as set."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=list(KINDS))
        parser.add_argument("--dataset", type=int, required=True, metavar="ID")
        parser.add_argument("--epochs", type=int)
        parser.add_argument("--batch", type=int)
        parser.add_argument("--rate", type=float, help="Learning rate.")
        parser.add_argument("--seed", type=int)
        parser.add_argument("--json", action="store_true", help="One JSON object on stdout.")

    def work(self, options: dict) -> dict:
        dataset = Dataset.objects.filter(pk=options["dataset"]).first()
        if dataset is None:
            raise NotFound(_("There is no dataset %(id)s; see: manage.py datasets list") % {"id": options["dataset"]})
        tower = {name: options[name] for name in TOWER if options[name] is not None}
        run = night_open(actor=None, kind=KINDS[options["what"]], dataset=dataset, tower=tower)
        night_run(job_id=run.job_id)
        run.refresh_from_db()
        return figures_of(run)
