"""Images of pages are kept for a while, and not longer than their documents."""

import pytest

from knowledge.ingestion import page_cache
from knowledge.ingestion.page_cache import page_file, page_images_purge
from knowledge.ingestion.types import ParseError
from knowledge.models import DocumentVersion
from tests.knowledge.pdf import pdf_of


@pytest.fixture
def manual(upload, settings, tmp_path) -> DocumentVersion:
    settings.SCRM_HOME = tmp_path
    return upload("manual.pdf", pdf_of("One.", "Two.", "Three."), run=False).version


def test_images_go_with_their_content(manual):
    kept = page_file(manual, 1)
    assert page_images_purge() == 0
    stranger = kept.with_name(f"{'0' * 64}-1-1200.png")
    stranger.write_bytes(b"image")
    assert page_images_purge() == 1
    assert kept.exists()
    assert not stranger.exists()


def test_the_cache_does_not_grow_for_ever(manual, monkeypatch):
    monkeypatch.setattr(page_cache, "KEPT", 2)
    paths = [page_file(manual, number) for number in (1, 2, 3)]
    assert [path.exists() for path in paths] == [False, False, True]


def test_a_page_that_takes_too_long_is_given_up(manual, monkeypatch):
    monkeypatch.setattr(page_cache, "TIMEOUT_S", 0.01)
    with pytest.raises(ParseError, match="timeout"):
        page_file(manual, 1)


def test_more_renderers_than_allowed_wait_no_longer_than_one(manual, monkeypatch):
    monkeypatch.setattr(page_cache, "TIMEOUT_S", 0.01)
    for _ in range(page_cache.AT_ONCE):
        page_cache._free.acquire()
    try:
        with pytest.raises(ParseError, match="timeout"):
            page_file(manual, 1)
    finally:
        for _ in range(page_cache.AT_ONCE):
            page_cache._free.release()
