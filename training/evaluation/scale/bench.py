"""manage.py bench scale: how times, recall and sizes grow with the number of passages."""

import time
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from itertools import islice
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from knowledge.retrieval.indexes import index_ensure
from knowledge.services.bases import base_create
from knowledge.services.documents import documents_load
from scrm.ai.models import Encoder
from scrm.ai.selectors import active_release
from scrm.core.errors import Invalid
from training.evaluation import retrieval_sets, sample_texts
from training.evaluation.scale import measuring
from training.evaluation.scale.database import scratch_database
from training.evaluation.scale.filling import NOISE, Filling

REAL = 10_000  # passages that the model encodes; the others are moved copies
FEWEST, MOST = 1_000, 20_000_000
FEWEST_REAL = 400  # the base of 0.5 % needs one of its own

Say = Callable[[str], None]


def bench_scale(options: dict, say: Say) -> dict:
    """Figures of each size, all in a scratch database. Raises Invalid for a set without passages, NoActiveRelease."""
    sizes = sorted(set(options["chunks"]))
    encoder = active_release().passage_encoder
    documents, questions = _texts(options["set"], min(options["real"], sizes[-1]), options["queries"])
    with scratch_database():
        say(f"loading {len(documents)} real documents")
        base = base_create(actor=None, name="real passages", scratch=True)
        documents_load(actor=None, base=base, documents=documents, progress=lambda done: say(f"{done} documents"))
        filling = Filling(encoder)
        if (real := filling.prepare()) < FEWEST_REAL:
            raise Invalid(_("Only %(count)d real passages; at least %(least)d are needed.") % {"count": real, "least": FEWEST_REAL})
        asked = measuring.asked(questions, active_release().query_encoder)
        measured = [_size(filling, number, encoder, asked, say) for number in sizes]
    return {"real_vectors": real, "vectors": _said(real, sizes[-1]), "queries": len(questions)} | _growth(measured) | {"sizes": measured}


def _size(filling: Filling, number: int, encoder: Encoder, asked: measuring.Asked, say: Say) -> dict:
    began = time.perf_counter()
    filling.fill(number)
    filled = time.perf_counter()
    say(f"{number} passages written in {filled - began:.0f} s")
    index_ensure(encoder)
    built = time.perf_counter()
    say(f"{number} passages: vector index built in {built - filled:.0f} s")
    result = {"chunks": number, "fill_s": round(filled - began, 1), "build_s": round(built - filled, 1)} | measuring.index_bytes(encoder)
    result["scopes"] = {}
    for name, scope in measuring.scopes().items():
        result["scopes"][name] = measuring.figures(asked, scope, encoder)
        say(f"{number} passages, scope {name}: {result['scopes'][name]}")
    return result


def _growth(measured: list[dict]) -> dict:
    """p95 of the largest size over that of 10,000 passages (or the smallest measured above), everything in scope."""
    compared = [one["scopes"]["all"]["p95_ms"] for one in measured if one["chunks"] >= 10_000] or [measured[0]["scopes"]["all"]["p95_ms"]]
    recalls = [scope["recall@10"] for one in measured for scope in one["scopes"].values()]
    return {"p95_growth": round(compared[-1] / compared[0], 2), "least_recall@10": min(recalls)}


def _said(real: int, largest: int) -> str:
    if largest <= real:
        return "of the real model"
    return f"{real} of the real model; beyond, these moved by {NOISE} in the direction between two others"


def _texts(folder: Path | None, passages: int, queries: int) -> tuple[list[tuple[str, str, str]], list[str]]:
    """A document gives a passage at least, so as many documents are enough."""
    documents = list(islice(retrieval_sets.documents(folder), passages)) if folder else list(sample_texts.passages(passages))
    if not documents:
        raise Invalid(_("The set holds no documents."))
    asked = [one.text for one in retrieval_sets.questions(folder)] if folder else sample_texts.questions(queries)
    return documents, asked[:queries]


def sizes(text: str) -> list[int]:
    """`1000,10000` as numbers."""
    try:
        numbers = [int(part) for part in text.split(",")]
    except ValueError as error:
        raise ArgumentTypeError(_("“%(text)s” is not a list of numbers like 1000,10000.") % {"text": text}) from error
    if not all(FEWEST <= number <= MOST for number in numbers):
        raise ArgumentTypeError(_("Sizes are from %(fewest)d to %(most)d passages.") % {"fewest": FEWEST, "most": MOST})
    return numbers


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--chunks", type=sizes, default=[1_000, 10_000, 100_000], metavar="N,N,…", help="Numbers of passages to measure.")
    parser.add_argument("--set", type=Path, metavar="DIR", help="Texts and questions of a retrieval set; otherwise generated ones.")
    parser.add_argument("--queries", type=positive, default=100, metavar="N")
    parser.add_argument(
        "--real", type=positive, default=REAL, metavar="N", help="Passages encoded by the model; the others are moved copies."
    )


def positive(text: str) -> int:
    if not text.isdigit() or not int(text):
        raise ArgumentTypeError(_("“%(text)s” is not a number above 0.") % {"text": text})
    return int(text)
