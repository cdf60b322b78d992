"""The keyword statistics of a base, as they are kept and as a recount of its live chunks gives them."""

from collections import Counter

from knowledge.models import ChunkLexical, KnowledgeBase, TermStat

Statistics = tuple[int, int, dict[int, int]]  # live chunks, their length, document frequency of each term


def kept(base: KnowledgeBase) -> Statistics:
    row = KnowledgeBase.objects.get(pk=base.pk)
    terms = TermStat.objects.filter(term__gte=base.pk << 32, term__lt=(base.pk + 1) << 32)
    return row.live_chunks, row.live_length, dict(terms.values_list("term", "df"))


def counted_again(base: KnowledgeBase) -> Statistics:
    rows = ChunkLexical.objects.filter(base=base, version__live_of__isnull=False)
    frequency: Counter = Counter()
    for row in rows:
        frequency.update(row.terms)
    return len(rows), round(sum(row.length for row in rows)), dict(frequency)
