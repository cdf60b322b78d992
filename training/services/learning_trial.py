"""Does a night make it better? A labelled set is played through the whole loop in a scratch space, which is removed afterwards.

Training questions become labels as staff give them; the questions set aside are asked through the one search, with the release in use and
with the candidate. What serves customers is never touched.
"""

import random
import shutil
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import mean

from django.db import transaction
from django.utils.translation import gettext as _

from knowledge.judged_selectors import plain_question
from knowledge.models import Chunk, KnowledgeBase, SearchJudgement, SearchQuestion
from knowledge.retrieval.background import background_of
from knowledge.retrieval.likeness import same_key
from knowledge.retrieval.standing import RIGHT
from scrm.ai.encoders import load as load_encoder
from scrm.ai.selectors import active_release, serving
from scrm.core.errors import Invalid
from training.datasets.splitting import SAME_MEANING, Shares
from training.datasets.types import digest
from training.evaluation import metrics, retrieval_sets
from training.evaluation.comparison import Asked, compare
from training.evaluation.registry import EVALUATIONS, Evaluation
from training.evaluation.retrieval import load
from training.evaluation.retrieval_sets import Question
from training.evaluation.scratch import scratch_base
from training.models import Dataset, GoldQuestion, TrainingRun
from training.services.candidates import candidate_remove
from training.services.datasets import SAME, SYNTHETIC, dataset_freeze, dataset_remove, gold_remove_in_tx
from training.services.runs import HEAD, TOWER, folder_of, run_create, run_train
from training.trainers.types import GoesOn

TEST_SHARE = 0.4
DEV = Shares(dev=0.15, test=0.0)
ROWS = 1_000
MOST_OTHER = 300  # questions of another base

Say = Callable[[str], None]


def evaluate(
    folder: Path,
    say: Say,
    *,
    seeds: Sequence[int] = (1,),
    shuffle: bool = False,
    tower: dict | None = None,
    kind: str = TrainingRun.Kind.RETRIEVER,
    synthetic: int = SYNTHETIC,
    limit: int | None = None,
    base_name: str = "",
    way: str = "",
    by_cluster: bool = False,
    other: tuple[str, Path] | None = None,
) -> dict:
    """Figures of one night on the set; of several seeds their means beside each. The corpus is loaded and embedded once.

    shuffle: every label goes to another question, the gate's negative control. limit: of so many questions only. base_name: the set is
    loaded in this base already, as `evaluate retrieval --keep` leaves it. way: of teaching the query side. by_cluster: what means the same
    as a question that measures is not labelled. other: a base with its set, on which forgetting is measured. Raises Invalid when the set is
    not readable.
    """
    questions = retrieval_sets.questions(folder)[:limit]
    with _loaded(folder, base_name, say) as base:
        documents = dict(base.documents.filter(live_version__isnull=False).values_list("name", "pk"))
        parameters = {"tower": tower or {}} | ({"way": way} if way else {})
        nights = [_night(base, questions, documents, seed, shuffle, parameters, kind, synthetic, by_cluster, other, say) for seed in seeds]
    return nights[0] if len(nights) == 1 else _together(nights)


@contextmanager
def _loaded(folder: Path, name: str, say: Say) -> Iterator[KnowledgeBase]:
    if not name:
        with scratch_base() as base:
            load(base, retrieval_sets.documents(folder), say)
            yield base
        return
    yield _base(name)


def _base(name: str) -> KnowledgeBase:
    base = KnowledgeBase.objects.filter(name=name).first()
    if base is None:
        raise Invalid(_("There is no knowledge base named “%(name)s”.") % {"name": name})
    return base


def _night(
    base: KnowledgeBase, questions: Sequence[Question], documents: dict[str, int], seed: int, shuffle: bool, parameters: dict, kind: str,
    synthetic: int, by_cluster: bool, other: tuple[str, Path] | None, say: Say,
) -> dict:  # fmt: skip
    began = time.perf_counter()
    training, test = _divided(questions, seed)
    if by_cluster:
        training = _apart(training, test)
    dataset = run = None
    try:
        _play(base, _shuffled(training, seed) if shuffle else training, documents)
        _set_aside(base, test, documents)
        dataset = dataset_freeze(actor=None, base=base, seed=seed, shares=DEV, most_synthetic=synthetic, scratch=True)
        say(f"seed {seed}: {dataset.counts}")
        run = run_create(actor=None, kind=kind, dataset=dataset, parameters=parameters)
        verdict = run_train(run=run, goes_on=_told(say))
        promoted = bool(verdict and verdict.passed and _serves(run, base, test))
        forgotten = {"other": _forgotten(run, *other)} if other and run.release else {}
        return _figures(run, dataset, promoted, time.perf_counter() - began) | forgotten
    finally:
        _forget(base, dataset, run)


def _divided(questions: Sequence[Question], seed: int) -> tuple[list[Question], list[Question]]:
    """(what is labelled: for training and dev, what measures)."""
    rows = list(questions)
    random.Random(seed).shuffle(rows)
    cut = round(TEST_SHARE * len(rows))
    return rows[cut:], rows[:cut]


def _apart(training: Sequence[Question], test: Sequence[Question]) -> list[Question]:
    """Those that mean the same as none of the others, by the bound that splits datasets."""
    release = active_release()
    encoder, background = load_encoder(release.query_encoder), background_of(release)
    least = background.mean + SAME_MEANING * background.deviation if background else SAME
    ours, theirs = (encoder.encode_queries([question.text for question in each]) for each in (training, test))
    return [question for question, row in zip(training, ours @ theirs.T, strict=True) if row.max() < least]


def _forgotten(run: TrainingRun, name: str, folder: Path) -> dict:
    """The candidate beside what serves, on a base it was not trained on."""
    base = _base(name)
    documents = dict(base.documents.filter(live_version__isnull=False).values_list("name", "pk"))
    asked = [
        Asked(question.text, base.pk, gains)
        for question in retrieval_sets.questions(folder)[:MOST_OTHER]
        if (gains := {documents[each]: gain for each, gain in question.gains.items() if each in documents})
    ]
    before, after, _figures = compare(run.previous, run.release, asked, [])
    low, high = metrics.paired_interval(after.scores, before.scores)
    return {"base": name, "questions": len(asked), "before": round(mean(before.scores), 4), "after": round(mean(after.scores), 4),
            "interval": [round(low, 4), round(high, 4)]}  # fmt: skip


def _shuffled(questions: Sequence[Question], seed: int) -> list[Question]:
    gains = [question.gains for question in questions]
    random.Random(seed + 1_000).shuffle(gains)
    return [Question(question.text, other) for question, other in zip(questions, gains, strict=True)]


def _play(base: KnowledgeBase, questions: Sequence[Question], documents: dict[str, int]) -> None:
    """As if staff had judged the passages of each question on the search test page."""
    passages: dict[int, list[tuple[str, str]]] = {}
    for document, content, text in Chunk.objects.filter(version__live_of__base=base).values_list(
        "version__live_of__id", "content_hash", "text"
    ):
        passages.setdefault(document, []).append((content, text))
    with transaction.atomic():
        rows = {text: SearchQuestion(base=base, text=text) for question in questions if (text := plain_question(question.text))}
        SearchQuestion.objects.bulk_create(rows.values(), batch_size=ROWS, ignore_conflicts=True)
        saved = dict(SearchQuestion.objects.filter(base=base).values_list("text", "pk"))
        said = {}
        for question in questions:
            for name in question.gains:
                for content, text in passages.get(documents.get(name, 0), ()):
                    at = (saved.get(plain_question(question.text)), documents[name], content)
                    said[at] = SearchJudgement(question_id=at[0], document_id=at[1], content_hash=content, text=text, grade=RIGHT)
        SearchJudgement.objects.bulk_create([row for at, row in said.items() if at[0]], batch_size=ROWS)


def _set_aside(base: KnowledgeBase, questions: Sequence[Question], documents: dict[str, int]) -> None:
    rows = []
    for question in questions:
        relevant = [[documents[name], "", gain] for name, gain in question.gains.items() if name in documents]
        if relevant:
            key = digest(base.pk, same_key(question.text))
            rows.append(GoldQuestion(base=base, key=key, cluster=key, question=question.text, relevant=relevant, source="set"))
    GoldQuestion.objects.bulk_create(rows, batch_size=ROWS, ignore_conflicts=True)


def _told(say: Say) -> GoesOn:
    last: dict[str, int] = {}

    def goes_on(stage: str, done: int, total: int) -> bool:
        share = 10 * done // max(1, total)
        if last.get(stage) != share:
            last[stage] = share
            say(f"{stage}: {done} of {total}")
        return True

    return goes_on


def _serves(run: TrainingRun, base: KnowledgeBase, test: Sequence[Question]) -> bool:
    """The scratch space's pointer moves: within it, the candidate answers."""
    with serving(run.release):
        return active_release().pk == run.release.pk


def _figures(run: TrainingRun, dataset: Dataset, promoted: bool, seconds: float) -> dict:
    figures = run.figures
    return {
        "before": figures.get("before", {}),
        "after": figures.get("after", {}),
        "difference": figures.get("difference"),
        "interval": figures.get("interval"),
        "promoted": promoted,
        "reason": run.reason,
        "seconds": round(seconds, 1),
        "training_seconds": round(run.seconds, 1),
        "details": {key: figures.get(key) for key in ("tower", "heads", "learned", "slices", "off_topic", "no_hits", "p95_ms")},
        "dataset": dataset.counts,
    }


def _forget(base: KnowledgeBase, dataset: Dataset | None, run: TrainingRun | None) -> None:
    """Everything of one night, so that the next one begins as this one did."""
    if run is not None:
        run.refresh_from_db()
        if run.release is not None:
            candidate_remove(release=run.release)
        shutil.rmtree(folder_of(run), ignore_errors=True)
        run.delete()
    if dataset is not None:
        dataset_remove(actor=None, dataset=dataset)
    with transaction.atomic():
        gold_remove_in_tx(base.pk)
        SearchQuestion.objects.filter(base=base).delete()


def _together(nights: Sequence[dict]) -> dict:
    """Means over the seeds, with each night beside them."""

    def of(key: str) -> dict[str, float]:
        return {name: round(mean(night[key][name] for night in nights), 4) for name in nights[0][key]}

    ends = list(zip(*(night["interval"] for night in nights), strict=True))
    return {
        "before": of("before"),
        "after": of("after"),
        "difference": round(mean(night["difference"] for night in nights), 4),
        "interval": [round(mean(end), 4) for end in ends],
        "promoted": all(night["promoted"] for night in nights),
        "reason": " / ".join(night["reason"] for night in nights),
        "seconds": round(sum(night["seconds"] for night in nights), 1),
        "seeds": list(nights),
    }


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--set", required=True, type=Path, metavar="DIR", help="Folder of corpus.jsonl, queries.jsonl, qrels.tsv.")
    parser.add_argument("--seed", type=int, default=1, help="Splits the questions and starts the training.")
    parser.add_argument("--seeds", type=int, default=1, metavar="N", help="So many seeds, from --seed on; the corpus is loaded once.")
    parser.add_argument("--shuffle-labels", action="store_true", help="Every label goes to another question: the gate must refuse.")
    parser.add_argument("--epochs", type=int, help="Of the query tower.")
    parser.add_argument("--kind", choices=TrainingRun.Kind.values, default=TrainingRun.Kind.RETRIEVER, help="What is trained.")
    parser.add_argument("--synthetic", type=int, default=SYNTHETIC, metavar="N", help="At most N questions made of titles and headings.")
    parser.add_argument("--limit", type=int, metavar="N", help="The first N questions of the set only.")
    parser.add_argument("--base", default="", metavar="NAME", help="The base in which the set is loaded already.")
    parser.add_argument("--way", choices=[HEAD, TOWER], default="", help="How the query side is taught (SCRM_LEARN_WAY).")
    parser.add_argument("--by-cluster", action="store_true", help="Nothing is labelled that means the same as a question that measures.")
    parser.add_argument("--other", nargs=2, metavar=("NAME", "DIR"), help="A loaded base and its set, on which forgetting is measured.")


def _run(options: dict, say: Say) -> dict:
    return evaluate(
        options["set"], say, seeds=range(options["seed"], options["seed"] + max(1, options["seeds"])), shuffle=options["shuffle_labels"],
        tower={"epochs": options["epochs"]} if options["epochs"] else None, kind=options["kind"], synthetic=options["synthetic"],
        limit=options["limit"], base_name=options["base"], way=options["way"], by_cluster=options["by_cluster"],
        other=(options["other"][0], Path(options["other"][1])) if options["other"] else None,
    )  # fmt: skip


EVALUATIONS.register(
    "learning", Evaluation(help="One night of learning on a labelled set, gated on questions not seen.", arguments=_arguments, run=_run)
)
