"""A stored trace made readable: named steps, milliseconds, facts and passages."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from conversations.selectors import passages

STEP_LABELS = {
    "redact": _("Mask personal data"),
    "intent": _("Recognise what is wanted"),
    "understand": _("Understand the question"),
    "cache": _("Look into the answer cache"),
    "retrieve": _("Search the knowledge"),
    "answer": _("Write the answer"),
    "check": _("Check against the sources"),
    "risk": _("Look for risks"),
}
SEARCH_STEPS = {
    "encode": _("encode the question"),
    "weigh": _("weigh the words"),
    "lexical": _("search by keywords"),
    "vector": _("search by meaning"),
    "fuse": _("fuse both lists"),
    "read": _("read the passages"),
    "rerank": _("read again"),
    "total": _("total"),
}
CLOSED = _("removed, or in a knowledge base you may not open")
LONG = 600


@dataclass(frozen=True)
class Step:
    """One step as a page shows it. `facts`: (key, text) pairs; `hits`: the passages a search step found; `sentences`: verdicts."""

    name: str
    label: str
    ms: float
    facts: list[tuple[str, str]]
    hits: list[dict[str, Any]]
    sentences: list[dict[str, Any]]


def trace_steps(trace: Iterable[dict], user=None, read: Callable[..., dict[int, dict]] = passages) -> list[Step]:
    """The entries {"step", "ms", "input", "output"} of Turn.trace or of a question's result, with the passages `user` may see, by `read`."""
    trace = list(trace)
    ids = {row["chunk"] for entry in trace for row in (*_hits(entry), *_sentences(entry)) if row.get("chunk")}
    found = read(user, ids) if ids and user else {}
    return [_step(entry, found) for entry in trace]


def _hits(entry: dict) -> list[dict]:
    hits = (entry.get("output") or {}).get("hits") or []
    return [hit for hit in hits if isinstance(hit, dict) and "chunk" in hit]


def _sentences(entry: dict) -> list[dict]:
    return [each for each in (entry.get("output") or {}).get("sentences") or [] if isinstance(each, dict)]


def _step(entry: dict, found: dict[int, dict]) -> Step:
    output = {key: value for key, value in (entry.get("output") or {}).items() if key not in ("hits", "rejected", "sentences")}
    hits = [{"matched": []} | hit | {"document": CLOSED} | found.get(hit["chunk"], {}) for hit in _hits(entry)]
    name = str(entry.get("step", ""))
    facts = [*_facts(entry.get("input") or {}), *_facts(output)]
    sentences = [each | {"document": found.get(each.get("chunk"), {}).get("document", "")} for each in _sentences(entry)]
    return Step(name=name, label=STEP_LABELS.get(name, name), ms=entry.get("ms", 0), facts=facts, hits=hits, sentences=sentences)


def _facts(values: dict) -> list[tuple[str, str]]:
    return [(key, _text(value)) for key, value in values.items() if value not in ("", None, [], {})]


def _text(value) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONG else text[:LONG] + "…"
