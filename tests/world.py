"""Two sides of one installation: `ours`, which the people of the tests hold grants on, and `theirs`, of which they must not see a word."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

from django.test import Client
from django.utils import timezone

from conversations.choices import Author, Holder, OutboundState, QuestionState, TurnState
from conversations.models import (
    CachedAnswer,
    ChannelAccount,
    ChannelIdentity,
    Citation,
    Conversation,
    InboundEvent,
    Message,
    OutboundMessage,
    PromptVersion,
    Question,
    ReviewTask,
    RiskRule,
    Turn,
)
from knowledge.choices import DocumentKind, VersionState
from knowledge.models import (
    BaseWord,
    BulkChange,
    Chunk,
    Document,
    DocumentVersion,
    FaqEntry,
    Finding,
    KnowledgeBase,
    SearchQuestion,
    TuningTrial,
    UploadBatch,
    WebSource,
)
from scrm.access.grants import grant
from scrm.access.models import User
from scrm.access.roles import ROLES
from scrm.access.services import user_create
from scrm.audit.models import AuditEntry
from scrm.audit.services import audit_record
from scrm.customers.models import Customer, Tag
from scrm.jobs.models import Job
from scrm.privacy.vault import text_mask_in_tx
from training.models import AnnotationImport, AnnotationTask, UnknownQuestion

PASSWORD = "right-horse-battery"
_numbers = count(1)


@dataclass
class Side:
    """One base and one account with everything in them. Every text a person could read begins with `word`."""

    word: str
    base: KnowledgeBase
    document: Document
    version: DocumentVersion
    chunk: Chunk
    account: ChannelAccount
    customer: Customer
    conversation: Conversation
    asked: Message
    said: Message
    turn: Turn
    outbound: OutboundMessage
    review: ReviewTask
    event: InboundEvent
    batch: UploadBatch
    bulk: BulkChange
    finding: Finding
    faq: FaqEntry
    word_row: BaseWord

    @property
    def scan(self) -> DocumentVersion:
        """A PDF whose file is gone."""
        return DocumentVersion.objects.get(base=self.base, format="pdf")

    @property
    def cached(self) -> CachedAnswer:
        facts = {
            "base_ids": [self.base.pk],
            "question": f"{self.word}常问",
            "answer": f"{self.word}旧答",
            "valid_until": timezone.now() + timedelta(days=1),
        }
        return CachedAnswer.objects.get_or_create(key=self.word, defaults=facts)[0]

    @property
    def prompt(self) -> PromptVersion:
        """A draft; prompts belong to nobody's base."""
        facts = {"number": self.base.pk, "text": "只根据检索内容回答，句末标[编号]；不够时回复{refusal}"}
        return PromptVersion.objects.filter(kind="answer", number=self.base.pk).first() or PromptVersion.objects.create(
            kind="answer", **facts
        )

    @property
    def audit_entry(self) -> AuditEntry:
        """What the log says of the side's turn."""
        detail = {"verdict": "supported", "conversation": self.conversation.pk, "versions": [self.version.pk]}
        known = AuditEntry.objects.filter(action="turn.answered", subject_id=str(self.turn.pk)).first()
        return known or audit_record(actor=None, action="turn.answered", subject=self.turn, detail=detail)

    @property
    def trial(self) -> TuningTrial:
        return TuningTrial.objects.get_or_create(base=self.base)[0]

    @property
    def web_source(self) -> WebSource:
        return WebSource.objects.get_or_create(base=self.base, url="https://help.shop.cn/", defaults={"error": ""})[0]

    @property
    def unknown(self) -> UnknownQuestion:
        return UnknownQuestion.objects.get_or_create(base=self.base, text=f"{self.word}没有答案的问题")[0]

    @property
    def annotation(self) -> AnnotationTask:
        facts = {"base": self.base, "reason": "unsolved", "question": f"{self.word}脱敏问题"}
        return AnnotationTask.objects.get_or_create(turn=self.turn, defaults=facts)[0]

    @property
    def annotation_import(self) -> AnnotationImport:
        return AnnotationImport.objects.get_or_create(base=self.base, name=f"{self.word}标注.jsonl", defaults={"state": "checked"})[0]

    @property
    def dispute(self) -> AnnotationTask:
        facts = {"base": self.base, "reason": "imported", "question": f"{self.word}有分歧的问题"}
        return AnnotationTask.objects.get_or_create(**facts, defaults={"state": "disputed"})[0]

    @property
    def test_question(self) -> SearchQuestion:
        """Saved by any of its readers, so that each may remove it."""
        return SearchQuestion.objects.create(
            base=self.base, text=f"{self.word}测试问题{next(_numbers)}", created_by=User.objects.get(username="agent")
        )


@dataclass
class World:
    ours: Side
    theirs: Side
    people: dict[str, User]
    rule: RiskRule
    clients: dict[str, Client] = field(default_factory=dict)

    def client(self, name: str) -> Client:
        """A browser of one of `people`, signed in; of a stranger for "anonymous"."""
        if name not in self.clients:
            self.clients[name] = Client()
            if name != "anonymous":
                self.clients[name].force_login(self.people[name])
        return self.clients[name]


def world_make() -> World:
    """People of each role with grants on our side only; `outsider` is an agent without any grant."""
    ours, theirs = side_make("我方"), side_make("机密")
    people = {role: user_create(actor=None, username=role, password=PASSWORD, role=role) for role in ROLES}
    people["outsider"] = user_create(actor=None, username="outsider", password=PASSWORD, role="agent")
    for role in ("knowledge_manager", "agent", "user"):
        grant(actor=None, subject=people[role], container=ours.base)
    grant(actor=None, subject=people["agent"], container=ours.account)
    rule = RiskRule.objects.create(topic="世界测试", question_patterns="投资")
    return World(ours=ours, theirs=theirs, people=people, rule=rule)


def side_make(word: str) -> Side:
    number = next(_numbers)
    base = KnowledgeBase.objects.create(name=f"{word}知识库", description=f"{word}说明")
    document, version, chunk = _document(word, base)
    account = ChannelAccount.objects.create(
        name=f"{word}账号",
        config={"corp_id": "ww1", "open_kfid": f"wk{number}"},
        secrets={"secret": "s", "token": "t", "aes_key": "a" * 43},
    )
    account.bases.add(base)
    customer = Customer.objects.create(name=f"{word}客户", remark=f"{word}备注")
    customer.tags.add(Tag.objects.create(name=f"{word}标签"))
    identity = ChannelIdentity.objects.create(account=account, external_id=f"wm{number}", customer=customer)
    conversation = Conversation.objects.create(
        account=account,
        identity=identity,
        holder=Holder.WAITING,
        handover_reason=f"{word}转接原因",
        last_message_at=timezone.now(),
        last_customer_at=timezone.now(),
    )
    text_mask_in_tx(conversation.vault, f"1380013{number:04}")
    asked = message_make(conversation, Author.CUSTOMER, f"{word}问题")
    said = message_make(conversation, Author.BOT, f"{word}答复")
    turn = Turn.objects.create(
        conversation=conversation, trigger=asked, state=TurnState.ANSWERED, question=f"{word}脱敏问题", answer=f"{word}答复", verdict="supported", ended_at=timezone.now(),
        trace=[{"step": "retrieve", "ms": 3.2, "input": {"question": f"{word}脱敏问题"}, "output": {"hits": [{"chunk": chunk.pk, "document": document.pk, "relevance": 0.9}]}}],
    )  # fmt: skip
    Citation.objects.create(
        turn=turn,
        number=1,
        document=document,
        version=version,
        chunk=chunk,
        title=f"{word}标题",
        heading=f"{word}章节",
        quote=f"{word}引文",
        start=0,
        end=4,
    )
    outbound = OutboundMessage.objects.create(
        conversation=conversation,
        idempotency_key=f"turn:{turn.pk}:0",
        author=Author.BOT,
        turn=turn,
        message=said,
        text=said.text,
        state=OutboundState.SENT,
    )
    risky = Turn.objects.create(
        conversation=conversation, trigger=said, state=TurnState.IN_REVIEW, question=f"{word}风险问题", answer=f"{word}草稿"
    )
    review = ReviewTask.objects.create(turn=risky, topics=[f"{word}主题"], draft=f"{word}草稿")
    Job.objects.create(kind="test", subject_id=number, title=f"{word}任务")
    finding = Finding.objects.create(
        base=base, kind="stale", document=document, version=version, key=word, seen_at=timezone.now(),
        detail={"reason": "deadline", "date": "2020-01-01", "mine": f"{word}活动截止", "mine_at": [0, 4]},
    )  # fmt: skip
    bulk = BulkChange.objects.create(base=base, verb="restore", documents=[document.pk])
    batch = UploadBatch.objects.create(base=base, expected=1, refused=[[f"{word}坏文件.png", f"{word}原因"]])
    _scan(word, base)
    event = InboundEvent.objects.create(account=account, event_key=f"{word}{number}", payload={"event": f"{word}事件"})
    return Side(
        word,
        base,
        document,
        version,
        chunk,
        account,
        customer,
        conversation,
        asked,
        said,
        turn,
        outbound,
        review,
        event,
        batch,
        bulk,
        finding,
        *_edited(word, base),
    )


def _edited(word: str, base: KnowledgeBase) -> tuple[FaqEntry, BaseWord]:
    document = Document.objects.create(base=base, kind=DocumentKind.FAQ, name=f"{word}问答", title=f"{word}问法")
    entry = FaqEntry.objects.create(
        base=base,
        document=document,
        question=f"{word}问法",
        similar=[f"{word}另一问法"],
        answer=f"{word}问答答案",
        suggested=[f"{word}建议问法"],
    )
    return entry, BaseWord.objects.create(base=base, word=f"{word}词语", synonyms=[f"{word}同义词"])


def _document(word: str, base: KnowledgeBase) -> tuple[Document, DocumentVersion, Chunk]:
    text = f"{word}引文。{word}其余内容。"
    document = Document.objects.create(base=base, name=f"{word}文件.md", title=f"{word}标题")
    version = DocumentVersion.objects.create(
        document=document,
        base=base,
        number=1,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        text=text,
        format="md",
        state=VersionState.PUBLISHED,
        published_at=timezone.now(),
    )
    document.live_version = version
    document.save(update_fields=["live_version"])
    chunk = Chunk.objects.create(
        version=version, ordinal=0, text=text, heading_path=[f"{word}章节"], start=0, end=len(text), words=10, content_hash="0" * 64
    )
    return document, version, chunk


def _scan(word: str, base: KnowledgeBase) -> None:
    document = Document.objects.create(base=base, name=f"{word}扫描文件.pdf")
    version = DocumentVersion.objects.create(
        document=document, base=base, number=1, sha256=hashlib.sha256(f"{word}扫描".encode()).hexdigest(), format="pdf", pages=1,
        file=f"gone/{document.pk}.pdf", state=VersionState.PUBLISHED, published_at=timezone.now(),
    )  # fmt: skip
    Document.objects.filter(pk=document.pk).update(live_version=version)


def message_make(conversation: Conversation, author: str, text: str, **fields) -> Message:
    return Message.objects.create(
        account=conversation.account,
        conversation=conversation,
        external_id=f"m{next(_numbers)}",
        author=author,
        text=text,
        sent_at=timezone.now(),
        **fields,
    )


def question_make(user: User, side: Side, **fields) -> Question:
    """A finished question of this person to the side's base."""
    result = {
        "answer": f"{side.word}答复",
        "refused": False,
        "verdict": "supported",
        "citations": [
            {"number": 1, "document_id": side.document.pk, "title": f"{side.word}标题", "quote": f"{side.word}引文", "start": 0, "end": 2}
        ],
        "hits": [
            {
                "document": f"{side.word}标题",
                "document_id": side.document.pk,
                "text": f"{side.word}引文",
                "relevance": 0.8,
                "matched": ["引文"],
            }
        ],
    }
    row = Question.objects.create(
        **({"asked_by": user, "text": f"{side.word}提问", "state": QuestionState.DONE, "result": result} | fields)
    )
    row.bases.add(side.base)
    return row


@contextmanager
def language(client: Client, code: str) -> Iterator[Client]:
    """The client in another language for a while; tests of wording run in English msgids."""
    client.cookies["django_language"] = code
    yield client
    del client.cookies["django_language"]
