import pytest
from django.urls import reverse

from scrm.access.models import User
from scrm.ai.models import ModelRelease
from scrm.ai.services.releases import release_create


@pytest.fixture
def boss(client, db):
    user = User.objects.create(username="boss", is_staff=True, is_superuser=True)
    client.force_login(user)
    return user


@pytest.fixture
def ready(encoder_row) -> ModelRelease:
    encoder = encoder_row()
    return release_create(name="ready one", query_encoder=encoder, passage_encoder=encoder)


@pytest.mark.parametrize("model", ["encoder", "modelrelease"])
def test_rows_are_shown_and_cannot_be_edited(client, boss, ready, model):
    row = ready.query_encoder if model == "encoder" else ready
    assert client.get(reverse(f"admin:ai_{model}_changelist")).status_code == 200
    page = client.get(reverse(f"admin:ai_{model}_change", args=[row.pk]))
    assert page.status_code == 200
    assert 'name="source"' not in page.text
    assert 'name="state"' not in page.text
    assert client.get(reverse(f"admin:ai_{model}_add")).status_code == 403
    assert client.post(reverse(f"admin:ai_{model}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403


def test_the_action_hands_the_release_to_a_worker(client, boss, ready, monkeypatch, django_capture_on_commit_callbacks):
    sent = []
    monkeypatch.setattr("scrm.core.tasks.send", lambda name, *ids, queue, countdown=None: sent.append((name, ids, queue)))
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("admin:ai_modelrelease_changelist"), {"action": "activate", "_selected_action": [ready.pk]})
    assert sent == [("ai.release_activate", (ready.pk, boss.pk), "bulk")]
    ready.refresh_from_db()
    assert ready.state == "ready"


def test_a_viewer_may_look_and_not_act(client, boss, ready, django_capture_on_commit_callbacks):
    client.force_login(User.objects.create(username="visitor", is_staff=True))
    assert client.get(reverse("admin:ai_modelrelease_changelist")).status_code == 403
