"""The permission matrix: every route, every role, with a grant and without."""

import pytest
from django.urls import reverse

from conversations.models import PromptTrial, ReplyDraft
from scrm.dashboard.models import Notice
from tests.access.routes import ADMIN, ADMIN_EXTRA, ADMIN_FRAME, ADMIN_PAGES, LETTERS, OPEN, ROUTES, Route, named_routes
from tests.world import World, question_make

REFUSED = {401, 403}
PERSONAL = {"question", "notice", "prompt_trial", "reply_draft"}  # nobody else's, whatever the role


def target(world: World, person: str, side: str, route: Route) -> list[int]:
    """Arguments of the route for a row of that side."""
    if not route.of:
        return []
    if route.of == "notice":
        owner = person if person in world.people and side == "ours" else "outsider"
        return [Notice.objects.get_or_create(user=world.people[owner], key="k", defaults={"title": "提醒"})[0].pk]
    if route.of == "question":
        owner = person if person in world.people and side == "ours" else "outsider"
        return [question_make(world.people[owner], getattr(world, side)).pk]
    if route.of == "reply_draft":
        owner = person if person in world.people and side == "ours" else "outsider"
        return [ReplyDraft.objects.create(conversation=getattr(world, side).conversation, asked_by=world.people[owner]).pk]
    if route.of == "prompt_trial":
        owner = person if person in world.people and side == "ours" else "outsider"
        mine = getattr(world, side)
        return [PromptTrial.objects.create(prompt=mine.prompt, base=mine.base, created_by=world.people[owner], state="cancelled").pk]
    return [getattr(getattr(world, side), route.of).pk]


def visit(world: World, person: str, name: str, route: Route, side: str = "ours"):
    url = reverse(name, args=[*target(world, person, side, route), *route.rest])
    client = world.client(person)
    return client.post(url, route.data or {}) if route.is_post else client.get(url)


def sent_away(response) -> bool:
    """To the sign-in, the desk's or the administration's."""
    return response.status_code == 302 and any(
        reverse(name) in response.headers["Location"] for name in ("dashboard:sign_in", "admin:login")
    )


def refused(response) -> bool:
    return response.status_code in REFUSED or sent_away(response)


def test_every_route_stands_in_the_table():
    admin = {f"admin:{model}_{page}" for model in ADMIN for page in ADMIN_PAGES}
    known = set(ROUTES) | set(OPEN) | ADMIN_FRAME | admin | set(ADMIN_EXTRA)
    assert sorted(set(named_routes()) - known) == [], "new routes: say who may open them in tests/access/routes.py"
    assert sorted((set(ROUTES) | set(OPEN) | set(ADMIN_EXTRA)) - set(named_routes())) == [], "routes that are gone"


@pytest.mark.parametrize("name", ROUTES)
def test_each_role_opens_what_the_table_says(world, name):
    route = ROUTES[name]
    for letter, person in LETTERS.items():
        response = visit(world, person, name, route)
        if name == "dashboard:sign_out":
            assert sent_away(response)
        elif letter in route.allowed:
            assert not refused(response), (person, response.status_code)
            assert response.status_code not in {404, 500}, (person, response.status_code)
        else:
            assert refused(response), (person, response.status_code)


@pytest.mark.parametrize("name", [name for name, route in ROUTES.items() if route.of])
def test_without_a_grant_a_row_does_not_exist(world, name):
    route = ROUTES[name]
    for letter, person in LETTERS.items():
        response = visit(world, person, name, route, side="theirs")
        everything = letter in "AV" and letter in route.allowed and route.of not in PERSONAL
        if everything:
            assert response.status_code != 404, response.status_code
        elif letter in route.allowed:
            assert response.status_code == 404, (person, response.status_code)
        else:
            assert refused(response), (person, response.status_code)


@pytest.mark.parametrize("name", ROUTES)
def test_strangers_are_sent_to_the_sign_in(world, name):
    assert refused(visit(world, "anonymous", name, ROUTES[name])), name


@pytest.mark.parametrize("model", ADMIN)
def test_each_role_manages_what_the_table_says(world, model):
    managed = ADMIN[model]
    for letter, person in LETTERS.items():
        client = world.client(person)
        assert (client.get(reverse(f"admin:{model}_changelist")).status_code == 200) is (letter in managed.view), person
        assert (client.get(reverse(f"admin:{model}_add")).status_code == 200) is (letter in managed.add), person


@pytest.mark.parametrize("model", [model for model, managed in ADMIN.items() if managed.row])
def test_rows_in_the_administration_need_the_grant(world, model):
    managed = ADMIN[model]
    for letter, person in LETTERS.items():
        client = world.client(person)
        for page, allowed in (("change", managed.view), ("delete", managed.delete), ("history", managed.view)):
            ours = client.get(reverse(f"admin:{model}_{page}", args=[managed.row(world.ours).pk]))
            theirs = client.get(reverse(f"admin:{model}_{page}", args=[managed.row(world.theirs).pk]))
            assert (ours.status_code == 200) is (letter in allowed), (person, page, ours.status_code)
            assert (theirs.status_code == 200) is (letter in allowed and letter == "A"), (person, page, theirs.status_code)


@pytest.mark.parametrize("model", [model for model, managed in ADMIN.items() if managed.row])
def test_only_the_table_may_save(world, model):
    managed = ADMIN[model]
    for letter, person in LETTERS.items():
        url = reverse(f"admin:{model}_change", args=[managed.row(world.ours).pk])
        response = world.client(person).post(url, {})
        assert (response.status_code == 200) is (letter in managed.change), (person, response.status_code)


@pytest.mark.parametrize("name", ADMIN_EXTRA)
def test_extra_pages_of_the_administration(world, name, settings):
    settings.WECOM_API_BASE = "http://127.0.0.1:9"
    for letter, person in LETTERS.items():
        response = world.client(person).get(reverse(name, args=[world.ours.account.pk]))
        assert (response.status_code == 200) is (letter in ADMIN_EXTRA[name]), (person, response.status_code)
