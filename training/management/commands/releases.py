"""manage.py releases list|promote RUN|rollback|embed RELEASE [--json]"""

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from scrm.ai.models import ModelRelease
from scrm.ai.selectors import releases
from scrm.core.errors import NotFound
from training.management.commands.learn import JsonCommand
from training.models import TrainingRun
from training.services.pairs import pair_vectors_ensure
from training.services.promotion import release_rollback, run_promote

SHOWN = 30


class Command(JsonCommand):
    help = "What serves, what did, and going there and back."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        promote = verbs.add_parser("promote", help="Let the candidate of a run that passed the gate serve.")
        promote.add_argument("run", type=int, metavar="RUN")
        embed = verbs.add_parser(
            "embed", help="Make the vectors that a release still lacks, beside those in use; goes on where it was stopped."
        )
        embed.add_argument("release", type=int, metavar="RELEASE")
        for each in (verbs.add_parser("list"), promote, embed, verbs.add_parser("rollback", help="Let the release before serve again.")):
            each.add_argument("--json", action="store_true", help="One JSON object on stdout.")

    def work(self, options: dict) -> dict:
        if options["verb"] == "list":
            return {"releases": [facts(row) for row in releases()[:SHOWN]]}
        if options["verb"] == "rollback":
            return facts(release_rollback(actor=None))
        if options["verb"] == "embed":
            return facts(_embedded(options["release"]))
        run = TrainingRun.objects.filter(pk=options["run"]).first()
        if run is None:
            raise NotFound(_("There is no run %(id)s.") % {"id": options["run"]})
        return facts(run_promote(actor=None, run=run).release)


def _embedded(pk: int) -> ModelRelease:
    release = ModelRelease.objects.filter(pk=pk, passage_encoder__isnull=False).first()
    if release is None:
        raise NotFound(_("There is no release %(id)s with an encoder.") % {"id": pk})
    pair_vectors_ensure(release, lambda _stage, _done, _total: True)
    return release


def facts(row: ModelRelease) -> dict:
    return {
        "id": row.pk, "name": row.name, "state": row.state, "query_encoder": row.query_encoder_id, "passage_encoder": row.passage_encoder_id,
        "activated_at": row.activated_at and row.activated_at.isoformat(),
    }  # fmt: skip
