"""What is read around what was found: small passages match, the section they stand in is read.

A section is a row of passages of one version under the same headings, and on one page where there are pages: citations name it. Tables,
question-answer pairs and entries stay as they are: their passages repeat a header or a question, so they are no stretch of the document.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from django.db import connection

from knowledge.choices import ChunkKind
from knowledge.types import Hit

LIMIT = 2_400  # characters of one reading text: about four passages, and less than a writer is shown of one
_AROUND = 12  # passages looked at on either side of those found

_PIECES = """
SELECT c.version_id, c.ordinal, c.start, c."end"
FROM knowledge_chunk c JOIN unnest(%s::bigint[], %s::int[], %s::int[], %s::int[], %s::text[])
  AS near (version, first, last, page, path)
  ON c.version_id = near.version AND c.ordinal BETWEEN near.first AND near.last
WHERE c.kind = 'text' AND c.question = '' AND c.page IS NOT DISTINCT FROM near.page
  AND array_to_json(c.heading_path)::jsonb = near.path::jsonb
"""
_TEXTS = """
SELECT wanted.number, substr(v.text, wanted.first + 1, wanted.last - wanted.first)
FROM unnest(%s::int[], %s::bigint[], %s::int[], %s::int[]) AS wanted (number, version, first, last)
JOIN knowledge_documentversion v ON v.id = wanted.version
"""

Pieces = Mapping[tuple[int, int], tuple[int, int]]  # (version, ordinal) -> (start, end)


@dataclass(frozen=True)
class Reading:
    """A stretch of a version: `text` == version.text[start:end]. `found`: the chunks in it that were found, best first."""

    found: tuple[int, ...]
    text: str
    start: int
    end: int


def widened(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """The hits for a writer: where several are of one section and near each other they become one, at the place of the best of them.

    Its text is the section around them, at most LIMIT characters, an exact stretch of the document; what stands in two passages is
    there once. `parts` names the chunks. One that stands alone in its section stays as it is.
    """
    groups = [group for group in _by_section(hits) if len(group) > 1]
    pieces = _pieces(groups)
    clusters = [cluster for group in groups for cluster in _clusters(group, pieces) if len(cluster) > 1]
    place = {hit.chunk_id: number for number, hit in enumerate(hits)}
    clusters = [sorted(cluster, key=lambda each: place[each.chunk_id]) for cluster in clusters]
    readings = {reading.found[0]: reading for reading in _read(clusters, pieces)}
    swallowed = {chunk for reading in readings.values() for chunk in reading.found[1:]}
    return tuple(_as_hit(hit, readings.get(hit.chunk_id), hits) for hit in hits if hit.chunk_id not in swallowed)


def surrounding(hits: Iterable[Hit]) -> dict[int, Reading]:
    """For people, by chunk: the section around each hit, at most LIMIT characters; only where it says more than the hit."""
    groups = [[hit] for group in _by_section(hits) for hit in group]
    found = {reading.found[0]: reading for reading in _read(groups, _pieces(groups))}
    return {hit.chunk_id: found[hit.chunk_id] for [hit] in groups if hit.chunk_id in found and found[hit.chunk_id].text != hit.text}


def _by_section(hits: Iterable[Hit]) -> list[list[Hit]]:
    """Hits that are stretches of their document, by section."""
    groups: dict[tuple, list[Hit]] = defaultdict(list)
    for hit in hits:
        if hit.kind == ChunkKind.TEXT and not (hit.entry or hit.question):
            groups[hit.version_id, hit.heading_path, hit.page].append(hit)
    return list(groups.values())


def _pieces(groups: Sequence[Sequence[Hit]]) -> Pieces:
    """The places of the passages of these sections, found and not found."""
    if not groups:
        return {}
    near = [
        (each.version_id, each.ordinal - _AROUND, each.ordinal + _AROUND, each.page, json.dumps(each.heading_path))
        for each in chain.from_iterable(groups)
    ]
    with connection.cursor() as cursor:
        cursor.execute(_PIECES, [list(column) for column in zip(*near, strict=True)])
        return {(version, ordinal): (start, end) for version, ordinal, start, end in cursor.fetchall()}


def _clusters(group: Sequence[Hit], pieces: Pieces) -> list[list[Hit]]:
    """Hits of one section that lie within LIMIT of each other, with nothing of another section between them."""
    clusters: list[list[Hit]] = []
    for hit in sorted(group, key=lambda each: each.ordinal):
        last = clusters[-1] if clusters else []
        between = range(last[-1].ordinal + 1, hit.ordinal) if last else ()
        if last and hit.end - last[0].start <= LIMIT and all((hit.version_id, ordinal) in pieces for ordinal in between):
            last.append(hit)
        else:
            clusters.append([hit])
    return clusters


def _read(clusters: Sequence[Sequence[Hit]], pieces: Pieces) -> list[Reading]:
    if not clusters:
        return []
    spans = [_span(cluster, pieces) for cluster in clusters]
    versions = [cluster[0].version_id for cluster in clusters]
    starts, ends = (list(side) for side in zip(*spans, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(_TEXTS, [list(range(len(spans))), versions, starts, ends])
        texts = dict(cursor.fetchall())
    found = {number: tuple(each.chunk_id for each in cluster) for number, cluster in enumerate(clusters)}
    return [Reading(found[number], text, *spans[number]) for number, text in sorted(texts.items()) if text]


def _span(cluster: Sequence[Hit], pieces: Pieces) -> tuple[int, int]:
    """From the first to the last of them, and on to their neighbours in the section as far as LIMIT allows: what follows first."""
    version, ordinals = cluster[0].version_id, [each.ordinal for each in cluster]
    first, last = min(ordinals), max(ordinals)
    start, end = min(each.start for each in cluster), max(each.end for each in cluster)
    grown = True
    while grown:
        grown = False
        after, before = pieces.get((version, last + 1)), pieces.get((version, first - 1))
        if after and after[1] - start <= LIMIT:
            last, end, grown = last + 1, max(end, after[1]), True
        if before and end - before[0] <= LIMIT:
            first, start, grown = first - 1, min(start, before[0]), True
    return start, end


def _as_hit(hit: Hit, reading: Reading | None, hits: Sequence[Hit]) -> Hit:
    if reading is None:
        return hit
    said = {each.chunk_id: each for each in hits}
    inside = [said[chunk] for chunk in reading.found]
    matched = tuple(dict.fromkeys(chain.from_iterable(each.matched for each in inside)))
    return replace(hit, text=reading.text, start=reading.start, end=reading.end, matched=matched, parts=reading.found)
