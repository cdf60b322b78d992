"""Tokens: the person's own rights, kept as a hash, gone when revoked or expired."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from scrm.api.models import ApiToken
from scrm.api.tokens import token_issue, token_revoke
from scrm.core.errors import NotAllowed


def asked(text: str, path: str = "/api/bases/"):
    return Client().get(path, headers={"authorization": f"Bearer {text}"})


def test_a_token_sees_what_its_person_sees(committed_world):
    world = committed_world
    row, text = token_issue(actor=None, user=world.people["agent"], name="看板")
    assert [base["name"] for base in asked(text).json()["results"]] == ["我方知识库"]
    assert asked(text, f"/api/bases/{world.theirs.base.pk}/").status_code == 404
    assert text not in str(ApiToken.objects.values().get())
    token_revoke(actor=None, token=row)
    assert asked(text).status_code in (401, 403)


def test_tokens_that_are_wrong_expired_or_of_people_who_left_open_nothing(committed_world):
    person = committed_world.people["agent"]
    _row, text = token_issue(actor=None, user=person, name="旧", expires_at=timezone.now() - timedelta(seconds=1))
    _row, other = token_issue(actor=None, user=person, name="新")
    person.is_active = False
    person.save()
    for each in ("", "zk_wrong", text, other):
        assert asked(each).status_code in (401, 403)


def test_only_administrators_issue_tokens(committed_world):
    people = committed_world.people
    with pytest.raises(NotAllowed):
        token_issue(actor=people["knowledge_manager"], user=people["administrator"], name="x")


def test_a_token_writes_without_a_csrf_token(committed_world):
    world = committed_world
    _row, text = token_issue(actor=None, user=world.people["knowledge_manager"], name="导入")
    response = Client(enforce_csrf_checks=True).post(
        f"/api/documents/{world.ours.document.pk}/restore/", headers={"authorization": f"Bearer {text}"}
    )
    assert response.status_code == 200
