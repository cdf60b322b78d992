"""manage.py ask TEXT --base NAME"""

import json

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from conversations.bot.payload import outcome_payload
from conversations.bot.pipeline import run
from conversations.bot.sources import with_sources
from conversations.types import BotState
from knowledge.models import KnowledgeBase
from knowledge.types import Scope


class Command(BaseCommand):
    help = "Ask the bot a question about one or more knowledge bases."

    def add_arguments(self, parser):
        parser.add_argument("text", help="The question.")
        parser.add_argument("--base", action="append", required=True, metavar="NAME", help="Knowledge base; may be given more than once.")
        parser.add_argument("--json", action="store_true", help="One JSON object on stdout.")

    def handle(self, *args, **options):
        text = options["text"].strip()
        if not text:
            raise CommandError(_("Write a question."))
        state = run(text, _scope(options["base"]))
        self.stdout.write(json.dumps(_payload(state), ensure_ascii=False) if options["json"] else _readable(state))


def _scope(names: list[str]) -> Scope:
    found = dict(KnowledgeBase.objects.filter(name__in=names).values_list("name", "pk"))
    if missing := [name for name in names if name not in found]:
        known = ", ".join(KnowledgeBase.objects.filter(scratch=False).values_list("name", flat=True)[:20]) or "-"
        raise CommandError(_("There is no knowledge base “%(name)s”. There are: %(known)s") % {"name": missing[0], "known": known})
    return Scope(tuple(found[name] for name in dict.fromkeys(names)))


def _payload(state: BotState) -> dict:
    whole = outcome_payload(state)
    kept = {key: whole[key] for key in ("answer", "refused", "verdict", "outcome", "reason", "confidence", "risk_topics", "timings_ms")}
    fields = ("document", "page", "heading", "quote")
    return kept | {"citations": [{field: citation[field] for field in fields} for citation in whole["citations"]]}


def _readable(state: BotState) -> str:
    spent = state.trace and sum(entry.ms for entry in state.trace)
    return f"{with_sources(state.answer, state.quotes)}\n\n({state.verdict}, {state.outcome}, {spent:.0f} ms)"
