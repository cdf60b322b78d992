"""Repairs of characters that PDF fonts map to look-alikes."""

import re
import unicodedata

# CJK Radicals Supplement to unified ideographs (Unicode EquivalentUnifiedIdeograph); NFKC leaves these 115 as they are.
_SUPPLEMENT = {
    "⺁": "厂", "⺂": "乛", "⺃": "乚", "⺄": "乙", "⺅": "亻", "⺆": "冂", "⺇": "几", "⺈": "刀", "⺉": "刂", "⺊": "卜", "⺋": "㔾", "⺌": "小",
    "⺍": "小", "⺎": "兀", "⺏": "尣", "⺐": "尢", "⺒": "巳", "⺓": "幺", "⺔": "彑", "⺕": "彐", "⺖": "忄", "⺗": "㣺", "⺘": "扌", "⺙": "攵",
    "⺛": "旡", "⺜": "日", "⺝": "月", "⺞": "歺", "⺟": "母", "⺠": "民", "⺡": "氵", "⺢": "氺", "⺣": "灬", "⺤": "爫", "⺥": "爫", "⺦": "丬",
    "⺧": "牛", "⺨": "犭", "⺩": "王", "⺪": "疋", "⺫": "目", "⺬": "示", "⺭": "礻", "⺮": "竹", "⺯": "糹", "⺰": "纟", "⺱": "罓", "⺲": "罒",
    "⺳": "㓁", "⺴": "罓", "⺶": "羊", "⺷": "羊", "⺸": "羋", "⺹": "耂", "⺺": "肀", "⺻": "聿", "⺼": "肉", "⺽": "臼", "⺾": "艹", "⺿": "艹",
    "⻀": "艹", "⻁": "虎", "⻂": "衤", "⻃": "覀", "⻄": "西", "⻅": "见", "⻆": "角", "⻇": "角", "⻈": "讠", "⻉": "贝", "⻊": "足", "⻋": "车",
    "⻌": "辶", "⻍": "辶", "⻎": "辶", "⻏": "阝", "⻐": "钅", "⻑": "長", "⻒": "镸", "⻓": "长", "⻔": "门", "⻕": "阜", "⻖": "阝", "⻗": "雨",
    "⻘": "青", "⻙": "韦", "⻚": "页", "⻛": "风", "⻜": "飞", "⻝": "食", "⻞": "食", "⻟": "飠", "⻠": "饣", "⻡": "首", "⻢": "马", "⻣": "骨",
    "⻤": "鬼", "⻥": "鱼", "⻦": "鸟", "⻧": "卤", "⻨": "麦", "⻩": "黄", "⻪": "黾", "⻫": "斉", "⻬": "齐", "⻭": "歯", "⻮": "齿", "⻯": "竜",
    "⻰": "龙", "⻱": "龜", "⻲": "亀", "⻳": "龟",
}  # fmt: skip
# Kangxi radicals and compatibility ideographs do normalise; ligatures too. Full-width signs are left alone: they are right in Chinese.
_NORMALISED = {
    code: unicodedata.normalize("NFKC", chr(code))
    for code in (*range(0x2F00, 0x2FD6), *range(0xF900, 0xFAFF), *range(0xFB00, 0xFB07))
    if unicodedata.normalize("NFKC", chr(code)) != chr(code)
}
_TABLE = _NORMALISED | {ord(radical): ideograph for radical, ideograph in _SUPPLEMENT.items()}
_LOOKALIKE = re.compile("[\u2e80-\u2eff\u2f00-\u2fd5]")
_PRIVATE = re.compile("[\ue000-\uf8ff]")


def repair(text: str) -> str:
    """Radicals to ideographs (⻩ to 黄), a radical doubled by its ideograph (⼀一) to one, private-use signs dropped."""
    if _LOOKALIKE.search(text):
        text = _undouble(text)
    return _PRIVATE.sub("", text.translate(_TABLE))


def _undouble(text: str) -> str:
    result: list[str] = []
    for char in text:
        mapped = _TABLE.get(ord(char))
        before = result[-1] if result else ""
        if mapped and before == mapped:
            continue
        if before and _TABLE.get(ord(before)) == char:
            result[-1] = char
            continue
        result.append(char)
    return "".join(result)
