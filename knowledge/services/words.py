"""Verbs on a base's dictionary: words kept whole, synonyms, and words that were suggested."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from knowledge.choices import WordKind, WordState
from knowledge.models import BaseWord, KnowledgeBase
from knowledge.retrieval.base_words import plain
from knowledge.retrieval.dictionary import SHORTEST
from knowledge.retrieval.mining import KIND as MINE
from knowledge.retrieval.recut import recut_open
from scrm.access import policy
from scrm.audit.services import audit_record
from scrm.core.errors import Conflict, Invalid
from scrm.core.locks import lock_in_tx
from scrm.core.tasks import send_after_commit
from scrm.jobs.models import Job
from scrm.jobs.services import job_open

CHANGE = "knowledge.change_document"
LONGEST = 60
MOST_WORDS = 20_000  # a base
MOST_SYNONYMS = 20
_BETWEEN = re.compile(r"[\t,，、;；=|]+")
_MEANS_SOMETHING = re.compile(r"[^\W_]")


@dataclass(frozen=True)
class PastedLine:
    """What became of one line. `outcome`: added, unchanged or refused; `cause` says why it was refused."""

    number: int
    text: str
    outcome: str
    cause: str = ""


def word_save(*, actor, base: KnowledgeBase, word: str, synonyms: Iterable[str] = (), kind: str | None = None) -> BaseWord:
    """Keep this word whole, or with synonyms: let questions with one of them find the others. Text that has it is cut again.

    kind: of choices.WordKind; None = synonyms when there are any. A word that is there already gets these synonyms.
    Raises NotAllowed, Invalid.
    """
    policy.require(actor, CHANGE, base)
    word, synonyms = _checked(word, synonyms)
    kind = kind or (WordKind.SYNONYM if synonyms else WordKind.WORD)
    with transaction.atomic(durable=True):
        revision = _bump_in_tx(base, actor)
        _room_in_tx(base, 1)
        row, _made = BaseWord.objects.update_or_create(
            base=base, kind=kind, word=word,
            defaults={"synonyms": synonyms, "state": WordState.ACTIVE, "revision": revision},
            create_defaults={"synonyms": synonyms, "state": WordState.ACTIVE, "revision": revision, "created_by": actor},
        )  # fmt: skip
        audit_record(actor=actor, action="word.save", subject=row, detail={"base": base.pk, "word": word, "synonyms": synonyms})
    return row


def words_import(*, actor, base: KnowledgeBase, text: str) -> list[PastedLine]:
    """One word a line; further words on it, behind a comma or a tab, are its synonyms. Nothing is lost: each line says what it became.

    Raises NotAllowed; Invalid when there are too many lines.
    """
    policy.require(actor, CHANGE, base)
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(lines) > MOST_WORDS:
        raise Invalid(_("At most %(n)s lines at once.") % {"n": MOST_WORDS})
    with transaction.atomic(durable=True):
        lock_in_tx("words", base.pk)
        known = {(row.kind, row.word): row for row in BaseWord.objects.filter(base=base)}
        report = [_line_in_tx(actor, base, number, line, known) for number, line in lines]
        fresh = [row for row in known.values() if row.state == WordState.ACTIVE and row.revision is None]
        if fresh:
            _room_in_tx(base, len(fresh))
            revision = _bump_in_tx(base, actor)
            for row in fresh:
                row.revision = revision
            BaseWord.objects.bulk_create([row for row in fresh if row.pk is None])
            BaseWord.objects.bulk_update([row for row in fresh if row.pk], ["synonyms", "state", "revision"])
            audit_record(actor=actor, action="word.import", subject=base, detail={"words": len(fresh)})
    return report


def words_decide(*, actor, base: KnowledgeBase, ids: Sequence[int], accept: bool) -> int:
    """Take suggested words into the dictionary, or turn them down for good. Returns how many. Raises NotAllowed."""
    policy.require(actor, CHANGE, base)
    with transaction.atomic(durable=True):
        lock_in_tx("words", base.pk)
        rows = BaseWord.objects.filter(base=base, pk__in=ids, state=WordState.SUGGESTED)
        if not accept:
            return rows.update(state=WordState.REJECTED)
        if not rows.exists():
            return 0
        _room_in_tx(base, rows.count())
        number = rows.update(state=WordState.ACTIVE, revision=_bump_in_tx(base, actor), created_by=actor)
        audit_record(actor=actor, action="word.accept", subject=base, detail={"words": number})
    return number


def word_remove(*, actor, word: BaseWord) -> None:
    """Out of the dictionary; it is not suggested again. Raises NotAllowed."""
    policy.require(actor, CHANGE, word.base)
    with transaction.atomic(durable=True):
        lock_in_tx("words", word.base_id)
        row = BaseWord.objects.filter(pk=word.pk, state=WordState.ACTIVE)
        if not row.exists():
            return
        row.update(state=WordState.REJECTED, revision=_bump_in_tx(word.base, actor))
        audit_record(actor=actor, action="word.remove", subject=word, detail={"base": word.base_id, "word": word.word})


def words_suggest(*, actor, base: KnowledgeBase) -> Job:
    """Look for new words in the base's documents and in what people asked, in the background. Raises NotAllowed."""
    policy.require(actor, CHANGE, base)
    with transaction.atomic(durable=True):
        job = job_open(kind=MINE, subject_id=base.pk, title=base.name, actor=actor)
        send_after_commit("knowledge.words_mine", job.pk, queue="bulk")
    return job


def _bump_in_tx(base: KnowledgeBase, actor) -> int:
    """The dictionary's next revision. Keyword rows being saved are waited for: the re-cut that follows sees them."""
    lock_in_tx("words", base.pk)
    row = KnowledgeBase.objects.select_for_update().get(pk=base.pk)
    row.words_revision += 1
    row.save(update_fields=["words_revision"])
    send_after_commit("knowledge.words_recut", recut_open(row, actor).pk, queue="bulk")
    return row.words_revision


def _room_in_tx(base: KnowledgeBase, number: int) -> None:
    if BaseWord.objects.filter(base=base, state=WordState.ACTIVE).count() + number > MOST_WORDS:
        raise Conflict(_("A dictionary may have at most %(n)s words.") % {"n": MOST_WORDS})


def _checked(word: str, synonyms: Iterable[str]) -> tuple[str, list[str]]:
    """In plain form, each once. Raises Invalid."""
    word, *others = dict.fromkeys(each for text in (word, *synonyms) if (each := plain(text))) or [""]
    for each in (word, *others):
        if len(each) < SHORTEST or len(each) > LONGEST or not _MEANS_SOMETHING.search(each):
            raise Invalid(_("A word has %(least)s to %(most)s characters.") % {"least": SHORTEST, "most": LONGEST})
    if len(others) > MOST_SYNONYMS:
        raise Invalid(_("A word may have at most %(n)s synonyms.") % {"n": MOST_SYNONYMS})
    return word, others


def _line_in_tx(actor, base: KnowledgeBase, number: int, line: str, known: dict[tuple[str, str], BaseWord]) -> PastedLine:
    """Puts the line's word into `known`, its revision None when it is new or says something else than before."""
    try:
        first, *others = _BETWEEN.split(line.strip("\t,，、;；=| "))
        word, synonyms = _checked(first, others)
    except Invalid as error:
        return PastedLine(number, line, "refused", str(error))
    kind = WordKind.SYNONYM if synonyms else WordKind.WORD
    row = known.setdefault((kind, word), BaseWord(base=base, kind=kind, word=word, state=WordState.SUGGESTED, created_by=actor))
    if row.state == WordState.ACTIVE and set(synonyms) <= set(row.synonyms):
        return PastedLine(number, line, "unchanged")
    row.synonyms, row.state, row.revision = list(dict.fromkeys([*row.synonyms, *synonyms])), WordState.ACTIVE, None
    return PastedLine(number, line, "added")
