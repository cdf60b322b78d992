"""manage.py bench train: a step of both towers beside a bare SentenceTransformerTrainer with the same model, loss and batches, in turn."""

import itertools
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from statistics import median

from scrm.ai.selectors import active_release
from scrm.ai.sources import resolve
from scrm.jobs.models import Job
from scrm.jobs.services import job_claim, job_open, job_progress
from training.evaluation.sample_texts import passages
from training.trainers import both_towers
from training.trainers.both_towers import BothSettings, Triple

KIND = "bench"  # of the job that hears of every step, as a night's does
QUESTION, PASSAGE = 24, 200  # characters

Moment = tuple[float, float]  # seconds on the wall, and of the processor


def bench_train(options: dict, say: Callable[[str], None]) -> dict:
    """Seconds a step, the median over all rounds, and their ratio; the first step of a round is not counted. One encoder, two models.

    By the clock on the wall, and by the processor's time of this process, which other programs of the machine disturb less.
    """
    encoder = active_release().passage_encoder
    source = resolve(encoder.source, lambda line: None)
    settings = BothSettings(batch=options["batch"], mini=options["batch"], threads=options["threads"], longest=options["longest"])
    triples = _triples(options["batch"] * (options["steps"] + 1))
    spent: dict[str, list[Moment]] = {"bare": [], "ours": []}
    for number in range(options["rounds"]):
        for name in ("bare", "ours") if number % 2 else ("ours", "bare"):
            with tempfile.TemporaryDirectory() as folder:
                run = _bare if name == "bare" else _ours
                spent[name] += run(source, Path(folder), triples, (encoder.query_prefix, encoder.passage_prefix), settings)
            say(f"round {number + 1}, {name}: {median(wall for wall, _cpu in spent[name]):.3f} s a step")
    seconds, processor = ({name: round(median(step[at] for step in each), 4) for name, each in spent.items()} for at in (0, 1))
    return {
        "seconds_a_step": seconds, "overhead": round(seconds["ours"] / seconds["bare"], 4), "processor_seconds_a_step": processor,
        "processor_overhead": round(processor["ours"] / processor["bare"], 4), "steps": len(spent["ours"]),
        "batch": options["batch"], "longest": options["longest"], "threads": options["threads"],
    }  # fmt: skip


def _triples(count: int) -> list[Triple]:
    texts = [text for _name, _title, text in passages(count + 1)]
    return [Triple(texts[at][:QUESTION], texts[at][:PASSAGE], texts[at + 1][:PASSAGE]) for at in range(count)]


def _ours(source: Path, folder: Path, triples: list[Triple], prefixes: tuple[str, str], settings: BothSettings) -> list[Moment]:
    """With what a night does at every step: the job is told, and asked whether to go on."""
    opened = job_open(kind=KIND, subject_id=1, title="bench train", actor=None)
    job = job_claim(job_id=opened.pk, lease_s=600)
    ends: list[Moment] = []

    def goes_on(stage: str, done: int, total: int) -> bool:
        told = job_progress(job=job, stage=stage, done=done, total=total, lease_s=600)
        ends.append((time.perf_counter(), time.process_time()))
        return told

    try:
        both_towers.train(
            source, folder / "out", folder / "model", triples=triples, dev=[], prefixes=prefixes, settings=settings, goes_on=goes_on
        )
    finally:
        Job.objects.filter(pk=opened.pk).delete()
    return _between(ends)


def _bare(source: Path, folder: Path, triples: list[Triple], prefixes: tuple[str, str], settings: BothSettings) -> list[Moment]:
    """The library as its own pages show it, with a clock."""
    import torch
    from datasets import Dataset
    from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer, SentenceTransformerTrainingArguments
    from sentence_transformers.sentence_transformer.losses import CachedMultipleNegativesRankingLoss
    from transformers import PrinterCallback, TrainerCallback

    torch.set_num_threads(settings.threads)
    ends: list[Moment] = []

    class Clock(TrainerCallback):
        def on_step_end(self, args, state, control, **kwargs):
            ends.append((time.perf_counter(), time.process_time()))

    model = SentenceTransformer(str(source), device="cpu")
    model.max_seq_length = settings.longest
    columns = {"anchor": "question", "positive": "right", "negative": "wrong"}
    query, passage = prefixes
    trainer = SentenceTransformerTrainer(
        model=model,
        args=SentenceTransformerTrainingArguments(
            output_dir=str(folder), per_device_train_batch_size=settings.batch, num_train_epochs=1, learning_rate=settings.rate,
            warmup_steps=0.1, seed=settings.seed, prompts={"anchor": query, "positive": passage, "negative": passage}, save_strategy="no",
            report_to=[], disable_tqdm=True, logging_strategy="no",
        ),
        train_dataset=Dataset.from_dict({name: [getattr(each, field) for each in triples] for name, field in columns.items()}),
        loss=CachedMultipleNegativesRankingLoss(model, scale=1 / settings.temperature, mini_batch_size=settings.mini),
        callbacks=[Clock()],
    )  # fmt: skip
    trainer.remove_callback(PrinterCallback)  # stdout belongs to the command's result
    trainer.train()
    return _between(ends)


def _between(ends: list[Moment]) -> list[Moment]:
    return [(after[0] - before[0], after[1] - before[1]) for before, after in itertools.pairwise(ends)]


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="Of each, in turn.")
    parser.add_argument("--steps", type=int, default=5, metavar="N", help="Counted in a round.")
    parser.add_argument("--batch", type=int, default=4, help="Triples a step.")
    parser.add_argument("--longest", type=int, default=128, metavar="TOKENS")
    parser.add_argument("--threads", type=int, default=1, help="Of torch.")
