"""manage.py datasets freeze|list|check|verify ID [--base NAME] [--json]"""

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from knowledge.models import KnowledgeBase
from scrm.core.errors import NotFound
from training.cleaning import report
from training.management.commands.learn import JsonCommand
from training.models import Dataset
from training.services.datasets import dataset_freeze, dataset_verify


class Command(JsonCommand):
    help = "Freeze what is labelled now into an immutable dataset, list those there are, look at what would be frozen, verify one."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        freeze = verbs.add_parser("freeze", help="A new dataset, or the same one when nothing has changed.")
        freeze.add_argument("--base", metavar="NAME", help="Of this knowledge base only.")
        freeze.add_argument("--seed", type=int, default=1)
        listing = verbs.add_parser("list")
        check = verbs.add_parser("check", help="Duplicates, contradictions, short questions and unmasked data in what would be frozen.")
        check.add_argument("--base", metavar="NAME", help="Of this knowledge base only.")
        verify = verbs.add_parser("verify", help="Whether a dataset is what was frozen.")
        verify.add_argument("dataset", type=int, metavar="ID")
        for parser_of_verb in (freeze, listing, check, verify):
            parser_of_verb.add_argument("--json", action="store_true", help="One JSON object on stdout.")

    def work(self, options: dict) -> dict:
        if options["verb"] == "list":
            return {"datasets": [facts(row) for row in Dataset.objects.filter(scratch=False)[:30]]}
        if options["verb"] == "check":
            return checked(named(options["base"]))
        if options["verb"] == "verify":
            return verified(options["dataset"])
        return facts(dataset_freeze(actor=None, base=named(options["base"]), seed=options["seed"]))


def named(name: str | None) -> KnowledgeBase | None:
    if not name:
        return None
    base = KnowledgeBase.objects.filter(name=name).first()
    if base is None:
        raise NotFound(_("There is no knowledge base named “%(name)s”.") % {"name": name})
    return base


def checked(base: KnowledgeBase | None) -> dict:
    bases = [base] if base else KnowledgeBase.objects.filter(scratch=False).order_by("pk")
    found = report([each.pk for each in bases])
    return {"labels": found.labels, **found.counts}


def verified(number: int) -> dict:
    dataset = Dataset.objects.filter(pk=number).first()
    if dataset is None:
        raise NotFound(_("There is no dataset %(id)s; see: manage.py datasets list") % {"id": number})
    return dataset_verify(dataset)


def facts(row: Dataset) -> dict:
    return {
        "id": row.pk, "version": row.number, "base": row.base_id, "content_hash": row.content_hash, "counts": row.counts,
        "frozen_at": row.created_at.isoformat(),
    }  # fmt: skip
