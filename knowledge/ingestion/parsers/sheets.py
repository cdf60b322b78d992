"""Sheets of cells: question-answer lists, and tables whose every row carries its headers."""

import re

from knowledge.ingestion.parsers.builder import DocumentBuilder
from knowledge.ingestion.parsers.tables import is_number
from knowledge.ingestion.types import BlockKind

_ASIDE = re.compile(r"[（(【\[].*?[）)】\]]+|[*＊:：\s]", re.S)
_QUESTION = re.compile(
    r"(?:用户|客户|标准|常见|主|咨询)?(?:问题|问法|提问|问)(?:内容|描述|标题)?|题目|question|questions|q|faq|query|prompt|instruction", re.I
)
_ANSWER = re.compile(
    r"(?:标准|参考|机器人|客服|问题)?(?:答案|回答|答复|解答|回复|应答|答)(?:内容)?|(?:分段)?内容|话术|answer|answers|a|reply|response|output|completion",
    re.I,
)
_SIMILAR = re.compile(r"(?:相似|扩展|其他|其它|同义|类似|相关)(?:问题|问法|提问|问|说法).*|similar.*|alternative.*|variants?", re.I)
_NUMBERING = re.compile(r"序号|编号|no\.?|id|#|index", re.I)
_ASKS = re.compile(r"[?？]\s*$|怎么|如何|什么|哪|吗|为什么|多少|是否|能不能|可以")
_FILLED_LABEL = re.compile(r"[^：:\d]{1,12}[：:]\s*\S")
_SEARCHED_ROWS = 10


def add_sheet(builder: DocumentBuilder, title: str, rows: list[list[str]]) -> None:
    """Append one sheet. `rows`: displayed values; rows may differ in length."""
    rows = [[cell.strip() for cell in row] for row in rows]
    rows = [row for row in rows if any(row)]
    if not rows:
        return
    if title:
        builder.add(BlockKind.HEADING, title, level=1)
    found = _question_header(rows)
    if found is not None:
        _add_titles(builder, rows[:found])
        _add_pairs(builder, rows[found], rows[found + 1 :])
    elif _looks_like_pairs(rows):
        for row in rows:
            _add_pair(builder, [row[0]], row[1] if len(row) > 1 else "", [])
    else:
        _add_table(builder, rows)


def _label(cell: str) -> str:
    return _ASIDE.sub("", cell)


def _question_header(rows: list[list[str]]) -> int | None:
    """Index of the row that names a question and an answer column."""
    for index, row in enumerate(rows[:_SEARCHED_ROWS]):
        labels = [_label(cell) for cell in row]
        asked, answered = (next((i for i, text in enumerate(labels) if p.fullmatch(text)), None) for p in (_QUESTION, _ANSWER))
        if asked is not None and answered is not None and asked != answered:
            return index
    return None


def _looks_like_pairs(rows: list[list[str]]) -> bool:
    """Two columns without headers, of which the first asks or the second tells at length."""
    if any(len(row) > 2 for row in rows) or any(len(row) < 2 or not row[0] or not row[1] for row in rows):
        return False
    asking = sum(bool(_ASKS.search(row[0])) for row in rows)
    asked, told = (sum(len(row[column]) for row in rows) for column in (0, 1))
    return asking * 3 >= len(rows) or (told > 2 * asked and told > 20 * len(rows))


def _add_pairs(builder: DocumentBuilder, header: list[str], rows: list[list[str]]) -> None:
    labels = [_label(cell) for cell in header]
    asked = next(i for i, text in enumerate(labels) if _QUESTION.fullmatch(text))
    answered = next(i for i, text in enumerate(labels) if _ANSWER.fullmatch(text))
    similar = [i for i, text in enumerate(labels) if _SIMILAR.fullmatch(text)]
    others = [i for i in range(len(labels)) if i not in (asked, answered, *similar)]
    for row in rows:
        row = row + [""] * (max(len(labels), 2) - len(row))
        questions = [line for column in (asked, *similar) for line in _lines(row[column])]
        notes = [f"{labels[i]}：{row[i]}" for i in others if row[i] and labels[i] and not _NUMBERING.fullmatch(labels[i])]
        notes += [cell for cell in row[len(labels) :] if cell]
        _add_pair(builder, questions, row[answered], notes)


def _lines(cell: str) -> list[str]:
    return [line.strip() for line in cell.split("\n") if line.strip()]


def _add_pair(builder: DocumentBuilder, questions: list[str], answer: str, notes: list[str]) -> None:
    """Question, other ways to ask it, answer, further columns: one block. Without a question or an answer it is a paragraph."""
    text = "\n".join([*dict.fromkeys(questions), *([answer] if answer else []), *notes])
    if questions and answer:
        builder.add(BlockKind.QA, text, question=questions[0])
    else:
        builder.add(BlockKind.PARAGRAPH, text)


def _add_titles(builder: DocumentBuilder, rows: list[list[str]]) -> None:
    for text in dict.fromkeys(" ".join(dict.fromkeys(filter(None, row))) for row in rows):
        builder.add(BlockKind.PARAGRAPH, text)


def _add_table(builder: DocumentBuilder, rows: list[list[str]]) -> None:
    """Titles above, then each row as `header：value | header：value`."""
    first = next((i for i, row in enumerate(rows) if not _is_caption(row, rows[i + 1 :])), len(rows))
    _add_titles(builder, rows[:first])
    count = _header_rows(rows[first:])
    headers = _joined_headers(rows[first : first + count])
    if count and not rows[first + count :]:
        headers, count = [], 0
    for row in rows[first + count :]:
        builder.add(BlockKind.TABLE_ROW, _row_text(headers, row))


def _is_caption(row: list[str], below: list[list[str]]) -> bool:
    """A title over all columns, or labels with their values (编制单位：…) above a row of headers."""
    if len(set(filter(None, row))) <= 1:
        return True
    return any(_FILLED_LABEL.match(cell) for cell in row) and any(_is_header(other) for other in below[:2])


def _row_text(headers: list[str], row: list[str]) -> str:
    cells = [" ".join(cell.split()) for cell in row]
    named = [
        f"{headers[i]}：{cell}" if i < len(headers) and headers[i] and headers[i] != cell else cell for i, cell in enumerate(cells) if cell
    ]
    return " | ".join(dict.fromkeys(named))


def _is_header(row: list[str]) -> bool:
    filled = [cell for cell in row if cell]
    return len(filled) > 1 and all(len(cell) <= 60 for cell in filled) and not any(is_number(cell) for cell in filled)


def _header_rows(rows: list[list[str]]) -> int:
    """0, 1 or 2 rows of headers: two when the first groups columns (merged or with gaps) that the second names."""
    if not rows or not _is_header(rows[0]):
        return 0
    if len(rows) < 3 or not _is_header(rows[1]):
        return 1
    first, second = rows[0], rows[1]
    grouped = sum(1 for i, cell in enumerate(second) if cell and (i >= len(first) or not first[i] or (i and first[i] == first[i - 1])))
    return 2 if (grouped and any(map(is_number, filter(None, rows[2])))) or grouped >= 2 else 1


def _joined_headers(rows: list[list[str]]) -> list[str]:
    """One name a column; of two rows `group/name`, the group standing over the empty cells at its right."""
    if not rows:
        return []
    names = [" ".join(cell.split()) for cell in rows[0]]
    if len(rows) == 1:
        return names
    width = max(len(rows[0]), len(rows[1]))
    second = rows[1] + [""] * (width - len(rows[1]))
    names += [""] * (width - len(names))
    for i in range(1, width):
        names[i] = names[i] or (names[i - 1] if second[i] else "")
    return ["/".join(dict.fromkeys(filter(None, (group, " ".join(name.split()))))) for group, name in zip(names, second, strict=True)]
