"""Every action that the code writes into the log has a name for people."""

import ast
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from conversations.audit_words import ACTIONS, subject_label
from training.models import UnknownQuestion


def literal_actions() -> Iterator[tuple[str, str]]:
    """(file, action) of every audit_record(action="...") in the rooms, each branch of a condition."""
    for room in ("scrm", "knowledge", "conversations", "training"):
        for path in Path(settings.BASE_DIR, room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "audit_record":
                    value = next(each.value for each in node.keywords if each.arg == "action")
                    for leaf in ast.walk(value):
                        if isinstance(leaf, ast.Constant) and "." in str(leaf.value) and not isinstance(value, ast.JoinedStr):
                            yield path.name, leaf.value


def test_every_action_has_words():
    found = list(literal_actions())
    assert len(found) > 60
    assert {(name, action) for name, action in found if action not in ACTIONS} == set()


def test_every_object_has_words():
    assert subject_label("conversations.turn") != "conversations.turn"
    assert subject_label("training.unknownquestion") == str(UnknownQuestion._meta.verbose_name)
    assert [subject_label(unknown) for unknown in ("", "gone.model")] == ["", "gone.model"]
