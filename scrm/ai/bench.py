"""Serving against stock sentence-transformers, same texts, same run."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from scrm.ai.encoders.onnx import OnnxEncoder
from scrm.ai.folders import absolute
from scrm.ai.models import Encoder
from scrm.ai.selectors import active_release
from scrm.ai.sources import resolve
from scrm.ai.sources.quiet import load_quietly

STOCK_BATCH = 32
QUERIES = 50


def compare_encode(texts: Sequence[str]) -> dict:
    """Passages/s of all texts at once and query p50 of their beginnings one by one, stock (torch, batch 32) and served.

    Stock uses all cores both ways, as it does by default; the server one thread a query and all cores for passages.
    Raises NoActiveRelease, SourceUnreachable, or EncoderFilesMissing when the release is not served by ONNX Runtime.
    """
    encoder = active_release().passage_encoder
    served, stock = serving(encoder), stock_model(encoder)
    passages = [encoder.passage_prefix + text for text in texts]
    queries = [text[:24] for text in texts[:QUERIES]]
    options = {"batch_size": STOCK_BATCH, "show_progress_bar": False, "prompt": "", "normalize_embeddings": True}
    figures = {
        "passages": len(texts),
        "stock_passages_per_s": rate(lambda: stock.encode(passages, **options), len(texts)),
        "served_passages_per_s": rate(lambda: served.encode_passages(texts), len(texts)),
        "stock_query_p50_ms": p50(lambda text: stock.encode([encoder.query_prefix + text], **options), queries),
        "served_query_p50_ms": p50(lambda text: served.encode_queries([text]), queries),
    }
    return figures | {
        "passages_speedup": round(figures["served_passages_per_s"] / figures["stock_passages_per_s"], 2),
        "query_speedup": round(figures["stock_query_p50_ms"] / figures["served_query_p50_ms"], 2),
    }


def serving(encoder: Encoder) -> OnnxEncoder:
    return OnnxEncoder(absolute(encoder.folder), threads=0)


def stock_model(encoder: Encoder):
    """The source model as `SentenceTransformer(...)` opens it."""
    folder: Path = resolve(encoder.source, lambda line: None)
    model = load_quietly(folder)
    model.max_seq_length = encoder.max_tokens
    return model


def rate(work: Callable[[], object], count: int) -> float:
    started = time.perf_counter()
    work()
    return round(count / (time.perf_counter() - started), 2)


def p50(ask: Callable[[str], object], texts: Sequence[str]) -> float:
    """Milliseconds; the first three calls are not counted."""
    times = []
    for text in [*texts[:3], *texts]:
        started = time.perf_counter()
        ask(text)
        times.append(time.perf_counter() - started)
    return round(median(times[3:]) * 1000, 2)
