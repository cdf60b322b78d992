"""What is approved in review is served to the next asker, and goes with its sources."""

import pytest

from conversations.bot.pipeline import run
from conversations.bot.rules import forget
from conversations.choices import RiskLevel, TurnState
from conversations.models import Citation, ReviewTask, RiskRule, Turn
from conversations.services.reviews import review_approve, review_open_in_tx, review_reject
from conversations.signals import review_decided
from conversations.types import Outcome
from knowledge.choices import FaqOrigin
from knowledge.ingestion.pipeline import jobs_run
from knowledge.models import Document, FaqEntry
from knowledge.services.documents import document_remove
from knowledge.types import Scope
from scrm.jobs.choices import JobState
from scrm.jobs.models import Job

pytestmark = pytest.mark.django_db(transaction=True)
QUESTION, WORDS = "杯子碎了能赔吗？", "签收时破损的，我们免费补寄一只。"
QUOTE = "退货运费由买家承担，质量问题由本店承担。"


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    monkeypatch.setattr("scrm.core.tasks.send", lambda *args, **kwargs: None)


@pytest.fixture(autouse=True)
def risky(db) -> RiskRule:
    """Whoever asks for compensation is answered by people."""
    rule, _made = RiskRule.objects.update_or_create(topic="赔偿承诺", defaults={"question_patterns": "赔", "level": RiskLevel.REVIEW})
    forget()
    yield rule
    forget()


@pytest.fixture
def rules(account) -> Document:
    return Document.objects.get(base__in=account.bases.all(), name="returns")


@pytest.fixture
def task(conversation, write, rules):
    """task(question, rewritten="", draft=...) waits for review and rests on one sentence of the rules."""

    def make(
        question: str = QUESTION,
        *,
        standalone: str = "",
        context_free: bool = True,
        draft: str = f"{WORDS}[1]\n\n来源：\n[1]《退换货规则》",
    ) -> ReviewTask:
        trace = [{"step": "understand", "ms": 0, "input": {}, "output": {"standalone": standalone, "context_free": context_free}}]
        turn = Turn.objects.create(
            conversation=conversation, trigger=write(question), state=TurnState.IN_REVIEW, question=question, trace=trace
        )
        Citation.objects.create(turn=turn, number=1, document=rules, version=rules.live_version, title="x", quote=QUOTE, start=0, end=1)
        return review_open_in_tx(turn=turn, topics=["赔偿承诺"], draft=draft)

    return make


def imported() -> None:
    jobs_run(list(Job.objects.filter(state=JobState.QUEUED).values_list("pk", flat=True)))


def asked(account, question: str = QUESTION):
    return run(question, Scope(tuple(account.bases.values_list("pk", flat=True))))


def test_an_approved_answer_serves_the_next_asker_without_another_review(account, agent, task, rules):
    review_approve(actor=agent, task=task())
    imported()
    entry = FaqEntry.objects.get(question=QUESTION)
    assert (entry.origin, entry.approvals, entry.answer) == (FaqOrigin.REVIEW, 1, WORDS)
    state = asked(account)
    assert (state.outcome, state.answer) == (Outcome.ANSWER, f"{WORDS}[1]")


def test_a_stricter_rule_wants_more_people(account, agent, task, risky):
    review_approve(actor=agent, task=task())
    imported()
    RiskRule.objects.filter(pk=risky.pk).update(level=RiskLevel.DOUBLE)
    forget()
    assert asked(account).outcome == Outcome.REVIEW


def test_it_ends_with_its_source(account, agent, task, rules):
    review_approve(actor=agent, task=task())
    imported()
    document_remove(actor=None, document=rules)
    assert WORDS not in asked(account).answer


def test_what_the_reviewer_wrote_is_kept_in_place_of_the_draft(agent, task):
    review_approve(actor=agent, task=task(), text="请拍照给我们，24小时内补寄。")
    assert FaqEntry.objects.get(question=QUESTION).answer == "请拍照给我们，24小时内补寄。"


def test_a_follow_up_is_kept_as_the_question_it_stood_for(agent, task):
    review_approve(actor=agent, task=task("那能赔吗", standalone="保温杯碎了能赔吗", context_free=False))
    assert FaqEntry.objects.filter(question="保温杯碎了能赔吗").exists()


@pytest.mark.parametrize(
    "asked_so",
    [
        {"question": "那能赔吗", "context_free": False},
        {"question": "能赔吗\n多久赔"},
        {"question": "能赔到<银行卡_1>吗"},
        {"draft": "已经赔给<姓名_1>。"},
    ],
)
def test_what_is_one_customers_or_one_conversations_is_not_kept(agent, task, asked_so):
    review_approve(actor=agent, task=task(**asked_so))
    assert not FaqEntry.objects.filter(origin=FaqOrigin.REVIEW).exists()


def test_every_decision_is_announced_for_annotation(agent, task):
    heard = []
    review_decided.connect(lambda task_id, **_: heard.append(task_id), weak=False, dispatch_uid="test")
    row = task()
    review_reject(actor=agent, task=row, note="不对")
    review_decided.disconnect(dispatch_uid="test")
    assert heard == [row.pk]
