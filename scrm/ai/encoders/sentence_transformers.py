"""A sentence-transformers model as it is, in torch: for architectures that cannot be exported. Heavy: bulk work only."""

from collections.abc import Sequence

import numpy as np

from scrm.ai.errors import EncoderFilesMissing
from scrm.ai.folders import absolute
from scrm.ai.models import Encoder


def open_encoder(encoder: Encoder) -> "TorchEncoder":
    folder = absolute(encoder.folder)
    if not folder.is_dir():
        raise EncoderFilesMissing
    return TorchEncoder(str(folder), encoder)


class TorchEncoder:
    def __init__(self, folder: str, encoder: Encoder):
        from scrm.ai.sources.quiet import load_quietly

        self.model = load_quietly(folder)
        self.dimensions = encoder.dimensions
        self.query_prefix, self.passage_prefix = encoder.query_prefix, encoder.passage_prefix

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray:
        """float32 (n, dimensions), L2-normalised."""
        return self.encode(texts, self.query_prefix)

    def encode_passages(self, texts: Sequence[str]) -> np.ndarray:
        """float32 (n, dimensions), L2-normalised."""
        return self.encode(texts, self.passage_prefix)

    def encode(self, texts: Sequence[str], prefix: str) -> np.ndarray:
        if not texts:
            return np.empty((0, self.dimensions), np.float32)
        vectors = self.model.encode(
            [prefix + text.strip() for text in texts], prompt="", normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(vectors, np.float32)
