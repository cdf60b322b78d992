"""Values that cross the room's border."""

from dataclasses import dataclass, field

TERM_SPACE = 1_000_000_000  # words are hashed into 1..TERM_SPACE, the most dimensions a sparsevec has
TERMS_VERSION = 2  # of the rules that cut text into words; bases cut by an older version are cut again (knowledge.retrieval.recut)


@dataclass(frozen=True)
class Scope:
    """What a search may see: ids of knowledge bases, empty means nothing; and whether documents for staff only. Customers never do."""

    base_ids: tuple[int, ...]
    internal: bool = False


@dataclass(frozen=True)
class Reason:
    """What one figure adds to a hit's score. `key` is a key of knowledge.retrieval.reasons.LABELS; the points of a hit add up to `score`."""

    key: str
    value: float
    points: float


@dataclass(frozen=True)
class Hit:
    """A passage found. Ranks count from 1, None = not in that half's list; scores are cosine and BM25, fetched for both halves.

    `score` is the fused score that orders the list; `relevance` its calibrated 0-1 probability. `same`: chunks that say the same, left
    out of the list. `reasons`: why it stands where it stands. `entry`: a stored question with its whole answer; `question` is the
    wording that was found, `alike` how much it is the question asked, 0-1. `ordinal`: its place among the passages of its version. `parts`:
    the chunks that were joined into this reading text (knowledge.retrieval.sections), best first.
    """

    chunk_id: int
    document_id: int
    version_id: int
    base_id: int
    title: str
    heading_path: tuple[str, ...]
    page: int | None
    text: str
    question: str
    kind: str
    start: int
    end: int
    score: float
    relevance: float
    vector_rank: int | None
    vector_score: float | None
    lexical_rank: int | None
    lexical_score: float | None
    matched: tuple[str, ...]
    same: tuple[int, ...] = ()
    reasons: tuple[Reason, ...] = ()
    entry: bool = False
    alike: float = 0.0
    ordinal: int = 0
    parts: tuple[int, ...] = ()


@dataclass(frozen=True)
class SearchResult:
    """`hits` passed the threshold; `rejected` are the best of those that did not. `reason` says why when there are no hits.

    `relaxed`: the question found nothing as it was asked, these are from the second, looser pass. `notes`: keys of
    knowledge.retrieval.reasons.NOTES.
    """

    query: str
    hits: tuple[Hit, ...]
    rejected: tuple[Hit, ...] = ()
    reason: str = ""
    timings_ms: dict[str, float] = field(default_factory=dict)
    relaxed: bool = False
    notes: tuple[str, ...] = ()
