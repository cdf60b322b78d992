"""What people without a grant must not read: not in lists, pages, search, API or administration."""

import io
import zipfile

import pytest
from django.urls import reverse

from scrm.access.grants import revoke
from tests.access.routes import ADMIN, ROUTES
from tests.world import World

PEOPLE = ["agent", "knowledge_manager", "user", "outsider"]
# Rows of one person and no base: their own tests say who may open them.
PERSONAL = {"question", "notice", "prompt_trial", "reply_draft"}  # nobody else's
LISTS = [name for name, route in ROUTES.items() if not route.of and not route.is_post]
SEARCHES = [
    ("conversations:inbox", "q"), ("conversations:inbox_list", "q"),
    *((f"admin:{model}_changelist", "q") for model, managed in ADMIN.items() if managed.view and not model.startswith("django_")),
]  # fmt: skip
SECRETS = [
    "知识库",
    "账号",
    "客户",
    "备注",
    "标签",
    "问题",
    "答复",
    "脱敏问题",
    "标题",
    "章节",
    "引文",
    "草稿",
    "主题",
    "文件",
    "事件",
    "转接原因",
    "说明",
    "任务",
]


def readable(content: bytes) -> str:
    """The text of a page, or of the parts of a sheet that is offered for download."""
    if not content.startswith(b"PK"):
        return content.decode(errors="replace")
    with zipfile.ZipFile(io.BytesIO(content)) as sheet:
        return "".join(sheet.read(name).decode(errors="replace") for name in sheet.namelist())


def leaks(world: World, response) -> list[str]:
    page = "" if response.streaming else readable(response.content)
    return [world.theirs.word + text for text in SECRETS if world.theirs.word + text in page]


def test_the_secrets_are_there_for_who_may_read_them(world):
    """Else the tests below could not fail."""
    client = world.client("administrator")
    pages = [
        reverse("conversations:inbox"),
        reverse("conversations:conversation", args=[world.theirs.conversation.pk]),
        reverse("conversations:reviews"),
    ]
    pages += [
        reverse("conversations:turn", args=[world.theirs.turn.pk]),
        reverse("knowledge:bases"),
        reverse("knowledge:base", args=[world.theirs.base.pk]),
    ]
    pages += [reverse("admin:conversations_inboundevent_changelist"), reverse("admin:jobs_job_changelist")]
    found = {secret for page in pages for secret in leaks(world, client.get(page))}
    assert found == {world.theirs.word + text for text in SECRETS}


@pytest.mark.parametrize("person", PEOPLE)
def test_lists_and_pages(world, person):
    client = world.client(person)
    for name in LISTS:
        assert leaks(world, client.get(reverse(name, args=ROUTES[name].rest))) == [], name


@pytest.mark.parametrize("person", PEOPLE)
def test_own_rows_lead_to_nothing_of_others(world, person):
    client = world.client(person)
    for name, route in ROUTES.items():
        if route.of and route.of not in PERSONAL and not route.is_post:
            response = client.get(reverse(name, args=[getattr(world.ours, route.of).pk, *route.rest]))
            assert leaks(world, response) == [], name


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("words", ["机密", "机密客", "wm"])
def test_search(world, person, words):
    client = world.client(person)
    for name, key in SEARCHES:
        assert leaks(world, client.get(reverse(name), {key: words})) == [], name


@pytest.mark.parametrize("person", PEOPLE)
def test_the_administration(world, person):
    client = world.client(person)
    for model in ADMIN:
        for page in ("changelist", "add"):
            assert leaks(world, client.get(reverse(f"admin:{model}_{page}"))) == [], (model, page)


@pytest.mark.parametrize("person", PEOPLE)
def test_rows_asked_for_by_number(world, person):
    client = world.client(person)
    for name, route in ROUTES.items():
        if route.of and route.of not in PERSONAL:
            url = reverse(name, args=[getattr(world.theirs, route.of).pk, *route.rest])
            response = client.post(url, route.data or {}) if route.is_post else client.get(url)
            assert leaks(world, response) == [], name


def test_a_grant_that_is_taken_closes_everything_at_once(world):
    client = world.client("agent")
    inbox = reverse("conversations:inbox")
    assert "我方客户" in client.get(inbox).content.decode()
    revoke(actor=None, subject=world.people["agent"], container=world.ours.account)
    assert "我方客户" not in client.get(inbox).content.decode()
    assert client.get(reverse("conversations:conversation", args=[world.ours.conversation.pk])).status_code == 404


def test_a_switched_off_colleague_is_out(world):
    client = world.client("agent")
    world.people["agent"].is_active = False
    world.people["agent"].save()
    assert client.get(reverse("conversations:inbox")).status_code == 302
