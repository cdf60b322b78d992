"""How well a model writes: loss on answers it has not seen, and answers that contain what they must."""

import math
from collections.abc import Sequence

from training.trainers.writer.pairs import Pair
from training.trainers.writer.tokens import IGNORED, encoded, padded, prompted

MOST_NEW_TOKENS = 40


def measured(model, tokenizer, pairs: Sequence[Pair], *, longest: int, answered: int = 40) -> dict[str, float]:
    """{"loss", "perplexity", "answer_accuracy", "asked"}: mean nats an answer token, e to the loss, share of right greedy answers."""
    model.eval()
    loss = held_out_loss(model, tokenizer, pairs, longest)
    checked = [pair for pair in pairs if pair.accepted][:answered]
    right = sum(pair.is_answered_by(written(model, tokenizer, pair, longest)) for pair in checked)
    accuracy = round(right / len(checked), 4) if checked else None
    return {"loss": round(loss, 4), "perplexity": round(math.exp(min(loss, 30)), 2), "answer_accuracy": accuracy, "asked": len(checked)}


def held_out_loss(model, tokenizer, pairs: Sequence[Pair], longest: int) -> float:
    """Mean negative log-likelihood a token of the answers, in nats."""
    import torch

    total, tokens = 0.0, 0
    with torch.no_grad():
        for pair in pairs:
            batch = padded([encoded(pair, tokenizer, longest)], tokenizer.pad_token_id)
            count = int((batch["labels"] != IGNORED).sum())
            total += float(model(**_on(model, batch)).loss) * count
            tokens += count
    return total / max(1, tokens)


def written(model, tokenizer, pair: Pair, longest: int) -> str:
    """The model's own answer, the most likely token at every place, to the end of its first line."""
    import torch

    ids = torch.tensor([prompted(pair, tokenizer, max(1, longest - MOST_NEW_TOKENS))])
    batch = _on(model, {"input_ids": ids, "attention_mask": torch.ones_like(ids)})
    with torch.no_grad():
        found = model.generate(**batch, max_new_tokens=MOST_NEW_TOKENS, do_sample=False, pad_token_id=tokenizer.pad_token_id)
    return tokenizer.decode(found[0, ids.shape[1] :], skip_special_tokens=True).strip().partition("\n")[0]


def _on(model, batch) -> dict:
    return {name: value.to(model.device) for name, value in batch.items() if name != "token_type_ids"}
