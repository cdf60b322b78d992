"""The tokenizer's serving file."""

import base64
import json
from pathlib import Path

from scrm.ai.encoders.tokens import SENTENCEPIECE, TOKENIZERS, sentencepiece_splitter, tokenizers_splitter


def write_tokenizer(tokenizer, folder: Path, sample: list[str]) -> str:
    """Write the tokenizer and return the file's name: sentencepiece where it gives the same ids, else as it is."""
    plain = folder / TOKENIZERS
    tokenizer.backend_tokenizer.save(str(plain))
    compact = as_sentencepiece(json.loads(plain.read_text()))
    if compact is None:
        return TOKENIZERS
    (folder / SENTENCEPIECE).write_bytes(compact)
    if sentencepiece_splitter(folder / SENTENCEPIECE)(sample) != tokenizers_splitter(plain)(sample):
        (folder / SENTENCEPIECE).unlink()
        return TOKENIZERS
    plain.unlink()
    return SENTENCEPIECE


def special_tokens(tokenizer) -> tuple[list[int], list[int]]:
    """Ids before and after a text, seen around one that has a single mark in it."""
    encoding = tokenizer.backend_tokenizer.encode("a")
    specials = [bool(flag) for flag in encoding.special_tokens_mask]
    first = specials.index(False)
    last = len(specials) - specials[::-1].index(False)
    return encoding.ids[:first], encoding.ids[last:]


def as_sentencepiece(parts: dict) -> bytes | None:
    """A sentencepiece model with the same pieces, scores and normalisation, or None for other kinds of tokenizer."""
    charsmap = normaliser_map(parts.get("normalizer") or {})
    model = parts["model"]
    if model.get("type") != "Unigram" or charsmap is None or (parts.get("pre_tokenizer") or {}).get("type") != "Metaspace":
        return None
    from sentencepiece import sentencepiece_model_pb2 as schema

    proto = schema.ModelProto()
    kinds = schema.ModelProto.SentencePiece
    special = {token["id"] for token in parts["added_tokens"] if token["special"]}
    for number, (piece, score) in enumerate(model["vocab"]):
        kind = kinds.UNKNOWN if number == model["unk_id"] else kinds.CONTROL if number in special else kinds.NORMAL
        proto.pieces.add(piece=piece, score=score, type=kind)
    trainer, normaliser = proto.trainer_spec, proto.normalizer_spec
    trainer.model_type, trainer.vocab_size, trainer.unk_id = 1, len(proto.pieces), model["unk_id"]
    trainer.bos_id = trainer.eos_id = trainer.pad_id = -1
    normaliser.precompiled_charsmap = charsmap
    normaliser.add_dummy_prefix = normaliser.remove_extra_whitespaces = normaliser.escape_whitespaces = True
    return proto.SerializeToString()


def normaliser_map(normaliser: dict) -> bytes | None:
    steps = normaliser.get("normalizers", [normaliser])
    if not steps or steps[0].get("type") != "Precompiled":
        return None
    return base64.b64decode(steps[0]["precompiled_charsmap"])
