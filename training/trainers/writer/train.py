"""Fine-tune a writer with LoRA and say what it brought. Checkpoints let a killed run go on."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from scrm.core.errors import Invalid
from training.trainers.writer import base_model
from training.trainers.writer.measures import measured
from training.trainers.writer.pairs import Pair
from training.trainers.writer.tokens import encoded, padded

log = logging.getLogger(__name__)
FEWEST = 8  # pairs; fewer teach a model to repeat them
Report = Callable[[str], None]


@dataclass(frozen=True)
class Parameters:
    """`r`, `alpha`, `dropout`, `target_modules`: of LoRA; "all-linear" or names with commas. `longest`: tokens of a pair."""

    r: int = 8
    alpha: int = 16
    dropout: float = 0.05
    target_modules: str = "all-linear"
    epochs: float = 1.0
    batch: int = 4
    accumulate: int = 1
    learning_rate: float = 2e-4
    longest: int = 256
    seed: int = 7
    threads: int = 0  # 0: all cores
    merge: bool = False


def train(
    base: str,
    training: Sequence[Pair],
    held_out: Sequence[Pair],
    folder: Path,
    parameters: Parameters,
    *,
    report: Report = lambda text: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> dict:
    """Writes folder/adapter (peft's format; with `merge` folder/merged too) and gives {"before", "after", "steps", "seconds", ...}.

    A folder with checkpoints of a killed run goes on from the last one. Raises Invalid for too few pairs, BaseModelMissing.
    """
    if len(training) < FEWEST or not held_out:
        raise Invalid(_("Only %(count)d pairs to train with; at least %(least)d are needed.") % {"count": len(training), "least": FEWEST})
    started = time.perf_counter()
    _prepare(parameters)
    model, tokenizer = base_model.load(base)
    report(f"{base} loaded in {time.perf_counter() - started:.0f} s")
    before = measured(model, tokenizer, held_out, longest=parameters.longest)
    report(f"before: {before}")
    model = _with_adapter(model, parameters)
    steps = _fit(model, tokenizer, training, folder, parameters, report, cancelled)
    after = measured(model, tokenizer, held_out, longest=parameters.longest)
    _store(model, tokenizer, folder, merge=parameters.merge)
    trainable, total = model.get_nb_trainable_parameters()
    return {
        "base": base,
        "pairs": len(training),
        "held_out": len(held_out),
        "before": before,
        "after": after,
        "steps": steps,
        "trainable_share": round(trainable / total, 5),
        "adapter": str(folder / "adapter"),
        "seconds": round(time.perf_counter() - started, 1),
        "parameters": asdict(parameters),
    }


def _prepare(parameters: Parameters) -> None:
    import torch
    from transformers import set_seed

    set_seed(parameters.seed)
    if parameters.threads:
        torch.set_num_threads(parameters.threads)


def _with_adapter(model, parameters: Parameters):
    from peft import LoraConfig, get_peft_model

    modules = parameters.target_modules
    return get_peft_model(
        model,
        LoraConfig(
            r=parameters.r,
            lora_alpha=parameters.alpha,
            lora_dropout=parameters.dropout,
            target_modules=modules if modules == "all-linear" else modules.split(","),
            task_type="CAUSAL_LM",
        ),
    )


def _fit(model, tokenizer, pairs: Sequence[Pair], folder: Path, parameters: Parameters, report: Report, cancelled) -> int:
    """Steps taken. transformers' Trainer keeps optimiser, order and random state in its checkpoints."""
    import torch
    from transformers import PrinterCallback, Trainer, TrainingArguments

    rows = [encoded(pair, tokenizer, parameters.longest) for pair in pairs]
    arguments = TrainingArguments(
        output_dir=str(folder / "checkpoints"),
        num_train_epochs=parameters.epochs,
        per_device_train_batch_size=parameters.batch,
        gradient_accumulation_steps=parameters.accumulate,
        learning_rate=parameters.learning_rate,
        lr_scheduler_type="cosine",
        warmup_steps=max(1, int(0.05 * len(rows) / parameters.batch)),
        save_steps=50,
        save_total_limit=1,
        logging_steps=10,
        report_to=[],
        remove_unused_columns=False,
        disable_tqdm=True,
        dataloader_pin_memory=torch.cuda.is_available(),
        seed=parameters.seed,
    )
    trainer = Trainer(
        model=model,
        args=arguments,
        train_dataset=rows,
        data_collator=lambda batch: padded(batch, tokenizer.pad_token_id),
        callbacks=[_watch(report, cancelled)],
    )
    trainer.remove_callback(PrinterCallback)  # stdout belongs to the command's result
    return trainer.train(resume_from_checkpoint=_has_checkpoint(folder)).global_step


def _has_checkpoint(folder: Path) -> bool:
    return any((folder / "checkpoints").glob("checkpoint-*/trainer_state.json"))


def _watch(report: Report, cancelled: Callable[[], bool]):
    from transformers import TrainerCallback

    class Watch(TrainerCallback):
        def on_log(self, args, state, control, logs=None, **kwargs):
            if logs and "loss" in logs:
                report(f"step {state.global_step} of {state.max_steps}: loss {logs['loss']}")

        def on_step_end(self, args, state, control, **kwargs):
            if cancelled():
                control.should_save = control.should_training_stop = True

    return Watch()


def _store(model, tokenizer, folder: Path, *, merge: bool) -> None:
    model.save_pretrained(str(folder / "adapter"))
    tokenizer.save_pretrained(str(folder / "adapter"))
    if merge:
        model.merge_and_unload().save_pretrained(str(folder / "merged"))
        tokenizer.save_pretrained(str(folder / "merged"))
