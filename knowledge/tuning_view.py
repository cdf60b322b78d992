"""What the weights page shows: sliders, and test questions with their ranks before and after."""

from collections.abc import Iterable
from dataclasses import dataclass, fields

from django.utils.translation import gettext_lazy as _

from knowledge.choices import TrialState
from knowledge.judged_selectors import latest
from knowledge.models import SearchJudgement, SearchQuestion, TuningTrial
from knowledge.retrieval.standing import WRONG, Standing, Summary, summary
from knowledge.retrieval.tuning import BOUNDS, SHIPPED, Bound, Tuning

NAMES = {
    "meaning": (_("Likeness of meaning"), _("How much it counts that question and passage mean the same, in whatever words.")),
    "words": (_("Words of the question"), _("How much it counts that the passage has the question's words, numbers and codes.")),
    "title": (_("Titles and headings"), _("How much more a word counts in a title, a question or a heading than in the text.")),
    "faq": (_("Stored questions"), _("How far a stored question that matches is put before passages of documents.")),
    "threshold": (_("Least relevance"), _("Passages below it are not used. Higher: fewer wrong answers, more questions without one.")),
    "diversity": (_("Variety"), _("How much a passage that repeats a better one loses in the last places.")),
}


@dataclass(frozen=True)
class Slider:
    name: str
    label: str
    help: str
    bound: Bound
    value: float
    shipped: float


@dataclass(frozen=True)
class Outcome:
    """A trial's result. `moved`: (before, after) by question; better and worse count questions by the rank of the right passage."""

    moved: dict[int, tuple[Standing, Standing]]
    before: Summary
    after: Summary
    better: int
    worse: int
    asked: int
    total: int

    @property
    def rows(self) -> list[tuple[str, float, float, float]]:
        """(measure, before, after, difference)."""
        pairs = [
            (_("nDCG@10"), self.before.ndcg, self.after.ndcg),
            (_("MRR (mean reciprocal rank)"), self.before.reciprocal, self.after.reciprocal),
            (_("right passage among the first three"), self.before.hit_at_3, self.after.hit_at_3),
        ]
        return [(label, before, after, round(after - before, 6)) for label, before, after in pairs]


@dataclass(frozen=True)
class QuestionLine:
    """`expected`: passages somebody called right or partly right; `change`: better | worse | same | "" while not measured."""

    question: SearchQuestion
    expected: list[SearchJudgement]
    before: Standing | None
    after: Standing | None
    change: str


def sliders(tuning: Tuning) -> list[Slider]:
    return [
        Slider(each.name, *NAMES[each.name], BOUNDS[each.name], getattr(tuning, each.name), getattr(SHIPPED, each.name)) for each in fields(Tuning)
    ]  # fmt: skip


def outcome(trial: TuningTrial) -> Outcome | None:
    """None while nothing is measured. Questions removed since the trial are left out."""
    rows = trial.result.get("rows") or []
    there = set(SearchQuestion.objects.filter(pk__in=[row["question"] for row in rows]).values_list("pk", flat=True))
    moved = {row["question"]: (Standing(**row["before"]), Standing(**row["after"])) for row in rows if row["question"] in there}
    if not moved:
        return None
    changes = [_change(*pair) for pair in moved.values()]
    return Outcome(
        moved, summary(before for before, _after in moved.values()), summary(after for _before, after in moved.values()),
        changes.count("better"), changes.count("worse"), len(rows), trial.result.get("total", len(rows)),
    )  # fmt: skip


def question_lines(questions: Iterable[SearchQuestion], result: Outcome | None) -> list[QuestionLine]:
    """In the order given. Reads question.shown (judged_selectors.questions_of)."""
    moved = result.moved if result else {}
    lines = []
    for question in questions:
        expected = [row for row in latest(question.shown) if row.grade > WRONG]
        before, after = moved.get(question.pk, (None, None))
        lines.append(QuestionLine(question, expected, before, after, _change(before, after) if before and after else ""))
    return lines


def unfinished(trial: TuningTrial) -> bool:
    return trial.state in (TrialState.QUEUED, TrialState.RUNNING)


def _change(before: Standing, after: Standing) -> str:
    difference = after.reciprocal - before.reciprocal or after.ndcg - before.ndcg
    return "better" if difference > 1e-9 else "worse" if difference < -1e-9 else "same"
