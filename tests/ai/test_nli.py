"""Entailment by a model that reads two texts together; a tiny one made on the spot, whose bias decides."""

import pytest

from scrm.ai import nli
from scrm.ai.errors import NliUnavailable
from tests.ai.inferring import build

PAIRS = [("保修期为两年。", "保修两年。"), ("退货要在七天内。", "退货不限时间。")]


@pytest.mark.parametrize(
    ("labels", "bias", "entails"),
    [(["contradiction", "ENTAILMENT", "neutral"], [0.0, 4.0, 0.0], True), (["entailment", "not_entailment"], [-4.0, 4.0], False)],
)
def test_the_label_of_entailment_is_found_by_its_name(tmp_path, settings, services, labels, bias, entails):
    settings.NLI_MODEL = str(build(tmp_path / "nli", labels, bias))
    found = nli.entailments(PAIRS, timeout=120)
    assert [share > 0.5 for share in found] == [entails] * 2
    assert all(0 <= share <= 1 for share in found)


def test_a_model_without_such_a_label_is_none(tmp_path, settings, services):
    settings.NLI_MODEL = str(build(tmp_path / "nli", ["good", "bad"], [0.0, 0.0]))
    with pytest.raises(NliUnavailable):
        nli.entailments(PAIRS, timeout=120)


@pytest.mark.parametrize("name", ["", "/nowhere/none"])
def test_no_model_is_the_same_error(settings, services, name):
    settings.NLI_MODEL = name
    with pytest.raises(NliUnavailable):
        nli.entailments(PAIRS, timeout=120)
