"""The log verified in slices, with what came of it in the log."""

import pytest
from django.db import connection
from django.urls import reverse

from conversations.services import chain_checks
from conversations.services.chain_checks import chain_check_run, chain_check_start, chain_checks_drain, last_check
from scrm.access.services import user_create
from scrm.audit.models import AuditEntry
from scrm.audit.services import audit_record, entry_hash
from scrm.core.errors import NotAllowed
from scrm.dashboard.models import Notice
from scrm.jobs.choices import JobState
from scrm.jobs.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(db):
    return {role: user_create(actor=None, username=role, password="right-horse-battery", role=role) for role in ("auditor", "agent")}


@pytest.fixture
def entries(people, monkeypatch):
    monkeypatch.setattr(chain_checks, "ROWS", 3)
    return [audit_record(actor=None, action="base.review", subject=people["agent"], detail={"n": n}) for n in range(6)]


def force(sql, *parameters):
    """What somebody with the database's own password could do."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditentry DISABLE TRIGGER USER")
        cursor.execute(sql, parameters)
        cursor.execute("ALTER TABLE audit_auditentry ENABLE TRIGGER USER")


def run_all(job: Job) -> Job:
    for _slice in range(10):
        chain_check_run(job_id=job.pk)
    job.refresh_from_db()
    return job


def test_slices_go_on_where_the_last_one_stopped(people, entries):
    job = chain_check_start(actor=people["auditor"])
    chain_check_run(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.percent < 100) == (JobState.QUEUED, 3, True)
    total = AuditEntry.objects.count()
    assert run_all(job).state == JobState.DONE
    found = last_check()
    assert found.actor == "auditor"
    assert found.detail["ok"]
    assert (found.detail["up_to"], found.detail["entries"], found.detail["head"]) == (entries[-1].pk, total, entries[-1].hash)
    assert not Notice.objects.exists()


@pytest.mark.parametrize("number", [0, 2, 3, 5])
def test_the_first_broken_link_is_named_wherever_a_slice_ends(people, entries, number):
    force("UPDATE audit_auditentry SET actor = 'nobody' WHERE id = %s", entries[number].pk)
    job = run_all(chain_check_start())
    assert job.state == JobState.FAILED
    assert last_check().detail["first_broken"] == entries[number].pk
    assert str(entries[number].pk) in job.error
    (notice,) = Notice.objects.all()
    assert (notice.user, notice.url) == (people["auditor"], reverse("conversations:audit"))


def test_an_end_that_was_cut_off_since_the_last_time_is_found(people, entries):
    run_all(chain_check_start())
    force("DELETE FROM audit_auditentry WHERE id = %s", entries[-1].pk)
    force("UPDATE audit_auditentry SET previous_hash = %s WHERE id > %s", entries[-2].hash, entries[-1].pk)
    verified = last_check()
    force("UPDATE audit_auditentry SET hash = %s WHERE id = %s", entry_hash(verified), verified.pk)
    run_all(chain_check_start())
    assert (last_check().detail["cut_off"], last_check().detail["ok"]) == (True, False)
    assert Notice.objects.count() == 1


def test_a_second_start_joins_the_first(people, entries):
    assert chain_check_start(actor=people["auditor"]).pk == chain_check_start().pk


def test_a_job_whose_message_was_lost_is_run_by_the_drain(people, entries, monkeypatch):
    job = chain_check_start()
    monkeypatch.setattr(chain_checks, "UNHEARD_S", -1)
    chain_checks_drain()
    job.refresh_from_db()
    assert job.done == 3


def test_only_readers_of_the_log_start_it(people):
    with pytest.raises(NotAllowed):
        chain_check_start(actor=people["agent"])


def test_the_page_tells_how_far_and_shows_progress_meanwhile(people, entries, client):
    client.force_login(people["auditor"])
    client.cookies["django_language"] = "en"
    page = reverse("conversations:audit")
    assert "has not been verified yet" in client.get(page).content.decode()
    job = chain_check_start(actor=people["auditor"])
    chain_check_run(job_id=job.pk)
    assert "3 entries verified" in client.get(reverse("conversations:audit_chain")).content.decode()
    run_all(job)
    assert f"verified up to #{entries[-1].pk}" in client.get(page).content.decode()
    force("UPDATE audit_auditentry SET actor = 'nobody' WHERE id = %s", entries[1].pk)
    run_all(chain_check_start())
    assert f"breaks at entry #{entries[1].pk}" in client.get(page).content.decode()
