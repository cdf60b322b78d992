"""Sets of real files: a manifest with strings that must be found, and hostile files with what is expected of them."""

import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from knowledge.ingestion.parsers.glyphs import repair
from scrm.core.errors import Invalid

Normal = Callable[[str], str]


@dataclass(frozen=True)
class Sample:
    """One line of manifest.jsonl. `wanted`: strings to be found; `compare`: in words, how to normalise before comparing."""

    name: str
    path: Path
    wanted: tuple[str, ...]
    compare: str
    hostile: bool


def samples(folder: Path) -> list[Sample]:
    """The files of a set. Raises Invalid when its manifest is missing or not readable."""
    manifest = folder / "manifest.jsonl"
    if not manifest.is_file():
        raise Invalid(_("%(path)s is missing.") % {"path": manifest})
    lines = [line for line in manifest.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    try:
        found = [_sample(folder, json.loads(line)) for line in lines]
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid(_("%(path)s is not readable: %(error)s") % {"path": manifest, "error": error}) from error
    if not found:
        raise Invalid(_("%(path)s is empty.") % {"path": manifest})
    return found


def _sample(folder: Path, line: dict) -> Sample:
    wanted = line.get("must_contain") or ()
    wanted = (wanted,) if isinstance(wanted, str) else tuple(wanted)
    path = folder / line["file"]
    return Sample(line["file"], path, wanted, str(line.get("compare") or ""), bool(line.get("hostile")))


def normal(compare: str) -> Normal:
    """The normalisation that a manifest's wording asks for; applied to both sides.

    "exact" (or a wording about decoding alone) changes nothing. Spaces, NFKC, CJK radicals, letter case and punctuation are left out
    or folded when the wording names them; strings read by eye from a picture are compared without spaces and by NFKC, for what width a
    sign has can't be seen. A missing wording counts as "after removing spaces".
    """
    words = compare.lower()
    by_eye = "ocr" in words or "by eye" in words
    steps: list[Normal] = []
    if "radical" in words:
        steps.append(repair)
    if "nfkc" in words or by_eye:
        steps.append(lambda text: unicodedata.normalize("NFKC", text))
    if "case" in words:
        steps.append(str.casefold)
    if "punct" in words:
        steps.append(lambda text: re.sub(r"[^\w\s]", "", text))
    if "space" in words or by_eye or not words:
        steps.append(lambda text: re.sub(r"\s", "", text))
    return lambda text: _applied(steps, text)


def _applied(steps: list[Normal], text: str) -> str:
    for step in steps:
        text = step(text)
    return text


def missing(sample: Sample, chunks: list[str]) -> list[str]:
    """Wanted strings that are in none of the chunks."""
    change = normal(sample.compare)
    texts = [change(chunk) for chunk in chunks]
    return [wanted for wanted in sample.wanted if not any(change(wanted) in text for text in texts)]
