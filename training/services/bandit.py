"""Real-time learning: a contextual bandit over safe ways of answering, in real turns.

Each turn draws an arm by Thompson sampling; the choice is kept with its probabilities, and when it can be told whether the customer was
helped without a person, the arm's posterior learns of it. Off, it costs a turn nothing; on, a cached row and a draw.
"""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.bot import rules
from conversations.bot.choosers import Asked, Choice, Way
from conversations.choices import Author, TurnState
from conversations.models import Message, ReviewTask, Satisfaction, Turn
from knowledge.retrieval.likeness import same_key
from scrm.access import policy
from scrm.ai.chat import chat_configured
from scrm.audit.services import audit_record
from scrm.core.errors import Conflict, Invalid
from training.models import BanditChoice, BanditPolicy, Feedback
from training.models.bandit import USUAL

CHANGE = "training.change_trainingrun"
WINDOW = timedelta(hours=24)  # in which a hand-over, 未解决 or the same question again says that it was not solved
MOST_OF_ONE = 5  # choices of one customer that count in MONTH
MONTH = timedelta(days=30)
AT_ONCE = 500
FRESH_S = 5
LONG = 15  # characters of a question
_NOT_ALONE = (TurnState.REFUSED, TurnState.HANDED_OVER, TurnState.FAILED, TurnState.IN_REVIEW, TurnState.REJECTED)
_KEY = "training.bandit"
_OFF = "off"
_CODE = re.compile(r"[A-Za-z]+[-_]?\d|\d{3,}")

ARMS: Mapping[str, tuple[object, Way | None]] = {
    USUAL: (_("as usual"), None),
    "meaning": (_("meaning counts more"), Way(factors={"meaning": 1.3})),
    "words": (_("words count more"), Way(factors={"words": 1.3})),
    "wide": (_("fifteen passages"), Way(passages=15)),
    "strict": (_("passages must be more relevant"), Way(more=0.05)),
    "brief": (_("the language model is asked for one or two sentences"), Way(prompt="brief")),
    "plain": (_("no menu below the answer"), Way(menu=False)),
}
UNCOMPARED = frozenset({"plain"})  # without the menu nobody can say 未解决: what it earns is told in other words than what the others earn


def arms() -> list[str]:
    """The usual way first, then those of SCRM_BANDIT_ARMS that exist; ways of prompting only where a language model is prompted."""
    return [USUAL, *(name for name in settings.BANDIT_ARMS if name != USUAL and _offered(name))]


def _offered(name: str) -> bool:
    way = ARMS[name][1] if name in ARMS else None
    return way is not None and (not way.prompt or chat_configured())


def bandit_choose(asked: Asked) -> Choice | None:
    """A way for this turn; None while it is off, and where a risk rule speaks of the question: there nothing is tried."""
    choice = _choice(asked)
    if choice is None and asked.again:
        BanditChoice.objects.filter(turn=asked.turn_id, reward=None).delete()  # what an earlier try drew is not what answers
    return choice


def _choice(asked: Asked) -> Choice | None:
    if not settings.BANDIT:
        return None
    row = _policy()
    if row == _OFF or rules.topics(asked.text, ""):
        return None
    known, default, version = row
    names = arms()
    if default not in names:
        default = USUAL
    kept = BanditChoice.objects.filter(turn=asked.turn_id).first() or _kept(asked, names, known, default, version)
    return Choice(ARMS[kept.arm][1], lambda: BanditChoice.objects.filter(pk=kept.pk, reward=None).delete())


def _kept(asked: Asked, names: list[str], known: dict, default: str, version: int) -> BanditChoice:
    """Drawn and written down; of two workers at one turn the first one's word counts."""
    context = context_of(asked)
    shares, name = _drawn(names, known, context, names.index(default))
    facts = {"version": version, "arm": name, "shares": dict(zip(names, shares, strict=True)), "context": context}
    return BanditChoice.objects.get_or_create(turn_id=asked.turn_id, defaults=facts)[0]


def context_of(asked: Asked) -> list[float]:
    """[1, long question, follow-up, names a model or a number], 0 or 1 each."""
    text = asked.text
    return [1.0, float(len(text) > LONG), float(bool(asked.history)), float(bool(_CODE.search(text)))]


def bandit_switch(*, actor, on: bool) -> BanditPolicy:
    """Raises NotAllowed, Conflict unless SCRM_BANDIT lets it run at all."""
    policy.require(actor, CHANGE)
    if on and not settings.BANDIT:
        raise Conflict(_("Set SCRM_BANDIT=true first, and start the workers again."))
    return _changed(actor, "bandit.on" if on else "bandit.off", lambda row: setattr(row, "enabled", on))


def bandit_reset(*, actor) -> BanditPolicy:
    """Forget what was learned and begin anew; the choices stay to be read. Raises NotAllowed."""
    policy.require(actor, CHANGE)

    def forget(row: BanditPolicy) -> None:
        row.known, row.default, row.version, row.since = {}, USUAL, row.version + 1, timezone.now()

    return _changed(actor, "bandit.reset", forget)


def bandit_default(*, actor, arm: str, proven: bool) -> BanditPolicy:
    """Let this arm serve when nothing is tried. `proven`: it earns more than the default (the page's own figures).

    Raises NotAllowed, Invalid for an unknown arm, Conflict unless proven; the usual way needs no proof.
    """
    policy.require(actor, CHANGE)
    if arm not in arms():
        raise Invalid(_("There is no such way of answering."))
    if not proven and arm != USUAL:
        raise Conflict(_("It is not proven better: the interval of what it earns more than the default must lie above zero."))
    return _changed(actor, "bandit.default", lambda row: setattr(row, "default", arm), arm=arm)


def bandit_learn() -> int:
    """Rewards of turns whose window is over, or whose end says enough, into the posteriors; how many. Each choice is learned once."""
    now = timezone.now()
    BanditChoice.objects.filter(reward=None, turn__state=TurnState.SUPERSEDED).delete()  # nobody was answered in this way
    ended = BanditChoice.objects.filter(reward=None).exclude(turn__state=TurnState.RUNNING)
    rows = ended.select_related("turn__conversation__identity").order_by("pk")[:AT_ONCE]
    done = 0
    for row in rows:
        reward = reward_of(row.turn, over=row.created_at < now - WINDOW)
        if reward is not None:
            done += _learned(row, reward)
    return done


def reward_of(turn: Turn, *, over: bool) -> float | None:
    """1 solved without a person, 0 not; None while nothing is known yet. The first of these that is known counts:

    0 the bot's own end (refused, handed over, failed), a person looked at the answer before it was sent, or rejected it;
    0 the customer said 未解决, or within WINDOW asked for a person, asked the same again, or was written to by a person;
    0 or 1 what the customer said of the whole conversation afterwards, 1 已解决; 1 silence until WINDOW is over.
    """
    if turn.state in _NOT_ALONE or ReviewTask.objects.filter(turn=turn).exists():
        return 0.0
    said = set(Feedback.objects.filter(turn=turn).values_list("value", flat=True))
    if Feedback.Value.UNSOLVED in said or _came_back(turn):
        return 0.0
    if Feedback.Value.SOLVED in said:
        return 1.0
    score = Satisfaction.objects.filter(conversation=turn.conversation_id, asked_at__gt=turn.created_at).exclude(score=None).first()
    if score:
        return float(score.is_content)
    return 1.0 if over else None


def _came_back(turn: Turn) -> bool:
    """Within WINDOW the customer needed a person, or asked the same again."""
    until = turn.created_at + WINDOW
    here = {"conversation": turn.conversation_id, "created_at__lt": until}
    if Message.objects.filter(**here, author=Author.AGENT, pk__gt=turn.trigger_id).exists():
        return True
    key = same_key(turn.question)
    later = Turn.objects.filter(**here, pk__gt=turn.pk).values_list("question", "state")
    return any(state == TurnState.HANDED_OVER or (question and same_key(question) == key) for question, state in later)


def policy_row() -> BanditPolicy:
    return BanditPolicy.objects.order_by("pk").first() or BanditPolicy()


def _policy():
    """(posteriors by arm, default, version), or _OFF; a change counts within FRESH_S seconds."""
    found = cache.get(_KEY)
    if found is None:
        row = policy_row()
        found = (row.known, row.default, row.version) if row.enabled and row.pk else _OFF
        cache.set(_KEY, found, FRESH_S)
    return found


def _drawn(names: list[str], known: dict, context: list[float], default: int) -> tuple[list[float], str]:
    import numpy as np

    from training.bandit.propensities import propensities
    from training.bandit.thompson import Posterior

    random = np.random.default_rng()
    posteriors = [Posterior.from_json(known[name]) if name in known else Posterior.prior() for name in names]
    shares = propensities(posteriors, np.array(context), default=default, most_explored=settings.BANDIT_EXPLORED, random=random)
    return shares.tolist(), names[int(random.choice(len(names), p=shares))]


def _learned(row: BanditChoice, reward: float) -> int:
    """1 when this call was the one to learn it."""
    with transaction.atomic(durable=True):
        current = BanditPolicy.objects.select_for_update().order_by("pk").first()
        weight = _weight(row)
        if not BanditChoice.objects.filter(pk=row.pk, reward=None).update(reward=reward, weight=weight):
            return 0
        if current and weight and current.version == row.version:
            current.known[row.arm] = _after(current.known.get(row.arm), row.context, reward)
            current.save(update_fields=["known"])
    return 1


def _weight(row: BanditChoice) -> float:
    customer = row.turn.conversation.identity.customer_id
    counted = BanditChoice.objects.filter(
        weight__gt=0, created_at__gt=row.created_at - MONTH, turn__conversation__identity__customer=customer
    ).aggregate(n=Count("pk"))["n"]
    return float(counted < MOST_OF_ONE)


def _after(stored: dict | None, context: list[float], reward: float) -> dict:
    import numpy as np

    from training.bandit.thompson import Posterior

    before = Posterior.from_json(stored) if stored else Posterior.prior()
    return before.learned(np.array(context), reward).to_json()


def _changed(actor, action: str, change: Callable[[BanditPolicy], None], **detail) -> BanditPolicy:
    with transaction.atomic(durable=True):
        row = BanditPolicy.objects.select_for_update().order_by("pk").first() or BanditPolicy.objects.create()
        change(row)
        row.save()
        audit_record(actor=actor, action=action, subject=row, detail=detail | {"version": row.version})
    cache.delete(_KEY)
    return row
