"""Documents of every shape, from a seed."""

from random import Random

from knowledge.ingestion.parsers.builder import DocumentBuilder
from knowledge.ingestion.types import BlockKind, ParsedDocument

WORDS = (
    "退货", "政策", "七天", "无理由", "运费", "买家", "承担", "订单", "发票", "会员", "积分", "X200-Pro", "v2.10.3",
    "https://a.cn/b?c=1;d=2", "3.14", "USB", "API", "保修", "更换", "零件", "维修", "网点",
)  # fmt: skip
ENDS = "。！？；…\n"


def sentence(random: Random, longest: int = 60) -> str:
    words = "".join(random.choice(WORDS) + random.choice(["", "，", " ", "、"]) for _ in range(random.randint(1, longest)))
    quoted = f"他说“{random.choice(WORDS)}。真的！”，" if random.random() < 0.15 else ""
    return quoted + words + random.choice(ENDS)


def paragraph(random: Random) -> str:
    return "".join(sentence(random) for _ in range(random.choice([1, 1, 2, 5, 12])))


def document(seed: int) -> ParsedDocument:
    random = Random(seed)
    builder = DocumentBuilder("标题")
    for _ in range(random.choice([1, 3, 10, 40, 120])):
        _add(builder, random)
    return builder.build()


def _add(builder: DocumentBuilder, random: Random) -> None:
    kind = random.choice(["heading", "paragraph", "paragraph", "paragraph", "list", "table", "qa", "huge", "code"])
    if kind == "heading":
        builder.add(BlockKind.HEADING, random.choice(WORDS) + random.choice(["", "？", "说明"]), level=random.randint(1, 4))
    elif kind == "table":
        columns = random.randint(2, 6)
        builder.add_row([f"列{n}" for n in range(columns)], header=True)
        for _ in range(random.choice([1, 5, 60])):
            builder.add_row([random.choice(WORDS) * random.randint(1, 8) for _ in range(columns)])
    elif kind == "qa":
        question = f"{random.choice(WORDS)}怎么办？"
        builder.add(BlockKind.QA, f"{question}\n{paragraph(random)}", question=question)
    elif kind == "huge":
        builder.add(BlockKind.PARAGRAPH, "".join(random.choice(WORDS) for _ in range(random.choice([200, 900, 3000]))) + "。")
    else:
        builder.add({"list": BlockKind.LIST, "code": BlockKind.CODE}.get(kind, BlockKind.PARAGRAPH), paragraph(random))
