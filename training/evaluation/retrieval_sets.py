"""Retrieval sets on disk: corpus.jsonl {id, title, text}, queries.jsonl {id, text}, qrels.tsv (header; query, document, gain)."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from scrm.core.errors import Invalid


@dataclass(frozen=True)
class Question:
    """`gains`: relevant documents by id, with their gain."""

    text: str
    gains: dict[str, float]


def documents(folder: Path) -> Iterator[tuple[str, str, str]]:
    """(id, title, text) of each document."""
    for row in _lines(folder / "corpus.jsonl"):
        yield str(row["id"]), str(row.get("title") or ""), str(row.get("text") or "")


def questions(folder: Path) -> list[Question]:
    """Those with at least one relevant document."""
    gains = _gains(folder / "qrels.tsv")
    found = [Question(str(row["text"]), gains[str(row["id"])]) for row in _lines(folder / "queries.jsonl") if str(row["id"]) in gains]
    if not found:
        raise Invalid(_("The set holds no question with a relevant document."))
    return found


def _gains(file: Path) -> dict[str, dict[str, float]]:
    result: dict[str, dict[str, float]] = defaultdict(dict)
    with _opened(file) as rows:
        next(rows, None)
        for query, document, gain, *_rest in csv.reader(rows, delimiter="\t", quoting=csv.QUOTE_NONE):
            if float(gain) > 0:
                result[query][document] = float(gain)
    return result


def _lines(file: Path) -> Iterator[dict]:
    with _opened(file) as rows:
        for number, line in enumerate(rows, 1):
            if line.strip():
                try:
                    yield json.loads(line)
                except ValueError as error:
                    raise Invalid(_("%(file)s, line %(line)s: not JSON.") % {"file": file.name, "line": number}) from error


def _opened(file: Path):
    try:
        return file.open(encoding="utf-8-sig", newline="")
    except OSError as error:
        raise Invalid(_("%(file)s cannot be read.") % {"file": file}) from error
