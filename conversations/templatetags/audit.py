"""The audit log in words, for its pages."""

import json

from django import template
from django.utils.translation import gettext as _

from conversations.audit_words import action_label, subject_label
from conversations.templatetags.threads import VERDICTS, WRITERS
from scrm.audit.models import AuditEntry

register = template.Library()
register.filter("action_label", action_label)
register.filter("subject_label", subject_label)

SHOWN = 120
# Numbers of the log for which the list has columns, or which only a machine reads.
QUIET = {"conversation", "verdict", "stamps", "prompt", "endpoints", "versions", "release", "base", "head"}


@register.filter
def entry_line(entry: AuditEntry) -> str:
    """The detail on one line of the list: verdict and writer of an answer, else what else is noted."""
    if entry.purged_at:
        return _("details emptied after their time of keeping")
    detail = entry.detail
    said = [str(VERDICTS.get(detail["verdict"], detail["verdict"]))] if detail.get("verdict") else []
    if detail.get("writer"):
        said.append(str(WRITERS.get(detail["writer"], detail["writer"])))
    rest = {key: value for key, value in detail.items() if key not in QUIET | {"writer"} and value not in ("", None, [], {})}
    said += [f"{key}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}" for key, value in rest.items()]
    line = " · ".join(said)
    return line if len(line) <= SHOWN else line[:SHOWN] + "…"


@register.filter
def detail_rows(entry: AuditEntry) -> list[tuple[str, str]]:
    """All that the detail holds, as (name, text)."""
    return [(key, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)) for key, value in entry.detail.items()]
