"""Query and passage encoder together: weekly, or where there are GPUs. Every passage must be embedded again afterwards.

sentence-transformers' own trainer with cached multiple negatives (Gao et al., Scaling deep contrastive learning batch size, 2021) over
(question, right passage, hard negative); `accelerate launch manage.py train retriever --towers both ...` uses several GPUs or machines.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from training.trainers.types import GoesOn, Stopped

STAGE = "train"


@dataclass(frozen=True)
class Triple:
    question: str
    right: str
    wrong: str


@dataclass(frozen=True)
class BothSettings:
    """`mini`: texts that are in memory at once, whatever the batch. `matryoshka`: further lengths the vectors may be cut to; `rank`: of LoRA
    adapters, 0 = all weights are trained. `patience`: epochs without gain on dev before it stops.
    """

    epochs: int = 1
    batch: int = 32
    mini: int = 8
    accumulate: int = 1
    rate: float = 2e-5
    temperature: float = 0.02
    longest: int = 256
    matryoshka: tuple[int, ...] = ()
    rank: int = 0
    patience: int = 2
    seed: int = 1
    threads: int = 2


def train(
    source: Path,
    out: Path,
    target: Path,
    *,
    triples: Sequence[Triple],
    dev: Sequence[Triple],
    prefixes: tuple[str, str],
    settings: BothSettings,
    goes_on: GoesOn = lambda stage, done, total: True,
) -> Path:
    """Train the model of folder `source` and write it to `target`; `out` keeps a checkpoint an epoch that a killed run goes on from.

    prefixes: before questions and before passages. dev: measured by nDCG@10 among all passages given. Raises Stopped.
    """
    import torch
    from sentence_transformers import SentenceTransformerTrainer
    from transformers import EarlyStoppingCallback, PrinterCallback
    from transformers.trainer_utils import get_last_checkpoint

    from scrm.ai.sources.quiet import load_quietly

    if settings.threads:
        torch.set_num_threads(settings.threads)
    model = load_quietly(source)
    model.max_seq_length = settings.longest
    if settings.rank:
        _add_adapter(model, settings.rank)
    trainer = SentenceTransformerTrainer(
        model=model, args=_arguments(out, prefixes, settings, bool(dev)), train_dataset=_dataset(triples), loss=_loss(model, settings),
        evaluator=_evaluator(dev, triples, prefixes) if dev else None,
        callbacks=[_watcher(goes_on), *([EarlyStoppingCallback(settings.patience)] if dev else [])],
    )  # fmt: skip
    trainer.remove_callback(PrinterCallback)  # stdout belongs to the command's result
    out.mkdir(parents=True, exist_ok=True)
    trainer.train(resume_from_checkpoint=get_last_checkpoint(str(out)))
    if settings.rank:
        model[0].auto_model = model[0].auto_model.merge_and_unload()
    model.save(str(target), create_model_card=False)
    return target


def _dataset(triples: Sequence[Triple]):
    from datasets import Dataset

    columns = {"anchor": "question", "positive": "right", "negative": "wrong"}
    return Dataset.from_dict({name: [getattr(each, field) for each in triples] for name, field in columns.items()})


def _loss(model, settings: BothSettings):
    from sentence_transformers.sentence_transformer.losses import CachedMultipleNegativesRankingLoss, MatryoshkaLoss

    loss = CachedMultipleNegativesRankingLoss(model, scale=1 / settings.temperature, mini_batch_size=settings.mini)
    if not settings.matryoshka:
        return loss
    return MatryoshkaLoss(model, loss, [model.get_embedding_dimension(), *settings.matryoshka])


def _arguments(out: Path, prefixes: tuple[str, str], settings: BothSettings, measured: bool):
    from sentence_transformers import SentenceTransformerTrainingArguments

    query, passage = prefixes
    best = (
        {"eval_strategy": "epoch", "load_best_model_at_end": True, "metric_for_best_model": "eval_dev_cosine_ndcg@10"} if measured else {}
    )
    return SentenceTransformerTrainingArguments(
        output_dir=str(out), num_train_epochs=settings.epochs, per_device_train_batch_size=settings.batch,
        gradient_accumulation_steps=settings.accumulate, learning_rate=settings.rate, warmup_steps=0.1, seed=settings.seed,
        data_seed=settings.seed, prompts={"anchor": query, "positive": passage, "negative": passage}, save_strategy="epoch",
        save_total_limit=2, report_to=[], disable_tqdm=True, logging_strategy="no", **best,
    )  # fmt: skip


def _evaluator(dev: Sequence[Triple], triples: Sequence[Triple], prefixes: tuple[str, str]):
    from sentence_transformers.sentence_transformer.evaluation import InformationRetrievalEvaluator

    query, passage = prefixes
    texts = {
        text: str(place) for place, text in enumerate(dict.fromkeys(text for each in (*dev, *triples) for text in (each.right, each.wrong)))
    }
    relevant: dict[str, set[str]] = {}
    for each in dev:
        relevant.setdefault(each.question, set()).add(texts[each.right])
    return InformationRetrievalEvaluator(
        {question: question for question in relevant}, {place: text for text, place in texts.items()}, relevant, name="dev",
        query_prompt=query, corpus_prompt=passage, ndcg_at_k=[10], show_progress_bar=False, write_csv=False,
    )  # fmt: skip


def _add_adapter(model, rank: int) -> None:
    from peft import LoraConfig, TaskType

    model.add_adapter(LoraConfig(task_type=TaskType.FEATURE_EXTRACTION, r=rank, lora_alpha=2 * rank, target_modules="all-linear"))


def _watcher(goes_on: GoesOn):
    from transformers import TrainerCallback

    class Watcher(TrainerCallback):
        def on_step_end(self, args, state, control, **kwargs):
            if not goes_on(STAGE, state.global_step, state.max_steps):
                raise Stopped

    return Watcher()
