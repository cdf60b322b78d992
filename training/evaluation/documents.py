"""How long verbs on many documents hold up a base, and how much of a document survives an edit."""

import random
import time
from argparse import ArgumentParser
from collections.abc import Callable
from itertools import islice
from pathlib import Path

from knowledge.models import Chunk, Document, DocumentVersion, KnowledgeBase
from knowledge.services.documents import documents_load, documents_remove, documents_restore
from knowledge.services.validity import documents_change
from training.evaluation import retrieval_sets, sample_texts
from training.evaluation.bench import BENCHES
from training.evaluation.registry import Evaluation
from training.evaluation.scratch import scratch_base

Say = Callable[[str], None]
PASSAGES = 60  # in the text that is edited, none with a heading: the hardest for stable boundaries
ADDED = "这里新增了一段说明，自发布之日起执行，请各部门遵照办理并通知客户。" * 4


def bench_documents(options: dict, say: Say) -> dict:
    """Seconds to remove, restore and change so many documents at once."""
    with scratch_base() as base:
        documents_load(
            actor=None, base=base, documents=sample_texts.passages(options["documents"]), progress=lambda n: say(f"{n} documents")
        )
        ids = list(base.documents.values_list("pk", flat=True))
        figures = {"documents": len(ids), "chunks": Chunk.objects.filter(version__base=base).count()}
        figures["remove_s"] = _seconds(lambda: documents_remove(actor=None, base=base, document_ids=ids))
        figures["restore_s"] = _seconds(lambda: documents_restore(actor=None, base=base, document_ids=ids))
        figures["change_s"] = _seconds(lambda: documents_change(actor=None, base=base, document_ids=ids, changes={"audience": "internal"}))
    return figures


def bench_edits(options: dict, say: Say) -> dict:
    """Share of chunks whose vectors are kept when one paragraph in the middle is changed, put in or taken out."""
    paragraphs = _paragraphs(options["set"])
    with scratch_base() as base:
        _publish(base, paragraphs)
        return {name: _kept(base, edit(list(paragraphs)), say) for name, edit in EDITS.items()}


def _paragraphs(folder: Path | None) -> list[str]:
    texts = retrieval_sets.documents(folder) if folder else sample_texts.passages(PASSAGES)
    return [text for _name, _title, text in islice(texts, PASSAGES)]


def _changed(paragraphs: list[str]) -> list[str]:
    at = random.Random(1).randrange(len(paragraphs) // 4, len(paragraphs) // 2)
    half = len(paragraphs[at]) // 2
    paragraphs[at] = f"{paragraphs[at][:half]}价格改为一百二十九元。{paragraphs[at][half:]}"
    return paragraphs


def _put_in(paragraphs: list[str]) -> list[str]:
    paragraphs.insert(len(paragraphs) // 3, ADDED)
    return paragraphs


def _taken_out(paragraphs: list[str]) -> list[str]:
    del paragraphs[len(paragraphs) // 3]
    return paragraphs


EDITS = {"changed": _changed, "put_in": _put_in, "taken_out": _taken_out}


def _publish(base: KnowledgeBase, paragraphs: list[str]) -> DocumentVersion:
    documents_load(actor=None, base=base, documents=[("edited", "规定", "\n\n".join(paragraphs))])
    return Document.objects.get(base=base, name="edited").live_version


def _kept(base: KnowledgeBase, paragraphs: list[str], say: Say) -> float:
    before = set(base.documents.get().versions.get(number=1).chunks.values_list("content_hash", flat=True))
    after = list(_publish(base, paragraphs).chunks.values_list("content_hash", flat=True))
    kept = sum(digest in before for digest in after)
    say(f"{kept} of {len(after)} chunks as they were")
    return round(kept / len(after), 3)


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return round(time.perf_counter() - began, 2)


def _documents_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--documents", type=int, default=1_000, metavar="N")


def _edits_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--set", type=Path, metavar="DIR", help="Take the paragraphs from this retrieval set.")


BENCHES.register("documents", Evaluation("Removing, restoring and changing many documents at once.", _documents_arguments, bench_documents))
BENCHES.register("edits", Evaluation("How many chunks keep their vectors when a document is edited.", _edits_arguments, bench_edits))
