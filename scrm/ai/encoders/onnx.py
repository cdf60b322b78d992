"""Serving with ONNX Runtime: no torch, no transformers.

The session has one thread; passages run on several batches at once instead, which was measured faster than several
threads inside one batch (40 against 37 passages/s of 250 tokens on two cores) and leaves one session for both uses.
"""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

import numpy as np
from django.conf import settings

from scrm.ai.encoders.tokens import Tokens
from scrm.ai.errors import EncoderFilesMissing
from scrm.ai.folders import Manifest, absolute, verify
from scrm.ai.models import Encoder

GRAPH = "model.onnx"
# Tokens of one batch, padding included. Measured with 250-token passages: one by one 40/s, by 4 32/s, by 16 23/s (larger
# activations leave the cache); short texts still share a run.
BATCH_TOKENS = 256
# Tokenised at once: bounds memory, and is enough to sort by length.
WINDOW = 2048


def open_encoder(encoder: Encoder) -> "OnnxEncoder":
    return OnnxEncoder(absolute(encoder.folder))


class OnnxEncoder:
    """One int8 model on this machine's cores. `threads`: batches encoded at once, 0 = one a core."""

    def __init__(self, folder: Path, *, threads: int | None = None):
        self.manifest: Manifest = verify(folder)
        self.dimensions = self.manifest.dimensions
        self.threads = threads if threads is not None else settings.ENCODER_THREADS
        self.session = open_session(folder / GRAPH)
        self.tokens = Tokens(folder, self.manifest)

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray:
        """float32 (n, dimensions), L2-normalised."""
        return self.encode(texts, self.manifest.query_prefix)

    def encode_passages(self, texts: Sequence[str]) -> np.ndarray:
        """float32 (n, dimensions), L2-normalised."""
        return self.encode(texts, self.manifest.passage_prefix)

    def encode(self, texts: Sequence[str], prefix: str) -> np.ndarray:
        vectors = np.empty((len(texts), self.dimensions), np.float32)
        for start in range(0, len(texts), WINDOW):
            ids = self.tokens.ids([prefix + text for text in texts[start : start + WINDOW]])
            for rows, batch in self.run_all(ids):
                vectors[start + np.array(rows)] = batch
        return vectors

    def run_all(self, ids: list[list[int]]) -> Iterator[tuple[list[int], np.ndarray]]:
        batches = list(by_length(ids))
        workers = min(self.threads or cores(), len(batches))
        if workers < 2:
            yield from ((rows, self.run([ids[row] for row in rows])) for rows in batches)
            return
        with ThreadPoolExecutor(workers) as pool:
            yield from zip(batches, pool.map(lambda rows: self.run([ids[row] for row in rows]), batches), strict=True)

    def run(self, batch: list[list[int]]) -> np.ndarray:
        length = max(map(len, batch))
        lengths = np.array([[len(ids)] for ids in batch])
        mask = np.arange(length)[None, :] < lengths
        inputs = np.zeros(mask.shape, np.int64)
        inputs[mask] = list(chain.from_iterable(batch))
        return self.session.run(None, {"input_ids": inputs, "attention_mask": mask.astype(np.int64)})[0]


def by_length(ids: list[list[int]]) -> Iterator[list[int]]:
    """Row numbers in batches of similar length, longest first, each of at most BATCH_TOKENS with padding."""
    order = sorted(range(len(ids)), key=lambda row: -len(ids[row]))
    start = 0
    while start < len(order):
        size = max(1, BATCH_TOKENS // len(ids[order[start]]))
        yield order[start : start + size]
        start += size


def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def open_session(graph: Path):
    """Weights stay mapped from the file beside the graph, so that unused rows of a vocabulary cost no memory."""
    import onnxruntime
    from onnxruntime.capi import onnxruntime_pybind11_state as causes

    damaged = (
        causes.Fail, causes.InvalidArgument, causes.InvalidGraph, causes.InvalidProtobuf, causes.NoSuchFile, causes.RuntimeException,
    )  # fmt: skip
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = options.enable_mem_pattern = False  # an arena would keep the longest batch's memory
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
    except damaged as error:
        raise EncoderFilesMissing from error
