import pytest

from scrm.privacy.patterns import Kind, find
from scrm.privacy.redact import redact, restore

MASKED = [
    ("我的手机号是13812345678", Kind.PHONE),
    ("手机 138-1234-5678", Kind.PHONE),
    ("手机 138 1234 5678", Kind.PHONE),
    ("+86 (138) 0013-8000", Kind.PHONE),
    ("+8613812345678", Kind.PHONE),
    ("008613812345678", Kind.PHONE),
    ("138.0013.8000", Kind.PHONE),
    ("１３８－００１３－８０００", Kind.PHONE),
    ("vx13812345678", Kind.PHONE),
    ("座机010-63553377", Kind.PHONE),
    ("01088374993", Kind.PHONE),
    ("（0571）88374993", Kind.PHONE),
    ("你记一下，56171999。", Kind.PHONE),
    ("电话是88681188-6808", Kind.PHONE),
    ("一三八零零一三八零零零", Kind.PHONE),
    ("幺三八〇〇幺三八〇〇〇", Kind.PHONE),
    ("１３８００１３８０００", Kind.PHONE),
    ("138 0013 8000", Kind.PHONE),
    ("13800 138000", Kind.PHONE),
    ("1 3 8 0 0 1 3 8 0 0 0", Kind.PHONE),
    ("（+86）13800138000", Kind.PHONE),
    ("打我电话138,0013,8000", Kind.PHONE),
    ("013800138000", Kind.PHONE),
    ("0571-88374993转分机801", Kind.PHONE),
    ("0571-88374993#801", Kind.PHONE),
    ("0571-8837-4993", Kind.PHONE),
    ("+86-571-88374993", Kind.PHONE),
    ("86-0571-88374993", Kind.PHONE),
    ("4008-123-456", Kind.PHONE),
    ("1101 0119 9003 0777 58", Kind.ID_CARD),
    ("１１０１０１１９９００３０７００２ｘ", Kind.ID_CARD),
    ("11010119900307002×", Kind.ID_CARD),
    ("1 1 0 1 0 1 1 9 9 0 0 3 0 7 7 7 5 8", Kind.ID_CARD),
    ("一一零一零一一九九零零三零七七七五八", Kind.ID_CARD),
    ("6222  0210  0111  6245  702", Kind.BANK_CARD),
    ("622202 1001116245702", Kind.BANK_CARD),
    ("打款到378282246310005", Kind.BANK_CARD),
    ("税号9111 0108 7109 3125 6E", Kind.COMPANY_CODE),
    ("税号91110108710931256e", Kind.COMPANY_CODE),
    ("400-123-4567", Kind.PHONE),
    ("身份证110101199003077758", Kind.ID_CARD),
    ("11010119900307002x", Kind.ID_CARD),
    ("110101-19900101-1234", Kind.ID_CARD),
    ("身份证号110101900307775", Kind.ID_CARD),
    ("用户的身份证号是110101199003071234，请核实。", Kind.ID_CARD),
    ("卡号 6212 3400 0000 0001", Kind.BANK_CARD),
    ("账号 6212-3456-7890-0000-003", Kind.BANK_CARD),
    ("4532015112830366", Kind.BANK_CARD),
    ("我的银行卡号是6222020200000000", Kind.BANK_CARD),
    ("发到 Li.Si@mail.example.cn 吧", Kind.EMAIL),
    ("邮箱是test_user@example.com。", Kind.EMAIL),
]
NOT_PERSONAL = [
    "顺丰 SF1234567890123",
    "满199减20，满299减40，满1599减300",
    "2024-11-11 20:00-22:00，13800元",
    "一二三四五六七八九十",
    "二〇二四年一月一十二日到期，共一百二十三万四千五百六十七元",
    '"size_in_bytes": 18212792172',
    '"commit_ts": 454654803134119937',
    "尺码 150 155 160 165 170",
    "型号13800138000的滤芯",
    "版本13800138000",
    "二维码扫描成功率超过99.9%。",
    "用SSH连接到服务器192.168.1.100。",
    "2024年10月1日，我在成都买了3.5斤樱桃。",
    "20201231 打折吗，电话 20240101",
    "CallStartTime 1649756907000",
    "replica.fetch.max.bytes 1-2147483646",
    "例如 `jam=0123456789`",
    "0000000000000000",
    "123456789012345678",
    "12345678901",
    "版本 10.0.19041.1288",
    "chromestatus.com/feature/5823036655665152",
    "型号 KF-21，价格 12,345,678.00 元",
    "医师执业证书编号：123456789012345",
]


@pytest.mark.parametrize(("text", "kind"), MASKED)
def test_personal_data_is_found_whole(text, kind):
    findings = find(text)
    assert [finding.kind for finding in findings] == [kind]
    assert not any(char.isdigit() for char in redact(text).text.replace("_1>", ""))


@pytest.mark.parametrize("text", NOT_PERSONAL)
def test_other_numbers_stay(text):
    assert redact(text).text == text


@pytest.mark.parametrize("text", [text for text, _kind in MASKED] + NOT_PERSONAL)
def test_restore_undoes_redact(text):
    redacted = redact(text)
    assert restore(redacted.text, redacted.placeholders) == text


def test_checksum_raises_confidence_only():
    right, typo = find("110101199003077758"), find("110101199003077759")
    assert right[0].confidence > typo[0].confidence > 0


def test_same_value_gets_the_same_number():
    assert redact("13812345678 或 138-1234-5678，另一个 13900001111").text == "<手机号_1> 或 <手机号_1>，另一个 <手机号_2>"


def test_a_typed_placeholder_is_not_mistaken_for_ours():
    redacted = redact("<手机号_1> 13812345678")
    assert redacted.text == "<手机号_1> <手机号_2>"
    assert restore(redacted.text, redacted.placeholders) == "<手机号_1> 13812345678"


def test_unknown_placeholder_stays():
    assert restore("<邮箱_3>", {}) == "<邮箱_3>"
