"""A stored trace made readable: named steps, milliseconds, facts and hits."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

STEP_LABELS = {
    "redact": _("Mask personal data"),
    "retrieve": _("Search the knowledge"),
    "answer": _("Write the answer"),
    "check": _("Check against the sources"),
    "risk": _("Look for risks"),
    "decide": _("Decide"),
}
LONG = 600


@dataclass(frozen=True)
class Step:
    """One step as a page shows it. `facts`: (key, text) pairs; `hits`: the passages a search step found."""

    name: str
    label: str
    ms: float
    facts: list[tuple[str, str]]
    hits: list[dict[str, Any]]


def trace_steps(trace: Iterable[dict]) -> list[Step]:
    """The entries {"step", "ms", "input", "output"} of Turn.trace or of a question's result."""
    return [_step(entry) for entry in trace]


def _step(entry: dict) -> Step:
    output = dict(entry.get("output") or {})
    hits = output.pop("hits", [])
    hits = hits if isinstance(hits, list) and all(isinstance(hit, dict) for hit in hits) else []
    facts = [*_facts(entry.get("input") or {}), *_facts(output)]
    name = str(entry.get("step", ""))
    return Step(name=name, label=STEP_LABELS.get(name, name), ms=entry.get("ms", 0), facts=facts, hits=hits)


def _facts(values: dict) -> list[tuple[str, str]]:
    return [(key, _text(value)) for key, value in values.items() if value not in ("", None, [], {})]


def _text(value) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=None)
    return text if len(text) <= LONG else text[:LONG] + "…"
