"""Entries to rows: each change is a new version of the entry's document, which the import pipeline publishes."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from django.db.models import Max
from django.utils import timezone

from knowledge.choices import DocumentKind, FaqOrigin, VersionState
from knowledge.ingestion.claims import KIND
from knowledge.ingestion.faq import FORMAT
from knowledge.models import Document, DocumentVersion, FaqEntry, KnowledgeBase
from knowledge.services.faq_fields import FaqFields
from scrm.ai.selectors import active_release_or_none
from scrm.core.tasks import send_after_commit
from scrm.jobs.models import Job
from scrm.jobs.services import job_open

JOBS_A_TASK = 64
_ENTRY = ["question", "similar", "answer", "suggested", "dismissed", "origin", "approvals", "updated_at"]
_DOCUMENT = ["valid_from", "valid_until", "audience", "removed_at"]


@dataclass
class Draft:
    """What an entry shall say; `entry` is None for a new one."""

    fields: FaqFields
    entry: FaqEntry | None = None


def write_in_tx(base: KnowledgeBase, drafts: Sequence[Draft], actor, *, urgent: bool) -> list[FaqEntry]:
    """Save the entries and set the import of those whose words changed going. urgent: not behind the files that wait for theirs."""
    made = [_made(base, draft, actor) for draft in drafts if draft.entry is None]
    Document.objects.bulk_create([entry.document for entry in made])
    for entry in made:
        entry.document = entry.document  # takes over the id
    FaqEntry.objects.bulk_create(made)
    known = [_changed(draft) for draft in drafts if draft.entry is not None]
    Document.objects.bulk_update([entry.document for entry in known], _DOCUMENT)
    FaqEntry.objects.bulk_update(known, _ENTRY)
    entries = [*made, *known]
    _import_in_tx(base, {entry: draft.fields for entry, draft in zip(entries, _in_order(drafts), strict=True)}, actor, urgent)
    return entries


def _queue_in_tx(jobs: Sequence[Job], *, urgent: bool) -> None:
    """A few words take a moment to encode: a worker that answers does it, unless it would have to load a second model."""
    release = active_release_or_none()
    quick = urgent and release is not None and release.query_encoder_id == release.passage_encoder_id
    for first in range(0, len(jobs), JOBS_A_TASK):
        ids = [job.pk for job in jobs[first : first + JOBS_A_TASK]]
        task, queue = ("entries_ingest", "interactive") if quick else ("version_ingest", "bulk")
        send_after_commit(f"knowledge.{task}", *ids, queue=queue)


def _requeue_in_tx(version: DocumentVersion, actor) -> Job:
    """Let an earlier content answer again: it goes on at the stage it reached."""
    state = version.failed_at if version.state == VersionState.FAILED else version.state
    if version.state == VersionState.SUPERSEDED:
        state = VersionState.CHUNKED
    DocumentVersion.objects.filter(pk=version.pk).update(state=state, failed_at="", error="", error_code="")
    return job_open(kind=KIND, subject_id=version.pk, title=version.outline.get("title", ""), actor=actor)


def _in_order(drafts: Sequence[Draft]) -> list[Draft]:
    return [draft for draft in drafts if draft.entry is None] + [draft for draft in drafts if draft.entry is not None]


def _made(base: KnowledgeBase, draft: Draft, actor) -> FaqEntry:
    said = draft.fields
    document = Document(
        base=base, kind=DocumentKind.FAQ, name=f"{FORMAT}/{uuid4().hex}", title=said.question, owner=actor,
        audience=said.audience, valid_from=said.valid_from, valid_until=said.valid_until,
    )  # fmt: skip
    return FaqEntry(
        base=base, document=document, question=said.question, similar=list(said.similar), answer=said.answer, created_by=actor
    )  # fmt: skip


def _changed(draft: Draft) -> FaqEntry:
    entry, said = draft.entry, draft.fields
    entry.question, entry.similar, entry.answer = said.question, list(said.similar), said.answer
    entry.suggested = [wording for wording in entry.suggested if wording not in said.similar]
    entry.origin, entry.approvals = FaqOrigin.WRITTEN, 0  # whoever writes other words answers for them
    entry.updated_at = timezone.now()
    entry.document.valid_from, entry.document.valid_until = said.valid_from, said.valid_until
    entry.document.audience, entry.document.removed_at = said.audience, None
    return entry


def _import_in_tx(base: KnowledgeBase, said: dict[FaqEntry, FaqFields], actor, urgent: bool) -> None:
    digests = {fields.wordings.digest(entry.document_id): entry for entry, fields in said.items()}
    found = DocumentVersion.objects.filter(base=base, sha256__in=list(digests)).defer("text")
    known = {version.sha256: version for version in found}
    documents = [entry.document_id for entry in said]
    numbers = dict(DocumentVersion.objects.filter(document__in=documents).values_list("document").annotate(Max("number")))
    jobs = [
        job for digest, version in known.items()
        if (job := _again_in_tx(version, numbers[version.document_id], digests[digest].document, actor))
    ]  # fmt: skip
    fresh = [
        _version(base, entry, digest, said[entry], numbers.get(entry.document_id, 0) + 1, actor)
        for digest, entry in digests.items() if digest not in known
    ]  # fmt: skip
    DocumentVersion.objects.bulk_create(fresh)
    jobs += Job.objects.bulk_create(
        Job(kind=KIND, subject_id=version.pk, title=version.outline["title"], created_by=actor) for version in fresh
    )
    _queue_in_tx(jobs, urgent=urgent)


def _version(base: KnowledgeBase, entry: FaqEntry, digest: str, said: FaqFields, number: int, actor) -> DocumentVersion:
    text = said.wordings.text
    return DocumentVersion(
        document_id=entry.document_id, base=base, number=number, sha256=digest, size=len(text.encode()), format=FORMAT, text=text,
        outline=said.wordings.outline, state=VersionState.PARSED, created_by=actor,
    )  # fmt: skip


def _again_in_tx(version: DocumentVersion, latest: int, document: Document, actor) -> Job | None:
    """The entry goes back to words it had before: that version becomes its latest."""
    if version.number < latest:
        DocumentVersion.objects.filter(pk=version.pk).update(number=latest + 1)
    idle = version.state in (VersionState.FAILED, VersionState.SUPERSEDED)
    return _requeue_in_tx(version, actor) if idle else None
