import json

import pytest
from django.core.management import CommandError, call_command

from knowledge.models import KnowledgeBase

LINES = [
    {
        "query": "星河大会2022年的冠军是谁",
        "answers": ["王小河"],
        "positive": ["2022年星河大会落幕，王小河获得冠军。"],
        "negative": ["青山杯足球赛昨天开幕。"],
    },
    {
        "query": "星河大会的举办地和主题是什么？",
        "answers": [["云城", "云城市"], "绿色"],
        "positive_groups": [["星河大会在云城市举办。"], ["星河大会的主题是绿色。"]],
        "negative": ["天气晴。"],
    },
]


@pytest.fixture
def file(tmp_path):
    def make(*lines) -> str:
        path = tmp_path / "set.jsonl"
        path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines))
        return str(path)

    return make


def test_figures_of_both_shapes(db, release, file, capsys):
    call_command("evaluate", "answers", "--set", file(*LINES), "--json")
    printed = json.loads(capsys.readouterr().out)
    assert set(printed) == {"accuracy", "refusal_rate", "false_refusal_rate", "citation_precision", "questions"}
    assert (printed["questions"], printed["refusal_rate"]) == (2, 1.0)
    assert not KnowledgeBase.objects.filter(scratch=True).exists()


def test_limit(db, release, file, capsys):
    call_command("evaluate", "answers", "--set", file(*LINES), "--limit", "1", "--json")
    assert json.loads(capsys.readouterr().out)["questions"] == 1


@pytest.mark.parametrize("line", ["{", "[]", '{"query": "x"}', '{"answers": ["x"]}'])
def test_a_broken_line_is_named(db, release, file, line):
    with pytest.raises(CommandError, match="2"):
        call_command("evaluate", "answers", "--set", file(LINES[0], line))


def test_a_missing_file_is_named(db, release):
    with pytest.raises(CommandError, match=r"no\.jsonl"):
        call_command("evaluate", "answers", "--set", "no.jsonl")
