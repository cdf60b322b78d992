"""The client against a far end that misbehaves; loopback is opened for its port as an administrator would."""

import gzip
import threading
import time

import pytest

from scrm.core.http import Blocked, Failed, Limits, fetch
from tests.far_end import FarEnd, Page

MEGABYTE = 1_000_000


@pytest.fixture
def far_end():
    with FarEnd() as server:
        yield server


@pytest.fixture
def get(far_end):
    def ask(path: str, **options):
        return fetch(far_end.url + path, allowed={("127.0.0.1", far_end.port)}, **options)

    return ask


def test_a_page_comes_back_decompressed(far_end, get):
    far_end.pages["/"] = Page(gzip.compress("退货".encode()), headers={"Content-Encoding": "gzip"})
    reply = get("/", headers={"user-agent": "ZhikeBot"})
    assert (reply.status, reply.body.decode()) == (200, "退货")
    assert far_end.asked[0][1]["user-agent"] == "ZhikeBot"


def test_without_permission_loopback_is_not_even_connected(far_end):
    with pytest.raises(Blocked):
        fetch(far_end.url)
    assert far_end.asked == []


@pytest.mark.parametrize(
    "place", ["http://10.0.0.1/", "http://169.254.169.254/latest/", "http://localhost/", "file:///etc/passwd", "http://127.0.0.1:1/"]
)
def test_redirects_are_checked_like_the_first_address(far_end, get, place):
    far_end.pages["/"] = Page(status=302, headers={"Location": place})
    with pytest.raises(Blocked):
        get("/")


def test_redirects_are_followed_and_counted(far_end, get):
    far_end.pages["/a"] = Page(status=301, headers={"Location": "/b"})
    far_end.html("/b", "there")
    assert get("/a").url == far_end.url + "/b"
    far_end.pages["/loop"] = Page(status=302, headers={"Location": "/loop"})
    with pytest.raises(Blocked) as refused:
        get("/loop")
    assert (refused.value.code, far_end.paths().count("/loop")) == ("too_many_redirects", 6)


def test_a_name_that_changes_its_mind_gains_nothing(far_end):
    """Rebinding: public when checked, ours when connecting. There is no second question: the checked address is the one connected to."""
    answers = iter([["93.184.215.14"], ["127.0.0.1"]])
    asked = []

    def resolver(host, _port):
        asked.append(host)
        return next(answers)

    with pytest.raises((Failed, OSError)) as failed:  # the tests' sockets refuse to leave this machine
        fetch(f"http://rebind.cn:{far_end.port}/", allowed={("rebind.cn", far_end.port)}, resolver=resolver)
    assert asked == ["rebind.cn"]
    assert far_end.asked == []
    assert "93.184.215.14" in str(failed.value.__cause__ or failed.value)
    with pytest.raises(Blocked):  # and the second answer is refused for itself
        fetch(f"http://rebind.cn:{far_end.port}/", allowed={("rebind.cn", far_end.port)}, resolver=resolver)


def test_a_slow_drip_ends_at_the_deadline(far_end, get):
    over = threading.Event()

    def drip(out):
        while not over.wait(0.05):
            out.write(b"x")
            out.flush()

    far_end.pages["/"] = Page(write=drip)
    began = time.monotonic()
    with pytest.raises(Failed) as failed:
        get("/", limits=Limits(total_s=0.4))
    over.set()
    assert failed.value.code == "web_timeout"
    assert time.monotonic() - began < 2


def test_a_bomb_is_refused_before_it_unfolds(far_end, get):
    far_end.pages["/"] = Page(gzip.compress(bytes(50 * MEGABYTE)), headers={"Content-Encoding": "gzip"})
    with pytest.raises(Failed) as failed:
        get("/", limits=Limits(max_bytes=MEGABYTE))
    assert failed.value.code == "web_too_large"


def test_more_than_the_limit_is_refused_with_and_without_a_length(far_end, get):
    far_end.pages["/told"] = Page(bytes(MEGABYTE + 1))
    far_end.pages["/untold"] = Page(write=lambda out: out.write(bytes(MEGABYTE + 1)))
    for path in ("/told", "/untold"):
        with pytest.raises(Failed) as failed:
            get(path, limits=Limits(max_bytes=MEGABYTE))
        assert failed.value.code == "web_too_large"


def test_unknown_compression_and_damaged_data_are_failures(far_end, get):
    far_end.pages["/br"] = Page(b"x", headers={"Content-Encoding": "br"})
    far_end.pages["/bad"] = Page(b"not gzip", headers={"Content-Encoding": "gzip"})
    for path in ("/br", "/bad"):
        with pytest.raises(Failed) as failed:
            get(path)
        assert failed.value.code == "web_encoding"


def test_nobody_there_is_a_failure(far_end):
    with pytest.raises(Failed) as failed:
        fetch("http://127.0.0.1:1/", allowed={("127.0.0.1", 1)})
    assert failed.value.code == "web_unreachable"
