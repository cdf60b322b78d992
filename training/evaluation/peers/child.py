"""Runs in the peers' own environment: `python child.py PEER FOLDER`. Imports nothing of the product.

FOLDER holds passages.jsonl (texts), passages.npy, questions.jsonl, questions.npy: float32, L2-normalised. Prints one JSON object: seconds
of indexing, of each question the passages found (numbers, best first) and its milliseconds, and the peak resident memory in bytes.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

DEEP = 30  # passages asked for
CHROMA_BATCH = 5_000

Ask = Callable[[int], Sequence[int]]  # number of a question -> numbers of passages


class Data:
    """What is compared on."""

    def __init__(self, folder: Path):
        import numpy as np

        self.passages, self.questions = _texts(folder / "passages.jsonl"), _texts(folder / "questions.jsonl")
        self.passage_vectors, self.question_vectors = np.load(folder / "passages.npy"), np.load(folder / "questions.npy")


def _texts(file: Path) -> list[str]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def langchain(data: Data, cut: Callable[[str], list[str]] | None) -> Ask:
    """EnsembleRetriever of BM25Retriever and FAISS, half and half. cut: preprocess_func; None is the default, split at white space."""
    from langchain_classic.retrievers import EnsembleRetriever
    from langchain_community.retrievers import BM25Retriever
    from langchain_community.vectorstores import FAISS
    from langchain_core.embeddings import Embeddings

    class Encoded(Embeddings):
        """The product's encoder, asked before."""

        known = dict(zip(data.questions, data.question_vectors.tolist(), strict=True))

        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            raise NotImplementedError("passages come with their vectors")

        def embed_query(self, text: str) -> list[float]:
            return self.known[text]

    numbers = [{"number": number} for number in range(len(data.passages))]
    options = {"preprocess_func": cut} if cut else {}
    by_words = BM25Retriever.from_texts(data.passages, metadatas=numbers, k=DEEP, **options)
    pairs = list(zip(data.passages, data.passage_vectors.tolist(), strict=True))
    by_meaning = FAISS.from_embeddings(pairs, Encoded(), metadatas=numbers).as_retriever(search_kwargs={"k": DEEP})
    both = EnsembleRetriever(retrievers=[by_words, by_meaning], weights=[0.5, 0.5])
    return lambda asked: [found.metadata["number"] for found in both.invoke(data.questions[asked])]


def langchain_default(data: Data) -> Ask:
    return langchain(data, None)


def langchain_jieba(data: Data) -> Ask:
    import jieba

    jieba.initialize()
    return langchain(data, jieba.lcut)


def chroma(data: Data) -> Ask:
    import chromadb

    collection = chromadb.EphemeralClient().create_collection("passages", metadata={"hnsw:space": "cosine"})
    for start in range(0, len(data.passages), CHROMA_BATCH):
        rows = slice(start, start + CHROMA_BATCH)
        ids = [str(number) for number in range(len(data.passages))[rows]]
        collection.add(ids=ids, embeddings=data.passage_vectors[rows], documents=data.passages[rows])
    deep = min(DEEP, len(data.passages))
    return lambda asked: [int(number) for number in collection.query(data.question_vectors[asked][None], n_results=deep)["ids"][0]]


def postgres_sum(data: Data) -> Ask:
    """cosine + ts_rank_cd(simple, words cut by jieba in full mode, normalisation 32), all rows read, as MaxKB's mixed search does."""
    import jieba
    import psycopg

    def cut(text: str) -> str:
        return " ".join(jieba.cut(text, cut_all=True)).replace("\0", " ")

    jieba.initialize()
    connection = psycopg.connect(os.environ["PEERS_DSN"], autocommit=True)
    size = data.passage_vectors.shape[1]
    connection.execute(f"CREATE TEMP TABLE peer (number int, embedding vector({size}), words tsvector)")
    with connection.cursor() as cursor:
        rows = [(number, _literal(data.passage_vectors[number]), cut(text)) for number, text in enumerate(data.passages)]
        cursor.executemany("INSERT INTO peer VALUES (%s, %s::vector, to_tsvector('simple', %s))", rows)
    connection.execute("CREATE INDEX ON peer USING gin (words)")
    connection.execute("ANALYZE peer")
    statement = """
        SELECT number FROM peer
        ORDER BY 1 - (embedding <=> %s::vector) + ts_rank_cd(words, websearch_to_tsquery('simple', %s), 32) DESC, number LIMIT %s
    """

    def ask(asked: int) -> list[int]:
        values = [_literal(data.question_vectors[asked]), cut(data.questions[asked]), DEEP]
        return [row[0] for row in connection.execute(statement, values)]

    return ask


def _literal(vector) -> str:
    return "[" + ",".join(map(str, vector.tolist())) + "]"


PEERS: dict[str, Callable[[Data], Ask]] = {
    "langchain": langchain_default,
    "langchain_jieba": langchain_jieba,
    "chroma": chroma,
    "postgres_sum": postgres_sum,
}


def measured(peer: Callable[[Data], Ask], data: Data) -> dict:
    began = time.perf_counter()
    ask = peer(data)
    indexed = time.perf_counter() - began
    ask(0)
    ranked, spent = [], []
    for asked in range(len(data.questions)):
        began = time.perf_counter()
        ranked.append(list(ask(asked)))
        spent.append((time.perf_counter() - began) * 1000)
    return {"index_s": indexed, "ranked": ranked, "spent_ms": spent, "memory_bytes": peak_memory()}


def peak_memory() -> int:
    """Bytes resident. getrusage would give the parent's peak, which a new process inherits on Linux."""
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) * 1024


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measured(PEERS[sys.argv[1]], Data(Path(sys.argv[2])))) + "\n")
