"""Numbers of people in the ways they are typed, and numbers that only look like them; made anew from a seed, so no list is learnt by heart."""

import random
from collections.abc import Callable, Iterator

from stdnum import luhn
from stdnum.cn import ric, uscc

FULL = str.maketrans("0123456789-+()", "０１２３４５６７８９－＋（）")
SPOKEN = str.maketrans("0123456789", "零一二三四五六七八九")
PHONE_SAID = (
    "我的手机号是{}",
    "{}",
    "请联系{}，谢谢",
    "电话：{}。",
    "你打{}找我",
    "收货人张三{}北京",
    "改成{}吧",
    "短信发到{}上",
    "会员手机{}积分",
)
ID_SAID = ("身份证号{}", "{}", "实名{}不通过", "请查{}这个人", "证件号码 {}", "我的证件号是{}，麻烦核实")
CARD_SAID = ("银行卡{}", "退到{}这张卡", "卡号：{}。", "账号{}收不到钱", "打款到{}，谢谢")
CODE_SAID = ("信用代码{}", "税号：{}", "开票税号是{}，谢谢", "营业执照{}", "{}")
AMOUNTS = (
    "满{a}减{b}", "金额{a}.{c}元，运费{b}元", "价格{a}-{d}元", "销量{e}件，评分4.{c}", "{y}-{m}-{c} 至 {y}-{m}-28", "{y}年{m}月{c}日{m}:{c}发货",
    "容量{d}毫升，净重{b}克", "工作时间9:00-18:{c}", "尺码{b}/{c}A", "积分{e}可以抵{a}元吗", "版本 {m}.{c}.{d}", "型号 KF-{d}GW/{b}", "IP 是 10.{c}.{b}.{m}",
    "优惠券编号{y}{m}{c}{d}", "第{y}{m}{c}期", "批号{y}{m}{c}", "保修{m}年{c}天", "库存还有{e}吗", "SKU{e}{d}有货吗", "共{a},{b}.{c}元", "身高{b}体重{c}",
    "条码69{e}{d}{c}", "航班CA{d}几点", "{y}款{a}寸", "编号：{y}{m}{c}{e}", "时间戳{e}{d}", "满{d}积分换{b}元", "距离{a}.{c}公里", "快递单号SF{e}{d}{c}到哪了",
)  # fmt: skip


def mobiles(of: random.Random) -> Iterator[str]:
    m = of.choice(["138", "139", "150", "159", "186", "199", "166", "178", "133", "147"]) + f"{of.randrange(10**8):08}"
    a, b, c = m[:3], m[3:7], m[7:]
    yield from (m, f"{a}-{b}-{c}", f"{a} {b} {c}", f"+86{m}", f"+86 {a} {b} {c}", f"+86-{m}", f"86-{m}", f"0086{m}", f"（+86）{m}", f"0{m}")
    yield from (f"{a}.{b}.{c}", f"{a}_{b}_{c}", f"{a}·{b}·{c}", f"{a}—{b}—{c}", f"{a}/{b}/{c}", f"{a}  {b}  {c}", m.translate(FULL))
    yield from (
        f"{a} {m[3:]}",
        f"{m[:7]} {c}",
        f"{m[:5]} {m[5:]}",
        f"{m[:6]}-{m[6:]}",
        f"{m[:4]} {m[4:8]} {m[8:]}",
        " ".join(m),
        "-".join(m),
    )
    yield from (m.translate(SPOKEN), m.translate(SPOKEN).replace("一", "幺"), f"{m}转8012")


def landlines(of: random.Random) -> Iterator[str]:
    area, n = of.choice(["010", "021", "0571", "0755", "022"]), f"{of.randrange(2, 9)}{of.randrange(10**7):07}"
    e, area7, n7 = of.randrange(1, 9999), of.choice(["0592", "0311", "0857"]), f"{of.randrange(2, 9)}{of.randrange(10**6):06}"
    yield from (
        f"{area}-{n}",
        f"{area}{n}",
        f"（{area}）{n}",
        f"{area} {n}",
        f"{area}—{n}",
        f"{area}-{n}".translate(FULL),
        f"{area}_{n}",
        f"{area}/{n}",
    )
    yield from (
        f"{area}-{n}-{e}",
        f"{area}-{n}转{e}",
        f"{area}-{n}分机{e}",
        f"{area}-{n} ext {e}",
        f"{area}-{n}#{e}",
        f"{area}-{n}转分机{e}",
    )
    yield from (
        f"+86-{area[1:]}-{n}",
        f"+86 {area[1:]} {n}",
        f"0086-{area[1:]}-{n}",
        f"86-{area}-{n}",
        f"{area}-{n[:4]}-{n[4:]}",
        f"{area} {n[:4]} {n[4:]}",
    )
    yield from (
        f"{area7}-{n7}",
        f"{area7}{n7}",
        f"{area7}-{n7[:4]}-{n7[4:]}",
        f"400-{n[:3]}-{n[3:7]}",
        f"400{n[:7]}",
        f"4008-{n[:3]}-{n[3:6]}",
    )


def id_cards(of: random.Random) -> Iterator[str]:
    place, born = (
        of.choice(["110101", "330106", "440305", "510104"]),
        f"{of.randrange(1950, 2015)}{of.randrange(1, 13):02}{of.randrange(1, 29):02}",
    )
    v = f"{place}{born}{of.randrange(1000):03}"
    v += ric.calc_check_digit(v)
    yield from (
        v,
        v.lower(),
        v.translate(FULL).replace("X", "Ｘ"),
        f"{v[:6]} {v[6:14]} {v[14:]}",
        f"{v[:6]}-{v[6:14]}-{v[14:]}",
        f"{v[:10]} {v[10:]}",
    )
    yield from (
        " ".join(v),
        " ".join(v[at : at + 4] for at in range(0, 18, 4)),
        f"{v[:3]} {v[3:6]} {v[6:10]} {v[10:14]} {v[14:]}",
        v.replace("X", "×"),
    )
    yield v[:17] + of.choice([digit for digit in "0123456789" if digit != v[17]])  # a typing error


def bank_cards(of: random.Random) -> Iterator[str]:
    lead = of.choice(["622202", "621700", "622848", "4532", "5123"])
    v = lead + "".join(str(of.randrange(10)) for _ in range((19 if lead[0] == "6" else 16) - 1 - len(lead)))
    v += luhn.calc_check_digit(v)
    grouped = " ".join(v[at : at + 4] for at in range(0, len(v), 4))
    yield from (
        v,
        grouped,
        grouped.replace(" ", "-"),
        grouped.replace(" ", "  "),
        v.translate(FULL),
        f"{v[:6]} {v[6:]}",
        f"{v[:8]} {v[8:]}",
        " ".join(v),
    )


def company_codes(of: random.Random) -> Iterator[str]:
    letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    v = f"91{of.choice(['110108', '330106', '440300'])}MA{''.join(of.choice(letters) for _ in range(7))}"
    v += uscc.calc_check_digit(v)
    yield from (v, v.lower(), v.translate(FULL), " ".join(v[at : at + 4] for at in range(0, 18, 4)), f"{v[:8]}-{v[8:]}")


def said(
    of: random.Random, spellings: Callable[[random.Random], Iterator[str]], carriers: tuple[str, ...], rounds: int
) -> Iterator[tuple[str, int, int]]:
    """(text, start, end) of each spelling in a sentence."""
    for _ in range(rounds):
        for written in spellings(of):
            carrier = of.choice(carriers)
            start = carrier.index("{}")
            yield carrier.format(written), start, start + len(written)


def amounts(of: random.Random, rounds: int) -> Iterator[str]:
    """Sentences of a shop full of numbers that are nobody's."""
    for _ in range(rounds):
        for carrier in AMOUNTS:
            yield carrier.format(
                a=of.randrange(10, 2000), b=of.randrange(100, 300), c=of.randrange(10, 28), d=of.randrange(1000, 9999), e=of.randrange(10**5, 10**6),
                y=of.randrange(2019, 2027), m=f"{of.randrange(1, 13):02}",
            )  # fmt: skip
