"""A changed document is embedded again only where it changed."""

import random

import pytest

from knowledge.ingestion.chunking import chunk_document, index_text
from knowledge.ingestion.parsers import markdown, plain
from knowledge.ingestion.stages import content_hash

THINGS = ["退货", "发票", "保修", "运费", "物流", "会员", "积分", "滤芯", "电池", "屏幕", "固件", "账号"]
DOES = ["需要在七天内申请", "由客服人员处理", "以页面显示为准", "不支持修改", "可以在订单详情里查看", "按照实际发生的金额结算"]


def paragraphs(number: int) -> list[str]:
    rng = random.Random(7)
    return [
        "".join(
            f"{rng.choice(THINGS)}和{rng.choice(THINGS)}{rng.choice(DOES)}第{rng.randrange(99)}条。" for _ in range(rng.randrange(2, 7))
        )
        for _ in range(number)
    ]


def markdown_of(blocks: list[str]) -> str:
    return "\n\n".join(f"## 第{n // 9}节\n\n{text}" if n % 9 == 0 else text for n, text in enumerate(blocks))


def hashes(text: str, parse) -> list[str]:
    document = parse(text)
    return [content_hash(index_text(document.title, draft.heading_path, draft.text)) for draft in chunk_document(document)]


EDITS = {
    "change": lambda blocks, at: [*blocks[:at], blocks[at].replace("第", "另外的", 1), *blocks[at + 1 :]],
    "insert": lambda blocks, at: [*blocks[:at], "这里加了一段补充规定，自发布之日起执行。" * 5, *blocks[at:]],
    "delete": lambda blocks, at: [*blocks[:at], *blocks[at + 1 :]],
}


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("render", ["\n\n".join, markdown_of], ids=["without headings", "with headings"])
def test_one_edit_in_the_middle_leaves_nearly_all_chunks_as_they_were(edit, render):
    blocks = paragraphs(400)
    parse = markdown.parse_text if render is markdown_of else plain.parse_text
    before = hashes(render(blocks), parse)
    fresh = []
    for at in range(100, 300, 20):
        changed = EDITS[edit](blocks, at)
        text = render(changed) if render is not markdown_of else _with_same_sections(blocks, changed, at)
        fresh.append(len(set(hashes(text, parse)) - set(before)))
    assert len(before) > 40
    assert sum(fresh) / len(fresh) < 4
    assert min(fresh) >= 1


def _with_same_sections(blocks: list[str], changed: list[str], at: int) -> str:
    """Headings stay before the paragraphs they stood before."""
    starts = {blocks[n]: n // 9 for n in range(0, len(blocks), 9)}
    return "\n\n".join(f"## 第{starts[text]}节\n\n{text}" if text in starts else text for text in changed)


def test_only_the_changed_chunk_is_encoded(upload, endpoint):
    """Counted at the encoder: a paragraph changed in the middle of a long document."""
    blocks = paragraphs(200)
    upload("规定.txt", "\n\n".join(blocks))
    asked = encoded(endpoint)
    changed = upload("规定.txt", "\n\n".join(EDITS["change"](blocks, 100)))
    assert changed.version.state == "published"
    assert changed.version.chunks.count() > 20
    assert 1 <= encoded(endpoint) - asked <= 3


def encoded(endpoint) -> int:
    return sum(len(body["input"]) for body in endpoint.requests)
