"""Storing a page of sync_msg: identities, customers, conversations, messages and events, with the cursor, in one transaction.

Texts are stored masked. What is personal in them is read before the transaction; inside it only gets its number in the vault.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.db import transaction
from django.utils import timezone

from conversations.channels.wecom_kf.accounts import open_kfid_of
from conversations.channels.wecom_kf.client import SyncPage
from conversations.channels.wecom_kf.inbound import InboundMessage, InboundNotice, kept, row_parse
from conversations.choices import Author, ConversationState, Holder
from conversations.models import ChannelAccount, ChannelIdentity, Conversation, Message
from conversations.services.bursts import due_set_in_tx
from conversations.services.notices import IN_WECOM_CLIENT, SESSION_CHANGED, notice_apply_in_tx
from conversations.services.satisfaction import Said, survey_answer_in_tx, surveys_heard_in_tx
from scrm.core.tasks import send_after_commit
from scrm.customers.models import Customer
from scrm.privacy.reading import Read, read_foreign
from scrm.privacy.vault import texts_mask_in_tx

Row = InboundMessage | InboundNotice
# Building one UPDATE of CASEs costs more than so many single ones.
FEW = 8


@dataclass
class Threads:
    """The open conversations of a page's customers, by external id, locked until commit."""

    account: ChannelAccount
    by_customer: dict[str, Conversation] = field(default_factory=dict)
    to_answer: set[int] = field(default_factory=set)
    still_writing: set[int] = field(default_factory=set)


def page_store(*, account_id: int, cursor: str, page: SyncPage, history_before: datetime | None = None) -> bool:
    """Store one page that was read from `cursor`. False, and no effect, when the account's cursor is no longer there.

    Rows seen before are skipped. Customers' messages sent before `history_before` need no answer.
    """
    parsed = {row.msgid: row for row in map(row_parse, page.rows) if row is not None}
    reads = {msgid: read_foreign(row.text, row.named) for msgid, row in parsed.items() if isinstance(row, InboundMessage)}
    with transaction.atomic(durable=True):
        # NO KEY: a callback's insert refers to this row and must not wait for us.
        account = ChannelAccount.objects.select_for_update(no_key=True).filter(pk=account_id, cursor=cursor).first()
        if account is None:
            return False
        for rows in _stretches(_new_rows(account, parsed)):
            _stretch_store_in_tx(account, rows, reads, history_before)
        if page.cursor and page.cursor != cursor:
            ChannelAccount.objects.filter(pk=account_id).update(cursor=page.cursor)
    return True


def _stretches(rows: list[Row]) -> list[list[Row]]:
    """Cut behind each change of a session: what a customer writes after its end belongs to the next conversation."""
    stretches: list[list[Row]] = [[]]
    for row in rows:
        stretches[-1].append(row)
        if isinstance(row, InboundNotice) and row.event_type == SESSION_CHANGED:
            stretches.append([])
    return [stretch for stretch in stretches if stretch]


def _stretch_store_in_tx(account: ChannelAccount, rows: list[Row], reads: dict[str, Read], history_before: datetime | None) -> None:
    heard = surveys_heard_in_tx(account, [row for row in rows if isinstance(row, InboundMessage)])
    for row in rows:
        if row.msgid in heard:
            _survey_store_in_tx(account, row, heard[row.msgid], reads[row.msgid])
    rows = [row for row in rows if row.msgid not in heard]
    threads = _threads_in_tx(account, rows)
    _messages_store_in_tx(threads, [row for row in rows if isinstance(row, InboundMessage)], reads, history_before)
    for row in rows:
        if isinstance(row, InboundNotice):
            notice_apply_in_tx(account=account, notice=row, conversation=threads.by_customer.get(row.external_userid))
    for conversation_id in sorted(threads.to_answer - threads.still_writing):
        send_after_commit("conversations.turn_run", conversation_id)


def _new_rows(account: ChannelAccount, parsed: dict[str, Row]) -> list[Row]:
    """Rows of this account without messages we have."""
    ours = ("", open_kfid_of(account))
    parsed = {msgid: row for msgid, row in parsed.items() if row.open_kfid in ours}
    known = set(Message.objects.filter(account=account, external_id__in=list(parsed)).values_list("external_id", flat=True))
    return [row for msgid, row in parsed.items() if msgid not in known]


def _threads_in_tx(account: ChannelAccount, rows: list[Row]) -> Threads:
    """Lock (in id order) or make the conversations that the rows belong to. An event about a stranger makes one only for a welcome."""
    speaking = {row.external_userid for row in rows if isinstance(row, InboundMessage) or row.event_type == "enter_session"}
    wanted = {row.external_userid for row in rows if row.external_userid}
    identities = _identities_in_tx(account, wanted, speaking)
    open_rows = (
        Conversation.objects.select_for_update(of=("self",))
        .filter(identity__in=identities.values(), state=ConversationState.OPEN)
        .order_by("id")
    )
    by_identity = {row.identity_id: row for row in open_rows}
    missing = [identities[customer] for customer in sorted(speaking & set(identities)) if identities[customer].pk not in by_identity]
    made = Conversation.objects.bulk_create([Conversation(account=account, identity=identity) for identity in missing])
    by_identity |= {row.identity_id: row for row in made}
    found = {customer: by_identity[identity.pk] for customer, identity in identities.items() if identity.pk in by_identity}
    return Threads(account, found)


def _identities_in_tx(account: ChannelAccount, wanted: set[str], speaking: set[str]) -> dict[str, ChannelIdentity]:
    known = {row.external_id: row for row in ChannelIdentity.objects.filter(account=account, external_id__in=wanted)}
    strangers = sorted((speaking & wanted) - set(known))
    if not strangers:
        return known
    customers = Customer.objects.bulk_create([Customer() for _ in strangers])
    pairs = zip(strangers, customers, strict=True)
    made = ChannelIdentity.objects.bulk_create(
        [ChannelIdentity(account=account, external_id=external_id, customer=customer) for external_id, customer in pairs]
    )
    send_after_commit("conversations.profiles_fetch", account.pk, queue="bulk")
    return known | {row.external_id: row for row in made}


def _messages_store_in_tx(threads: Threads, rows: list[InboundMessage], reads: dict[str, Read], history_before: datetime | None) -> None:
    rows = [row for row in rows if row.external_userid in threads.by_customer]
    texts = texts_mask_in_tx([(threads.by_customer[row.external_userid].vault, reads[row.msgid]) for row in rows])
    messages = Message.objects.bulk_create(
        [_message(threads.account, threads.by_customer[row.external_userid], row, text) for row, text in zip(rows, texts, strict=True)]
    )
    changed: dict[int, Conversation] = {}
    for row, message in zip(rows, messages, strict=True):
        conversation = threads.by_customer[row.external_userid]
        changed[conversation.pk] = conversation
        conversation.last_message_at = max(filter(None, [conversation.last_message_at, message.sent_at]))
        if row.by_servicer:
            _held_in_client(conversation, message)
            continue
        conversation.last_customer_at = max(filter(None, [conversation.last_customer_at, message.sent_at]))
        if history_before and message.sent_at < history_before:
            conversation.answered_up_to = message.pk
        else:
            threads.to_answer.add(conversation.pk)
            due_set_in_tx(conversation, message)
    threads.still_writing |= {conversation.pk for conversation in changed.values() if conversation.answer_at}
    _save_in_tx(list(changed.values()))


def _save_in_tx(conversations: list[Conversation]) -> None:
    fields = ["last_message_at", "last_customer_at", "answered_up_to", "answer_at", "holder", "assignee", "handover_reason"]
    if len(conversations) > FEW:
        Conversation.objects.bulk_update(conversations, fields)
        return
    for conversation in conversations:
        conversation.save(update_fields=fields)


def _survey_store_in_tx(account: ChannelAccount, row: InboundMessage, said: Said, read: Read) -> None:
    """A word on an ended conversation joins it: it needs no answer, and opens no new one."""
    conversation = said.survey.conversation
    (text,) = texts_mask_in_tx([(conversation.vault, read)])
    message = _message(account, conversation, row, text)
    message.save(force_insert=True)
    Conversation.objects.filter(pk=conversation.pk).update(last_message_at=message.sent_at, answered_up_to=message.pk)
    survey_answer_in_tx(said, text)


def _message(account: ChannelAccount, conversation: Conversation, row: InboundMessage, text: str) -> Message:
    sent_at = datetime.fromtimestamp(row.send_time, UTC) if 0 < row.send_time < 2**32 else timezone.now()
    return Message(
        account=account,
        conversation=conversation,
        external_id=row.msgid,
        author=Author.AGENT if row.by_servicer else Author.CUSTOMER,
        kind=row.msgtype,
        text=text,
        payload=kept(row.payload) | ({"servicer_userid": row.servicer_userid} if row.by_servicer else {}),
        sent_at=sent_at,
    )


def _held_in_client(conversation: Conversation, message: Message) -> None:
    """A servicer answers in the WeCom client: the bot is silent, and what the customer wrote before is the servicer's matter."""
    if conversation.holder != Holder.PERSON:
        conversation.holder, conversation.assignee, conversation.handover_reason = Holder.PERSON, None, str(IN_WECOM_CLIENT)
    conversation.answered_up_to = max(conversation.answered_up_to, message.pk)
