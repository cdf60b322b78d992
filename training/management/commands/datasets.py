"""manage.py datasets freeze|list [--base NAME] [--json]"""

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from knowledge.models import KnowledgeBase
from scrm.core.errors import NotFound
from training.management.commands.learn import JsonCommand
from training.models import Dataset
from training.services.datasets import dataset_freeze


class Command(JsonCommand):
    help = "Freeze what is labelled now into an immutable dataset, or list those there are."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        freeze = verbs.add_parser("freeze", help="A new dataset, or the same one when nothing has changed.")
        freeze.add_argument("--base", metavar="NAME", help="Of this knowledge base only.")
        freeze.add_argument("--seed", type=int, default=1)
        listing = verbs.add_parser("list")
        for parser_of_verb in (freeze, listing):
            parser_of_verb.add_argument("--json", action="store_true", help="One JSON object on stdout.")

    def work(self, options: dict) -> dict:
        if options["verb"] == "list":
            return {"datasets": [facts(row) for row in Dataset.objects.filter(scratch=False)[:30]]}
        return facts(dataset_freeze(actor=None, base=named(options["base"]), seed=options["seed"]))


def named(name: str | None) -> KnowledgeBase | None:
    if not name:
        return None
    base = KnowledgeBase.objects.filter(name=name).first()
    if base is None:
        raise NotFound(_("There is no knowledge base named “%(name)s”.") % {"name": name})
    return base


def facts(row: Dataset) -> dict:
    return {
        "id": row.pk, "version": row.number, "base": row.base_id, "content_hash": row.content_hash, "counts": row.counts,
        "frozen_at": row.created_at.isoformat(),
    }  # fmt: skip
