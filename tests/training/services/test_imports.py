"""Annotations from a file: every line with its cause, nothing taken in unasked, and what was exported comes back the same."""

import json
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from knowledge.models import FaqEntry, SearchJudgement, SearchQuestion
from scrm.access.services import user_create
from scrm.audit.models import AuditEntry
from scrm.core.errors import Conflict, Invalid, NotAllowed
from scrm.jobs.models import Job
from tests.world import PASSWORD, World, world_make
from training import annotation_selectors
from training.cleaning import report
from training.importing.lines import read_line
from training.models import AnnotationImport, AnnotationTask, ImportedLine
from training.services import imports
from training.services.import_work import TAGS, import_work
from training.services.imports import import_discard, import_open, import_take

Outcome, State = ImportedLine.Outcome, AnnotationImport.State


@pytest.fixture
def world(transactional_db) -> World:
    return world_make()


@pytest.fixture
def manager(world):
    return world.people["knowledge_manager"]


def opened(world, manager, *rows, name="标注.jsonl") -> AnnotationImport:
    text = "\n".join(row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows)
    return import_open(actor=manager, base=world.ours.base, file=ContentFile(text.encode()), name=name)


def codes(imported: AnnotationImport) -> list[tuple[int, str, list[tuple[str, str]]]]:
    return [(line.number, line.outcome, [(code, name) for code, name, _detail in line.findings]) for line in imported.lines.all()]


@pytest.mark.parametrize(
    ("text", "code", "name"),
    [
        ("{", "json", ""),
        ("[1]", "object", ""),
        ("[" * 100_000, "json", ""),
        ('{"question": 7}', "text", "question"),
        ('{"error": "tone"}', "missing", "question"),
        ('{"question": "？", "error": "tone"}', "short", "question"),
        (json.dumps({"question": "长" * 501, "error": "tone"}), "long", "question"),
        ('{"question": "怎么退款"}', "empty", ""),
        ('{"question": "怎么退款", "error": "wrong"}', "choice", "error"),
        ('{"question": "怎么退款", "passages": {}}', "list", "passages"),
        ('{"question": "怎么退款", "passages": [3]}', "object", "passages[0]"),
        ('{"question": "怎么退款", "passages": [{"text": "好", "grade": 2}, {"text": " ", "grade": 2}]}', "missing", "passages[1].text"),
        ('{"question": "怎么退款", "passages": [{"text": "好", "grade": true}]}', "grade", "passages[0].grade"),
        ('{"question": "怎么退款", "passages": [{"text": "好", "grade": "2"}]}', "grade", "passages[0].grade"),
    ],
)
def test_a_bad_line_says_where_and_why(text, code, name):
    line = read_line(1, text, TAGS)
    assert line.refused
    assert (code, name) in [each[:2] for each in line.findings]


def test_every_line_is_looked_at_and_nothing_is_taken_in(world, manager):
    passage = {"text": world.ours.chunk.text, "grade": 2}
    row = opened(
        world, manager, {"question": "怎么退款", "passages": [passage]}, "", {"question": "怎么 退款？", "passages": [passage]}, "{",
        {"question": "怎么退款", "passages": [passage | {"grade": 0}]}, {"question": "别家", "error": "tone", "base": world.theirs.base.name},
        {"question": "怎么换货", "passages": [{"text": "没有的段落", "grade": 2}], "error": "missing"},
    )  # fmt: skip
    assert row.state == State.CHECKED
    assert codes(row) == [
        (1, Outcome.GOOD, []),
        (3, Outcome.DUPLICATE, [("duplicate_line", "")]),
        (4, Outcome.REFUSED, [("json", "")]),
        (5, Outcome.CONTRADICTION, [("contradicts_line", "passages[0].grade")]),
        (6, Outcome.REFUSED, [("base", "base")]),
        (7, Outcome.GOOD, [("passage", "passages[0].text")]),
    ]
    assert (row.counts["good"], row.counts["passages"], row.counts["taken"]) == (2, 1, 0)
    assert not SearchJudgement.objects.exists()
    assert not row.file


def test_personal_data_is_masked_before_it_is_stored(world, manager):
    row = opened(world, manager, {"question": "我的手机13800138000怎么改", "corrected": "请拨打13900139000", "error": "tone"})
    line = row.lines.get()
    assert line.masked
    assert "13800138000" not in json.dumps(line.data)
    assert "13900139000" not in json.dumps(line.data)
    assert [code for code, *_rest in line.findings] == ["masked", "masked", "personal"]
    assert (line.outcome, line.data["corrected"]) == (Outcome.GOOD, "")


def test_what_was_exported_comes_back_the_same(world, manager):
    passage = {"text": world.ours.chunk.text, "grade": 1}
    item = {"question": "怎么退款", "answer": "旧答复", "corrected": "七天内可以退。", "error": "reading", "passages": [passage]}
    import_take(actor=manager, imported=opened(world, manager, item))
    exported = list(annotation_selectors.exported(manager, [world.ours.base.pk]))
    assert exported == [item | {"reason": "imported", "base": world.ours.base.name}]
    assert FaqEntry.objects.get(question="怎么退款").answer == "七天内可以退。"
    AnnotationTask.objects.all().delete()
    SearchJudgement.objects.all().delete()
    import_take(actor=manager, imported=opened(world, manager, *exported))
    assert list(annotation_selectors.exported(manager, [world.ours.base.pk])) == exported
    assert codes(opened(world, manager, *exported)) == [(1, Outcome.DUPLICATE, [("duplicate_known", "")])]


def test_contradictions_are_taken_only_when_asked_for(world, manager):
    passage = {"text": world.ours.chunk.text, "grade": 2}
    import_take(actor=manager, imported=opened(world, manager, {"question": "怎么退款", "passages": [passage]}))
    other = {"question": "怎么退款", "passages": [passage | {"grade": 0}]}
    row = opened(world, manager, other)
    assert codes(row) == [(1, Outcome.CONTRADICTION, [("contradicts_known", "passages[0].grade")])]
    with pytest.raises(Invalid):
        import_take(actor=manager, imported=row)
    import_take(actor=manager, imported=row, contradictions=True)
    assert SearchJudgement.objects.get().grade == 0
    assert AuditEntry.objects.filter(action="annotation.import", actor=manager).count() == 2
    with pytest.raises(Conflict):
        import_take(actor=manager, imported=row)


def test_a_large_file_is_a_workers_and_goes_on_where_it_was_killed(world, manager, monkeypatch):
    monkeypatch.setattr(imports, "AT_ONCE_BYTES", 0)
    monkeypatch.setattr(imports, "AT_ONCE_LINES", 0)
    row = opened(world, manager, *({"question": f"问题{number}", "error": "tone"} for number in range(5)))
    assert row.state == State.CHECKING
    import_work(job_id=row.job_id)
    row.refresh_from_db()
    row = import_take(actor=manager, imported=row)
    monkeypatch.setattr("training.services.import_work.job_progress", _Killed(after=2))
    with pytest.raises(KeyboardInterrupt):
        import_work(job_id=row.job_id)
    monkeypatch.undo()
    Job.objects.filter(pk=row.job_id).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert imports.imports_drain() == 1
    import_work(job_id=row.job_id)
    row.refresh_from_db()
    assert (row.state, row.counts["taken"], row.job.done, row.job.total) == (State.DONE, 5, 5, 5)
    assert AnnotationTask.objects.filter(reason="imported", base=world.ours.base).count() == 5


def test_a_discarded_import_leaves_nothing(world, manager):
    row = opened(world, manager, {"question": "怎么退款", "error": "tone"})
    import_discard(actor=manager, imported=row)
    assert not row.lines.exists()
    with pytest.raises(Conflict):
        import_discard(actor=manager, imported=row)


def test_bytes_that_are_no_text_are_a_line_that_is_no_json(world, manager):
    row = import_open(actor=manager, base=world.ours.base, file=ContentFile(b"\xff\xfe\x00\x01"), name="x")
    assert row.counts["refused"] == 1
    with pytest.raises(Invalid):
        import_open(actor=manager, base=world.ours.base, file=ContentFile(b""), name="x")
    with pytest.raises(NotAllowed):
        import_open(actor=manager, base=world.theirs.base, file=ContentFile(b"{}"), name="x")


def test_the_pages(world, manager, django_assert_max_num_queries):
    client = world.client("knowledge_manager")
    file = ContentFile(json.dumps({"question": "怎么退款", "error": "tone"}).encode() + b"\n{", name="a.jsonl")
    response = client.post(reverse("training:imports"), {"file": file, "base": world.ours.base.pk}, follow=True)
    assert "怎么退款" in response.content.decode()
    row = AnnotationImport.objects.get(name="a.jsonl")
    with django_assert_max_num_queries(16):
        client.get(reverse("training:import", args=[row.pk]) + "?show=refused")
    assert client.post(reverse("training:imports"), {"base": world.ours.base.pk}).status_code == 400
    client.post(reverse("training:import_take", args=[row.pk]))
    row.refresh_from_db()
    assert (row.state, row.counts["taken"]) == (State.DONE, 1)
    assert client.get(reverse("training:cleaning")).status_code == 200


def test_the_data_check_counts_what_to_look_at(world, manager):
    chunk = world.ours.chunk
    other = user_create(actor=None, username="other", password=PASSWORD, role="administrator")
    for text, grades in (("怎么退款", (2, 0)), ("电话13800138000怎么改", (2, 2)), ("？", (2,))):
        question = SearchQuestion.objects.create(base=world.ours.base, text=text)
        for author, grade in zip((manager, other), grades, strict=False):
            facts = {"document": world.ours.document, "content_hash": chunk.content_hash, "text": chunk.text}
            SearchJudgement.objects.create(question=question, grade=grade, author=author, **facts)
    found = report([world.ours.base.pk])
    assert found.counts == {"duplicate": 1, "contradiction": 1, "short": 1, "unmasked": 1}
    assert "13800138000" not in str(found.shown["unmasked"])
    assert report([world.theirs.base.pk]).labels == 0


class _Killed:
    def __init__(self, after: int):
        self.left = after

    def __call__(self, **_kwargs) -> bool:
        self.left -= 1
        if not self.left:
            raise KeyboardInterrupt
        return True
