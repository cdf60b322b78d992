import json

import pytest
from django.core.management import call_command

from conversations.models import ChannelAccount
from scrm.stack import doctor, folders
from tests.ai.inferring import build


def run(capsys, *arguments: str) -> tuple[int, str]:
    """(exit code, output) of the command."""
    code = 0
    try:
        call_command("doctor", *arguments)
    except SystemExit as ended:
        code = ended.code
    return code, capsys.readouterr().out


def test_names_what_fails_and_what_to_do(db, capsys):
    code, output = run(capsys, "--lang", "en")
    lines = output.splitlines()
    assert code == 1
    assert any("[ok] database: PostgreSQL 18, pgvector 0.8.5" in line for line in lines)
    assert any("FAILED" in line and "celery -A scrm worker -Q bulk" in line for line in lines)


def test_json_is_one_object(db, capsys):
    code, output = run(capsys, "--json", "--lang", "en")
    report = json.loads(output)
    assert (code, report["ok"]) == (1, False)
    assert {"database", "migrations", "redis", "worker interactive", "beat", "model", "disk", "clock"} <= {
        row["name"] for row in report["checks"]
    }


def test_a_missing_redis_is_reported_not_raised(db, settings):
    settings.REDIS_URL = "unix:///nowhere.sock"
    found = {finding.name: finding.ok for finding in doctor.examine()}
    assert found["redis"] is False
    assert found["workers"] is False
    assert found["database"] is True


def test_a_filling_disk(settings, monkeypatch):
    monkeypatch.setattr(doctor, "DISK_WARN_MB", folders.free_mb(settings.SCRM_HOME) + 1000)
    assert [finding.ok for finding in doctor.check_disk()] == [False]


@pytest.mark.parametrize(("earliest", "ok"), [(2026, True), (9999, False)])
def test_a_clock_in_the_wrong_year(db, monkeypatch, earliest, ok):
    monkeypatch.setattr(doctor, "EARLIEST_YEAR", earliest)
    monkeypatch.setattr(doctor, "LATEST_YEAR", earliest + 100)
    assert [finding.ok for finding in doctor.check_clock()] == [ok]


def test_the_model_encodes(prepared_model):
    first, loaded = doctor.check_model()
    assert first.ok
    assert not loaded.ok


def test_all_tables_are_there(db):
    assert [finding.ok for finding in doctor.check_migrations()] == [True]


@pytest.mark.parametrize(("enabled", "names"), [(True, ["channel shop"]), (False, [])])
def test_each_enabled_channel_account_is_tried(db, settings, enabled, names):
    """Nobody listens at the address, so the step that fails is the server."""
    settings.WECOM_API_BASE = "http://127.0.0.1:9"
    ChannelAccount.objects.create(
        name="shop",
        enabled=enabled,
        config={"corp_id": "ww1", "open_kfid": "wk1"},
        secrets={"secret": "s", "token": "t", "aes_key": "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"},
    )
    found = [finding for finding in doctor.examine() if finding.name.startswith("channel")]
    assert [finding.name for finding in found] == names
    assert not any(finding.ok for finding in found)


def test_a_second_opinion_needs_a_model_that_can_judge(tmp_path, settings, services):
    assert list(doctor.check_second_opinion()) == []
    settings.SECOND_OPINION, settings.NLI_MODEL = "nli", ""
    (missing,) = doctor.check_second_opinion()
    assert (missing.ok, "SCRM_NLI_MODEL" in missing.text) == (False, True)
    settings.NLI_MODEL = str(build(tmp_path / "nli", ["contradiction", "entailment"], [0.0, 1.0]))
    (found,) = doctor.check_second_opinion()
    assert found.ok
