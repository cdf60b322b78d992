"""Verified answers, kept and found again. Entries end with their sources by database triggers (migration 0009)."""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from conversations.bot.alike import same_key, same_question
from conversations.bot.live import still_said
from conversations.bot.steps.answer import EXTRACTIVE
from conversations.choices import CacheUseKind
from conversations.models import CachedAnswer, ContentStamp
from conversations.types import BotState, Outcome, Quote, Verdict
from knowledge.models import Document
from knowledge.models.documents import StatementNow
from knowledge.types import Hit, Reason, Scope
from scrm.ai.chat import chat_configured
from scrm.ai.encoders import query_vector
from scrm.ai.selectors import active_release
from scrm.core.errors import ScrmError
from scrm.privacy.redact import PLACEHOLDER

log = logging.getLogger(__name__)
NEAREST = 5  # entries whose words are compared
LONGEST_QUESTION = 300  # characters; longer ones are not asked twice

_NEAREST = """
SELECT id, question, -(vector <#> %(vector)s::halfvec) AS cosine FROM conversations_cachedanswer
WHERE place = %(place)s AND vector IS NOT NULL AND valid_until > statement_timestamp()
ORDER BY vector <#> %(vector)s::halfvec LIMIT %(limit)s
"""


# One statement, and no wait for the disk: a count that is lost with the server is no loss.
_COUNT = """
WITH hasty AS (SELECT set_config('synchronous_commit', 'off', true)),
hit AS (UPDATE conversations_cachedanswer SET hits = hits + 1, last_hit_at = now() WHERE id = %(pk)s)
INSERT INTO conversations_cacheuse (base_ids, kind, saved_ms, created_at) SELECT %(bases)s, %(kind)s, %(saved)s, now() FROM hasty
"""


def may_be_kept(state: BotState) -> bool:
    """Whether the question means the same in every conversation and holds nothing of one person."""
    text = state.masked
    if not state.context_free or state.standalone or state.suspicious or PLACEHOLDER.search(text) or len(text) > LONGEST_QUESTION:
        return False
    return bool(same_key(text))


def key_of(place: str, question: str) -> str:
    return hashlib.sha256(f"{place}\x1f{same_key(question)}".encode()).hexdigest()


def exact(place: str, question: str) -> CachedAnswer | None:
    return CachedAnswer.objects.filter(key=key_of(place, question), valid_until__gt=StatementNow()).first()


def similar(place: str, question: str) -> CachedAnswer | None:
    """The nearest entry that asks the same. What encoding the question costs, a miss would cost anyway: the search remembers the vector."""
    if not settings.ANSWER_CACHE_SEMANTIC:
        return None
    try:
        vector = literal(query_vector(active_release().query_encoder, question))
    except ScrmError:
        return None  # without a model nothing is similar; the search will say what is wrong
    with connection.cursor() as cursor:
        cursor.execute(_NEAREST, {"vector": vector, "place": place, "limit": NEAREST})
        rows = cursor.fetchall()
    same = next((pk for pk, asked, cosine in rows if same_question(question, asked, cosine)), None)
    return CachedAnswer.objects.filter(pk=same).first() if same else None


def quotes_of(entry: CachedAnswer, scope: Scope) -> tuple[Quote, ...]:
    """The entry's quotes, () unless the live documents say every one of them at this moment."""
    quotes = tuple(_quote(row) for row in entry.quotes)
    return quotes if quotes and len(still_said(quotes, scope)) == len(quotes) else ()


def used(scope: Scope, kind: CacheUseKind, entry: CachedAnswer | None = None) -> None:
    """Count a look into the cache."""
    saved = entry.worth_ms if entry else 0
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"pk": entry.pk if entry else None, "bases": sorted(scope.base_ids), "kind": kind, "saved": saved})


def keep(state: BotState) -> None:
    """Store a verified answer, unless a source changed while it was worked out."""
    if not _is_worth_keeping(state):
        return
    try:
        entry = _entry(state)
    except ScrmError as error:
        log.warning("an answer was not kept: %s", error.code)  # it was worked out all the same
        return
    with transaction.atomic():
        rows = ContentStamp.objects.select_for_update(no_key=False, of=("self",)).filter(base__in=state.scope.base_ids)
        if tuple(rows.order_by("base_id").values_list("base_id", "stamp")) == state.stamps:
            CachedAnswer.objects.bulk_create([entry], ignore_conflicts=True)


def _is_worth_keeping(state: BotState) -> bool:
    verified = state.verdict == Verdict.SUPPORTED and state.outcome == Outcome.ANSWER and state.quotes
    if not (state.place and verified) or state.cached or state.plain or settings.ANSWER_CACHE_MOST <= 0:
        return False
    if state.writer == EXTRACTIVE and chat_configured():
        return False  # the plainer answer of an outage ends with the outage
    if state.endpoint_place > 1:
        return False  # and so does that of the endpoint which stands in
    # What an endpoint wrote with the conversation before its eyes belongs to that conversation.
    return not PLACEHOLDER.search(state.answer) and (state.writer == EXTRACTIVE or not state.history)


def _entry(state: BotState) -> CachedAnswer:
    from pgvector import HalfVector

    vector = query_vector(active_release().query_encoder, state.masked) if settings.ANSWER_CACHE_SEMANTIC else None
    return CachedAnswer(
        base_ids=sorted(state.scope.base_ids),
        internal=state.scope.internal,
        place=state.place,
        key=key_of(state.place, state.masked),
        question=state.masked,
        vector=None if vector is None else HalfVector(vector.tolist()),
        answer=state.answer,
        quotes=[asdict(quote) for quote in state.quotes],
        writer=state.writer,
        confidence=state.confidence,
        worth_ms=round(sum(entry.ms for entry in state.trace if entry.step in ("retrieve", "answer", "check")), 1),
        valid_until=_ends(state.scope),
    )


def _ends(scope: Scope):
    """When the bases next say something else by the calendar, at the latest when the entry is too old."""
    now = timezone.now()
    latest = now + timedelta(hours=settings.ANSWER_CACHE_HOURS)
    bounds = Document.objects.filter(Q(valid_from__gt=now) | Q(valid_until__gt=now), base__in=scope.base_ids, live_version__isnull=False)
    dates = [date for pair in bounds.values_list("valid_from", "valid_until") for date in pair if date and date > now]
    return min([latest, *dates])


def _quote(row: dict) -> Quote:
    hit = row["hit"] | {
        "heading_path": tuple(row["hit"]["heading_path"]),
        "matched": tuple(row["hit"]["matched"]),
        "same": tuple(row["hit"]["same"]),
        "reasons": tuple(Reason(**reason) for reason in row["hit"]["reasons"]),
    }
    return Quote(**(row | {"hit": Hit(**hit)}))


def literal(vector: Sequence[float]) -> str:
    return "[" + ",".join(f"{value:.5g}" for value in vector) + "]"
