"""Text to tokens whose loss counts only where the answer stands."""

from collections.abc import Sequence

from training.trainers.writer.pairs import Pair

IGNORED = -100  # what torch's cross entropy leaves out


def encoded(pair: Pair, tokenizer, longest: int) -> dict[str, list[int]]:
    """`input_ids` and `labels` of prompt + answer + end. A prompt that is too long loses its beginning, the answer loses nothing."""
    answer = tokenizer(pair.answer, add_special_tokens=False)["input_ids"] + [tokenizer.eos_token_id]
    kept = prompted(pair, tokenizer, max(1, longest - len(answer)))
    return {"input_ids": kept + answer, "labels": [IGNORED] * len(kept) + answer}


def prompted(pair: Pair, tokenizer, room: int) -> list[int]:
    """Tokens of the prompt, as trained and as asked: what does not fit is cut behind the first token, so that it ends where answers begin."""
    prompt = tokenizer(pair.prompt)["input_ids"]
    return prompt if len(prompt) <= room else prompt[:1] + prompt[len(prompt) - room + 1 :]


def padded(rows: Sequence[dict[str, list[int]]], pad: int) -> dict:
    """A batch of tensors (rows, longest)."""
    import torch

    longest = max(len(row["input_ids"]) for row in rows)
    fill = [longest - len(row["input_ids"]) for row in rows]
    return {
        "input_ids": torch.tensor([row["input_ids"] + [pad] * more for row, more in zip(rows, fill, strict=True)]),
        "labels": torch.tensor([row["labels"] + [IGNORED] * more for row, more in zip(rows, fill, strict=True)]),
        "attention_mask": torch.tensor([[1] * len(row["input_ids"]) + [0] * more for row, more in zip(rows, fill, strict=True)]),
    }
