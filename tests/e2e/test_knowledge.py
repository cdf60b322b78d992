"""The knowledge hub in a browser: which passage is right, what weights do, and the quotation on the image of its page."""

import pytest
from playwright.sync_api import expect

from scrm.stack.demo import BASE
from tests.knowledge.pdf import pdf_of

pytestmark = pytest.mark.e2e
expect.set_options(timeout=20_000)

QUOTE = "The Pomelo lamp runs for forty hours on one charge."


def test_a_right_passage_is_named_and_weights_are_tried_on_it(copy, window):
    page = copy.sign_in(window(), "manager")
    page.goto(f"{copy.url}/search-test/")
    page.fill("#text", "支持哪些付款方式？")
    page.click("form.ask-form button[type=submit]")
    first = page.locator(".hit").first
    first.locator(".judge button").first.focus()
    page.keyboard.press("1")
    expect(first.locator("[aria-pressed=true]")).to_have_attribute("data-key", "1")
    expect(first.locator("[aria-pressed=true]")).to_be_focused()
    page.reload()
    page.locator(".search-head .badge-good").click()
    page.wait_for_load_state()  # htmx listens from then on

    page.locator("#w-threshold").fill("0.9")
    expect(page.locator(".measures tbody tr")).to_have_count(3)
    expect(page.locator(".test-questions tbody tr")).to_contain_text("#1 →")
    page.click("button[formaction$='apply/']:not([name])")
    expect(page.locator("#o-threshold")).to_have_text("0.9")
    page.once("dialog", lambda dialog: dialog.accept())
    page.click("button[value=reset]")
    expect(page.locator("#o-threshold")).to_have_text("0.15")


def test_a_quotation_opens_on_the_image_of_its_page(copy, window):
    page = copy.sign_in(window(viewport={"width": 360, "height": 740}), "manager")
    page.goto(f"{copy.url}/knowledge/")
    page.locator("main a", has_text=BASE).first.click()
    lamp = pdf_of("A preface.", f"The manual\n{QUOTE}")
    page.set_input_files("#files", [{"name": "lamp.pdf", "mimeType": "application/pdf", "buffer": lamp}])
    expect(page.locator("tr", has_text="lamp.pdf").locator(".badge-good")).to_be_visible(timeout=40_000)
    page.locator("tr", has_text="lamp.pdf").locator("a").first.click()
    page.goto(f"{page.url.partition('?')[0]}?view=chunks")
    page.locator(".chunk", has_text=QUOTE).locator("a").click()
    image, box = page.locator(".sheet img"), page.locator("rect#quote")
    expect(image).to_have_js_property("naturalWidth", 1200)
    expect(box).to_be_in_viewport()
    frame, marked = image.bounding_box(), box.bounding_box()
    assert frame["y"] < marked["y"] < frame["y"] + frame["height"] / 3
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
