"""The log can be verified, exported and emptied of old details, and nothing else can be done to it."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from scrm.audit.models import AuditEntry
from scrm.audit.services import audit_purge, audit_record, chain_verify, entry_hash

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(django_user_model):
    return django_user_model.objects.create_user("auditor", password="x", is_superuser=True, is_staff=True)


@pytest.fixture
def entries(person):
    return [audit_record(actor=person, action="customer.update", subject=person, detail={"n": n}) for n in range(3)]


def force(sql, *parameters):
    """What somebody with the database's own password could do."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditentry DISABLE TRIGGER USER")
        cursor.execute(sql, parameters)
        cursor.execute("ALTER TABLE audit_auditentry ENABLE TRIGGER USER")


def test_an_untouched_chain_holds(entries):
    assert chain_verify() == {"ok": True, "entries": 3, "purged": 0, "first_broken": None, "head": entries[-1].hash}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_auditentry SET actor = 'nobody' WHERE id = %s",
        "UPDATE audit_auditentry SET detail = '{\"n\": 9}' WHERE id = %s",
        "UPDATE audit_auditentry SET detail_hash = repeat('0', 64) WHERE id = %s",
    ],
)
def test_a_changed_entry_is_found(entries, change):
    force(change, entries[1].pk)
    assert chain_verify()["first_broken"] == entries[1].pk


def test_a_removed_entry_is_found_at_the_next(entries):
    force("DELETE FROM audit_auditentry WHERE id = %s", entries[1].pk)
    assert chain_verify()["first_broken"] == entries[2].pk


def test_a_cut_end_is_found_by_a_noted_hash(entries, capsys):
    force("DELETE FROM audit_auditentry WHERE id = %s", entries[2].pk)
    assert chain_verify()["ok"]
    with pytest.raises(SystemExit):
        call_command("audit", "verify", "--head", entries[2].hash, "--json")
    assert json.loads(capsys.readouterr().out)["ok"] is False


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_auditentry SET actor = 'x'",
        "UPDATE audit_auditentry SET detail = '{}', purged_at = now()",  # too young
        "DELETE FROM audit_auditentry",
        "TRUNCATE audit_auditentry",
    ],
)
def test_the_database_refuses_changes(entries, change):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def test_old_details_are_emptied_and_the_chain_still_holds(person, settings):
    settings.AUDIT_KEEP_DAYS = ((("customer.",), 60),)
    old = timezone.now() - timedelta(days=90)
    first = audit_record(actor=person, action="customer.update", subject=person, detail={"name": "甲"})
    kept = audit_record(actor=person, action="user.create", subject=person, detail={"name": "乙"})
    rewrite = AuditEntry.objects.get(pk=first.pk)
    rewrite.at = old
    rewrite.hash = entry_hash(rewrite)
    force("UPDATE audit_auditentry SET at = %s, hash = %s WHERE id = %s", old, rewrite.hash, first.pk)
    relinked = AuditEntry.objects.get(pk=kept.pk)
    relinked.previous_hash = rewrite.hash
    force("UPDATE audit_auditentry SET previous_hash = %s, hash = %s WHERE id = %s", rewrite.hash, entry_hash(relinked), kept.pk)
    assert chain_verify()["ok"]

    assert audit_purge() == 1
    assert AuditEntry.objects.get(pk=first.pk).detail == {}
    assert AuditEntry.objects.get(pk=kept.pk).detail == {"name": "乙"}
    assert chain_verify() | {"head": ""} == {"ok": True, "entries": 2, "purged": 1, "first_broken": None, "head": ""}
