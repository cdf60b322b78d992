"""Prompts as the pages show them."""

from dataclasses import dataclass

from conversations.bot import prompts, rewriting
from conversations.choices import PromptKind, PromptState
from conversations.models import PromptTrial, PromptVersion
from scrm.access import policy
from scrm.core.errors import NotFound

VIEW = "conversations.view_promptversion"
BUILT_IN_TEXTS = {PromptKind.ANSWER: prompts.RULES, PromptKind.REWRITE: rewriting.RULES}
GUARDS = {PromptKind.ANSWER: prompts.GUARD, PromptKind.REWRITE: rewriting.GUARD}


@dataclass(frozen=True)
class Shelf:
    """The versions of one kind; `live`: the one in force, None for the built-in wording."""

    kind: PromptKind
    versions: tuple[PromptVersion, ...]

    @property
    def live(self) -> PromptVersion | None:
        return next((row for row in self.versions if row.state == PromptState.LIVE), None)

    @property
    def built_in(self) -> str:
        return BUILT_IN_TEXTS[self.kind]

    @property
    def text(self) -> str:
        return self.live.text if self.live else self.built_in


def shelves(user) -> list[Shelf]:
    """Every kind with its versions, newest first; nothing without the role."""
    if not policy.can(user, VIEW):
        return []
    rows = list(PromptVersion.objects.select_related("created_by"))
    return [Shelf(kind, tuple(row for row in rows if row.kind == kind)) for kind in PromptKind]


def prompt_visible(user, pk: int) -> PromptVersion:
    """Raises NotFound."""
    row = PromptVersion.objects.select_related("created_by").filter(pk=pk).first() if policy.can(user, VIEW) else None
    if row is None:
        raise NotFound
    return row


def prompt_trial_own(user, pk: int) -> PromptTrial:
    """Only of the person who tries: it shows what the base says. Raises NotFound."""
    row = PromptTrial.objects.select_related("prompt", "base").filter(pk=pk, created_by=user).first()
    if row is None:
        raise NotFound
    return row


def in_force(kind: str) -> tuple[int, str]:
    """(version, wording); version 0 is the built-in one."""
    row = PromptVersion.objects.filter(kind=kind, state=PromptState.LIVE).first()
    return (row.number, row.text) if row else (0, BUILT_IN_TEXTS[PromptKind(kind)])
