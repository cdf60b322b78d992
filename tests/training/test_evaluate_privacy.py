"""manage.py evaluate privacy: figures by kind."""

import json

import pytest
from django.core.management import CommandError, call_command


@pytest.fixture
def measure(tmp_path, capsys):
    def measured(*lines):
        path = tmp_path / "set.jsonl"
        path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines))
        call_command("evaluate", "privacy", "--set", str(path), "--json")
        return json.loads(capsys.readouterr().out)

    return measured


def line(text, *spans):
    return {"text": text, "entities": [{"type": kind, "start": start, "end": end} for kind, start, end in spans]}


def test_a_kind_is_counted_where_it_is_labelled_and_where_it_is_not(measure):
    result = measure(
        line("电话13800138000", ("PHONE", 2, 13)),
        line("电话13900139000"),
        line("号码是一三八零零", ("PHONE", 3, 8)),
    )
    assert result == {"PHONE": {"precision": 0.5, "recall": 0.5, "support": 2}}


def test_an_entity_that_is_half_masked_is_not_masked(measure):
    result = measure(line("打13800138000转88990011", ("PHONE", 1, 21)))
    assert result["PHONE"]["recall"] == 0.0


def test_a_label_nobody_knows_is_passed_over(measure):
    assert measure(line("他很高兴", ("MOOD", 2, 4))) == {}


def test_a_bad_line_is_named(measure):
    with pytest.raises(CommandError, match="2"):
        measure(line("好"), "not json")
