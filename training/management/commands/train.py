"""manage.py train retriever|fusion --dataset ID [--epochs N] [--towers head|query|both] [--json]   train writer --dataset ID | --pairs FILE [--base MODEL] [--json]"""

from dataclasses import fields
from pathlib import Path

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from scrm.core.errors import NotFound
from training.management.commands.learn import JsonCommand
from training.models import Dataset, TrainingRun
from training.services.night_rows import figures_of
from training.services.nights import night_open, night_run
from training.services.runs import HEAD, TOWER
from training.services.writers import writer_train
from training.trainers.writer.train import Parameters

OF_TOWER = ("epochs", "batch", "rate", "seed")
WRITER = "writer"
NAMES = {"learning_rate": "rate"}  # of Parameters, where the option is called otherwise
KINDS = {"retriever": TrainingRun.Kind.RETRIEVER, "fusion": TrainingRun.Kind.FUSION}


class Command(JsonCommand):
    help = "Train on a frozen dataset, here and now; what passes the gate serves or waits for approval, as set."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=[*KINDS, WRITER])
        parser.add_argument("--dataset", type=int, metavar="ID")
        parser.add_argument("--epochs", type=int)
        parser.add_argument("--batch", type=int)
        parser.add_argument("--rate", type=float, help="Learning rate.")
        parser.add_argument("--seed", type=int)
        parser.add_argument(
            "--towers",
            choices=[HEAD, TOWER, "both"],
            default="",
            help="head: a step after the query encoder; query: its layers; both: every passage is embedded anew.",
        )
        parser.add_argument("--json", action="store_true", help="One JSON object on stdout.")

        self._add_writer_arguments(parser)

    def _add_writer_arguments(self, parser: CommandParser) -> None:
        writer = parser.add_argument_group("writer", "LoRA fine-tuning of the model that writes answers.")
        writer.add_argument("--pairs", type=Path, metavar="FILE", help="Lines of question, passages, answer (or of an answer set) instead.")
        writer.add_argument("--base", default="local", metavar="MODEL", help="Folder, GGUF file, hub name, or local (the default).")
        writer.add_argument("--r", type=int, help="Rank of the adapter.")
        writer.add_argument("--alpha", type=int)
        writer.add_argument("--dropout", type=float)
        writer.add_argument("--target-modules", metavar="NAMES", help="With commas; all-linear is the default.")
        writer.add_argument("--accumulate", type=int, metavar="N", help="Batches a step.")
        writer.add_argument("--longest", type=int, metavar="TOKENS")
        writer.add_argument("--threads", type=int)
        writer.add_argument("--limit", type=int, metavar="N", help="No more pairs than this, to train with and to measure with.")
        writer.add_argument("--merge", action="store_true", help="Write the merged model too, for engines without adapters.")

    def work(self, options: dict) -> dict:
        dataset = Dataset.objects.filter(pk=options["dataset"]).first()
        if dataset is None and not (options["what"] == WRITER and options["pairs"]):
            raise NotFound(_("There is no dataset %(id)s; see: manage.py datasets list") % {"id": options["dataset"]})
        if options["what"] == WRITER:
            return self._writer(options, dataset)
        tower = {name: options[name] for name in OF_TOWER if options[name] is not None}
        kind = TrainingRun.Kind.BOTH if options["towers"] == "both" and options["what"] == "retriever" else KINDS[options["what"]]
        way = options["towers"] if options["towers"] in (HEAD, TOWER) else ""
        run = night_open(actor=None, kind=kind, dataset=dataset, tower=tower, way=way)
        night_run(job_id=run.job_id)
        run.refresh_from_db()
        return figures_of(run)

    def _writer(self, options: dict, dataset: Dataset | None) -> dict:
        given = {field.name: options.get(NAMES.get(field.name, field.name)) for field in fields(Parameters)}
        parameters = Parameters(**{name: value for name, value in given.items() if value is not None})
        return writer_train(
            actor=None, base_model=options["base"], parameters=parameters, dataset=dataset, file=options["pairs"],
            most_pairs=options["limit"], report=self.stderr.write,
        )  # fmt: skip
