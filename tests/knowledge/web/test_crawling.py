"""Sources against a real server: what becomes a document, what stays, goes and comes back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from knowledge.choices import DocumentKind, SourceKind
from knowledge.models import DocumentVersion, WebPage, WebSource
from knowledge.services.documents import document_remove
from knowledge.services.web import SourceFields, source_cancel, source_create, source_pause, source_remove, sources_due_begin
from scrm.core.http import Blocked
from scrm.jobs.models import Job
from tests.far_end import Page
from tests.knowledge.web.conftest import LONG, article, link


def test_a_page_is_a_document_of_its_main_content(web, site):
    site.html("/help", article("退货政策"))
    source = web.add("/help")
    document = web.base.documents.get()
    assert (document.kind, document.title, source.error_code) == (DocumentKind.PAGE, "退货政策", "")
    text = document.live_version.text
    assert "七天内" in text
    assert "导航" not in text
    assert "页脚" not in text
    assert source.next_at > timezone.now() + timedelta(hours=23)


def test_tables_and_chinese_encodings_survive(web, site):
    table = "<table><tr><th>型号</th><th>价格</th></tr><tr><td>A-100</td><td>1299 元</td></tr></table>"
    body = article("价目").replace("</article>", f"{table}</article>")
    site.pages["/price"] = Page(body.encode("gb18030"), headers={"Content-Type": "text/html; charset=gb2312"})
    web.add("/price")
    text = web.base.documents.get().live_version.text
    assert "七天内" in text
    assert "A-100 | 1299 元" in text


def test_what_has_not_changed_is_no_work(web, site):
    site.html("/help", article("退货政策"), ETag='"1"')
    source = web.add("/help")
    web.again(source)
    assert site.asked[-1][1]["if-none-match"] == '"1"'
    assert WebPage.objects.get().status == 304
    site.html("/help", article("退货政策"), ETag='"2"')  # sent again, the same words
    web.again(source)
    assert (WebPage.objects.get().status, DocumentVersion.objects.count()) == (200, 1)
    site.html("/help", article("退货政策", LONG + "新增一条规定。"), ETag='"3"')
    web.again(source)
    assert DocumentVersion.objects.count() == 2
    assert "新增一条" in web.base.documents.get().live_version.text


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_is_gone_stops_answering_and_comes_back(web, site, status):
    site.html("/help", article("退货政策"), ETag='"1"')
    source = web.add("/help")
    site.pages["/help"] = Page(b"gone", status)
    web.again(source)
    assert web.names() == []
    assert source.next_at < timezone.now() + timedelta(hours=2)
    site.html("/help", article("退货政策"), ETag='"1"')
    web.again(source)
    assert len(web.names()) == 1
    assert DocumentVersion.objects.count() == 1


@pytest.mark.parametrize("status", [500, 403, 429])
def test_a_failing_page_goes_on_answering(web, site, status):
    site.html("/help", article("退货政策"))
    source = web.add("/help")
    site.pages["/help"] = Page(b"busy", status)
    web.again(source)
    assert len(web.names()) == 1
    assert (source.error_code, source.error) == ("http_status", str(status))


def test_a_site_by_its_links_to_a_depth_and_no_further(web, site):
    site.html("/", article("首页", LONG + "首", link("/a#x", "/a", "/b?utm_source=1", "http://example.org/", "/pic.png", "mailto:a@b.cn")))
    site.html("/a", article("甲", LONG + "甲", link("/c")))
    site.html("/b", article("乙", LONG + "乙"))
    site.html("/c", article("丙", LONG + "丙"))
    source = web.add("/", kind=SourceKind.SITE, max_depth=1)
    assert set(web.causes(source)) == {"/", "/a", "/b"}
    assert site.paths().count("/a") == 1
    assert len(web.names()) == 3


def test_a_site_by_its_sitemap_index_and_the_limit_of_pages(web, site):
    site.pages["/robots.txt"] = Page(f"Sitemap: {site.url}/index.xml".encode())
    site.pages["/index.xml"] = Page(f"<sitemapindex><sitemap><loc>{site.url}/map.xml</loc></sitemap></sitemapindex>".encode())
    places = "".join(f"<url><loc>{site.url}/p{n}</loc></url>" for n in range(5))
    site.pages["/map.xml"] = Page(f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{places}</urlset>'.encode())
    for n in range(5):
        site.html(f"/p{n}", article(f"第{n}页", LONG + str(n)))
    site.html("/", article("首页", LONG + "首"))
    source = web.add("/", kind=SourceKind.SITE, max_pages=4)
    assert set(web.causes(source)) == {"/", "/p0", "/p1", "/p2"}
    assert len(web.names()) == 4


def test_robots_are_obeyed(web, site):
    site.pages["/robots.txt"] = Page(b"User-agent: ZhikeBot\nDisallow: /private\n")
    site.html("/", article("首页", LONG + "首", link("/private/a")))
    site.html("/private/a", article("内部"))
    source = web.add("/", kind=SourceKind.SITE)
    assert web.causes(source)["/private/a"] == "robots"
    assert "/private/a" not in site.paths()
    assert all("ZhikeBot" in headers["user-agent"] for _path, headers in site.asked)


def test_without_readable_robots_nothing_is_fetched(web, site):
    site.pages["/robots.txt"] = Page(b"", 503)
    site.html("/", article("首页"))
    source = web.add("/")
    assert (site.paths(), source.error_code) == (["/robots.txt"], "robots_unavailable")


def test_linked_documents_go_through_their_own_parsers(web, site):
    site.html("/", article("首页", LONG + "首", link("/prices.csv")))
    site.pages["/prices.csv"] = Page("型号,价格\nA-100,1299\nB-200,1599\n".encode("gb18030"), headers={"Content-Type": "text/csv"})
    web.add("/", kind=SourceKind.SITE)
    assert web.base.documents.get(name__endswith="prices.csv").live_version.format == "csv"


def test_redirects_and_canonical_addresses_are_one_document(web, site):
    site.html("/", article("首页", LONG + "首", link("/old", "/print", "/out")))
    site.pages["/old"] = Page(status=301, headers={"Location": "/new"})
    site.html("/new", article("新", LONG + "新"))
    site.html("/print", article("打印", LONG + "新").replace("</head>", '<link rel="canonical" href="/new"></head>'))
    site.pages["/out"] = Page(status=302, headers={"Location": "http://169.254.169.254/latest/"})
    source = web.add("/", kind=SourceKind.SITE)
    assert web.causes(source) == {"/": "", "/old": "redirected", "/new": "", "/print": "canonical", "/out": "blocked_host"}
    assert len(web.names()) == 2


def test_a_removed_document_is_not_brought_back_by_the_next_fetch(web, site):
    site.html("/help", article("退货政策"))
    source = web.add("/help")
    document_remove(actor=None, document=web.base.documents.get())
    web.again(source)
    assert (web.names(), web.causes(source)["/help"]) == ([], "removed")


def test_what_is_due_begins_and_what_is_paused_does_not(web, site):
    site.html("/help", article("退货政策"))
    source = web.add("/help")
    assert sources_due_begin() == []
    WebSource.objects.update(next_at=timezone.now())
    assert sources_due_begin() == [Job.objects.filter(kind="web").latest("pk").pk]
    source_pause(actor=None, source=source)
    assert sources_due_begin() == []
    assert not Job.objects.filter(kind="web", state="queued").exists()


def test_a_cancelled_fetch_does_nothing(web, site):
    source = source_create(actor=None, base=web.base, fields=SourceFields(url=site.url + "/help"))
    source_cancel(actor=None, source=source)
    web.run(source)
    assert site.asked == []


def test_removing_a_source_takes_its_documents_along(web, site):
    site.html("/help", article("退货政策"))
    source = web.add("/help")
    assert source_remove(actor=None, source=source) == 1
    assert (web.names(), WebPage.objects.count()) == ([], 0)


@pytest.mark.parametrize("url", ["http://10.0.0.1/", "http://127.0.0.1:1/", "ftp://a.cn/", "http://u:p@a.cn/", "nonsense"])
def test_addresses_that_are_never_asked_are_refused_when_named(web, url):
    with pytest.raises(Blocked):
        source_create(actor=None, base=web.base, fields=SourceFields(url=url))
    assert not WebSource.objects.exists()
