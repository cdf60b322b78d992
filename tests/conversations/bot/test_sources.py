import pytest

from conversations.bot.sources import with_sources
from conversations.types import Quote
from knowledge.models import AllowedHost, Document, WebPage, WebSource
from knowledge.retrieval import search
from knowledge.types import Scope
from tests.conversations.shop import shop_base

URL = "https://help.example.com/returns"


@pytest.fixture
def quote(db, release) -> Quote:
    base = shop_base()
    hit = next(hit for hit in search("退货运费由买家承担", Scope((base.pk,)), threshold=0).hits if hit.title == "退换货规则")
    source = WebSource.objects.create(base=base, url=URL)
    WebPage.objects.create(source=source, url=URL, document=Document.objects.get(pk=hit.document_id))
    return Quote(1, hit, "退货运费由买家承担", hit.start, hit.end)


def test_addresses_are_for_customers_only_where_settings_want_it(quote, settings):
    assert URL not in with_sources("由买家承担[1]。", [quote])
    settings.SOURCE_LINKS = True
    assert with_sources("由买家承担[1]。", [quote]).splitlines()[-1] == f"[1]《退换货规则》 {URL}"


def test_long_and_intranet_addresses_never_are(quote, settings):
    settings.SOURCE_LINKS = True
    WebPage.objects.update(url=URL + "/" + "x" * 80)
    assert "https://" not in with_sources("由买家承担[1]。", [quote])
    WebPage.objects.update(url=URL)
    AllowedHost.objects.create(host="help.example.com", port=443)
    assert with_sources("由买家承担[1]。", [quote]).splitlines()[-1] == "[1]《退换货规则》"
