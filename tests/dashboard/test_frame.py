"""The frame: signing in and out, language, own password, home, failures, headers."""

import pytest
from django.urls import reverse

from conversations.models import Conversation
from knowledge.choices import VersionState
from knowledge.models import DocumentVersion
from scrm.audit.models import AuditEntry
from tests.world import PASSWORD

HOME, SIGN_IN, PASSWORD_PAGE = reverse("dashboard:home"), reverse("dashboard:sign_in"), reverse("dashboard:password")


def test_strangers_sign_in_first_and_come_back_to_where_they_were(world, client):
    inbox = reverse("conversations:inbox")
    assert client.get(inbox).headers["Location"] == f"{SIGN_IN}?next={inbox}"
    response = client.post(SIGN_IN, {"username": "agent", "password": PASSWORD, "next": inbox})
    assert response.headers["Location"] == inbox


def test_a_wrong_password_is_said_and_tied_to_no_field(world, client):
    page = client.post(SIGN_IN, {"username": "agent", "password": "wrong"}).content.decode()
    assert 'role="alert"' in page
    assert client.get(HOME).status_code == 302


def test_sign_in_never_leads_to_another_host(world, client):
    response = client.post(SIGN_IN, {"username": "agent", "password": PASSWORD, "next": "https://evil.example/"})
    assert response.headers["Location"] == HOME


def test_signing_out_takes_a_form(world):
    client = world.client("agent")
    assert client.get(reverse("dashboard:sign_out")).status_code == 405
    client.post(reverse("dashboard:sign_out"))
    assert client.get(HOME).status_code == 302


@pytest.mark.parametrize(("code", "heading"), [("zh-hans", 'lang="zh-hans"'), ("en", 'lang="en"')])
def test_language_is_chosen_by_a_form(world, code, heading):
    client = world.client("agent")
    client.post(reverse("set_language"), {"language": code, "next": HOME})
    assert heading in client.get(HOME).content.decode()


def test_own_password_needs_the_old_one(world):
    client = world.client("user")
    fresh = {"new_password1": "a-new-secret-77", "new_password2": "a-new-secret-77"}
    client.post(PASSWORD_PAGE, {"old_password": "wrong", **fresh})
    assert world.people["user"].check_password(PASSWORD)
    response = client.post(PASSWORD_PAGE, {"old_password": PASSWORD, **fresh})
    assert response.headers["Location"] == HOME
    world.people["user"].refresh_from_db()
    assert world.people["user"].check_password("a-new-secret-77")
    assert AuditEntry.objects.filter(action="user.password_change", actor="user").exists()


@pytest.mark.parametrize(
    ("person", "seen", "hidden"),
    [
        ("user", {"conversations:ask"}, {"conversations:inbox", "conversations:reviews", "conversations:search_test", "access:access"}),
        ("agent", {"conversations:inbox", "conversations:reviews", "conversations:ask", "conversations:search_test"}, {"access:access"}),
        (
            "knowledge_manager",
            {"conversations:ask", "conversations:search_test"},
            {"conversations:inbox", "conversations:reviews", "access:access"},
        ),
        ("administrator", {"conversations:inbox", "conversations:reviews", "access:access"}, set()),
    ],
)
def test_the_sidebar_leads_only_where_one_may_go(world, person, seen, hidden):
    page = world.client(person).get(HOME).content.decode()
    assert {name for name in seen | hidden if f'href="{reverse(name)}"' in page} == seen


def test_panels_count_what_one_may_see(world):
    counts = world.client("agent").get(reverse("conversations:inbox_panel")).context["counts"]
    assert (counts["waiting"], counts["open"]) == (1, 1)
    assert world.client("administrator").get(reverse("conversations:inbox_panel")).context["counts"]["open"] == 2


def test_a_panel_is_a_card_for_htmx_and_a_page_without(world):
    client, panel = world.client("agent"), reverse("conversations:answers_panel")
    assert "<html" not in client.get(panel, headers={"HX-Request": "true"}).content.decode()
    assert "<html" in client.get(panel).content.decode()


def test_the_desk_has_a_strict_content_policy_and_the_admin_only_what_its_widgets_need(world):
    client = world.client("administrator")
    desk = client.get(HOME).headers["Content-Security-Policy"]
    admin = client.get(reverse("admin:index")).headers["Content-Security-Policy"]
    assert "unsafe" not in desk
    assert "script-src 'self'" in desk
    assert "script-src 'self' 'unsafe-eval'" in admin
    assert "frame-ancestors 'none'" in admin


def test_pages_carry_no_inline_script_or_style(world):
    client = world.client("administrator")
    for name in (
        "dashboard:home",
        "conversations:inbox",
        "conversations:reviews",
        "conversations:ask",
        "access:access",
        "dashboard:password",
    ):
        page = client.get(reverse(name)).content.decode()
        for forbidden in ("<style", " style=", "onclick=", "<script>", "javascript:"):
            assert forbidden not in page, (name, forbidden)


def test_every_page_has_a_language_a_skip_link_and_one_heading(world):
    client = world.client("administrator")
    conversation = Conversation.objects.order_by("id").first()
    pages = [
        reverse(name) for name in ("dashboard:home", "conversations:inbox", "conversations:ask", "conversations:reviews", "access:access")
    ]
    for path in [*pages, reverse("conversations:conversation", args=[conversation.pk])]:
        page = client.get(path).content.decode()
        assert page.count("<h1") == 1, path
        assert 'class="skip"' in page
        assert "<html lang=" in page


def test_what_is_not_there_is_a_page_that_leads_back(world):
    response = world.client("agent").get("/nowhere/")
    assert response.status_code == 404
    assert f'href="{HOME}"' in response.content.decode()


def test_what_is_not_allowed_is_a_page_that_says_so(world):
    response = world.client("user").get(reverse("conversations:inbox"))
    assert response.status_code == 403
    assert "sidebar" in response.content.decode()


def test_the_admin_has_no_sign_in_of_its_own(world, client):
    assert client.get(reverse("admin:index"), follow=True).redirect_chain[-1][0].startswith(SIGN_IN)
    assert world.client("user").get(reverse("admin:index"), follow=True).status_code == 403


def test_the_knowledge_card_counts_what_one_may_see_and_names_failures(world):
    DocumentVersion.objects.filter(base__in=[world.ours.base, world.theirs.base]).update(state=VersionState.FAILED)
    client, card = world.client("knowledge_manager"), reverse("knowledge:panel")
    response = client.get(card, headers={"HX-Request": "true"})
    assert response.context["bases"] == 1
    assert "我方文件.md" in response.content.decode()
    assert "机密文件.md" not in response.content.decode()
