"""Where a sentence offers an answer of the wanted kind: amounts, times, places, names."""

import re

from conversations.bot.cues import BEARS, Wanted
from conversations.bot.words import is_rare, segments

_CN = "零〇一二两三四五六七八九十百千万亿"
_NUMBER = rf"(?:\d[\d,]*(?:\.\d+)?|[{_CN}]+)"

_DATE = re.compile(
    r"\d{4}\s*年(?:\s*\d{1,2}\s*月)?(?:\s*\d{1,2}\s*[日号])?|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}\s*月(?:\s*\d{1,2}\s*[日号])?|\d{1,2}\s*[日号](?!线)"
    r"|\d{1,2}[:：点]\d{0,2}|(?:周|星期|礼拜)[一二三四五六日天]|[今明昨当][日天晚晨]|春节|国庆|元旦|随时|每[天周月年日]|工作日"
)
_LENGTH = re.compile(rf"{_NUMBER}\s*(?:个)?(?:工作日|自然日|小时|分钟|天|日|周|星期|月|年|秒)|随时|当[天日]|立即|马上|实时|永久|终身")
_HOW_LONG = re.compile(r"多久|期[限]?[是有为]?多长|[修效质]期$|多长时间|几[天年周个]|时限|期限|多少[天年个小]")
_COUNTED = rf"{_NUMBER}(?:多|余|几)?\s*(?:[万亿千百]+)?(?:多|余)?\s*"


def _of(units: str) -> re.Pattern[str]:
    """A number in one of these units."""
    return re.compile(rf"{_COUNTED}(?:{units})")


_AMOUNTS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (  # what the question counts -> what a count of it looks like
    (re.compile(r"功率|瓦数"), _of("千瓦|瓦|[kK]?[wW](?![a-zA-Z])")),
    (re.compile(r"频率|赫兹"), _of("[kKMG]?[hH]z|赫兹?")),
    (re.compile(r"率|增长|增速|增幅|占比|比例|百分"), re.compile(rf"(?:百分之{_NUMBER}|{_NUMBER}\s*(?:%|％|‰|个百分点))")),
    (
        re.compile(r"钱|价|费|营收|收入|票房|奖金|经费|美元|元|金额|总额|利润|成本|工资|薪|罚款|运费"),
        re.compile(
            rf"{_COUNTED}(?:元|美元|块|欧元|英镑|日元|港元|人民币|美金)|[￥¥$]\s*\d[\d,.]*|{_NUMBER}\s*[万亿]+(?!人|次|辆|台|吨|斤|部|平)|免费|包邮"
        ),
    ),
    (re.compile(r"容量|容积"), _of("毫升|升|[mM]?[lL](?![a-zA-Z])|[GTM]B?(?![a-zA-Z])|毫安时?|mAh|公斤|kg|套|人份")),
    (re.compile(r"重量|多重|[净毛自]重|几斤"), _of("公斤|千克|克|斤|吨|[kK]?[gG](?![a-zA-Z])")),
    (
        re.compile(r"尺寸|多[长高宽厚深](?!时间)|长宽|高度|宽度|厚度|直径|距离"),
        _of("毫米|厘米|分米|千米|公里|英?寸|米|[mck]?m(?![a-zA-Z])|尺"),
    ),
    (re.compile(r"噪音|噪声|多吵|分贝"), _of("分贝|d[bB]")),
    (re.compile(r"电压"), _of("伏|[kK]?[vV](?![a-zA-Z])")),
    (re.compile(r"温度|多[热冷烫]"), _of("摄氏度|度|℃|°C")),
    (re.compile(r"震级|几级|级别"), re.compile(rf"{_NUMBER}\s*级")),
    (
        re.compile(r"人次|人数|多少人|人口|几人|多少名|多少位|几位|名额|病例"),
        re.compile(rf"{_COUNTED}(?:人次|人|名|位|例)|\d[\d,]*(?:\.\d+)?\s*[万亿]|\d[\d,]{{3,}}"),
    ),
    (re.compile(r"比分"), re.compile(rf"{_NUMBER}\s*[-:：比]\s*{_NUMBER}")),
    (
        re.compile(r"排名|名次|成绩|第几|冠军|亚军"),
        re.compile(rf"第{_NUMBER}|[冠亚季]军|{_NUMBER}\s*强|{_NUMBER}\s*[-:：比]\s*{_NUMBER}|出局|晋级|无缘|夺冠|淘汰"),
    ),
)
_ANY_AMOUNT = re.compile(
    rf"{_COUNTED}(?!个?月|年|日|时|小时|分钟|天|周|点|号|届|\s*[-—]\s*\d)(?:%|％|‰|[\u4e00-\u9fffA-Za-z])"
    r"|\d[\d,]*(?:\.\d+)?(?!\d|\.\d|\s*[年月日时点号:：\-—])|免费"
)
_PLACE = re.compile(
    r"[\u4e00-\u9fff]{2,}(?:省|市|县|区|镇|乡|村|路|街|州|国|岛|港|馆|场|寺|院|站|中心|大厦|大学|公司|平台|视频|总部|宫|堂|山|湖|教堂|集)|[A-Z]站|官网|页面|首页|后台|控制台"
    r"|中国|美国|日本|韩国|英国|法国|德国|印尼|印度|泰国|俄罗斯|北京|上海|广州|深圳|杭州|南京|重庆|天津|成都|武汉|西安|香港|澳门|台湾|[\u4e00-\u9fff]{2,}(?:斯坦|尼亚|利亚|尔)"
)
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段"
    "雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐沿梅莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来嵺苟全褚廉简娄盖符奚木穆党燕郎邸冀谈姬屠连郜晏栾郁商蒙计喻揭窦迟宇敖糜鄢冷卓花仇艾蓝都巩稽井练仲乐虞卞封竺冼原官衣楚佟栗匡宗应台巫鞠僧桑荆谌银扬明沙"
)
_FOREIGN = re.compile(
    r"[\u4e00-\u9fff]{1,6}[·•・][\u4e00-\u9fff]{1,8}|[A-Z][a-z]+(?: [A-Z][a-z]+)+|[\u4e00-\u9fff]{2,8}(?:队|俱乐部|公司|集团|工作室|制片厂|大学|学院)"
)
_BEARER = re.compile(
    r"(?:买家|买方|卖家|卖方|商家|厂家|店家|顾客|客户|用户|消费者|收[件货]人|寄件人|您|你|我们|我方|本店|本公司|双方|平台|[\u4e00-\u9fff]{0,4}公司)"
    r"(?:自行|自己|全额|各自)?(?=(?:[^，。；,;]{0,8})(?:承担|负担|支付|负责|自理|补偿|报销|出|付))"
)
_HOW = re.compile(
    r"步骤|点击|进入|打开|选择|登录|填写|提交|设置|使用|通过|可[以在]|需要|请|先|然后|其次|最后|[因由]|为了|方[法式]|导致|联系|执行|配置|避免|建议|如果"
)
# What is named: quoted, a title, a code or a foreign word, or "called ...".
_NAMED = re.compile(
    r"“[^”\n]{1,30}”|「[^」\n]{1,30}」|《[^》\n]{1,40}》|(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9+.\-]{1,30}(?: ?[A-Z0-9][A-Za-z0-9+.\-]*)*"
)


def offers(kind: Wanted, sentence: str, question: str) -> list[tuple[int, int]] | None:
    """Spans of the sentence that may be the answer; what the question says itself is none. None: this kind has no look of its own."""
    if kind is Wanted.WHETHER:
        return None
    spans = [match.span() for pattern in _looks(kind, question) for match in pattern.finditer(sentence)]
    if BEARS.search(question):
        return spans  # who pays is said in the question's own words too: "运费由您承担"
    if kind in (Wanted.WHO, Wanted.WHICH, Wanted.ANY):
        spans += _rare_words(sentence, names=kind is Wanted.WHO)
    return [(start, end) for start, end in spans if sentence[start:end].strip("“”「」 ") not in question]


def _looks(kind: Wanted, question: str) -> list[re.Pattern[str]]:
    if kind is Wanted.TIME:
        return [_LENGTH if _HOW_LONG.search(question) else _DATE]
    if kind is Wanted.AMOUNT:
        return [next((looks for asks, looks in _AMOUNTS if asks.search(question)), _ANY_AMOUNT)]
    if BEARS.search(question):
        return [_BEARER]
    return {Wanted.WHO: [_FOREIGN], Wanted.WHICH: [_NAMED], Wanted.ANY: [_NAMED], Wanted.PLACE: [_PLACE], Wanted.HOW: [_HOW]}[kind]


def _rare_words(sentence: str, *, names: bool) -> list[tuple[int, int]]:
    """Words that general text hardly has; with `names`, those of two characters only when they begin with a surname."""
    spans = []
    for start, word in segments(sentence):
        if is_rare(word) and (len(word) >= 3 or (len(word) == 2 and (not names or word[0] in _SURNAMES))):
            spans.append((start, start + len(word)))
    return spans
