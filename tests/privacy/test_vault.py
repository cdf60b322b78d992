"""The vault: one placeholder a value and conversation, ciphertext at rest, and values that are gone after their time."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from scrm.core.errors import NotFound
from scrm.privacy.models import PersonalValue
from scrm.privacy.patterns import Kind
from scrm.privacy.reading import read, read_foreign
from scrm.privacy.vault import (
    ValueGone,
    namespaces_with,
    text_mask_in_tx,
    texts_mask_in_tx,
    value_of,
    values_erase_in_tx,
    values_of,
    vault_purge,
)

pytestmark = pytest.mark.django_db
PHONE, OTHER = "13812345678", "13900001111"


def expire() -> None:
    PersonalValue.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


def test_numbers_are_stable_through_a_conversation_and_its_own():
    first = text_mask_in_tx("conversation:1", f"我的手机是{PHONE}")
    again = text_mask_in_tx("conversation:1", f"是 138-1234-5678，不是{OTHER}")
    elsewhere = text_mask_in_tx("conversation:2", OTHER)
    assert (first, again, elsewhere) == ("我的手机是<手机号_1>", "是 <手机号_1>，不是<手机号_2>", "<手机号_1>")
    assert values_of("conversation:1", [first, again]) == {"<手机号_1>": PHONE, "<手机号_2>": OTHER}
    assert PersonalValue.objects.count() == 3


def test_what_is_masked_stays_as_it_is():
    once = text_mask_in_tx("c:1", f"手机{PHONE}，地址北京市朝阳区建国路88号，我叫张伟")
    assert text_mask_in_tx("c:1", once) == once
    assert once == "手机<手机号_1>，地址<地址_1>，我叫<姓名_1>"


def test_the_table_holds_no_value_in_the_clear():
    text_mask_in_tx("c:1", f"{PHONE}，邮箱 li@example.com")
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(v)::text FROM privacy_personalvalue v")
        rows = "".join(row for (row,) in cursor.fetchall())
    assert PHONE not in rows
    assert "li@example.com" not in rows


def test_many_texts_cost_as_few_queries_as_one(django_assert_num_queries):
    reads = [(f"c:{number % 7}", read(f"手机1381234{number:04}")) for number in range(60)]
    with django_assert_num_queries(2):
        masked = texts_mask_in_tx(reads)
    assert len(set(masked)) == 9
    with django_assert_num_queries(0):
        texts_mask_in_tx([("c:1", read("保温杯保修期多久？"))])


def test_a_value_that_expired_is_gone_and_its_number_is_not_given_again():
    text_mask_in_tx("c:1", PHONE)
    expire()
    with pytest.raises(ValueGone):
        value_of("c:1", "<手机号_1>")
    assert (vault_purge(), vault_purge()) == (1, 0)
    row = PersonalValue.objects.get()
    assert (row.secret, row.digest) == ("", "")
    assert text_mask_in_tx("c:1", PHONE) == "<手机号_2>"
    assert values_of("c:1", ["<手机号_1> <手机号_2>"]) == {"<手机号_1>": "[手机号]", "<手机号_2>": PHONE}


def test_a_value_said_again_is_kept_longer():
    text_mask_in_tx("c:1", PHONE)
    PersonalValue.objects.update(expires_at=timezone.now() + timedelta(days=2))
    text_mask_in_tx("c:1", PHONE)
    assert PersonalValue.objects.get().expires_at > timezone.now() + timedelta(days=80)


def test_equals_are_found_after_the_key_was_rotated(settings):
    text_mask_in_tx("c:1", PHONE)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another-key"
    assert text_mask_in_tx("c:1", f"还是{PHONE}") == "还是<手机号_1>"
    assert value_of("c:1", "<手机号_1>")[1] == PHONE


def test_without_the_key_a_sent_text_names_the_kind(settings):
    text_mask_in_tx("c:1", PHONE)
    settings.SECRET_KEY = "lost"
    assert values_of("c:1", ["<手机号_1>"]) == {"<手机号_1>": "[手机号]"}


def test_only_placeholders_of_the_namespace_have_a_value():
    text_mask_in_tx("c:1", PHONE)
    for namespace, placeholder in (("c:2", "<手机号_1>"), ("c:1", "<手机号_2>"), ("c:1", "13812345678"), ("c:1", "<手机号_1> ")):
        with pytest.raises(NotFound):
            value_of(namespace, placeholder)


def test_what_a_customer_types_like_a_placeholder_means_nothing():
    masked = texts_mask_in_tx([("c:1", read_foreign(f"<手机号_1> {PHONE}"))])[0]
    assert masked == "＜手机号_1＞ <手机号_1>"


def test_a_field_may_say_that_its_text_is_personal():
    one = read_foreign("[订单] 3704612354559743232 保温杯", [(Kind.ORDER, "3704612354559743232"), (Kind.ADDRESS, "")])
    assert texts_mask_in_tx([("c:1", one)]) == ["[订单] <订单号_1> 保温杯"]


def test_published_numbers_stay_readable():
    assert text_mask_in_tx("c:1", f"请拨打400-123-4567，不是{PHONE}", public="热线 400-123-4567") == "请拨打400-123-4567，不是<手机号_1>"


def test_a_value_leads_to_where_it_was_said():
    text_mask_in_tx("c:1", f"{PHONE} {OTHER}")
    text_mask_in_tx("c:2", PHONE)
    assert namespaces_with("138-1234-5678") == ["c:1", "c:2"]
    assert namespaces_with(f"{PHONE} {OTHER}") == ["c:1"]
    assert namespaces_with("保温杯") == []


def test_erasing_empties_the_namespaces_and_no_other():
    text_mask_in_tx("c:1", PHONE)
    text_mask_in_tx("c:2", PHONE)
    assert values_erase_in_tx(["c:1"]) == 1
    assert namespaces_with(PHONE) == ["c:2"]
