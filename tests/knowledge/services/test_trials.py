"""A trial of weights shows what the search gives once they are applied."""

import pytest

from knowledge.choices import TrialState
from knowledge.judged_selectors import questions_judged
from knowledge.models import Chunk, KnowledgeBase, SearchQuestion, TuningTrial
from knowledge.retrieval import search
from knowledge.retrieval.standing import RIGHT, Standing
from knowledge.retrieval.tuning import Tuning
from knowledge.selectors import scope_for
from knowledge.services import trials
from knowledge.services.judgements import judgement_set, question_save
from knowledge.services.trials import standing_of, trial_open, trial_run, trials_waiting, tuning_apply
from scrm.audit.models import AuditEntry
from scrm.core.errors import Conflict, Invalid, NotAllowed

pytestmark = pytest.mark.django_db

SHOP = {f"规定{number}": f"第{number}条：退货{'运费' * (number % 3)}由买家承担，发票{number}在订单里下载。" for number in range(12)}
ASKED = ("退货运费谁承担", "发票在哪里下载", "第七条说什么")


@pytest.fixture
def shop(publish) -> KnowledgeBase:
    return publish(SHOP)


@pytest.fixture
def manager(person, shop):
    return person("knowledge_manager", shop)


@pytest.fixture
def judged(shop, manager) -> list[SearchQuestion]:
    """Three test questions, each with one right passage."""
    for number, text in enumerate(ASKED):
        chunk = Chunk.objects.get(version__document__base=shop, version__document__name=f"规定{number * 3 + 1}")
        judgement_set(actor=manager, chunk_id=chunk.pk, text=text, grade=RIGHT)
    return list(SearchQuestion.objects.order_by("pk"))


def tried(manager, base, weights) -> TuningTrial:
    row = trial_open(actor=manager, base=base, weights=weights)
    while row.pk in trials_waiting():
        trial_run(trial_id=row.pk)
    row.refresh_from_db()
    assert row.state == TrialState.DONE, row.error
    return row


WEIGHTS = [
    {"meaning": 0.0},
    {"words": 0.0, "title": 0.0},
    {"threshold": 0.9},
    {"meaning": 3.0, "words": 0.1, "diversity": 1.0, "threshold": 0.0},
]


@pytest.mark.parametrize("weights", WEIGHTS)
def test_what_a_trial_shows_is_what_the_search_gives_after_applying(shop, manager, judged, weights):
    row = tried(manager, shop, weights)
    scope = scope_for(manager, [shop.pk])
    said = questions_judged(shop, 10)
    measured = {each["question"]: each for each in row.result["rows"]}
    assert {pk: Standing(**each["before"]) for pk, each in measured.items()} == {pk: standing_of(*said[pk], scope) for pk in said}
    tuning_apply(actor=manager, base=shop, weights=weights, seen={})
    assert {pk: Standing(**each["after"]) for pk, each in measured.items()} == {pk: standing_of(*said[pk], scope) for pk in said}


def test_weights_change_what_is_found(shop, manager, judged):
    """Else the test above could not fail."""
    before, after = Standing(**(row := tried(manager, shop, {"threshold": 0.9}).result["rows"][0])["before"]), Standing(**row["after"])
    assert before.rank
    assert (after.rank, after.rejected) == (None, True)


def test_ranks_are_those_of_the_search(shop, manager, judged):
    chunk = judged[0].judgements.get()
    found = search(ASKED[0], scope_for(manager, [shop.pk]), limit=20).hits
    place = [hit.text for hit in found].index(chunk.text) + 1
    assert tried(manager, shop, {}).result["rows"][0]["after"]["rank"] == place


def test_applying_is_audited_and_kept_within_bounds(shop, manager):
    assert tuning_apply(actor=manager, base=shop, weights={"meaning": 99.0, "unknown": 1.0, "words": 1.0}, seen={})
    shop.refresh_from_db()
    assert shop.tuning == {"meaning": 3.0}
    assert AuditEntry.objects.get(action="base.tune").detail == {"before": {}, "after": {"meaning": 3.0}}
    assert not tuning_apply(actor=manager, base=shop, weights={"meaning": 3.0}, seen={"meaning": 3.0})
    assert tuning_apply(actor=manager, base=shop, weights={}, seen={"meaning": 3.0})
    shop.refresh_from_db()
    assert Tuning.from_json(shop.tuning) == Tuning()


def test_weights_that_changed_meanwhile_are_looked_at_first(shop, manager):
    tuning_apply(actor=manager, base=shop, weights={"words": 2.0}, seen={})
    with pytest.raises(Conflict):
        tuning_apply(actor=manager, base=shop, weights={"words": 3.0}, seen={})


def test_only_who_may_change_the_base_tries_and_applies(shop, person, judged):
    for actor in (person("agent", shop), person("user", shop), person("knowledge_manager")):
        with pytest.raises(NotAllowed):
            trial_open(actor=actor, base=shop, weights={})
        with pytest.raises(NotAllowed):
            tuning_apply(actor=actor, base=shop, weights={}, seen={})


def test_without_a_right_passage_there_is_nothing_to_measure(shop, manager):
    question_save(actor=manager, base=shop, text="怎么退货")
    with pytest.raises(Invalid):
        trial_open(actor=manager, base=shop, weights={})


def test_a_trial_lets_customers_pass_between_its_questions(shop, manager, judged, monkeypatch):
    monkeypatch.setattr(trials, "SLICE_S", 0.0)
    row = trial_open(actor=manager, base=shop, weights={"words": 2.0})
    seen = []
    for _ in ASKED:
        trial_run(trial_id=row.pk)
        row.refresh_from_db()
        seen.append((row.state, len(row.result["rows"])))
    assert seen == [(TrialState.QUEUED, 1), (TrialState.QUEUED, 2), (TrialState.DONE, 3)]
    trial_run(trial_id=row.pk)
    row.refresh_from_db()
    assert len(row.result["rows"]) == 3


def test_a_slider_that_moves_on_replaces_the_trial_that_waits(shop, manager, judged):
    first = trial_open(actor=manager, base=shop, weights={"words": 2.0})
    second = trial_open(actor=manager, base=shop, weights={"words": 2.5})
    assert trials_waiting() == [second.pk]
    trial_run(trial_id=first.pk)
