"""The dictionaries of bases, as text and questions are cut with them. Each process keeps them by their stamp: an edit is seen at once."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from threading import Lock

from knowledge.choices import WordKind, WordState
from knowledge.models import BaseWord, KnowledgeBase
from knowledge.retrieval.dictionary import NO_WORDS, SHORTEST, Dictionary
from knowledge.retrieval.terms import fold

_KEPT = 64  # dictionaries a process keeps; one of 5,000 words takes about a megabyte

_made: OrderedDict[tuple, Dictionary] = OrderedDict()
_making = Lock()


def newest(base_id: int) -> tuple[int, Dictionary]:
    """(words_revision, dictionary) for text that is being indexed now."""
    revision = KnowledgeBase.objects.values_list("words_revision", flat=True).get(pk=base_id)
    return revision, _kept(("newest", base_id, revision), [(base_id, revision)]) if revision else NO_WORDS


def asking(base_ids: Sequence[int]) -> Dictionary:
    """For a question to these bases: words that all keyword rows know by now, and synonyms."""
    rows = KnowledgeBase.objects.filter(pk__in=base_ids, words_revision__gt=0).order_by("pk")
    stamps = list(rows.values_list("pk", "cut_revision", "words_revision"))
    return _kept(("asking", *stamps), [stamp[:2] for stamp in stamps]) if stamps else NO_WORDS


def plain(word: str) -> str:
    """A word as it is looked for: folded, one space between its parts."""
    return " ".join(fold(word).split())


def _kept(key: tuple, bases: Sequence[tuple[int, int]]) -> Dictionary:
    with _making:
        if key in _made:
            _made.move_to_end(key)
            return _made[key]
    dictionary = _read(bases)
    with _making:
        _made[key] = dictionary
        while len(_made) > _KEPT:
            _made.popitem(last=False)
    return dictionary


def _read(bases: Sequence[tuple[int, int]]) -> Dictionary:
    """`bases`: (id, revision up to which its words count)."""
    known = dict(bases)
    rows = BaseWord.objects.filter(base__in=known, state=WordState.ACTIVE)
    whole: set[str] = set()
    groups: list[list[str]] = []
    for base, kind, word, synonyms, revision in rows.values_list("base", "kind", "word", "synonyms", "revision"):
        if kind == WordKind.WORD and revision <= known[base]:
            whole.add(plain(word))
        if synonyms:
            groups.append([plain(each) for each in (word, *synonyms)])
    return Dictionary((word for word in whole if len(word) >= SHORTEST), _others(groups))


def _others(groups: Iterable[Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Each word of a group stands for all the others of it."""
    found: dict[str, dict[str, None]] = {}
    for group in groups:
        for word in group:
            if len(word) >= SHORTEST:
                found.setdefault(word, {}).update(dict.fromkeys(other for other in group if other != word))
    return {word: tuple(others) for word, others in found.items()}
