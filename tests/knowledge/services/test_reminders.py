"""Owners are reminded before their documents expire or are due, once for each date."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from knowledge.services.reminders import reminders_send
from knowledge.services.validity import document_change
from scrm.access.grants import revoke
from scrm.dashboard.models import Notice
from scrm.dashboard.services import notices_mail


@pytest.fixture
def due(base, upload):
    def make(name: str, owner=None, **changes):
        document = upload(f"{name}.md", f"# {name}\n\n{name}的内容。").document
        document_change(actor=None, document=document, changes={"owner": owner, **changes})
        return document

    return make


@pytest.fixture
def today():
    return timezone.localdate()


def test_an_owner_is_reminded_once_for_each_date(due, person, base, today):
    owner = person("knowledge_manager", base)
    document = due("退货", owner, review_by=today + timedelta(days=10))
    assert (reminders_send(), reminders_send()) == (1, 0)
    assert Notice.objects.get().user == owner
    assert "退货" in Notice.objects.get().title
    document_change(actor=None, document=document, changes={"review_by": today + timedelta(days=40)})
    assert reminders_send() == 0
    assert reminders_send(today=today + timedelta(days=30)) == 1


def test_expiry_is_a_date_too_and_two_dates_are_two_reminders(due, person, base, today):
    owner = person("knowledge_manager", base)
    due("促销", owner, valid_until=timezone.now() + timedelta(days=5), review_by=today + timedelta(days=17))
    sent = [reminders_send(today=today + timedelta(days=days)) for days in range(8)]
    assert sent == [1, 0, 0, 1, 0, 0, 0, 0]


def test_documents_without_an_owner_are_the_managers_matter(due, person, base, today):
    manager, agent, admin = person("knowledge_manager", base), person("agent", base), person("administrator")
    due("甲", review_by=today), due("乙", review_by=today + timedelta(days=2))
    assert reminders_send() == 1
    notice = Notice.objects.get()
    assert (notice.user, "甲" in notice.body, "乙" in notice.body) == (manager, True, True)
    assert not agent.notices.exists()
    assert not admin.notices.exists()


def test_where_there_is_no_manager_the_administrators_hear(due, person, base, today):
    admin = person("administrator")
    due("甲", review_by=today)
    reminders_send()
    assert [notice.user for notice in Notice.objects.all()] == [admin]


def test_who_lost_the_base_is_not_reminded_of_it(due, person, base, today):
    owner, manager = person("knowledge_manager", base), person("knowledge_manager", base)
    due("甲", owner, review_by=today)
    revoke(actor=None, subject=owner, container=base)
    reminders_send()
    assert [notice.user for notice in Notice.objects.all()] == [manager]


def test_what_does_not_answer_is_not_reminded_of(due, person, base, today):
    from knowledge.services.documents import document_remove

    document_remove(actor=None, document=due("甲", person("knowledge_manager", base), review_by=today))
    assert reminders_send() == 0


def test_reminders_go_by_e_mail_where_a_server_is_set(due, person, base, today, settings):
    settings.EMAIL_HOST, settings.PUBLIC_URL = "smtp.example.com", "https://scrm.example.com/"
    owner = person("knowledge_manager", base)
    owner.email = "owner@example.com"
    owner.save()
    due("退货", owner, review_by=today)
    reminders_send()
    assert (notices_mail(), notices_mail()) == (1, 0)
    assert mail.outbox[0].to == ["owner@example.com"]
    assert "https://scrm.example.com/knowledge/" in mail.outbox[0].body


def test_without_a_server_nothing_waits_to_be_mailed(due, person, base, today, settings):
    settings.EMAIL_HOST = ""
    due("退货", person("knowledge_manager", base), review_by=today)
    reminders_send()
    assert not Notice.objects.exclude(mail_at=None).exists()
