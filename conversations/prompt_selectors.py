"""Prompts as the pages show them."""

from dataclasses import dataclass

from conversations.bot import prompts, rewriting
from conversations.bot.wordings import BUILT_IN
from conversations.choices import PromptKind, PromptState, PromptTrialState
from conversations.models import PromptTrial, PromptVersion
from knowledge.models import KnowledgeBase, SearchQuestion
from scrm.access import policy
from scrm.core.errors import NotFound

VIEW = "conversations.view_promptversion"
BUILT_IN_TEXTS = {PromptKind.ANSWER: prompts.RULES, PromptKind.REWRITE: rewriting.RULES}
MOST_LISTED = 200
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


def prompt_tried(prompt: PromptVersion) -> bool:
    """Whether a trial of these very words has ended, whoever tried them."""
    return PromptTrial.objects.filter(prompt=prompt, text=prompt.text, state=PromptTrialState.DONE).exists()


def others_of(prompt: PromptVersion) -> list[int]:
    """Numbers it can be compared with, newest first; the built-in wording last."""
    rows = PromptVersion.objects.filter(kind=prompt.kind).exclude(pk=prompt.pk).order_by("-number")
    return [*rows.values_list("number", flat=True)[:MOST_LISTED], BUILT_IN]


def wording_of(kind: str, number: int) -> str:
    """Raises NotFound."""
    if number == BUILT_IN:
        return BUILT_IN_TEXTS[PromptKind(kind)]
    text = PromptVersion.objects.filter(kind=kind, number=number).values_list("text", flat=True).first()
    if text is None:
        raise NotFound
    return text


def saved_questions(user, base_id: int) -> tuple[KnowledgeBase | None, list[SearchQuestion]]:
    """The base, or the first one that the user may use, and its saved test questions, newest first."""
    bases = KnowledgeBase.objects.visible_to(user).filter(scratch=False)
    base = bases.filter(pk=base_id).first() or bases.first()
    rows = SearchQuestion.objects.filter(base=base, asked=True).order_by("-pk")[:MOST_LISTED] if base else []
    return base, list(rows)


def in_force(kind: str) -> tuple[int, str]:
    """(version, wording); version 0 is the built-in one."""
    row = PromptVersion.objects.filter(kind=kind, state=PromptState.LIVE).first()
    return (row.number, row.text) if row else (0, BUILT_IN_TEXTS[PromptKind(kind)])
