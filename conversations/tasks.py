"""Background work of this room. Each task names one verb; all are idempotent, and the drains find what a lost message left."""

from celery import shared_task
from celery.signals import worker_ready

from conversations import due  # noqa: F401  (it listens for workers)
from conversations.models import ChannelAccount
from conversations.services.cached_answers import cached_answers_purge
from conversations.services.chain_checks import chain_check_run, chain_check_start, chain_checks_drain
from conversations.services.drafts import draft_run, drafts_waiting
from conversations.services.endpoints import budget_tell
from conversations.services.idle import conversations_end_idle
from conversations.services.outbound import conversations_waiting, outbound_run
from conversations.services.profiles import profiles_fetch
from conversations.services.prompt_trials import prompt_trial_run, prompt_trials_waiting
from conversations.services.pull import account_pull, accounts_waiting
from conversations.services.questions import question_run, questions_waiting
from conversations.services.reviews import reviews_escalate
from conversations.services.turns import turn_run
from conversations.turn_selectors import turns_waiting
from scrm.core.tasks import held, send


@shared_task(name="conversations.account_pull")
def account_pull_task(account_id: int) -> None:
    account_pull(account_id=account_id)


@shared_task(name="conversations.budget_tell")
def budget_tell_task() -> None:
    budget_tell()


@shared_task(name="conversations.events_drain")
def events_drain_task() -> None:
    """Doorbells whose pull was lost or has failed."""
    for account_id in accounts_waiting():
        account_pull(account_id=account_id)


@shared_task(name="conversations.reviews_escalate")
def reviews_escalate_task() -> None:
    reviews_escalate()


@shared_task(name="conversations.idle_end")
def idle_end_task() -> None:
    conversations_end_idle()


@shared_task(name="conversations.cache_purge")
def cache_purge_task() -> None:
    cached_answers_purge()


@shared_task(name="conversations.accounts_reconcile")
def accounts_reconcile_task() -> None:
    """WeCom's callbacks are not fully reliable: look without being rung."""
    for account_id in ChannelAccount.objects.filter(enabled=True).values_list("pk", flat=True):
        account_pull(account_id=account_id, always=True)


@shared_task(name="conversations.profiles_fetch")
def profiles_fetch_task(account_id: int) -> None:
    profiles_fetch(account_id=account_id)


@shared_task(name="conversations.outbound_run")
def outbound_run_task(conversation_id: int) -> None:
    outbound_run(conversation_id=conversation_id)


@shared_task(name="conversations.outbound_drain")
def outbound_drain_task() -> None:
    """Messages that are due again, and those whose sender died."""
    for conversation_id in conversations_waiting():
        send("conversations.outbound_run", conversation_id)


@shared_task(name="conversations.turn_run")
def turn_run_task(conversation_id: int) -> None:
    with held("conversations.outbound_run") as spoken:
        turn_run(conversation_id=conversation_id)
    for (speaking_id,) in dict.fromkeys(spoken):
        outbound_run(conversation_id=speaking_id)


@shared_task(name="conversations.turns_drain")
def turns_drain_task() -> None:
    """Customers whose turn was lost with a message or a worker."""
    for conversation_id in turns_waiting():
        send("conversations.turn_run", conversation_id)


@shared_task(name="conversations.question_run")
def question_run_task(question_id: int) -> None:
    question_run(question_id=question_id)


@shared_task(name="conversations.questions_drain")
def questions_drain_task() -> None:
    for question_id in questions_waiting():
        send("conversations.question_run", question_id)


@shared_task(name="conversations.draft_run")
def draft_run_task(draft_id: int) -> None:
    draft_run(draft_id=draft_id)


@shared_task(name="conversations.drafts_drain")
def drafts_drain_task() -> None:
    for draft_id in drafts_waiting():
        send("conversations.draft_run", draft_id)


@shared_task(name="conversations.prompt_trial_run")
def prompt_trial_run_task(trial_id: int) -> None:
    prompt_trial_run(trial_id=trial_id)


@shared_task(name="conversations.prompt_trials_drain")
def prompt_trials_drain_task() -> None:
    for trial_id in prompt_trials_waiting():
        send("conversations.prompt_trial_run", trial_id)


@shared_task(name="conversations.chain_check_run")
def chain_check_run_task(job_id: int) -> None:
    chain_check_run(job_id=job_id)


@shared_task(name="conversations.chain_check_nightly")
def chain_check_nightly_task() -> None:
    chain_check_start()


@shared_task(name="conversations.chain_checks_drain")
def chain_checks_drain_task() -> None:
    chain_checks_drain()


@worker_ready.connect
def drain_at_start(**kwargs) -> None:
    """A worker that takes over from a killed one does not wait for the next period."""
    for name in ("events_drain", "turns_drain", "outbound_drain"):
        send(f"conversations.{name}")
