"""manage.py bench retrieval --peers: our search and what one would otherwise pick, same run, same passages, same vectors."""

import json
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from knowledge.models import Chunk, ChunkEmbedding, Document, KnowledgeBase
from knowledge.retrieval import search
from knowledge.text import index_text
from knowledge.types import Scope
from scrm.ai.encoders import TextEncoder, load
from scrm.ai.selectors import active_release
from scrm.core.errors import NotFound
from training.evaluation import metrics, retrieval_sets
from training.evaluation.peers import environment
from training.evaluation.peers.child import PEERS, peak_memory
from training.evaluation.retrieval import DOCUMENTS, PASSAGES
from training.evaluation.retrieval import load as load_set
from training.evaluation.retrieval_sets import Question
from training.evaluation.scratch import scratch_base

Say = Callable[[str], None]


@dataclass(frozen=True)
class Encoded:
    """The passages of a base as peers get them. `owners`: the document of each passage."""

    owners: Sequence[str]
    texts: Sequence[str]
    vectors: object


def bench_retrieval(options: dict, say: Say) -> dict:
    """One row a program: nDCG@10, recall@5, p50/p95 (encoding apart), index seconds (encoding apart), peak memory of the process.

    Raises Invalid when the set is not readable, NotFound when its folder is missing, Unavailable when the peers cannot be installed.
    """
    folder = options["set"]
    if not folder.is_dir():
        raise NotFound(_("There is no folder %(folder)s.") % {"folder": folder})
    questions = retrieval_sets.questions(folder)
    program = environment.python(say) if options["peers"] else None
    release = active_release()
    asked = load(release.query_encoder).encode_queries([question.text for question in questions])
    with scratch_base() as base, _timed(load(release.passage_encoder)) as encoding:
        began = time.perf_counter()
        documents = load_set(base, retrieval_sets.documents(folder), say)
        spent = time.perf_counter() - began
        rows = {"zhike": _ours(base, questions, spent - encoding.seconds)}
        say(f"zhike: {rows['zhike']}")
        if program:
            rows |= _peers(program, base, questions, asked, say)
    return {"set": folder.name, "documents": documents, "questions": len(questions), "encoding_s": round(encoding.seconds, 1), "rows": rows}


class _Encoding:
    """Seconds an encoder spent on passages."""

    seconds = 0.0


@contextmanager
def _timed(encoder: TextEncoder) -> Iterator[_Encoding]:
    spent, encode = _Encoding(), encoder.encode_passages

    def timed(texts: Sequence[str]):
        began = time.perf_counter()
        try:
            return encode(texts)
        finally:
            spent.seconds += time.perf_counter() - began

    encoder.encode_passages = timed
    try:
        yield spent
    finally:
        del encoder.encode_passages


def _ours(base: KnowledgeBase, questions: Sequence[Question], index_s: float) -> dict:
    names = dict(Document.objects.filter(base=base).values_list("pk", "name"))
    scope = Scope((base.pk,))
    search(questions[0].text, scope, threshold=0)
    ranked, spent = [], []
    for question in questions:
        result = search(question.text, scope, limit=PASSAGES, threshold=0)
        ranked.append([names[hit.document_id] for hit in result.hits])
        spent.append(result.timings_ms["total"] - result.timings_ms["encode"])
    return _row(questions, ranked, spent, index_s, peak_memory())


def _peers(program: Path, base: KnowledgeBase, questions: Sequence[Question], asked, say: Say) -> dict[str, dict]:
    passages = _encoded(base)
    rows = {}
    with tempfile.TemporaryDirectory(prefix="peers") as name:
        folder = Path(name)
        _write(folder, "passages", passages.texts, passages.vectors)
        _write(folder, "questions", [question.text for question in questions], asked)
        for peer in PEERS:
            found = environment.peer(program, peer, folder)
            ranked = [[passages.owners[number] for number in numbers] for numbers in found["ranked"]]
            rows[peer] = _row(questions, ranked, found["spent_ms"], found["index_s"], found["memory_bytes"])
            say(f"{peer}: {rows[peer]}")
    return rows


def _encoded(base: KnowledgeBase) -> Encoded:
    """The stored vectors (half precision), so that nobody's ranking rests on another encoding."""
    import numpy as np

    encoder = active_release().passage_encoder
    chunks = list(Chunk.objects.filter(version__base=base).select_related("version__document").order_by("pk"))
    stored = dict(ChunkEmbedding.objects.filter(base=base, encoder=encoder).values_list("chunk_id", "vector"))
    vectors = np.array([stored[chunk.pk] for chunk in chunks], dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    documents = [chunk.version.document for chunk in chunks]
    texts = [index_text(document.title, chunk.heading_path, chunk.text) for chunk, document in zip(chunks, documents, strict=True)]
    return Encoded([document.name for document in documents], texts, vectors)


def _write(folder: Path, name: str, texts: Sequence[str], vectors) -> None:
    import numpy as np

    (folder / f"{name}.jsonl").write_text("".join(json.dumps(text) + "\n" for text in texts), encoding="utf-8")
    np.save(folder / f"{name}.npy", vectors.astype(np.float32))


def _row(questions: Sequence[Question], ranked: Sequence[Sequence[str]], spent: Sequence[float], index_s: float, memory: int) -> dict:
    """A document counts once, at its best passage."""
    documents = [list(dict.fromkeys(names))[:DOCUMENTS] for names in ranked]
    pairs = list(zip(documents, questions, strict=True))
    return {
        "ndcg@10": round(sum(metrics.ndcg(found, question.gains, 10) for found, question in pairs) / len(pairs), 4),
        "recall@5": round(sum(metrics.recall(found, question.gains, 5) for found, question in pairs) / len(pairs), 4),
        "p50_ms": round(metrics.percentile(spent, 0.5), 1),
        "p95_ms": round(metrics.percentile(spent, 0.95), 1),
        "index_s": round(index_s, 1),
        "memory_mb": round(memory / 2**20),
    }


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--set", required=True, type=Path, metavar="DIR", help="Folder of corpus.jsonl, queries.jsonl, qrels.tsv.")
    parser.add_argument("--peers", action="store_true", help="Beside LangChain, Chroma and cosine + ts_rank_cd, installed on first use.")
