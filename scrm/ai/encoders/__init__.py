"""Text to vectors. `load` gives the encoder of a row, once a process."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib import import_module
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from scrm.ai.choices import EncoderKind
from scrm.ai.models import Encoder

if TYPE_CHECKING:
    import numpy as np


class TextEncoder(Protocol):
    """Vectors are float32 (n, dimensions), L2-normalised, rows in the order of the texts. Prefixes are added inside."""

    dimensions: int

    def encode_queries(self, texts: Sequence[str]) -> "np.ndarray": ...

    def encode_passages(self, texts: Sequence[str]) -> "np.ndarray": ...


MODULES = {
    EncoderKind.ONNX: "scrm.ai.encoders.onnx",
    EncoderKind.SENTENCE_TRANSFORMERS: "scrm.ai.encoders.sentence_transformers",
    EncoderKind.OPENAI: "scrm.ai.encoders.openai",
}
_loaded: dict[str, TextEncoder] = {}
_lock = Lock()


def load(encoder: Encoder) -> TextEncoder:
    """The encoder of this row, kept for the life of the process. Safe to call from several threads.

    Raises EncoderFilesMissing when its files are gone or damaged; the next call tries again.
    """
    found = _loaded.get(encoder.fingerprint)
    if found is None:
        with _lock:
            found = _loaded.get(encoder.fingerprint)
            if found is None:
                found = _loaded[encoder.fingerprint] = opener(encoder)(encoder)
    return found


def is_loaded(encoder: Encoder) -> bool:
    """Has this process loaded the encoder already? (Readiness checks ask.)"""
    return encoder.fingerprint in _loaded


def opener(encoder: Encoder) -> Callable[[Encoder], TextEncoder]:
    return import_module(MODULES[EncoderKind(encoder.kind)]).open_encoder


def query_vector(encoder: Encoder, text: str) -> "np.ndarray":
    """float32 (dimensions,), L2-normalised, read-only. The last few are kept: several steps of one turn ask for the same."""
    return _query_vector(load(encoder), text)


@lru_cache(maxsize=64)
def _query_vector(encoder: TextEncoder, text: str) -> "np.ndarray":
    vector = encoder.encode_queries([text])[0]
    vector.flags.writeable = False
    return vector
