"""An import that is killed anywhere goes on where it stood, and ends as if nothing had happened."""

from datetime import timedelta

import pytest
from celery.worker import state as worker_state
from django.db import OperationalError
from django.utils import timezone

from knowledge.ingestion import claims, pipeline, publishing, stages
from knowledge.ingestion.claims import jobs_waiting
from knowledge.ingestion.pipeline import jobs_run
from knowledge.models import Chunk, ChunkEmbedding, ChunkLexical, DocumentVersion, TermStat
from knowledge.retrieval import lexical, vectors
from scrm.ai.models import ModelRelease
from scrm.audit.models import AuditEntry
from scrm.jobs.models import Job

TEXT = "# 手册\n\n" + "".join(f"## 第{n}节\n\n" + f"第{n}节的说明文字共有二十来个字写在这里。" * 15 + "\n\n" for n in range(12))


class Killed(BaseException):
    """The process is gone: nothing catches this."""


def kill_at(monkeypatch, module, name: str, *, call: int, after: bool) -> None:
    """Raise Killed at the n-th call of a function, before or after it has worked."""
    real, calls = getattr(module, name), []

    def deadly(*args, **kwargs):
        calls.append(1)
        if len(calls) == call and not after:
            raise Killed
        result = real(*args, **kwargs)
        if len(calls) == call:
            raise Killed
        return result

    monkeypatch.setattr(module, name, deadly)


def lease_runs_out() -> None:
    Job.objects.filter(state="running").update(lease_until=timezone.now() - timedelta(seconds=1))


def outcome(version: DocumentVersion) -> dict:
    """What must not depend on interruptions."""
    version.refresh_from_db()
    base = version.base
    base.refresh_from_db()
    return {
        "state": version.state,
        "live": version.document.live_version_id == version.pk,
        "chunks": list(Chunk.objects.filter(version=version).values_list("ordinal", "text", "content_hash").order_by("ordinal")),
        "vectors": ChunkEmbedding.objects.filter(version_id=version.pk).count(),
        "lexical": ChunkLexical.objects.filter(version_id=version.pk).count(),
        "terms": sorted((stat.term & 0xFFFFFFFF, stat.df) for stat in TermStat.objects.all()),
        "counts": (base.live_chunks, base.live_length),
        "published": AuditEntry.objects.filter(action="version.publish").count(),
    }


KILLS = [
    (stages, "parse_file", 1, False), (stages, "parse_file", 1, True), (stages, "chunk_document", 1, True), (stages, "read_version", 1, True),
    (vectors, "rows_save_in_tx", 1, False), (vectors, "rows_save_in_tx", 2, True), (stages, "move", 1, False), (stages, "move", 1, True),
    (lexical, "rows_save_in_tx", 2, False), (lexical, "rows_save_in_tx", 2, True), (publishing, "stats_apply_in_tx", 1, False),
    (publishing, "stats_apply_in_tx", 1, True), (pipeline, "versions_publish_in_tx", 1, True), (pipeline, "jobs_done", 1, True),
]  # fmt: skip


@pytest.mark.parametrize(("module", "name", "call", "after"), KILLS, ids=lambda value: getattr(value, "__name__", value))
def test_a_killed_import_is_finished_by_the_next_worker(monkeypatch, base, upload, release, module, name, call, after):
    monkeypatch.setattr(stages, "EMBED_ROWS", 4)
    monkeypatch.setattr(stages, "INDEX_ROWS", 5)
    result = upload("手册.md", TEXT, run=False)
    with monkeypatch.context() as patch:
        kill_at(patch, module, name, call=call, after=after)
        with pytest.raises(Killed):
            jobs_run([result.job.pk])
    assert jobs_waiting(10) == []  # its lease still runs
    jobs_run([result.job.pk])
    assert Job.objects.get().state == "running"
    lease_runs_out()
    assert jobs_waiting(10) == [result.job.pk]
    jobs_run(jobs_waiting(10))
    result.document.refresh_from_db()
    result.version.refresh_from_db()
    got = outcome(result.version)
    assert (Job.objects.get().state, got["state"], got["live"], got["published"]) == ("done", "published", True, 1)
    assert got["vectors"] == got["lexical"] == len(got["chunks"]) == got["counts"][0]
    assert dict(got["terms"]) == recounted(result.version)


def recounted(version: DocumentVersion) -> dict[int, int]:
    counts: dict[int, int] = {}
    for terms in ChunkLexical.objects.filter(version_id=version.pk).values_list("terms", flat=True):
        for term in terms:
            counts[term & 0xFFFFFFFF] = counts.get(term & 0xFFFFFFFF, 0) + 1
    return counts


def test_progress_is_told_stage_by_stage(monkeypatch, upload):
    told = []
    real = claims.jobs_progress
    monkeypatch.setattr(
        claims, "jobs_progress", lambda **facts: told.append((facts["stage"], facts["done"], facts["total"])) or real(**facts)
    )
    monkeypatch.setattr(claims, "SILENT_S", 0)
    monkeypatch.setattr(stages, "EMBED_ROWS", 4)
    chunks = upload("手册.md", TEXT).version.chunks.count()
    assert list(dict.fromkeys(stage for stage, _, _ in told)) == ["parse", "embed", "index"]
    assert ("embed", 4, chunks) in told
    assert ("index", chunks, chunks) in told


def test_a_cancelled_job_stops(monkeypatch, upload):
    result = upload("手册.md", TEXT, run=False)
    real = stages.read_version
    monkeypatch.setattr(stages, "read_version", lambda *given: (real(*given), Job.objects.update(state="cancelled")))
    jobs_run([result.job.pk])
    result.version.refresh_from_db()
    assert (result.version.state, Job.objects.get().state) == ("chunked", "cancelled")


def test_a_job_cancelled_at_the_last_moment_publishes_nothing(monkeypatch, upload):
    kept, cancelled = (upload(name, TEXT + name, run=False) for name in ("留下.md", "取消.md"))
    real = stages.index_versions

    def indexed(versions, progress):
        real(versions, progress)
        Job.objects.filter(pk=cancelled.job.pk).update(state="cancelled")

    monkeypatch.setattr(stages, "index_versions", indexed)
    jobs_run([kept.job.pk, cancelled.job.pk])
    states = dict(DocumentVersion.objects.values_list("pk", "state"))
    assert (states[kept.version.pk], states[cancelled.version.pk]) == ("published", "indexed")
    assert list(Job.objects.order_by("pk").values_list("state", flat=True)) == ["done", "cancelled"]


def test_two_versions_of_one_document_in_one_turn_end_with_the_later_one(upload, base):
    first, second = upload("手册.md", TEXT, run=False), upload("手册.md", TEXT + "末尾。", run=False)
    jobs_run([second.job.pk, first.job.pk])
    states = dict(DocumentVersion.objects.values_list("pk", "state"))
    assert (states[first.version.pk], states[second.version.pk]) == ("superseded", "published")
    base.refresh_from_db()
    assert base.live_chunks == second.version.chunks.count()


def test_files_of_the_next_turn_are_read_while_the_last_is_encoded(monkeypatch, upload):
    monkeypatch.setattr(pipeline, "GROUP", 1)
    first, second = upload("一.html", "<p>第一个文件的内容。</p>", run=False), upload("二.html", "<p>第二个文件的内容。</p>", run=False)
    read, seen, wait = stages.read_version, [], pipeline.wait

    def reading(version, *given):
        read(version, *given)
        seen.append(f"read {version.pk}")

    def waiting(encodings):
        seen.append("waited")
        return wait(encodings)

    monkeypatch.setattr(stages, "read_version", reading)
    monkeypatch.setattr(pipeline, "wait", waiting)
    jobs_run([first.job.pk, second.job.pk])
    assert seen[:2] == [f"read {first.version.pk}", f"read {second.version.pk}"]
    assert set(DocumentVersion.objects.values_list("state", flat=True)) == {"published"}


def test_a_turn_is_published_while_a_long_parser_of_the_next_is_waited_for(monkeypatch, upload):
    monkeypatch.setattr(pipeline, "GROUP", 1)
    first, second = upload("一.html", "<p>第一个文件的内容。</p>", run=False), upload("二.html", "<p>第二个文件的内容。</p>", run=False)
    real, then = stages.read_version, []

    def reading(version, progress=None, meanwhile=None):
        if version.pk == second.version.pk:
            while DocumentVersion.objects.get(pk=first.version.pk).state != "published":
                meanwhile()
            then.append("second is read")
        real(version, progress, meanwhile)

    monkeypatch.setattr(stages, "read_version", reading)
    jobs_run([first.job.pk, second.job.pk])
    assert then == ["second is read"]
    assert set(DocumentVersion.objects.values_list("state", flat=True)) == {"published"}


def test_two_workers_never_run_one_job(upload):
    result = upload("手册.md", TEXT, run=False)
    assert claims.claimed([result.job.pk])
    assert claims.claimed([result.job.pk]) == []


def test_an_endpoint_that_does_not_answer_is_tried_later_and_at_last_given_up(endpoint, upload, monkeypatch):
    monkeypatch.setattr("scrm.ai.encoders.openai.RETRIES", 0)
    result = upload("手册.md", TEXT, run=False)
    for attempt in range(1, claims.MAX_ATTEMPTS + 1):
        endpoint.failures[:] = [503] * 20
        jobs_run([result.job.pk])
        result.version.refresh_from_db()
        assert result.version.state == ("chunked" if attempt < claims.MAX_ATTEMPTS else "failed")
        lease_runs_out()
    assert (result.version.error_code, Job.objects.get().state) == ("model", "failed")


def test_a_version_that_kills_its_worker_is_given_up(upload):
    result = upload("手册.md", TEXT, run=False)
    Job.objects.update(attempts=claims.MAX_ATTEMPTS)
    jobs_run([result.job.pk])
    result.version.refresh_from_db()
    assert (result.version.state, result.version.error_code) == ("failed", "internal")


def test_without_a_model_the_cause_says_so(upload):
    ModelRelease.objects.all().delete()
    version = upload("手册.md", TEXT).version
    assert (version.state, version.error_code, version.failed_at) == ("failed", "model", "chunked")


def test_a_file_gone_from_the_storage_has_its_own_cause(upload):
    result = upload("手册.md", TEXT, run=False)
    result.version.file.storage.delete(result.version.file.name)
    jobs_run([result.job.pk])
    result.version.refresh_from_db()
    assert result.version.error_code == "missing"


def test_one_bad_file_in_a_group_does_not_hold_up_the_others(upload):
    results = [upload(f"{n}.html", content, run=False) for n, content in enumerate(["<p>好。</p>", "<script>1</script>", "<p>也好。</p>"])]
    jobs_run([result.job.pk for result in results])
    states = [DocumentVersion.objects.get(pk=result.version.pk).state for result in results]
    assert states == ["published", "failed", "published"]


@pytest.mark.parametrize(("stopped", "error"), [(False, OperationalError("terminating connection")), (True, RuntimeError("shutting down"))])
def test_an_import_whose_worker_is_stopped_is_left_to_the_drain(upload, monkeypatch, stopped, error):
    result = upload("手册.md", TEXT, run=False)

    def broken(*_unused):
        raise error

    with monkeypatch.context() as now:
        now.setattr(worker_state, "should_stop", 0 if stopped else None)
        now.setattr(stages, "read_version", broken)
        jobs_run([result.job.pk])
    result.version.refresh_from_db()
    assert (result.version.state, Job.objects.get().state) == ("received", "running")
    lease_runs_out()
    jobs_run(jobs_waiting(10))
    result.version.refresh_from_db()
    assert (result.version.state, Job.objects.get().state) == ("published", "done")


def test_a_version_that_is_deleted_meanwhile_ends_its_job_and_leaves_the_others_alone(upload, monkeypatch):
    gone, other = upload("走了.html", "<p>走了的文件。</p>", run=False), upload("在.html", "<p>还在的文件。</p>", run=False)
    real = stages.read_version

    def reading(version, *given):
        real(version, *given)
        if version.pk == gone.version.pk:
            Chunk.objects.filter(version=version.pk).delete()
            DocumentVersion.objects.filter(pk=version.pk).delete()

    monkeypatch.setattr(stages, "read_version", reading)
    jobs_run([gone.job.pk, other.job.pk])
    assert list(Job.objects.order_by("pk").values_list("state", flat=True)) == ["cancelled", "done"]
    assert DocumentVersion.objects.get().state == "published"
