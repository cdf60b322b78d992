"""manage.py evaluate privacy: what is masked of labelled texts, and what is masked for nothing."""

import json
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from scrm.core.errors import Invalid
from scrm.privacy.patterns import Finding, Kind, find
from training.evaluation.registry import EVALUATIONS, Evaluation

# The labels of data sets, and the kind that answers to each. A label that is not here is passed over.
LABELS = {
    "EMAIL": Kind.EMAIL, "ID_CARD": Kind.ID_CARD, "BANK_CARD": Kind.BANK_CARD, "PHONE": Kind.PHONE, "MOBILE": Kind.PHONE,
    "LANDLINE": Kind.PHONE, "PASSPORT": Kind.PASSPORT, "PLATE": Kind.PLATE, "USCC": Kind.COMPANY_CODE, "COMPANY_CODE": Kind.COMPANY_CODE,
    "ADDRESS": Kind.ADDRESS, "NAME": Kind.NAME, "PERSON": Kind.NAME, "ORDER": Kind.ORDER, "ORDER_NO": Kind.ORDER, "IDCARD": Kind.ID_CARD,
    "BANKCARD": Kind.BANK_CARD, "TELEPHONE": Kind.PHONE, "LICENSE_PLATE": Kind.PLATE,
}  # fmt: skip
LABELS |= {kind.value: kind for kind in Kind}
COVERED = 0.9  # share of an entity's characters that must be masked; below, some of it would be read
TOUCHES = 0.5  # share of a finding's characters that must lie in an entity of its kind


@dataclass(frozen=True)
class Entity:
    kind: Kind
    start: int
    end: int


def evaluate_privacy(options: dict, say: Callable[[str], None]) -> dict:
    """For each kind that the file labels: precision, recall and support (labelled entities). Raises Invalid for a bad file.

    Precision counts all lines, also those without entities: there whatever is found is found for nothing.
    """
    found: Counter[Kind] = Counter()
    right: Counter[Kind] = Counter()
    masked: Counter[Kind] = Counter()
    support: Counter[Kind] = Counter()
    names: dict[Kind, str] = {}
    for text, labelled in _lines(Path(options["set"])):
        entities = []
        for label, entity in labelled:
            names.setdefault(entity.kind, label)
            entities.append(entity)
        findings = find(text)
        support.update(entity.kind for entity in entities)
        masked.update(entity.kind for entity in entities if _covered(entity, findings) >= COVERED)
        found.update(finding.kind for finding in findings)
        right.update(finding.kind for finding in findings if _touches(finding, entities))
    return {
        names[kind]: {
            "precision": round(right[kind] / found[kind], 4) if found[kind] else None,
            "recall": round(masked[kind] / support[kind], 4),
            "support": support[kind],
        }
        for kind in sorted(support, key=lambda kind: names[kind])
    }


def _lines(path: Path) -> Iterator[tuple[str, list[tuple[str, Entity]]]]:
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                row = json.loads(line)
                spans = [(e["type"].upper(), int(e["start"]), int(e["end"])) for e in row.get("entities", [])]
                yield row["text"], [(name, Entity(LABELS[name], start, end)) for name, start, end in spans if name in LABELS]
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise Invalid(_("Line %(n)d is not a text with entities (type, start, end).") % {"n": number}) from error


def _covered(entity: Entity, findings: Iterable[Finding]) -> float:
    """Share of the entity that is masked, as whatever kind: hidden is hidden."""
    inside = sum(max(0, min(entity.end, f.end) - max(entity.start, f.start)) for f in findings)
    return inside / max(1, entity.end - entity.start)


def _touches(finding: Finding, entities: Iterable[Entity]) -> bool:
    shared = (min(finding.end, e.end) - max(finding.start, e.start) for e in entities if e.kind == finding.kind)
    return max(shared, default=0) >= TOUCHES * (finding.end - finding.start)


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--set", required=True, metavar="FILE", help="Lines of JSON: text, entities (type, start, end).")


EVALUATIONS.register("privacy", Evaluation("Masking of personal data: precision and recall by kind.", _arguments, evaluate_privacy))
