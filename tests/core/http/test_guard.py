"""Which addresses may be asked: the decision alone, nothing is sent."""

import json

import pytest
from django.conf import settings

from scrm.core.http import Blocked, decide, parse_target

URLS = settings.BASE_DIR.parent / "shared/data/web/ssrf_urls.jsonl"
PUBLIC = "93.184.215.14"


def public(_host: str, _port: int) -> list[str]:
    return [PUBLIC]


def own(host: str, _port: int) -> list[str]:
    return [host]


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://a.cn/", "bad_scheme"), ("file:///etc/passwd", "bad_scheme"), ("gopher://a.cn/", "bad_scheme"), ("//a.cn/", "bad_scheme"),
        ("http:127.0.0.1/", "bad_url"), ("http:///a", "bad_url"), ("http://a.cn\\@b.cn/", "bad_url"), ("http://a.cn/\r\nHost: b", "bad_url"),
        ("http://user:pw@a.cn/", "credentials"), ("http://a.cn:80@10.0.0.1/", "credentials"), ("http://a%2ecn/", "bad_host"),
        ("http://a.cn:8080/", "bad_port"), ("http://a.cn:22/", "bad_port"), ("http://a.cn:99999/", "bad_url"),
        ("http://2130706433/", "bad_host"), ("http://0x7f.1/", "bad_host"), ("http://0177.0.0.1/", "bad_host"), ("http://127.1/", "bad_host"),
        ("http://169。254。169。254/", "bad_host"), ("http://①②⑦.0.0.1/", "bad_host"), ("http://ⓔⓧⓐⓜⓟⓛⓔ.ⓒⓞⓜ/", "bad_host"),
        ("http://127.0.0.1/", "blocked_host"), ("http://0.0.0.0/", "blocked_host"), ("http://10.1.2.3/", "blocked_host"),
        ("http://100.64.0.1/", "blocked_host"), ("http://100.100.100.200/", "blocked_host"), ("http://168.63.129.16/", "blocked_host"),
        ("http://192.0.0.192/", "blocked_host"), ("http://224.0.0.1/", "blocked_host"), ("http://240.0.0.1/", "blocked_host"),
        ("http://255.255.255.255/", "blocked_host"), ("http://[::1]/", "blocked_host"), ("http://[::]/", "blocked_host"),
        ("http://[::ffff:127.0.0.1]/", "blocked_host"), ("http://[::ffff:8.8.8.8]/", "blocked_host"), ("http://[::8.8.8.8]/", "blocked_host"),
        ("http://[2002:7f00:1::]/", "blocked_host"), ("http://[2001:0:4136:e378::1]/", "blocked_host"),
        ("http://[64:ff9b::7f00:1]/", "blocked_host"), ("http://[fe80::1]/", "blocked_host"), ("http://[fd00:ec2::254]/", "blocked_host"),
        ("http://[2606:4700::5efe:7f00:1]/", "blocked_host"), ("http://localhost/", "blocked_host"), ("http://a.localhost/", "blocked_host"),
        ("http://localhost./", "blocked_host"), ("http://intranet/", "blocked_host"), ("http://metadata.google.internal/", "blocked_host"),
    ],
)  # fmt: skip
def test_refused_by_its_text(url, code):
    with pytest.raises(Blocked) as refused:
        decide(url, public)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "url", ["http://a.cn/", "https://知客.中国/帮助?a=1", "http://8.8.8.8/", "https://[2606:4700::1111]/", "https://a.cn:80/"]
)
def test_public_addresses_are_allowed(url):
    assert decide(url, public)


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1", "fe80::1%eth0", "64:ff9b::a00:1"]
)
def test_a_name_that_leads_inside_is_refused(address):
    with pytest.raises(Blocked) as refused:
        decide("http://a.cn/", lambda _host, _port: [PUBLIC, address])
    assert refused.value.code == "blocked_address"


def test_an_opened_host_may_lie_inside_on_its_port_only():
    allowed = {("wiki.corp.lan", 8080)}
    assert decide("http://wiki.corp.lan:8080/", lambda _host, _port: ["10.1.2.3"], allowed) == ["10.1.2.3"]
    for url in ("http://wiki.corp.lan/", "http://other.corp.lan:8080/", "http://10.1.2.3:8080/"):
        with pytest.raises(Blocked):
            decide(url, lambda _host, _port: ["10.1.2.3"], allowed)


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "100.100.100.200", "0.0.0.0", "::1", "::ffff:10.0.0.1", "224.0.0.1"])
def test_an_opened_host_never_leads_to_metadata_or_to_ourselves(address):
    with pytest.raises(Blocked):
        decide("http://wiki.corp.lan/", lambda _host, _port: [address], {("wiki.corp.lan", 80)})


def test_our_own_loopback_is_opened_by_its_name_only():
    assert decide("http://127.0.0.1:8123/", own, {("127.0.0.1", 8123)}) == ["127.0.0.1"]
    with pytest.raises(Blocked):
        decide("http://127.0.0.1:8124/", own, {("127.0.0.1", 8123)})
    with pytest.raises(Blocked):
        decide("http://169.254.169.254/", own, {("169.254.169.254", 80)})


def test_the_host_is_read_as_browsers_read_it():
    assert parse_target("HTTP://A.CN:80/x?y#z").netloc == "a.cn"


@pytest.mark.skipif(not URLS.exists(), reason="the collection lies beside the project")
def test_the_collected_addresses():
    rows = [json.loads(line) for line in URLS.read_text().splitlines()]
    rows = [row for row in rows if "redirects" not in row["note"] and "ssrf.localdomain.pw" not in row["url"]]
    assert [row["url"] for row in rows if row["expect"] != _verdict(row["url"])] == []


def _verdict(url: str) -> str:
    try:
        decide(url, public)
    except Blocked:
        return "block"
    return "allow"
