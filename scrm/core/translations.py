"""The message catalogue: what the source says, what the catalogue holds, and the difference. Needs no gettext programs."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import polib
from babel.messages.extract import DEFAULT_KEYWORDS, extract_python
from django.conf import settings
from django.utils.translation.template import templatize

ROOMS = ("scrm", "knowledge", "conversations", "training")
KEYWORDS: dict[str, tuple | None] = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%(?:\((\w+)\))?[sd]|\{(\w*)\}")
_NAMED = re.compile(r"%\((\w+)\)[sd]")
METADATA = {
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Language": "zh_Hans",
    "Plural-Forms": "nplurals=1; plural=0;",
}


@dataclass(frozen=True)
class Message:
    msgid: str
    plural: str = ""
    context: str | None = None


def catalogue_path() -> Path:
    return settings.BASE_DIR / "scrm" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"


def sources() -> Iterator[Path]:
    """Python files of the rooms, and templates."""
    for room in ROOMS:
        for path in sorted((settings.BASE_DIR / room).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path
    for folder in ("templates", *ROOMS):
        yield from sorted((settings.BASE_DIR / folder).rglob("*.html"))
        yield from sorted((settings.BASE_DIR / folder).rglob("*.txt"))


def extract() -> dict[Message, list[str]]:
    """Every message of the source with the files it stands in, in order of appearance."""
    found: dict[Message, list[str]] = {}
    for path in sources():
        name = str(path.relative_to(settings.BASE_DIR))
        for message in _messages(path):
            files = found.setdefault(message, [])
            if name not in files:
                files.append(name)
    return found


def _messages(path: Path) -> Iterator[Message]:
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # The translatable parts as Python calls; indentation means nothing in HTML and would confuse Python's tokenizer.
        source = "\n".join(line.strip() for line in templatize(source, origin=str(path)).splitlines())
    for _line, function, arguments, _comments in extract_python(BytesIO(source.encode()), KEYWORDS, (), {"encoding": "utf-8"}):
        message = _message(function, arguments)
        if message and message.msgid:
            yield message


def _message(function: str, arguments: str | tuple) -> Message | None:
    """The call's string literals by the keyword's specification; None when the message is not a literal."""
    values = (arguments,) if isinstance(arguments, str | None) else arguments
    specification = KEYWORDS[function] or (1,)
    context, texts = None, []
    for place in specification:
        index = (place[0] if isinstance(place, tuple) else place) - 1
        value = values[index] if index < len(values) else None
        if value is None:
            return None
        if isinstance(place, tuple):
            context = value
        else:
            texts.append(value)
    return Message(texts[0], texts[1] if len(texts) > 1 else "", context)


def read() -> polib.POFile:
    """The catalogue as it stands; an empty one when there is none."""
    path = catalogue_path()
    catalogue = polib.pofile(str(path), wrapwidth=0) if path.exists() else polib.POFile(wrapwidth=0)
    catalogue.metadata = dict(METADATA)
    return catalogue


def update(translations: Mapping[str, str]) -> polib.POFile:
    """Write a catalogue of exactly the source's messages, keeping what is translated and taking the rest from `translations`."""
    old = {_key(entry): entry for entry in read() if not entry.obsolete}
    catalogue = polib.POFile(wrapwidth=0)
    catalogue.metadata = dict(METADATA)
    for message, files in extract().items():
        entry = polib.POEntry(msgid=message.msgid, msgid_plural=message.plural, msgctxt=message.context)
        entry.occurrences = [(name, "") for name in files]
        known = old.get(message)
        text = translations.get(message.msgid) or (_text(known) if known and not known.fuzzy else "")
        if message.plural:
            entry.msgstr_plural = {0: text}
        else:
            entry.msgstr = text
        catalogue.append(entry)
    path = catalogue_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(path))
    catalogue.save_as_mofile(str(path.with_suffix(".mo")))
    return catalogue


def problems() -> list[str]:
    """What keeps the catalogue from being complete: missing, superfluous, empty, fuzzy, wrong placeholders, stale .mo."""
    catalogue, wanted = read(), extract()
    entries = {_key(entry): entry for entry in catalogue if not entry.obsolete}
    found = [f"missing: {message.msgid!r} ({files[0]})" for message, files in wanted.items() if message not in entries]
    found += [f"no longer in the source: {message.msgid!r}" for message in entries if message not in wanted]
    for message, entry in entries.items():
        if message in wanted and (fault := _fault(entry)):
            found.append(f"{fault}: {message.msgid!r} ({wanted[message][0]})")
    compiled = catalogue_path().with_suffix(".mo")
    if not compiled.exists() or compiled.read_bytes() != catalogue.to_binary():
        found.append("django.mo is not compiled from django.po; run manage.py translations")
    return found


def _fault(entry: polib.POEntry) -> str:
    text = _text(entry)
    if entry.fuzzy:
        return "fuzzy"
    if not text.strip():
        return "empty"
    accepted = [_placeholders(source) for source in (entry.msgid, entry.msgid_plural) if source]
    if _placeholders(text) not in accepted:
        return "placeholders differ"
    return "a lone % (write %%)" if _NAMED.search(text) and not _formats(text) else ""


def _formats(text: str) -> bool:
    """Whether its named placeholders can be filled in: a sign of per cent beside them must be doubled, or Django shows the source instead."""
    try:
        _ = text % dict.fromkeys(_NAMED.findall(text), 1)
    except (ValueError, TypeError, KeyError):
        return False
    return True


def _placeholders(text: str) -> list[str]:
    return sorted(found.group(0) for found in PLACEHOLDER.finditer(text))


def _key(entry: polib.POEntry) -> Message:
    return Message(entry.msgid, entry.msgid_plural, entry.msgctxt)


def _text(entry: polib.POEntry) -> str:
    return entry.msgstr_plural.get(0, "") if entry.msgid_plural else entry.msgstr
