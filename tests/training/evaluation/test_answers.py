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
    shares = {"accuracy", "refusal_rate", "false_refusal_rate", "citation_precision", "unsupported_sentence_rate", "cut_sentence_rate"}
    assert set(printed) == shares | {"questions", "sentences", "intervals"}
    assert (printed["questions"], printed["refusal_rate"], printed["unsupported_sentence_rate"]) == (2, 1.0, 0.0)
    assert set(printed["intervals"]) == shares
    low, high = printed["intervals"]["refusal_rate"]
    assert 0 < low < 1 == high
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


CONTRADICTED = LINES[0] | {"positive_wrong": ["2022年星河大会落幕，李小山获得冠军。"], "fake_answer": "李小山"}


def test_contradicting_passages_are_counted_where_the_set_has_them(db, release, file, capsys):
    call_command("evaluate", "answers", "--set", file(CONTRADICTED), "--json", "--writer", "extractive")
    printed = json.loads(capsys.readouterr().out)
    became = [printed[f"contradicted_{name}_rate"] for name in ("right", "both", "fake", "refused")]
    assert sum(became) == 1.0


def test_the_curve_goes_from_answering_all_to_refusing_all(db, release, file, capsys):
    call_command("evaluate", "answers", "--set", file(LINES[0]), "--json", "--curve")
    points = json.loads(capsys.readouterr().out)["curve"]
    assert [point["threshold"] for point in points if point["shipped"]] == [0.5]
    for name in ("refusal_rate", "false_refusal_rate"):
        values = [point[name] for point in points]
        assert values == sorted(values)


def test_with_an_endpoint_what_it_makes_up_is_cut_and_counted(db, release, file, capsys, settings, endpoint):
    settings.CHAT_MODEL = endpoint.chat_model
    endpoint.reply = "2022年星河大会的冠军是王小河。冠军奖金为九百万元。"
    call_command("evaluate", "answers", "--set", file(LINES[0]), "--json")
    printed = json.loads(capsys.readouterr().out)
    assert (printed["accuracy"], printed["unsupported_sentence_rate"]) == (1.0, 0.0)
    assert printed["cut_sentence_rate"] > 0


def test_quotes_in_place_of_an_endpoint_do_not_count_as_its_answers(db, release, endpoint, settings, file, capsys):
    settings.CHAT_MODEL, endpoint.reply = endpoint.chat_model, settings.REFUSAL_TEXT
    call_command("evaluate", "answers", "--set", file(*LINES), "--json")
    printed = json.loads(capsys.readouterr().out)
    assert (printed["questions"], printed["asked"], printed["fallback_rate"], printed["false_refusal_rate"]) == (2, 2, 0.0, 1.0)
    settings.CHAT_MODEL = "unknown"
    with pytest.raises(CommandError):
        call_command("evaluate", "answers", "--set", file(*LINES), "--json")
