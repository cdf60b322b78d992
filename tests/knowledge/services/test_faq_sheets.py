from datetime import datetime, timedelta
from io import BytesIO

import openpyxl
import pytest
from django.utils import timezone

from knowledge.choices import Audience
from knowledge.models import DocumentVersion, FaqEntry
from knowledge.services.faq import FaqFields, faq_create, faq_remove, fields_of
from knowledge.services.faq_sheets import faq_export, faq_import
from scrm.audit.models import AuditEntry
from scrm.core.errors import Invalid, NotAllowed
from scrm.jobs.models import Job

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def quiet(monkeypatch, release):
    monkeypatch.setattr("scrm.core.tasks.send", lambda *args, **kwargs: None)


def sheet(*rows) -> BytesIO:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = BytesIO()
    book.save(file)
    file.seek(0)
    return file


def taken(base, *rows, name="a.xlsx") -> list[tuple[str, str]]:
    return [(row.outcome, row.question) for row in faq_import(actor=None, base=base, file=sheet(*rows), name=name)]


def test_rows_are_added_changed_kept_and_refused(base):
    header = ("问题", "相似问法", "答案", "备注")
    taken(base, header, ("运费谁出", "邮费\n快递费", "买家", ""), ("能开票吗", "", "能", ""))
    report = faq_import(
        actor=None, base=base, name="b.xlsx",
        file=sheet(header, ("运费谁出", "邮费\n快递费", "商家"), ("能开票吗", None, "能"), ("", "", "没有问题"), ("几点发货", "", "四点"), ("几点发货", "", "五点"), ("只有问题",)),
    )  # fmt: skip
    assert [(row.number, row.outcome) for row in report] == [
        (2, "changed"), (3, "unchanged"), (4, "refused"), (5, "added"), (6, "refused"), (7, "refused"),
    ]  # fmt: skip
    assert "5" in report[4].cause
    assert FaqEntry.objects.get(question="运费谁出").answer == "商家"
    assert FaqEntry.objects.get(question="几点发货").answer == "四点"


def test_an_export_imported_again_changes_nothing(base):
    moment = timezone.make_aware(datetime(2026, 12, 31, 18, 30, 5))
    faq_create(
        actor=None,
        base=base,
        fields=FaqFields("=1+1 等于几", "-2\n\n'+3'\n@四", ("'=A1", "＝全角"), moment, moment + timedelta(microseconds=7)),
    )
    faq_create(actor=None, base=base, fields=FaqFields("仓库密码", "问主管", audience=Audience.INTERNAL))
    faq_create(actor=None, base=base, fields=FaqFields("'单引号开头", "'=仍是公式"))
    before = {entry.question: fields_of(entry) for entry in FaqEntry.objects.select_related("document")}
    versions, jobs = DocumentVersion.objects.count(), Job.objects.count()
    report = faq_import(actor=None, base=base, file=BytesIO(faq_export(actor=None, base=base)), name="x.xlsx")
    assert {row.outcome for row in report} == {"unchanged"}
    assert {entry.question: fields_of(entry) for entry in FaqEntry.objects.select_related("document")} == before
    assert (DocumentVersion.objects.count(), Job.objects.count()) == (versions, jobs)


def test_an_export_is_written_down(base, person):
    faq_create(actor=None, base=base, fields=FaqFields("甲", "乙"))
    manager = person("knowledge_manager", base)
    faq_export(actor=manager, base=base)
    entry = AuditEntry.objects.get(action="faq.export")
    assert (entry.actor, entry.detail) == (manager.username, {"base": base.pk, "entries": 1})


def test_no_cell_of_an_export_is_a_formula(base):
    for number, start in enumerate("=+-@"):
        faq_create(actor=None, base=base, fields=FaqFields(f"{start}cmd|' /C calc'!A{number}", f"{start}1", (f"{start}2",)))
    book = openpyxl.load_workbook(BytesIO(faq_export(actor=None, base=base)))
    cells = [cell for row in book.active.iter_rows() for cell in row if cell.value]
    assert all(cell.data_type != "f" for cell in cells)
    assert all(not str(cell.value).startswith(tuple("=+-@")) for cell in cells)


def test_missing_columns_keep_their_values(base):
    until = timezone.now() + timedelta(days=3)
    entry = faq_create(actor=None, base=base, fields=FaqFields("运费谁出", "买家", ("邮费",), None, until, Audience.INTERNAL))
    taken(base, ("问题", "答案"), ("运费谁出", "商家"))
    entry = FaqEntry.objects.select_related("document").get(pk=entry.pk)
    assert fields_of(entry) == FaqFields("运费谁出", "商家", ("邮费",), None, until, Audience.INTERNAL)


def test_a_last_day_is_included_and_real_dates_are_read(base):
    taken(base, ("问题", "答案", "生效时间", "失效时间"), ("甲", "答", datetime(2026, 5, 1), "2026/5/31"))
    document = FaqEntry.objects.get().document
    assert timezone.localtime(document.valid_from).isoformat()[:16] == "2026-05-01T00:00"
    assert timezone.localtime(document.valid_until).isoformat()[:16] == "2026-06-01T00:00"


def test_a_time_or_audience_nobody_can_read_refuses_the_row(base):
    header = ("问题", "答案", "失效时间", "可见范围")
    assert taken(base, header, ("甲", "答", "明年", ""), ("乙", "答", "", "老板"), ("丙", "答", "", "仅内部")) == [
        ("refused", "甲"), ("refused", "乙"), ("added", "丙"),
    ]  # fmt: skip


def test_a_removed_entry_comes_back(base):
    entry = faq_create(actor=None, base=base, fields=FaqFields("运费谁出", "买家"))
    faq_remove(actor=None, entry=entry)
    assert taken(base, ("问题", "答案"), ("运费谁出", "买家")) == [("added", "运费谁出")]
    assert FaqEntry.objects.get().document.removed_at is None


def test_a_csv_of_another_program(base):
    data = "标准问题,答案\n运费谁出,买家\n".encode("gb18030")
    report = faq_import(actor=None, base=base, file=BytesIO(data), name="a.csv")
    assert [row.outcome for row in report] == ["added"]


@pytest.mark.parametrize("data", [b"", b"%PDF-1.4 x", b"PK\x03\x04broken", "只有一列\n甲\n".encode()])
def test_what_is_no_list_of_questions_is_refused_whole(base, data):
    with pytest.raises(Invalid):
        faq_import(actor=None, base=base, file=BytesIO(data), name="a.csv")
    assert not FaqEntry.objects.exists()


def test_only_who_may_change_imports_and_only_who_may_see_exports(base, person):
    with pytest.raises(NotAllowed):
        faq_import(actor=person("agent", base), base=base, file=sheet(("问题", "答案"), ("甲", "乙")), name="a.xlsx")
    with pytest.raises(NotAllowed):
        faq_export(actor=person("knowledge_manager"), base=base)
    with pytest.raises(NotAllowed):
        faq_export(actor=person("user", base), base=base)
