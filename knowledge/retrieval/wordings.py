"""A job that finds, in what people really asked, other wordings of a base's entries.

A question belongs to the entry that it is most alike, by meaning or by words. One that says what a wording of any entry says already
teaches nothing new, and what a manager turned down is not offered again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.history import asked_of
from knowledge.models import FaqEntry
from knowledge.retrieval.background import background_of
from knowledge.retrieval.likeness import dice, likeness, pairs_of, same_key
from scrm.ai.encoders import load
from scrm.ai.selectors import active_release
from scrm.jobs.choices import JobState
from scrm.jobs.models import Job
from scrm.jobs.services import job_claim, job_end, job_progress

KIND = "suggest_wordings"
MOST_QUESTIONS = 2_000
MOST_WORDINGS = 20_000
MOST_SUGGESTED = 10  # an entry
SHORTEST, LONGEST = 4, 80  # characters of a question that may become a wording
LEAST = 0.4  # likeness: cosine of 0.94 and more, or half of the character pairs
LEASE_S = 900


@dataclass(frozen=True)
class _Wording:
    entry: FaqEntry
    text: str
    pairs: frozenset[str]


def wordings_suggest(job_id: int) -> int:
    """Take the job to its end; no effect when another worker has it. Returns how many wordings are suggested now."""
    job = job_claim(job_id=job_id, lease_s=LEASE_S)
    if job is None:
        return 0
    job_progress(job=job, stage="compare", lease_s=LEASE_S)
    number = _suggest(job)
    job_end(job=job, state=JobState.DONE)
    return number


def _suggest(job: Job) -> int:
    entries = list(FaqEntry.objects.filter(base=job.subject_id, document__removed_at=None).order_by("pk"))
    said = [_Wording(entry, text, pairs_of(text)) for entry in entries for text in (entry.question, *entry.similar)][:MOST_WORDINGS]
    known = {same_key(each.text) for each in said}
    asked = {key: text for text in asked_of(job.subject_id, MOST_QUESTIONS) if (key := same_key(text)) not in known and _usable(text)}
    found: dict[int, list[tuple[float, str]]] = {}
    for text, (entry, alike) in zip(asked.values(), _nearest(list(asked.values()), said), strict=True):
        if alike >= LEAST and text not in entry.dismissed:
            found.setdefault(entry.pk, []).append((alike, text))
    for entry in entries:
        best = [text for _alike, text in sorted(found.get(entry.pk, ()), key=lambda each: -each[0])[:MOST_SUGGESTED]]
        FaqEntry.objects.filter(pk=entry.pk).exclude(suggested=best).update(suggested=best)
    return sum(min(len(each), MOST_SUGGESTED) for each in found.values())


def _usable(text: str) -> bool:
    return len(same_key(text)) >= SHORTEST and len(text) <= LONGEST and "\n" not in text and "<" not in text


def _nearest(asked: Sequence[str], said: Sequence[_Wording]) -> list[tuple[FaqEntry, float]]:
    """For each question the entry it is most alike, and how much."""
    if not asked or not said:
        return []
    import numpy as np

    release = active_release()
    encoder, background = load(release.query_encoder), background_of(release)
    ours = encoder.encode_queries([each.text for each in said])
    theirs = encoder.encode_queries(list(asked))
    result = []
    for text, row in zip(asked, theirs @ ours.T, strict=True):
        pairs = pairs_of(text)
        words = np.array([dice(pairs, each.pairs) for each in said])
        far = None if background is None else (row - background.mean) / background.deviation
        alike = np.array([likeness(word, None if far is None else float(far[at])) for at, word in enumerate(words)])
        best = int((alike + 0.001 * row).argmax())
        result.append((said[best].entry, float(alike[best])))
    return result
