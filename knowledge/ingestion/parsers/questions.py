"""Finds question-answer pairs that a document marks itself (Q: / A:, 问：/ 答：) and makes each one block."""

import re
from dataclasses import replace

from knowledge.ingestion.types import Block, BlockKind, ParsedDocument

_ASKED = re.compile(r"^(?:Q|问|问题|提问|客户问|Question)\s*\d{0,3}\s*[:：.、]\s*(?=\S)", re.IGNORECASE)
_ANSWERED = re.compile(r"(?:^|\n)(?:A|答|答案|回答|解答|答复|Answer)\s*\d{0,3}\s*[:：.、]", re.IGNORECASE)


def pair_questions(document: ParsedDocument) -> ParsedDocument:
    """A block that asks, and the blocks up to the next question or heading, become one QA block if an answer is marked in them."""
    blocks, index, result = document.blocks, 0, []
    while index < len(blocks):
        last = _pair_end(document.text, blocks, index)
        result.append(_joined(document.text, blocks[index], blocks[last - 1]) if last else blocks[index])
        index = last or index + 1
    return replace(document, blocks=tuple(result))


def _pair_end(text: str, blocks: tuple[Block, ...], first: int) -> int | None:
    """Index after the last block of the pair that begins at `first`; None when none does."""
    asks = blocks[first]
    if asks.kind is BlockKind.QA or not _ASKED.match(asks.text):
        return None
    last = first + 1
    while last < len(blocks) and not _ends_pair(asks, blocks[last]):
        last += 1
    by_heading = asks.kind is BlockKind.HEADING and last > first + 1
    return last if by_heading or _ANSWERED.search(text, asks.start, blocks[last - 1].end) else None


def _ends_pair(asks: Block, block: Block) -> bool:
    if block.kind is BlockKind.QA or _ASKED.match(block.text):
        return True
    return block.kind is BlockKind.HEADING and (asks.kind is not BlockKind.HEADING or block.level <= asks.level)


def _joined(text: str, first: Block, last: Block) -> Block:
    asked = _ASKED.sub("", first.text)
    answer = _ANSWERED.search(asked)
    question = (asked[: answer.start()] if answer else asked).strip()
    return Block(BlockKind.QA, text[first.start : last.end], 0, first.page, first.start, last.end, question[:500])
