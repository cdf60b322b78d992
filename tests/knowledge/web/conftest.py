"""A site at the far end, opened for its port as an administrator would."""

import pytest

from knowledge.ingestion.claims import KIND
from knowledge.ingestion.pipeline import jobs_run
from knowledge.models import KnowledgeBase, WebSource
from knowledge.services.crawling import source_crawl
from knowledge.services.hosts import host_allow
from knowledge.services.web import SourceFields, source_create, source_fetch
from scrm.jobs.choices import JobState
from scrm.jobs.models import Job
from tests.far_end import FarEnd

LONG = "购买后七天内可以无理由退货，商品须保持完好，配件与包装齐全，运费由买家承担。特殊商品除外，详见商品页面的说明。" * 5


def article(title: str, text: str = LONG, links: str = "") -> str:
    menu = "<nav><ul><li>首页导航</li><li>联系我们导航</li></ul></nav>"
    return (
        f"<html><head><title>{title}</title></head><body>{menu}<article><h1>{title}</h1><p>{text}</p></article>"
        f"<div>{links}</div><footer>版权所有页脚</footer></body></html>"
    )


def link(*paths: str) -> str:
    return "".join(f'<a href="{path}">x</a>' for path in paths)


@pytest.fixture
def site(db):
    with FarEnd() as server:
        host_allow(actor=None, host="127.0.0.1", port=server.port)
        yield server


class Web:
    """Names sources in the base and fetches them to the end, imports included."""

    def __init__(self, base: KnowledgeBase, site: FarEnd):
        self.base, self.site = base, site

    def add(self, path: str, **fields) -> WebSource:
        source = source_create(actor=None, base=self.base, fields=SourceFields(url=self.site.url + path, **fields))
        return self.run(source)

    def again(self, source: WebSource) -> WebSource:
        source_fetch(actor=None, source=source)
        return self.run(source)

    def run(self, source: WebSource) -> WebSource:
        job = Job.objects.filter(kind="web", subject_id=source.pk).latest("pk")
        while source_crawl(job_id=job.pk) is not None:
            pass
        jobs_run(list(Job.objects.filter(kind=KIND, state=JobState.QUEUED).values_list("pk", flat=True)))
        source.refresh_from_db()
        return source

    def names(self) -> list[str]:
        rows = self.base.documents.valid_now().order_by("name")
        return [row.name.removeprefix(f"127.0.0.1-{self.site.port}").partition("-")[0] + "|" + row.title for row in rows]

    def causes(self, source: WebSource) -> dict[str, str]:
        return {page.url.removeprefix(self.site.url): page.error_code for page in source.pages.all()}


@pytest.fixture
def web(transactional_db, base, release, site, settings, tmp_path, monkeypatch) -> Web:
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr("scrm.core.tasks.send", lambda *args, **kwargs: None)
    return Web(base, site)
