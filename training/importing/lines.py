"""One line of a JSONL file of annotations, tamed field by field and masked. No database."""

import json
from dataclasses import dataclass

from knowledge.retrieval.likeness import same_key
from scrm.privacy.redact import redact

LONGEST_LINE = 200_000  # characters
LONGEST_QUESTION, LONGEST_ANSWER = 500, 20_000  # characters
SHORTEST = 2  # letters and digits of a question
MOST_PASSAGES = 50
GRADES = (0, 1, 2)
TEXTS = ("question", "answer", "corrected", "error", "base")

Finding = tuple[str, str, str]  # code, field, detail


@dataclass(frozen=True)
class Line:
    """What a line says, masked. `passages`: (text, grade). `findings` with `refused` say why it cannot be taken in."""

    number: int
    question: str = ""
    answer: str = ""
    corrected: str = ""
    error: str = ""
    base: str = ""
    passages: tuple[tuple[str, int], ...] = ()
    findings: tuple[Finding, ...] = ()
    refused: bool = False
    masked: bool = False

    @property
    def key(self) -> str:
        """Equal for questions that are the same but for signs and spaces."""
        return same_key(self.question)


def read_line(number: int, text: str, tags: frozenset[str]) -> Line:
    """`tags`: names of errors a line may give. Never raises: what is wrong stands in the line's findings."""
    if len(text) > LONGEST_LINE:
        return _refused(number, ("long_line", "", str(LONGEST_LINE)))
    try:
        row = json.loads(text)
    except json.JSONDecodeError as error:
        return _refused(number, ("json", "", str(error.colno)))
    except RecursionError:
        return _refused(number, ("json", "", "1"))
    if not isinstance(row, dict):
        return _refused(number, ("object", "", ""))
    wrong = [("text", name, "") for name in TEXTS if not isinstance(row.get(name) or "", str)]
    passages, bad = _passages(row.get("passages"))
    wrong += bad
    if wrong:
        return _refused(number, *wrong)
    return _checked(number, {name: (row.get(name) or "").replace("\x00", "").strip() for name in TEXTS}, passages, tags)


def _checked(number: int, said: dict[str, str], passages: tuple[tuple[str, int], ...], tags: frozenset[str]) -> Line:
    masked = {name: redact(said[name]).text for name in ("question", "answer", "corrected")}
    changed = [name for name in masked if masked[name] != said[name]]
    findings: list[Finding] = [("masked", name, "") for name in changed]
    corrected = masked["corrected"]
    if "corrected" in changed:
        findings.append(("personal", "corrected", ""))
        corrected = ""
    wrong = _wrong(masked["question"], masked["answer"], corrected, said["error"], tags)
    if not (passages or corrected or said["error"]):
        wrong.append(("empty", "", ""))
    return Line(
        number, masked["question"], masked["answer"], corrected, said["error"], said["base"], passages, (*findings, *wrong), bool(wrong), bool(changed)
    )  # fmt: skip


def _wrong(question: str, answer: str, corrected: str, error: str, tags: frozenset[str]) -> list[Finding]:
    wrong: list[Finding] = []
    if not question:
        wrong.append(("missing", "question", ""))
    elif len(same_key(question)) < SHORTEST:
        wrong.append(("short", "question", str(SHORTEST)))
    elif len(question) > LONGEST_QUESTION:
        wrong.append(("long", "question", str(LONGEST_QUESTION)))
    for name, text in (("answer", answer), ("corrected", corrected)):
        if len(text) > LONGEST_ANSWER:
            wrong.append(("long", name, str(LONGEST_ANSWER)))
    if error and error not in tags:
        wrong.append(("choice", "error", "、".join(sorted(tags))))
    return wrong


def _passages(given: object) -> tuple[tuple[tuple[str, int], ...], list[Finding]]:
    if given is None:
        return (), []
    if not isinstance(given, list):
        return (), [("list", "passages", "")]
    if len(given) > MOST_PASSAGES:
        return (), [("many", "passages", str(MOST_PASSAGES))]
    found, wrong = [], []
    for place, each in enumerate(given):
        name = f"passages[{place}]"
        if not isinstance(each, dict):
            wrong.append(("object", name, ""))
        elif not isinstance(each.get("text"), str) or not each["text"].strip():
            wrong.append(("missing", f"{name}.text", ""))
        elif each.get("grade") not in GRADES or isinstance(each["grade"], (bool, float)):
            wrong.append(("grade", f"{name}.grade", ""))
        else:
            found.append((each["text"], each["grade"]))
    return tuple(found), wrong


def _refused(number: int, *findings: Finding) -> Line:
    return Line(number, findings=findings, refused=True)
