"""Questions about bases, documents and their imports. Everything that takes a user is filtered by that user's grants."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery

from knowledge.choices import VersionState
from knowledge.ingestion.causes import cause_text
from knowledge.ingestion.claims import KIND, UNFINISHED
from knowledge.listing import state_of
from knowledge.models import Document, DocumentVersion, KnowledgeBase, UploadedArchive
from knowledge.types import Scope
from scrm.access import policy
from scrm.access.grants import holders
from scrm.access.models import User
from scrm.access.roles import ROLES
from scrm.core.errors import NotFound
from scrm.jobs.choices import LIVE_STATES, MOVING_STATES, JobState
from scrm.jobs.models import Job

# Share of the whole import that lies before each stage and within it, in per cent (encoding takes most of the time).
_STAGE_SHARES = {"parse": (0, 8), "chunk": (8, 4), "embed": (12, 76), "index": (88, 10), "publish": (98, 2)}
STAGES = tuple(_STAGE_SHARES)
VIEW = "knowledge.view_document"


@dataclass(frozen=True)
class ImportState:
    """How far the newest content of a document is. `stage`: one of STAGES while running; `percent` 0-100 of the whole import."""

    version: DocumentVersion
    job: Job | None
    running: bool
    waiting: bool
    stage: str
    percent: int

    @property
    def failed(self) -> bool:
        return self.version.state == VersionState.FAILED

    @property
    def paused(self) -> bool:
        return self.running and self.job.state == JobState.HELD

    @property
    def cause(self):
        return cause_text(self.version.error_code) if self.failed else ""

    @property
    def steps(self) -> list[tuple[str, str]]:
        """(stage, done | now | to_do) of all stages."""
        if self.version.state in (VersionState.PUBLISHED, VersionState.SUPERSEDED):
            return [(stage, "done") for stage in STAGES]
        reached = STAGES.index(self.stage) if self.stage in STAGES else 0
        return [(stage, "done" if at < reached else "now" if at == reached else "to_do") for at, stage in enumerate(STAGES)]


@dataclass(frozen=True)
class DocumentLine:
    """One row of the documents table."""

    document: Document
    newest: ImportState | None

    @property
    def state(self) -> str:
        """Key of knowledge.listing.STATES."""
        return state_of(self.document)

    @property
    def running(self) -> bool:
        return self.newest is not None and self.newest.running


def bases_visible(user) -> QuerySet[KnowledgeBase]:
    """The bases a person may see, with `documents_live` and `documents_failed`."""
    return (
        KnowledgeBase.objects.visible_to(user)
        .filter(scratch=False)
        .annotate(
            documents_live=Count("documents", filter=Q(documents__live_version__isnull=False), distinct=True),
            updated_at=Max("documents__live_version__published_at"),
        )
    )


def base_visible(user, pk: int) -> KnowledgeBase:
    """Raises NotFound, also without a grant."""
    base = bases_visible(user).filter(pk=pk).first()
    if base is None:
        raise NotFound
    return base


def scope_for(user, base_ids: Iterable[int] | None = None) -> Scope:
    """What this person's searches may see: the granted bases (of `base_ids`, when given), and documents for staff only if they work on documents.

    A customer's scope is made of the channel account, never of a person.
    """
    rows = KnowledgeBase.objects.visible_to(user).filter(scratch=False)
    rows = rows if base_ids is None else rows.filter(pk__in=list(base_ids))
    return Scope(tuple(rows.order_by("pk").values_list("pk", flat=True)), internal=policy.can(user, VIEW))


def people_of(base: KnowledgeBase) -> QuerySet[User]:
    """Colleagues who work on the base's documents: the role may see documents, and the person or a team of theirs holds a grant, or the role sees all."""
    users, teams = holders(base)
    working = [key for key, role in ROLES.items() if VIEW in role.permissions]
    everything = Q(is_superuser=True) | Q(groups__name__in=[key for key in working if ROLES[key].sees_everything])
    granted = Q(pk__in=[user.pk for user in users]) | Q(pk__in=User.objects.filter(groups__team__in=teams).values("pk"))
    able = User.objects.filter(groups__name__in=working).values("pk")
    return User.objects.filter(everything | granted & Q(pk__in=able), is_active=True).distinct().order_by("display_name", "username")


def document_visible(user, pk: int) -> Document:
    """Raises NotFound, also without a grant, and of a document whose words the person may not read."""
    document = Document.objects.readable_by(user).select_related("base", "live_version").filter(pk=pk).first()
    if document is None:
        raise NotFound
    return document


def version_visible(user, pk: int) -> DocumentVersion:
    """Raises NotFound, also without a grant, and of contents that the person may not read: outside of the work on documents, all but live ones."""
    rows = DocumentVersion.objects.visible_to(user).filter(document__in=Document.objects.readable_by(user))
    rows = rows if policy.can(user, VIEW) else rows.filter(live_of__isnull=False)
    version = rows.select_related("base", "document").filter(pk=pk).first()
    if version is None:
        raise NotFound
    return version


def document_lines(documents: Iterable[Document]) -> list[DocumentLine]:
    """Documents (from knowledge.listing) with the import of their newest content, in two queries."""
    documents = list(documents)
    ids = [document.newest_id for document in documents if document.newest_id]
    versions = DocumentVersion.objects.defer("text", "outline").in_bulk(ids)
    jobs = jobs_of(ids)
    return [
        DocumentLine(document, import_state(versions[document.newest_id], jobs.get(document.newest_id)) if document.newest_id else None)
        for document in documents
    ]


def jobs_of(version_ids: Iterable[int]) -> dict[int, Job]:
    """The latest import job of each version."""
    rows = Job.objects.filter(kind=KIND, subject_id__in=list(version_ids)).order_by("subject_id", "-pk").distinct("subject_id")
    return {job.subject_id: job for job in rows}


def import_state(version: DocumentVersion, job: Job | None) -> ImportState:
    live = job is not None and job.state in LIVE_STATES
    running = live and version.state in UNFINISHED
    before, share = _STAGE_SHARES.get(job.stage if job else "", (0, 0))
    within = share * job.done // job.total if job and job.total else 0
    percent = 100 if version.state in (VersionState.PUBLISHED, VersionState.SUPERSEDED) else min(99, before + within)
    waiting = running and job.state == JobState.QUEUED
    return ImportState(version, job, running, waiting, (job.stage or STAGES[0]) if job else "", percent)


def imports_running(base: KnowledgeBase) -> bool:
    """Is a file of the base on its way, or still in an archive?"""
    if UploadedArchive.objects.filter(batch__base=base, job__state__in=MOVING_STATES).exists():
        return True
    ids = DocumentVersion.objects.filter(base=base, state__in=UNFINISHED).values("pk")
    return Job.objects.filter(kind=KIND, state__in=MOVING_STATES, subject_id__in=ids).exists()


def version_lines(document: Document) -> list[ImportState]:
    """All versions of a document, newest first, with their imports."""
    versions = list(
        document.versions.defer("text", "outline").select_related("created_by").annotate(n_chunks=Count("chunks")).order_by("-number")
    )
    jobs = jobs_of(version.pk for version in versions)
    return [import_state(version, jobs.get(version.pk)) for version in versions]


def knowledge_figures(user) -> dict:
    """Numbers of what a person may see: bases, documents that answer, imports under way; and the newest failed imports."""
    versions = DocumentVersion.objects.visible_to(user).filter(base__scratch=False)
    newest = versions.filter(document=OuterRef("document")).order_by("-number").values("pk")[:1]
    failed = versions.filter(state=VersionState.FAILED, pk=Subquery(newest), document__removed_at=None)
    return {
        "bases": KnowledgeBase.objects.visible_to(user).filter(scratch=False).count(),
        "documents": Document.objects.visible_to(user).filter(base__scratch=False, live_version__isnull=False).count(),
        "running": versions.filter(state__in=UNFINISHED).count(),
        "failed": failed.defer("text", "outline").select_related("document", "base").order_by("-id")[:5],
    }
