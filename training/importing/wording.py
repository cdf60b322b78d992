"""What was found in a line, as sentences for the person who reads the preview."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

SENTENCES = {
    "json": gettext_noop("Not valid JSON from character %(detail)s on."),
    "object": gettext_noop("Not an object {…}."),
    "long_line": gettext_noop("Longer than %(detail)s characters."),
    "text": gettext_noop("Must be text."),
    "list": gettext_noop("Must be a list of {text, grade}."),
    "many": gettext_noop("More than %(detail)s passages."),
    "missing": gettext_noop("Is missing or empty."),
    "short": gettext_noop("Has fewer than %(detail)s letters or digits."),
    "long": gettext_noop("Longer than %(detail)s characters."),
    "choice": gettext_noop("Must be one of: %(detail)s."),
    "grade": gettext_noop("Must be 0 (wrong), 1 (partly) or 2 (right)."),
    "empty": gettext_noop("Says nothing: no passage, no corrected answer, no error."),
    "masked": gettext_noop("Held personal data, which is masked."),
    "personal": gettext_noop("The corrected answer held personal data and is left out."),
    "base": gettext_noop("There is no knowledge base “%(detail)s”, or you may not change it."),
    "passage": gettext_noop("This passage is not in the knowledge base any more; it is left out."),
    "answer": gettext_noop("Cannot be an approved answer: %(detail)s"),
    "duplicate_line": gettext_noop("Says the same as line %(detail)s."),
    "duplicate_known": gettext_noop("Is known already."),
    "contradicts_line": gettext_noop("Contradicts line %(detail)s."),
    "contradicts_known": gettext_noop("Contradicts what people have said: %(detail)s"),
    "refused_later": gettext_noop("Could not be taken in: %(detail)s"),
}


def sentence(finding: Sequence[str]) -> str:
    """`finding`: [code, field, detail]."""
    code, name, detail = finding
    said = _(SENTENCES[code]) % {"detail": detail}
    return f"{name}: {said}" if name else said
