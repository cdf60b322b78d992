"""Pages as shops and offices write them: contents in frames, with the lines that are content and the lines that are not."""

from itertools import product
from typing import NamedTuple


class ShortPage(NamedTuple):
    name: str
    html: str
    content: list[str]
    around: list[str]


QUESTIONS = [
    ("怎么开发票？", "在订单详情里点“申请发票”。"),
    ("多久发货？", "付款后48小时内发出。"),
    ("可以货到付款吗？", "暂不支持。"),
]
HOURS = [
    ("电话", "400-820-0000"),
    ("邮箱", "help@shop.example"),
    ("地址", "上海市静安区南京西路100号"),
    ("营业时间", "周一至周六 9:00-18:00"),
]
FIELDS = [("型号", "X-200"), ("功率", "1500 W"), ("容量", "1.7 L"), ("净重", "1.2 kg"), ("保修", "两年")]
NOTICE = ["因系统升级，4月12日0点至6点暂停服务。", "给您带来不便，敬请谅解。"]
PRICES = [("套餐", "月费"), ("基础版", "99元"), ("专业版", "299元")]
STEPS = ["打开小程序。", "点“我的-设置”。", "选“注销账号”并确认。"]

ABOUT = "这款电热水壶采用食品级不锈钢内胆，双层防烫外壳，底盘可三百六十度旋转，倒水时不滴漏。"
CARDS = [
    (f"{city}门店", f"{city}市中心大街{number}号，电话 0{number}-5550{number}，提供试用、维修与以旧换新服务。")
    for number, city in enumerate(("杭州", "苏州", "南京", "合肥"), 21)
]
_WAITS = ("退款", "换货", "维修", "补发", "改签", "开票", "审核", "注册", "结算", "提现")
LONG = [
    (
        f"第{number}个问题：{what}要多久？",
        f"{what}一般需要{number}个工作日，遇到节假日顺延；超过时间没有结果，请带上订单号联系在线客服处理。",
    )
    for number, what in enumerate(_WAITS, 2)
]
GUIDE = [(question, (answer + ABOUT) * 2) for question, answer in LONG]
AFTER = ["七天内可无理由退货，运费自理。", "一年内非人为损坏免费维修。", "维修期间提供备用机。"]


def _table(rows) -> str:
    return "<table>" + "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows) + "</table>"


def _flat(rows) -> list[str]:
    return [cell for row in rows for cell in row]


CONTENTS = {
    "questions": ("常见问题", "".join(f"<h3>{q}</h3><p>{a}</p>" for q, a in QUESTIONS), _flat(QUESTIONS)),
    "terms": ("常见问题", "<dl>" + "".join(f"<dt>{q}</dt><dd>{a}</dd>" for q, a in QUESTIONS) + "</dl>", _flat(QUESTIONS)),
    "folded": ("常见问题", "".join(f"<details><summary>{q}</summary>{a}</details>" for q, a in QUESTIONS), _flat(QUESTIONS)),
    "boxes": ("常见问题", "".join(f"<div class='q'>{q}</div><div class='a'>{a}</div>" for q, a in QUESTIONS), _flat(QUESTIONS)),
    "contact": ("联系我们", "<p>欢迎来电来访。</p>" + _table(HOURS), ["欢迎来电来访。", *_flat(HOURS)]),
    "notice": ("停机公告", "".join(f"<p>{each}</p>" for each in NOTICE), NOTICE),
    "breaks": ("停机公告", "<div>" + "<br>".join(NOTICE) + "</div>", NOTICE),
    "product": ("电热水壶 X-200", "<p>一分钟烧开，断电保护。</p>" + _table(FIELDS), ["一分钟烧开，断电保护。", *_flat(FIELDS)]),
    "prices": ("价格", _table(PRICES), _flat(PRICES)),
    "steps": ("注销账号", "<ol>" + "".join(f"<li>{each}</li>" for each in STEPS) + "</ol>", STEPS),
    "cards": ("门店", "".join(f"<div class='card'><h3>{a}</h3><p>{b}</p></div>" for a, b in CARDS), _flat(CARDS)),
    "many questions": ("常见问题", "".join(f"<div class='item'><h3>{q}</h3><div>{a}</div></div>" for q, a in LONG), _flat(LONG)),
    "tabs": (
        "电热水壶 X-200",
        f"<div class='intro'><p>{ABOUT * 4}</p></div><div class='tab'>{_table(FIELDS)}</div>"
        f"<div class='tab'><ul>{''.join(f'<li>{each}</li>' for each in AFTER)}</ul></div>",
        [ABOUT * 4, *_flat(FIELDS), *AFTER],
    ),
    "text and contact": (
        "服务",
        f"<div><p>{ABOUT * 6}</p></div><div><dl>{''.join(f'<dt>{a}</dt><dd>{b}</dd>' for a, b in HOURS)}</dl></div>",
        [ABOUT * 6, *_flat(HOURS)],
    ),
    "article": ("选购指南", "".join(f"<h2>{q}</h2><p>{a}</p>" for q, a in GUIDE) + _table(FIELDS), _flat(GUIDE) + _flat(FIELDS)),
}

MENU, FOOTER = ["首页", "全部商品", "会员中心", "关于本店"], ["版权所有 2024 某某商城", "沪ICP备00000000号", "隐私政策"]
MORE = ["您可能还喜欢", "不锈钢保温杯", "多功能电饭煲"]
_MENU_LIST = "<ul>" + "".join(f"<li><a href='/{number}'>{each}</a></li>" for number, each in enumerate(MENU)) + "</ul>"
_FOOTER_LINES = "".join(f"<p>{each}</p>" for each in FOOTER)
_MORE_LIST = f"<h4>{MORE[0]}</h4><ul>" + "".join(f"<li><a href='/p{each}'>{each}</a></li>" for each in MORE[1:]) + "</ul>"
TEASERS = [
    ("三步挑好保温杯", "看材质、看密封、看容量，十分钟学会挑选一只好用的保温杯。"),
    ("厨房小电器清洁", "每周一次，用小苏打就能让烤箱和水壶焕然一新。"),
]
COMMENTS = ["用户甲：很实用，已经收藏了，谢谢分享。", "用户乙：请问北方可以用吗？"]
_TEASERS = "".join(f"<div><a href='/t'>{a}</a><p>{b}</p></div>" for a, b in TEASERS)
_COMMENTS = "".join(f"<div><p>{each}</p></div>" for each in COMMENTS)
_MANY = [f"{kind}{what}" for kind in ("厨房", "客厅", "卧室", "户外") for what in ("电器", "家具", "收纳", "灯具", "清洁", "装饰")]
_MANY_LIST = "".join(f"<div class='c{number % 6}'><a href='/k{number}'>{each}</a></div>" for number, each in enumerate(_MANY))

# Frame -> (the page around %s, the lines of it that are not content)
FRAMES = {
    "bare": ("%s", []),
    "marked": (f"<header><nav>{_MENU_LIST}</nav></header><main>%s</main><footer>{_FOOTER_LINES}</footer>", MENU + FOOTER),
    "article": (f"<nav>{_MENU_LIST}</nav><article>%s</article><aside>{_MORE_LIST}</aside><footer>{_FOOTER_LINES}</footer>", MENU + MORE + FOOTER),
    "classes": (
        f"<div class='top-nav nav'>{_MENU_LIST}</div><div class='content'>%s</div><div class='sidebar'>{_MORE_LIST}</div>"
        f"<div class='footer'>{_FOOTER_LINES}</div>",
        MENU + MORE + FOOTER,
    ),
    "no marks": (f"<div>{_MENU_LIST}</div><div>%s</div><div>{_FOOTER_LINES}</div>", MENU + FOOTER),
    "many links": (f"<div class='x1'>{_MANY_LIST}</div><div class='x2'>%s</div><div class='x3'>{_FOOTER_LINES}</div>", _MANY + FOOTER),
    "magazine": (
        f"<div class='nav'>{_MENU_LIST}</div><div class='post'>%s</div><div class='related'>{_TEASERS}</div>"
        f"<div class='comments' id='comments'>{_COMMENTS}</div><div class='footer'>{_FOOTER_LINES}</div>", MENU + _flat(TEASERS) + COMMENTS + FOOTER,
    ),
    "layout table": (
        f"<table><tr><td>{_MENU_LIST}</td></tr><tr><td>%s</td></tr><tr><td>{_FOOTER_LINES}</td></tr></table>", MENU + FOOTER,
    ),
}  # fmt: skip


def short_pages() -> list[ShortPage]:
    return [
        ShortPage(f"{content}, {frame}", _page(title, body, around), [title, *lines], chrome)
        for (content, (title, body, lines)), (frame, (around, chrome)) in product(CONTENTS.items(), FRAMES.items())
    ]


def _page(title: str, body: str, around: str) -> str:
    inside = around % f"<h1>{title}</h1>{body}"
    return f"<!doctype html><html lang='zh'><head><meta charset='utf-8'><title>{title}</title></head><body>{inside}</body></html>"
