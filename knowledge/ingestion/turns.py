"""Whose import is next: uploads take turns, so that five hundred files of one upload do not stand before the single file of another."""

from collections.abc import Iterator, Sequence

from django.db import connection

from knowledge.ingestion.claims import KIND
from knowledge.ingestion.pipeline import GROUP
from scrm.core.tasks import stopping
from scrm.jobs.choices import JobState
from scrm.jobs.models import Job

GROUP_BYTES = 20_000_000  # of large files fewer, so that the next turn comes soon

# A lane is an upload of many files, or the single files of one person in one base. Each lane's oldest first, then each one's second ...
_NEXT = """
WITH free AS (
    SELECT j.id, v.size, row_number() OVER (
        PARTITION BY COALESCE('upload ' || v.batch_id, 'person ' || COALESCE(j.created_by_id, 0) || ' ' || v.base_id) ORDER BY j.id
    ) AS turn
    FROM jobs_job j JOIN knowledge_documentversion v ON v.id = j.subject_id
    WHERE j.kind = %s AND (j.state = 'queued' OR (j.state = 'running' AND j.lease_until < now()))
)
SELECT id, size FROM free ORDER BY turn, id LIMIT %s
"""


def jobs_next(limit: int = GROUP) -> list[int]:
    """Ids of the imports that a worker should take now: one of each lane in turn, at most GROUP_BYTES in all (but at least one)."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [KIND, limit])
        rows = cursor.fetchall()
    taken, size = [], 0
    for job_id, bytes_ in rows:
        size += bytes_
        if taken and size > GROUP_BYTES:
            break
        taken.append(job_id)
    return taken


def turns_until_done(job_ids: Sequence[int]) -> Iterator[list[int]]:
    """Whoever's imports are next, as long as one of these waits. What a stopped worker leaves, the next one's drain finds."""
    while not stopping() and Job.objects.filter(pk__in=job_ids, state=JobState.QUEUED).exists() and (turn := jobs_next()):
        yield turn
