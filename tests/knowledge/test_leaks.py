"""What must not be read: documents for staff only, expired, not yet valid, removed, or of a base without a grant, on every path that reads documents.

Each path is first walked while the document is open to all and must show its words: a path that shows nothing could not leak. Every
route of the table of routes is walked as well; tests/access/test_routes.py fails for a route that does not stand there.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from conversations.bot.live import still_said
from conversations.bot.pipeline import run
from conversations.models import Citation, Question, ReviewTask
from conversations.selectors import citations_for, passages
from conversations.services.questions import question_ask, question_run
from conversations.services.reviews import review_approve
from conversations.services.turns import turn_claim
from conversations.types import Quote
from knowledge.models import Chunk, Document, DocumentVersion, KnowledgeBase
from knowledge.retrieval import search
from knowledge.selectors import scope_for
from knowledge.services.documents import document_remove
from knowledge.services.validity import document_change
from knowledge.types import Scope
from scrm.access.grants import revoke
from scrm.access.models import User
from scrm.core.errors import Conflict
from tests.access.routes import ROUTES
from tests.access.test_routes import refused, visit
from tests.world import World, message_make, world_make

SECRET = "9-XYZ-7731"
TEXT = f"仓库的门禁密码是 {SECRET} 请妥善保管。"
ASKED = "仓库的门禁密码是多少"


@dataclass
class Case:
    """A document that anybody may read at first, a person with a grant on its base, and what was found of it."""

    base: KnowledgeBase
    document: Document
    user: User
    client: Client

    @property
    def version(self) -> DocumentVersion:
        return DocumentVersion.objects.filter(document=self.document).order_by("-number")[0]

    @property
    def chunk(self) -> Chunk:
        return self.version.chunks.get()


def internal(case: Case) -> None:
    document_change(actor=None, document=case.document, changes={"audience": "internal"})


def expired(case: Case) -> None:
    document_change(actor=None, document=case.document, changes={"valid_until": timezone.now()})


def not_yet(case: Case) -> None:
    document_change(actor=None, document=case.document, changes={"valid_from": timezone.now() + timedelta(days=1)})


def removed(case: Case) -> None:
    document_remove(actor=None, document=case.document)


def without_a_grant(case: Case) -> None:
    revoke(actor=None, subject=case.user, container=case.base)
    case.user = User.objects.get(pk=case.user.pk)


HIDDEN_FROM = {
    "user": [internal, expired, not_yet, removed, without_a_grant],
    "agent": [expired, not_yet, removed, without_a_grant],
    "knowledge_manager": [expired, not_yet, removed, without_a_grant],
}


@pytest.fixture
def case_of(publish, person, monkeypatch) -> Callable[[str], Case]:
    monkeypatch.setattr("scrm.core.tasks.send", lambda *args, **kwargs: None)

    def make(role: str) -> Case:
        base = publish({"门禁": TEXT, "退货": "签收七天内可以申请退货。"})
        client, user = Client(), person(role, base)
        client.force_login(user)
        return Case(base, Document.objects.get(base=base, name="门禁"), user, client)

    return make


# ---------- paths that search at the moment they are walked


def searched(case: Case) -> str:
    return repr(search(ASKED, scope_for(case.user, [case.base.pk]), threshold=0))


def asked(case: Case) -> str:
    return _question(case, search_only=False)


def search_page(case: Case) -> str:
    return _question(case, search_only=True)


def _question(case: Case, *, search_only: bool) -> str:
    """As a page and the API queue it; without a grant there is nothing to ask."""
    bases = scope_for(case.user, [case.base.pk]).base_ids
    if not bases:
        return ""
    row = question_ask(actor=case.user, base_ids=bases, text=ASKED, search_only=search_only)
    question_run(question_id=row.pk)
    row.refresh_from_db()
    return json.dumps(row.result, ensure_ascii=False)


ROLES_THAT_SEARCH = {
    searched: HIDDEN_FROM,
    asked: HIDDEN_FROM,
    search_page: {role: HIDDEN_FROM[role] for role in ("agent", "knowledge_manager")},
}


@pytest.mark.parametrize(
    ("path", "role", "hide"), [(path, role, hide) for path, roles in ROLES_THAT_SEARCH.items() for role in roles for hide in roles[role]]
)
def test_a_search_of_a_person(case_of, path, role, hide):
    case = case_of(role)
    assert SECRET in path(case)
    hide(case)
    assert SECRET not in path(case)


@pytest.mark.parametrize("path", [searched, asked, search_page])
@pytest.mark.parametrize("role", ["agent", "knowledge_manager"])
def test_colleagues_who_work_on_documents_find_what_is_for_staff_only(case_of, path, role):
    case = case_of(role)
    internal(case)
    assert SECRET in path(case)


@pytest.mark.parametrize("hide", [internal, expired, not_yet, removed])
def test_the_bot(case_of, hide):
    case = case_of("agent")
    scope = Scope((case.base.pk,))
    before = run(ASKED, scope)
    assert SECRET in repr((before.hits, before.rejected))
    hide(case)
    assert SECRET not in repr(run(ASKED, scope))


@pytest.mark.parametrize("hide", [internal, expired, not_yet, removed])
def test_an_answer_on_its_way_is_checked_again(case_of, hide):
    """What was found before the document was hidden does not go out."""
    case = case_of("agent")
    scope = Scope((case.base.pk,))
    hit = next(hit for hit in search(ASKED, scope, threshold=0).hits if SECRET in hit.text)
    quotes = [Quote(1, hit, TEXT, 0, len(TEXT))]
    assert still_said(quotes, scope) == {1}
    hide(case)
    assert still_said(quotes, scope) == set()


def test_a_customers_scope_never_holds_staff_documents(world):
    """Whoever holds what: a turn's scope is made of the channel account."""
    message_make(world.ours.conversation, "customer", "在吗？请问门禁密码是多少")
    world.ours.conversation.holder = "bot"
    world.ours.conversation.save()
    world.ours.conversation.turns.filter(state="running").delete()
    assert turn_claim(conversation_id=world.ours.conversation.pk).scope == Scope((world.ours.base.pk,), internal=False)


# ---------- paths that show what was found before: stored results, citations, the reader


def stored_question(case: Case) -> Question:
    row = question_ask(actor=case.user, base_ids=[case.base.pk], text=ASKED)
    question_run(question_id=row.pk)
    row.refresh_from_db()
    citation = next(hit for hit in row.result["hits"] + row.result["rejected"] if SECRET in hit["text"])
    answer = {"answer": f"{TEXT}[1]", "citations": [{**citation, "number": 1, "quote": TEXT}]}
    Question.objects.filter(pk=row.pk).update(result=row.result | answer)
    return row


OLD_RESULTS = {
    "page": lambda row: reverse("conversations:question", args=[row.pk]),
    "part": lambda row: reverse("conversations:question_result", args=[row.pk]),
    "API": lambda row: reverse("api:questions-detail", args=[row.pk]),
    "API list": lambda row: reverse("api:questions-list"),
}


@pytest.mark.parametrize("hide", [internal, expired, not_yet, removed, without_a_grant])
@pytest.mark.parametrize("path", OLD_RESULTS)
def test_an_old_result_forgets_what_may_not_be_read_any_more(case_of, path, hide):
    case = case_of("user")
    url = OLD_RESULTS[path](stored_question(case))
    assert SECRET in case.client.get(url).content.decode()
    hide(case)
    assert SECRET not in case.client.get(url).content.decode()


@pytest.mark.parametrize("hide", [internal, expired, not_yet, removed, without_a_grant])
def test_the_reader_a_citation_opens(case_of, hide):
    case = case_of("user")
    url = reverse("knowledge:document", args=[case.document.pk])
    queries = ["", f"?version={case.version.pk}&start=0&end=8", f"?version={case.version.pk}&view=chunks"]
    assert all(SECRET in case.client.get(url + query).content.decode() for query in queries)
    hide(case)
    assert [case.client.get(url + query).status_code for query in queries] == [404, 404, 404]


def test_the_reader_shows_people_outside_only_what_answers(case_of, publish):
    """An earlier version may hold the very thing it was replaced for."""
    case = case_of("user")
    old = case.version
    publish({"门禁": "门禁密码请向主管询问。"}, case.base)
    page = case.client.get(reverse("knowledge:document", args=[case.document.pk]) + f"?version={old.pk}&start=0&end=8", follow=True)
    assert SECRET not in page.content.decode()
    assert "请向主管询问" in page.content.decode()


@pytest.mark.parametrize("hide", [internal, expired, not_yet, removed, without_a_grant])
def test_passages_and_citations(case_of, hide):
    case = case_of("user")
    chunk = case.chunk.pk
    turn = world_make_turn(case)
    assert SECRET in passages(case.user, [chunk])[chunk]["text"]
    assert citations_for(case.user).get(turn=turn).may_open
    hide(case)
    assert passages(case.user, [chunk]) == {}
    assert not citations_for(case.user).get(turn=turn).may_open


def world_make_turn(case: Case):
    """A turn of some conversation that quotes the case's document."""
    turn = world_make().theirs.turn
    Citation.objects.filter(turn=turn).update(document=case.document, version=case.version, chunk=case.chunk, quote=TEXT)
    return turn


# ---------- every route of the table


@pytest.fixture
def world(db) -> World:
    return world_make()


@pytest.fixture
def hidden(world) -> World:
    """All our documents are for staff only now."""
    Document.objects.filter(base=world.ours.base).update(audience="internal")
    return world


READS = [name for name, route in ROUTES.items() if "U" in route.allowed and not route.is_post]


@pytest.mark.parametrize("name", READS)
def test_a_person_outside_reads_no_staff_document_on_any_route(hidden, name):
    """Also on routes that are yet to come: each must stand in the table."""
    response = visit(hidden, "user", name, ROUTES[name])
    body = response.content.decode(errors="ignore") if not response.streaming else ""
    assert not any(f"我方{word}" in body for word in ("标题", "引文", "其余内容", "文件", "章节"))
    assert response.status_code == 404 or ROUTES[name].of not in ("document", "version", "scan", "chunk")


@pytest.mark.parametrize("name", [name for name, route in ROUTES.items() if "U" not in route.allowed])
def test_all_other_routes_are_closed_to_people_outside(hidden, name):
    assert refused(visit(hidden, "user", name, ROUTES[name]))


def test_removed_documents_are_not_in_the_api(world):
    document_remove(actor=None, document=world.ours.document)
    page = world.client("agent").get(reverse("api:documents-list")).json()
    assert world.ours.document.pk not in [row["id"] for row in page["results"]]


@pytest.mark.parametrize("hide", [internal, expired, removed])
def test_a_draft_that_waited_is_not_approved_as_it_stands(case_of, hide):
    """Its words are the document's; a colleague's own words are theirs."""
    case, world = case_of("agent"), world_make()
    account = world.ours.account
    account.bases.set([case.base])
    review = world.ours.review
    Citation.objects.create(
        turn=review.turn, number=1, document=case.document, version=case.version, chunk=case.chunk, title="门禁", quote=TEXT, start=0, end=len(TEXT)
    )  # fmt: skip
    ReviewTask.objects.filter(pk=review.pk).update(draft=TEXT)
    hide(case)
    with pytest.raises(Conflict, match="门禁"):
        review_approve(actor=world.people["agent"], task=review)
    assert review_approve(actor=world.people["agent"], task=review, text="请向主管询问。").final == "请向主管询问。"
