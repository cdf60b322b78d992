"""Any OpenAI-compatible /v1/embeddings endpoint."""

import hashlib
import json
from collections.abc import Sequence

import numpy as np
from django.conf import settings
from django.utils.translation import gettext as _

from scrm.ai.errors import EncoderRefused, EncoderUnavailable
from scrm.ai.folders import Manifest
from scrm.ai.models import Encoder

# The smallest limit among the endpoints in use (DashScope: 10 texts a request).
BATCH = 10
TIMEOUT_S = 30.0
RETRIES = 4  # the client's own, on connection errors, 408, 409, 429 and 5xx, with growing pauses
LONGEST = 8192


def open_encoder(encoder: Encoder) -> "EndpointEncoder":
    return EndpointEncoder(encoder.source.removeprefix("openai:"), encoder.dimensions)


def describe(model: str) -> Manifest:
    """Facts of an endpoint's model; its dimensions are asked for. Raises EncoderUnavailable or EncoderRefused.

    The address is no part of the fingerprint: a model that moves to another host keeps its vectors.
    """
    dimensions = EndpointEncoder(model, None).encode_queries(["1"]).shape[1]
    fingerprint = hashlib.sha256(json.dumps(["openai", model, dimensions]).encode()).hexdigest()
    return Manifest(f"openai:{model}", fingerprint, dimensions, LONGEST, "", "")


class EndpointEncoder:
    """`dimensions`: what every vector must have; None accepts the endpoint's own."""

    def __init__(self, model: str, dimensions: int | None):
        from openai import OpenAI

        self.model, self.dimensions = model, dimensions
        self.client = OpenAI(
            base_url=settings.EMBEDDING_BASE_URL or settings.OPENAI_BASE_URL or None,
            api_key=settings.EMBEDDING_API_KEY or settings.OPENAI_API_KEY or "none",
            timeout=TIMEOUT_S,
            max_retries=RETRIES,
        )

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray:
        """float32 (n, dimensions), L2-normalised. Raises EncoderUnavailable (try later) or EncoderRefused."""
        return self.encode(texts)

    def encode_passages(self, texts: Sequence[str]) -> np.ndarray:
        """float32 (n, dimensions), L2-normalised. Raises EncoderUnavailable (try later) or EncoderRefused."""
        return self.encode(texts)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        if not texts:
            return np.empty((0, self.dimensions or 0), np.float32)
        parts = [self.ask(list(texts[at : at + BATCH])) for at in range(0, len(texts), BATCH)]
        return np.concatenate(parts)

    def ask(self, texts: list[str]) -> np.ndarray:
        import openai

        # Endpoints refuse empty inputs; a full stop stands for nothing.
        inputs = [text.strip() or "." for text in texts]
        try:
            answer = self.client.embeddings.create(model=self.model, input=inputs, encoding_format="float")
        except (openai.APIConnectionError, openai.RateLimitError, openai.InternalServerError) as error:
            raise EncoderUnavailable from error
        except openai.OpenAIError as error:
            raise EncoderRefused(refusal(error)) from error
        rows = sorted(answer.data or [], key=lambda row: row.index)
        return self.checked([row.embedding for row in rows], len(texts))

    def checked(self, rows: list[list[float]], wanted: int) -> np.ndarray:
        widths = {len(row) for row in rows}
        if len(rows) != wanted or len(widths) != 1 or (self.dimensions and widths != {self.dimensions}):
            raise EncoderRefused(
                _("The embedding endpoint gave %(got)d vectors of %(sizes)s numbers; %(wanted)d of %(size)s were expected.")
                % {"got": len(rows), "sizes": sorted(widths), "wanted": wanted, "size": self.dimensions or "?"}
            )
        vectors = np.asarray(rows, np.float32)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not (np.isfinite(norms).all() and (norms > 0).all()):
            raise EncoderRefused(_("The embedding endpoint gave vectors that are no directions (zero or not numbers)."))
        return vectors / norms


def refusal(error: Exception) -> str:
    """A sentence with the endpoint's status; its text is left out, because it may repeat inputs or keys."""
    status = getattr(error, "status_code", None) or type(error).__name__
    return _(
        "The embedding endpoint refused the request (%(status)s). Check SCRM_EMBEDDING_BASE_URL, SCRM_EMBEDDING_API_KEY and the model's name."
    ) % {"status": status}
