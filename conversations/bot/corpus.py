"""How rare a question's words are in the knowledge that is searched."""

import math

from django.db.models import Sum

from conversations.bot.words import question_words
from knowledge.models import KnowledgeBase, TermStat
from knowledge.retrieval.lexical import scoped
from knowledge.retrieval.terms import term_id
from knowledge.types import Scope

_TOO_SMALL = 300  # chunks; the counts of a smaller corpus say more about chance than about words


def corpus_idf(question: str, scope: Scope) -> dict[str, float]:
    """ln(1 + (N - df + 0.5) / (df + 0.5)) of each content word over the scope's live chunks; {} when the corpus is small."""
    chunks = KnowledgeBase.objects.filter(pk__in=scope.base_ids).aggregate(n=Sum("live_chunks"))["n"] or 0
    if chunks < _TOO_SMALL:
        return {}
    terms = {word: [scoped(base, term_id(word)) for base in scope.base_ids] for word in question_words(question)}
    wanted = [term for ids in terms.values() for term in ids]
    frequency = dict(TermStat.objects.filter(term__in=wanted).values_list("term", "df"))
    return {word: _idf(chunks, sum(frequency.get(term, 0) for term in ids)) for word, ids in terms.items()}


def _idf(chunks: int, df: int) -> float:
    return math.log(1 + (chunks - min(df, chunks) + 0.5) / (df + 0.5))
