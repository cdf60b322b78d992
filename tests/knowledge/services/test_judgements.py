"""What people say of passages outlives the passages, and stays with who may read them."""

import pytest

from knowledge.choices import Audience
from knowledge.judged_selectors import judged, questions_of
from knowledge.models import Chunk, Document, SearchJudgement, SearchQuestion
from knowledge.services import judgements
from knowledge.services.judgements import judgement_set, question_remove, question_save
from scrm.core.errors import Conflict, Invalid, NotAllowed, NotFound

TEXT = "怎么退货"
PASSAGE = "签收七天内可以申请退货，商品需要保持完好。"


@pytest.fixture
def chunk(base, upload) -> Chunk:
    return upload("退货.md", PASSAGE).version.chunks.get()


def word(user, base, *chunks):
    return judged(user, TEXT, [base.pk], [each.pk for each in chunks])


def test_one_word_a_person_and_the_latest_counts(base, chunk, person):
    first, second = person("agent", base), person("knowledge_manager", base)
    judgement_set(actor=first, chunk_id=chunk.pk, text=TEXT, grade=2)
    judgement_set(actor=second, chunk_id=chunk.pk, text=TEXT, grade=2)
    judgement_set(actor=first, chunk_id=chunk.pk, text=f" {TEXT}  ", grade=1)
    assert SearchQuestion.objects.count() == 1
    assert SearchJudgement.objects.count() == 2
    known = word(second, base, chunk)
    assert (known.words[chunk.pk].own, known.words[chunk.pk].grade, known.words[chunk.pk].author) == (2, 1, str(first))
    assert known.saved[base.pk].text == TEXT


def test_a_word_is_taken_back(base, chunk, person):
    agent = person("agent", base)
    judgement_set(actor=agent, chunk_id=chunk.pk, text=TEXT, grade=0)
    judgement_set(actor=agent, chunk_id=chunk.pk, text=TEXT, grade=None)
    assert not SearchJudgement.objects.exists()
    judgement_set(actor=agent, chunk_id=chunk.pk, text="没问过的", grade=None)
    assert SearchQuestion.objects.count() == 1


def test_personal_data_is_not_kept(base, chunk, person):
    row = judgement_set(actor=person("agent", base), chunk_id=chunk.pk, text="我的电话是13812345678，怎么退货", grade=2)
    assert "13812345678" not in row.question.text


def test_a_word_outlives_a_new_version(base, chunk, person, upload):
    agent = person("agent", base)
    judgement_set(actor=agent, chunk_id=chunk.pk, text=TEXT, grade=2)
    longer = upload("退货.md", PASSAGE + "运费由买家承担。").version.chunks.get()
    assert word(agent, base, longer).words[longer.pk].own == 2
    judgement_set(actor=agent, chunk_id=longer.pk, text=TEXT, grade=None)
    assert not SearchJudgement.objects.exists()


def test_a_right_passage_that_was_not_found_is_named(base, chunk, person, upload):
    agent = person("agent", base)
    other = upload("发票.md", "电子发票在订单里下载。").version.chunks.get()
    judgement_set(actor=agent, chunk_id=chunk.pk, text=TEXT, grade=2)
    judgement_set(actor=agent, chunk_id=other.pk, text=TEXT, grade=0)
    assert [row.document_id for row in word(agent, base, other).missing] == [chunk.version.document_id]
    assert word(agent, base, chunk, other).missing == ()


def test_documents_for_staff_are_named_to_staff_only(base, chunk, person):
    agent, reader = person("agent", base), person("user", base)
    judgement_set(actor=agent, chunk_id=chunk.pk, text=TEXT, grade=2)
    Document.objects.update(audience=Audience.INTERNAL)
    assert word(agent, base).missing
    assert word(reader, base).missing == ()
    assert [row.shown for row in questions_of(reader, base)] == [[]]


def test_without_a_grant_there_is_nothing_to_judge_or_to_read(base, chunk, person):
    insider, outsider = person("agent", base), person("agent")
    with pytest.raises(NotFound):
        judgement_set(actor=outsider, chunk_id=chunk.pk, text=TEXT, grade=2)
    judgement_set(actor=insider, chunk_id=chunk.pk, text=TEXT, grade=2)
    assert word(outsider, base, chunk).saved == {}
    assert word(outsider, base, chunk).words == {}
    assert not questions_of(outsider, base).exists()
    with pytest.raises(NotAllowed):
        question_save(actor=outsider, base=base, text=TEXT)
    with pytest.raises(NotAllowed):
        judgement_set(actor=person("user", base), chunk_id=chunk.pk, text=TEXT, grade=2)


@pytest.mark.parametrize("grade", [3, -1])
def test_other_grades_are_refused(base, chunk, person, grade):
    with pytest.raises(Invalid):
        judgement_set(actor=person("agent", base), chunk_id=chunk.pk, text=TEXT, grade=grade)


def test_a_question_is_removed_by_who_saved_it_until_others_speak(base, chunk, person):
    mine, other, manager = person("agent", base), person("agent", base), person("knowledge_manager", base)
    row = question_save(actor=mine, base=base, text=TEXT)
    with pytest.raises(NotAllowed):
        question_remove(actor=other, question=row)
    judgement_set(actor=other, chunk_id=chunk.pk, text=TEXT, grade=2)
    with pytest.raises(NotAllowed):
        question_remove(actor=mine, question=row)
    question_remove(actor=manager, question=row)
    assert not SearchQuestion.objects.exists()


def test_a_base_keeps_so_many_questions(base, person, monkeypatch):
    monkeypatch.setattr(judgements, "MOST", 1)
    agent = person("agent", base)
    question_save(actor=agent, base=base, text=TEXT)
    question_save(actor=agent, base=base, text=TEXT)
    with pytest.raises(Conflict):
        question_save(actor=agent, base=base, text="另一个问题")
