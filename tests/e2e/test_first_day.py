"""A first day with the product in a browser: a document in, an answer out, a customer who wants a person, a risky answer."""

import re

import pytest
from playwright.sync_api import Page, expect

from scrm.stack.demo import BASE

pytestmark = pytest.mark.e2e
expect.set_options(timeout=20_000)

MANUAL = """# 青柠加湿器 QN-300 使用说明

## 水箱

青柠加湿器 QN-300 的水箱容量是 4.5 升，装满一次可以连续加湿 18 小时。

## 清洁

水箱每周用清水冲洗一次，滤芯每三个月更换一次。
"""
FILTERS = """# 青柠滤芯

青柠滤芯 QF-1 每盒三支，适用于 QN-300。
"""


def markdown(name: str, text: str) -> dict:
    """A file as the browser's file chooser gives it."""
    return {"name": name, "mimeType": "text/markdown", "buffer": text.encode()}


def ask(page: Page, url: str, text: str) -> None:
    page.goto(f"{url}/ask/")
    page.fill("#text", text)
    page.click("form.ask-form button[type=submit]")
    page.wait_for_selector(".answer")


def open_phone(page: Page, url: str, name: str) -> None:
    """A new customer of the demo shop, with the chat open."""
    page.goto(f"{url}/simulator/")
    page.fill("#nickname", name)
    page.click("form:has(#nickname) button")
    page.wait_for_selector(".phone-write")


def say(page: Page, text: str) -> None:
    page.fill(".phone-write textarea", text)
    page.click(".phone-write button")


def test_a_document_goes_in_and_its_answer_comes_out_with_the_source(copy, window):
    page = copy.sign_in(window(), "manager")
    page.goto(f"{copy.url}/knowledge/")
    page.locator("main a", has_text=BASE).first.click()
    page.set_input_files("#files", [markdown("青柠加湿器.md", MANUAL), markdown("青柠滤芯.md", FILTERS)])
    for name in ("青柠加湿器.md", "青柠滤芯.md"):
        expect(page.locator("tr", has_text=name).locator(".badge-good")).to_be_visible(timeout=40_000)

    ask(page, copy.url, "青柠加湿器的水箱容量是多少？")
    expect(page.locator(".answer")).to_contain_text("4.5 升")
    page.locator(".quotes a.source").first.click()
    expect(page.locator("mark#quote")).to_contain_text("4.5 升")
    expect(page.locator("mark#quote")).to_be_in_viewport()


def test_a_customer_is_answered_by_the_bot_then_by_a_person_then_by_the_bot(copy, window):
    phone, desk = window(), copy.sign_in(window(), "agent")
    open_phone(phone, copy.url, "王小明")
    say(phone, "支持哪些付款方式？")
    replies = phone.locator(".said.theirs .bubble")
    expect(replies.filter(has_text="微信支付")).to_be_visible()

    desk.goto(f"{copy.url}/inbox/")
    desk.locator(".row-link", has_text="王小明").click()
    expect(desk.locator(".bubble-bot").filter(has_text="微信支付")).to_be_visible()
    desk.locator(".trace-toggle summary").last.click()
    expect(desk.locator(".trace-toggle[open] .steps")).to_be_visible()

    by_the_bot = desk.locator(".bubble-bot").count()

    desk.click("form[action$='take-over/'] button")
    desk.fill("#reply", "您好，我是客服小李")
    desk.press("#reply", "Control+Enter")
    expect(replies.filter(has_text="我是客服小李")).to_be_visible()

    say(phone, "那可以货到付款吗？")
    expect(desk.locator(".entry-theirs", has_text="货到付款")).to_be_visible()
    desk.fill("#reply", "抱歉，暂不支持")
    desk.click("#composer .button-primary")
    expect(replies.filter(has_text="抱歉，暂不支持")).to_be_visible()
    expect(desk.locator(".bubble-bot")).to_have_count(by_the_bot)

    desk.click("form[action$='hand-back/'] button")
    expect(desk.locator("#composer textarea")).to_have_count(0)
    say(phone, "支持哪些付款方式？")
    expect(replies.filter(has_text="微信支付")).to_have_count(2)


def test_an_answer_about_money_waits_for_a_person(copy, window):
    phone, desk = window(), copy.sign_in(window(), "agent")
    open_phone(phone, copy.url, "李大力")
    desk.goto(f"{copy.url}/reviews/")
    say(phone, "支持花呗分期贷款吗？")
    desk.locator(".notice a").click()
    draft = desk.locator("article.review textarea").first
    expect(draft).to_have_value(re.compile("花呗分期"))
    draft.fill("支持花呗分期，费率以支付页面为准。")
    desk.locator("article.review form[action$='approve/'] button").first.click()
    answers = phone.locator(".said.theirs .bubble")
    expect(answers.filter(has_text="费率以支付页面为准")).to_be_visible()
    expect(answers.filter(has_text="微信支付")).to_have_count(0)


PAGES = ["/", "/inbox/", "/reviews/", "/ask/", "/search-test/", "/knowledge/", "/access/", "/account/password/"]


@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_is_wider_than_its_window(copy, window, width):
    page = copy.sign_in(window(viewport={"width": width, "height": 740}), "admin")
    for path in PAGES:
        page.goto(copy.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_the_desk_works_without_javascript(copy, window):
    phone, desk = window(), window(java_script_enabled=False)
    open_phone(phone, copy.url, "赵无脚本")
    say(phone, "转人工")
    copy.sign_in(desk, "agent")
    expect(phone.locator(".said.theirs").last).to_contain_text("人工")
    desk.goto(f"{copy.url}/inbox/?box=waiting")
    desk.locator(".row-link", has_text="赵无脚本").click()
    desk.click("form[action$='take-over/'] button")
    desk.fill("#reply", "没有脚本也能回复")
    desk.click("#composer .button-primary")
    expect(phone.locator(".said.theirs .bubble", has_text="没有脚本也能回复")).to_be_visible()
