"""The phone page: a customer without an account of ours, talking through the simulator."""

import pytest
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(autouse=True)
def linked(phone, settings):
    settings.SIMULATOR_URL = phone.base


def page(client, *customers: str) -> str:
    return client.get(reverse("simulator:phones"), {"account": "wk1", "c": customers}).content.decode()


def test_a_new_customer_opens_the_chat(client, phone):
    answer = client.post(reverse("simulator:customer_create"), {"account": "wk1", "nickname": "小李"}, follow=True)
    html = answer.content.decode()
    assert "小李" in html
    assert 'class="phone"' in html
    [customer] = phone.get("customers", open_kfid="wk1")["customers"]
    assert phone.get("chat", external_userid=customer["external_userid"])["items"][0]["event"]["welcome_code"]


def test_two_phones_side_by_side(client, phone):
    one, two = phone.customer("小李"), phone.customer("阿强")
    assert page(client, one, two).count('class="phone"') == 2
    assert page(client, one, two, phone.customer("第三")).count('class="phone"') == 2


def test_text_is_sent_and_seen(client, phone):
    customer = phone.customer()
    answer = client.post(reverse("simulator:say", args=[customer]), {"text": "怎么退货 <b>"}, **HTMX)
    assert (answer.status_code, answer.headers["HX-Trigger"]) == (204, "said")
    html = page(client, customer)
    assert "怎么退货 &lt;b&gt;" in html


def test_the_thread_brings_only_news(client, phone, wecom):
    customer = phone.customer()
    seen = phone.post("say", external_userid=customer, text="在吗")["seq"]
    url = reverse("simulator:thread", args=[customer])
    assert client.get(url, {"after": seen}).status_code == 204
    menu = {"head_content": "解决了吗", "list": [{"type": "click", "click": {"id": "fb_1_1", "content": "已解决"}}], "tail_content": "谢谢"}
    wecom.send_msg(touser=customer, open_kfid="wk1", msgid="m", msgtype="msgmenu", payload=menu)
    html = client.get(url, {"after": seen}).content.decode()
    assert "在吗" not in html
    assert 'value="fb_1_1"' in html
    assert client.post(reverse("simulator:click", args=[customer]), {"menu_id": "fb_1_1"}, **HTMX).status_code == 204
    assert phone.get("chat", external_userid=customer)["items"][-1]["text"] == {"content": "已解决", "menu_id": "fb_1_1"}


def test_without_htmx_forms_lead_back(client, phone):
    customer = phone.customer()
    back = f"{reverse('simulator:phones')}?account=wk1&c={customer}"
    assert client.post(reverse("simulator:say", args=[customer]), {"text": "在吗", "back": back}).url == back
    evil = client.post(reverse("simulator:say", args=[customer]), {"text": "在吗", "back": "https://evil.example/"})
    assert evil.url == reverse("simulator:phones")


def test_the_wire_is_shown(client, phone, wecom):
    wecom.sync_msg(open_kfid="wk1")
    html = client.get(reverse("simulator:wire"), {"account": "wk1"}).content.decode()
    assert "kf/sync_msg" in html
    assert "access_token&quot;: &quot;***" in html


def test_unknown_customers_are_not_found(client):
    assert client.get(reverse("simulator:thread", args=["nobody"])).status_code == 404
    assert client.post(reverse("simulator:say", args=["nobody"]), {"text": "x"}).status_code == 404
    assert client.get(reverse("simulator:thread", args=["nobody"]), {"after": "x" * 99}).status_code == 404


def test_forms_are_protected(phone):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(reverse("simulator:say", args=[phone.customer()]), {"text": "x"}).status_code == 403


def test_nothing_inline(client, phone):
    html = page(client, phone.customer())
    assert " style=" not in html
    assert "<script>" not in html
    assert " onclick" not in html


def test_a_stopped_simulator_is_said(client, settings):
    settings.SIMULATOR_URL = "http://127.0.0.1:9"
    answer = client.get(reverse("simulator:phones"))
    assert answer.status_code == 503
    assert 'role="alert"' in answer.content.decode()


def test_not_in_production(client, settings):
    settings.SIMULATOR_ENABLED = False
    assert client.get(reverse("simulator:phones")).status_code == 404
