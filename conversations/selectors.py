"""What the desk's pages read. Every list is filtered by grant inside the query."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from conversations.choices import ConversationState, Holder, OutboundState, ReviewState, TurnState
from conversations.models import Citation, Conversation, Message, OutboundMessage, Question, ReviewTask, Turn
from knowledge.models import Chunk, Document, KnowledgeBase, WebPage
from knowledge.web_selectors import source_urls
from scrm.access import policy
from scrm.core.errors import NotFound
from scrm.privacy.vault import namespaces_with

REVEAL = "conversations.reveal_personal"
BOXES: dict[str, Q] = {
    "open": Q(state=ConversationState.OPEN),
    "waiting": Q(state=ConversationState.OPEN, holder=Holder.WAITING),
    "mine": Q(state=ConversationState.OPEN, holder=Holder.PERSON),
    "bot": Q(state=ConversationState.OPEN, holder=Holder.BOT),
    "closed": Q(state=ConversationState.CLOSED),
}
# A thread page shows the latest entries; older ones are a link away.
THREAD_LENGTH = 100


def box_filter(box: str, user) -> Q:
    return BOXES[box] & Q(assignee=user) if box == "mine" else BOXES[box]


def inbox(user, *, box: str, words: str = ""):
    """Conversations of a box (BOXES) that the user may see, newest first; the waiting ones longest wait first.

    `words`: part of the customer's name or remark, or of any message; texts are masked, so a whole telephone number or the like finds
    where it was said by its keyed hash, for those who may see it. Rows carry `last_text` and `last_author`.
    """
    rows = Conversation.objects.visible_to(user).filter(box_filter(box, user)).select_related("account", "assignee", "identity__customer")
    if words:
        said = Message.objects.filter(conversation=OuterRef("pk"), text__icontains=words)
        customer = Q(identity__customer__name__icontains=words) | Q(identity__customer__remark__icontains=words)
        rows = rows.filter(customer | Exists(said) | _value_said(user, words))
    latest = Message.objects.filter(conversation=OuterRef("pk")).order_by("-id")
    rows = rows.annotate(last_text=Subquery(latest.values("text")[:1]), last_author=Subquery(latest.values("author")[:1]))
    order = F("last_customer_at").asc(nulls_last=True) if box == "waiting" else F("last_message_at").desc(nulls_last=True)
    return rows.order_by(order, "-id")


def _value_said(user, words: str) -> Q:
    """Conversations and customers' cards in which the personal value was written."""
    found = namespaces_with(words) if policy.can(user, REVEAL) else []
    ids: dict[str, list[int]] = {"conversation": [], "customer": []}
    for namespace in found:
        kind, _colon, pk = namespace.partition(":")
        ids.setdefault(kind, []).append(int(pk))
    return Q(pk__in=ids["conversation"]) | Q(identity__customer__in=ids["customer"])


def inbox_counts(user) -> dict[str, int]:
    """How many conversations stand in each open box."""
    boxes = {box: Count("pk", filter=box_filter(box, user)) for box in BOXES if box != "closed"}
    return Conversation.objects.visible_to(user).filter(state=ConversationState.OPEN).aggregate(**boxes)


def conversation_visible(user, pk: int) -> Conversation:
    """One conversation; NotFound when it does not exist or lies in an account without a grant."""
    rows = Conversation.objects.visible_to(user).select_related("account", "assignee", "identity__customer", "satisfaction")
    try:
        return rows.get(pk=pk)
    except Conversation.DoesNotExist as error:
        raise NotFound from error


def citations_for(user):
    """Citations with `may_open`: whether the user may read the document, and `web_url`: where a web page came from, else "".

    Of a document that may not be read a page shows the number and nothing else.
    """
    pages = WebPage.objects.filter(document=OuterRef("document")).order_by("id").values("url")[:1]
    return Citation.objects.annotate(
        may_open=Exists(Document.objects.readable_by(user).filter(pk=OuterRef("document"))), web_url=Coalesce(Subquery(pages), Value(""))
    )


def passages(user, chunk_ids) -> dict[int, dict]:
    """Title, text and place of chunks, by id, as far as the user may read them."""
    rows = (
        Chunk.objects.visible_to(user)
        .filter(pk__in=chunk_ids, version__document__in=Document.objects.readable_by(user))
        .select_related("version__document")
        .defer("version__text", "version__outline")
    )
    urls = source_urls({row.version.document_id for row in rows})
    return {row.pk: passage(row) | {"web_url": urls.get(row.version.document_id, "")} for row in rows}


def passage(row: Chunk) -> dict:
    document = row.version.document
    return {
        "document": document.title or document.name, "document_id": document.pk, "version_id": row.version_id, "page": row.page,
        "heading": " > ".join(row.heading_path), "text": row.text, "question": row.question, "start": row.start, "end": row.end,
    }  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One line of a thread: a message, words still in the outbox, or what became of a turn that said nothing."""

    at: datetime
    message: Message | None = None
    outbound: OutboundMessage | None = None
    turn: Turn | None = None


SILENT_TURNS = (TurnState.IN_REVIEW, TurnState.HANDED_OVER, TurnState.REJECTED, TurnState.FAILED)


def thread(user, conversation: Conversation, *, before: int | None = None) -> list[Entry]:
    """The latest THREAD_LENGTH messages (before message id `before`), what waits in the outbox, and silent turns among them, in order."""
    cited = Prefetch("outbound__turn__citations", queryset=citations_for(user))
    messages = conversation.messages.select_related("user", "outbound__turn").prefetch_related(cited)
    if before:
        messages = messages.filter(pk__lt=before)
    latest = list(messages.order_by("-id")[:THREAD_LENGTH])[::-1]
    entries = [Entry(at=row.created_at, message=row, outbound=_outbound(row)) for row in latest]
    if not before:
        entries += [Entry(at=row.created_at, outbound=row) for row in _unsent(user, conversation)]
    if latest:
        entries += [Entry(at=row.ended_at or row.created_at, turn=row) for row in _silent_turns(conversation, latest)]
    return sorted(entries, key=lambda entry: entry.at)


def _outbound(message: Message) -> OutboundMessage | None:
    return getattr(message, "outbound", None)


def _unsent(user, conversation: Conversation):
    cited = Prefetch("turn__citations", queryset=citations_for(user))
    return conversation.outbound.filter(message=None).select_related("user", "turn").prefetch_related(cited).order_by("id")


def _silent_turns(conversation: Conversation, messages: list[Message]):
    within = conversation.turns.filter(state__in=SILENT_TURNS, trigger__gte=messages[0].pk, trigger__lte=messages[-1].pk)
    return within.order_by("id")


def thread_stamp(conversation: Conversation) -> str:
    """Changes whenever the thread would look different: what a poll compares before it renders anything."""
    newest = conversation.messages.order_by("-id").values_list("id", "recalled_at")[:1]
    waiting = conversation.outbound.order_by("-id").values_list("id", "state", "attempts")[:5]
    turns = conversation.turns.order_by("-id").values_list("id", "state")[:2]
    facts = [conversation.state, conversation.holder, conversation.assignee_id, list(newest), list(waiting), list(turns)]
    return digest(facts)


def digest(facts) -> str:
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def bot_is_writing(conversation: Conversation) -> bool:
    return conversation.turns.filter(state=TurnState.RUNNING).exists()


def turn_visible(user, pk: int) -> Turn:
    """One turn with its citations; NotFound without a grant on its account."""
    try:
        cited = Prefetch("citations", queryset=citations_for(user))
        return Turn.objects.visible_to(user).select_related("conversation").prefetch_related(cited).get(pk=pk)
    except Turn.DoesNotExist as error:
        raise NotFound from error


def reviews_open(user):
    """Answers that wait for a person in accounts this user may see, longest wait first."""
    rows = ReviewTask.objects.visible_to(user).filter(state=ReviewState.OPEN)
    related = rows.select_related("proposed_by", "turn__trigger", "turn__conversation__account", "turn__conversation__identity__customer")
    return related.prefetch_related("approvals__user", Prefetch("turn__citations", queryset=citations_for(user)))


def reviews_decided(user):
    rows = ReviewTask.objects.visible_to(user).exclude(state=ReviewState.OPEN)
    return rows.select_related("decided_by", "turn__conversation__account", "turn__conversation__identity__customer").order_by(
        "-decided_at"
    )[:10]


def reviews_stamp(user) -> str:
    rows = ReviewTask.objects.visible_to(user).filter(state=ReviewState.OPEN).annotate(yes=Count("approvals"))
    return digest(list(rows.values_list("pk", "yes", "proposed", "escalated_at")))


def review_visible(user, pk: int) -> ReviewTask:
    """One review task; NotFound without a grant on its account."""
    try:
        return ReviewTask.objects.visible_to(user).select_related("turn__conversation__account").get(pk=pk)
    except ReviewTask.DoesNotExist as error:
        raise NotFound from error


def questions_own(user):
    """The user's own questions, but not those to a base that the user has lost since: their results quote it."""
    visible = KnowledgeBase.objects.visible_to(user)
    lost = Question.bases.through.objects.filter(question=OuterRef("pk")).exclude(knowledgebase__in=visible)
    return Question.objects.filter(~Exists(lost), asked_by=user).prefetch_related("bases").order_by("-id")


def question_own(user, pk: int) -> Question:
    """One of questions_own; NotFound for any other."""
    try:
        return questions_own(user).get(pk=pk)
    except Question.DoesNotExist as error:
        raise NotFound from error


def result_readable(user, question: Question) -> dict:
    """A question's stored result without what its asker may not read any more: a document may have been restricted or removed since.

    Passages of such documents are left out; an answer that quotes one is, with its trace (`withheld`).
    """
    result = question.result or {}
    lists = {key: result.get(key) or [] for key in ("citations", "hits", "rejected", "silent")}
    ids = {row.get("document_id") for rows in lists.values() for row in rows} - {None}
    rows = Document.objects.readable_by(user).filter(pk__in=ids).values_list("pk", "title", "name") if ids else ()
    readable = {pk: title or name for pk, title, name in rows}
    urls = source_urls(readable) if readable else {}
    kept = {key: _kept(rows, readable, urls) for key, rows in lists.items() if key in result}
    if len(kept.get("citations", ())) == len(lists["citations"]):
        return result | kept
    return result | kept | {"withheld": True, "answer": "", "citations": [], "trace": []}


def _kept(rows: list[dict], readable: dict[int, str], urls: dict[int, str]) -> list[dict]:
    """Those of readable documents, each with `document`, its title, and `web_url`, where its page came from, "" for what is no web page."""
    kept = [row for row in rows if row.get("document_id") in readable]
    return [{"document": readable[row["document_id"]]} | row | {"web_url": urls.get(row["document_id"], "")} for row in kept]


def same_in(user, result: dict) -> dict[int, list[str]]:
    """By chunk of a search's hit: the titles of the documents, as far as the user may read them, that say the same and were left out."""
    same = {hit["chunk_id"]: hit["same"] for hit in result.get("hits") or [] if hit.get("same")}
    found = passages(user, {chunk for others in same.values() for chunk in others}) if same else {}
    return {chunk: list(dict.fromkeys(found[each]["document"] for each in others if each in found)) for chunk, others in same.items()}


def answers_last_day(user) -> dict[str, int]:
    """What became of the bot's turns in the last 24 hours, in accounts this user may see."""
    since = timezone.now() - timedelta(hours=24)
    states = ("answered", "refused", "handed_over", "in_review", "failed")
    counts = {state: Count("pk", filter=Q(state=state)) for state in states}
    return Turn.objects.visible_to(user).filter(created_at__gte=since).aggregate(total=Count("pk"), **counts)


def undelivered(user):
    """The newest words that never reached a customer: each needs a person."""
    rows = OutboundMessage.objects.visible_to(user).filter(state=OutboundState.FAILED, created_at__gte=timezone.now() - timedelta(days=3))
    return rows.select_related("conversation__identity__customer").order_by("-id")[:5]


def outbound_visible(user, pk: int) -> OutboundMessage:
    """One row of the outbox; NotFound without a grant on its account."""
    try:
        return OutboundMessage.objects.visible_to(user).select_related("conversation__account").get(pk=pk)
    except OutboundMessage.DoesNotExist as error:
        raise NotFound from error
