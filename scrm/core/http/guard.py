"""The decision whether an address that a stranger named may be asked: pure, given how names resolve."""

import ipaddress
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from scrm.core.errors import ScrmError
from scrm.core.http.addresses import Address, is_intranet, is_public

PORTS = {"http": 80, "https": 443}
LONGEST = 2000
Allowed = Collection[tuple[str, int]]  # (host, port) that an administrator opened
Resolve = Callable[[str, int], Iterable[str]]  # addresses of a name

_BAD = re.compile(r"[\x00-\x20\x7f\\]|%00")
_DOTS = re.compile("[\u3002\uff0e\uff61]")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMERIC = re.compile(r"0x[0-9a-f]*|[0-9]+", re.I)
_LOCAL_NAMES = frozenset({"localhost", "ip6-localhost", "ip6-loopback", "metadata", "instance-data"})
# RFC 2606 and 6761: names that lead nowhere, or to this machine or network.
_LOCAL_ENDINGS = ("localhost", "local", "localdomain", "internal", "intranet", "lan", "home.arpa", "test", "invalid", "example", "onion")
_DOCUMENTATION = frozenset({"example.com", "example.net", "example.org"})
_CARRIED = re.compile(r"(?:^|[.-])((?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d))\.")
_METADATA_NAMES = frozenset({"metadata", "instance-data"})

REASONS = {
    "bad_url": _("This is not a web address. It begins with http:// or https:// and has no user name, spaces or backslashes."),
    "bad_scheme": _("Only addresses that begin with http:// or https:// can be fetched."),
    "credentials": _("A web address with a user name or password is not fetched. Remove the part before the @."),
    "bad_port": _("Only the ports 80 and 443 are open. An administrator can allow another port of this host."),
    "bad_host": _("The host of this address is not written as an ordinary name or IP address."),
    "blocked_host": _("This address lies in the internal network. An administrator can allow its host and port."),
    "blocked_address": _("The host leads into the internal network. An administrator can allow its host and port."),
    "unresolved": _("The host of this address is not known. Check its spelling."),
    "too_many_redirects": _("The address redirects too many times."),
}  # fmt: skip


class Failed(ScrmError):
    """The far end could not be asked, or answered too slowly, too much, or nothing sensible."""

    code, status = "web_failed", 502


class Blocked(Failed):
    """An address that is never asked; `code` is one of REASONS."""

    status = 400

    def __init__(self, code: str):
        super().__init__(REASONS[code], code=code)


@dataclass(frozen=True)
class Target:
    """An address whose text is in order; where its host leads is checked when connecting."""

    url: str
    scheme: str
    host: str  # lower-case ASCII; an IPv6 address without brackets
    port: int
    path: str  # with the query
    opened: bool  # an administrator opened this host and port

    @property
    def netloc(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def parse_target(url: str, allowed: Allowed = ()) -> Target:
    """Read an address, refusing everything two readers could understand differently. Raises Blocked."""
    if _BAD.search(url) or len(url) > LONGEST:
        raise Blocked("bad_url")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Blocked("bad_url") from error
    if parts.scheme not in PORTS:
        raise Blocked("bad_scheme")
    if not parts.netloc or not url[len(parts.scheme) :].startswith("://"):
        raise Blocked("bad_url")
    if "@" in parts.netloc or "%" in parts.netloc:
        raise Blocked("credentials" if "@" in parts.netloc else "bad_host")
    host = _host(parts.hostname or "")
    port = PORTS[parts.scheme] if port is None else port
    opened = (host, port) in allowed
    if not opened:
        _require_public_name(host, port)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(url, parts.scheme, host, port, path, opened)


def checked_addresses(target: Target, resolved: Iterable[str]) -> list[str]:
    """Those to connect to, in order. Raises Blocked when any of them may not be asked, or there is none."""
    try:
        addresses = [ipaddress.ip_address(each) for each in resolved]
    except ValueError as error:  # a scope id, as in fe80::1%eth0
        raise Blocked("blocked_address") from error
    if not addresses:
        raise Blocked("unresolved")
    if not all(_may_ask(target, address) for address in addresses):
        raise Blocked("blocked_address")
    return [str(address) for address in addresses]


def decide(url: str, resolve: Resolve, allowed: Allowed = ()) -> list[str]:
    """The addresses at which `url` may be asked. Raises Blocked with the reason. Sends nothing but what `resolve` does."""
    target = parse_target(url, allowed)
    return checked_addresses(target, resolve(target.host, target.port))


def literal(host: str) -> Address | None:
    """The host as an IP address, when it is one in its only ordinary spelling."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _host(host: str) -> str:
    """Lower-case ASCII. Raises Blocked for what other programs might read as another host (octal, hex, circled digits, ...)."""
    if not host or _DOTS.search(host) or unicodedata.normalize("NFKC", host) != host:
        raise Blocked("bad_host")
    if literal(host):
        return host.lower()
    try:
        ascii_host = host.encode("idna").decode("ascii").lower().removesuffix(".")
    except UnicodeError as error:
        raise Blocked("bad_host") from error
    labels = ascii_host.split(".")
    if not all(_LABEL.fullmatch(label) for label in labels) or _NUMERIC.fullmatch(labels[-1]) or len(ascii_host) > 253:
        raise Blocked("bad_host")
    return ascii_host


def _require_public_name(host: str, port: int) -> None:
    address = literal(host)
    if address is not None and not is_public(address):
        raise Blocked("blocked_host")
    if address is None and _is_local_name(host):
        raise Blocked("blocked_host")
    if port not in PORTS.values():
        raise Blocked("bad_port")


def _is_local_name(host: str) -> bool:
    labels = host.split(".")
    if len(labels) == 1 or host in _LOCAL_NAMES or labels[0] in _METADATA_NAMES:
        return True
    carried = _CARRIED.search(host)  # 10.0.0.1.nip.io and the like
    if carried and not is_public(ipaddress.ip_address(carried[1])):
        return True
    inside = any(host == ending or host.endswith(f".{ending}") for ending in _LOCAL_ENDINGS)
    return inside or ".".join(labels[-2:]) in _DOCUMENTATION


def _may_ask(target: Target, address: Address) -> bool:
    if is_public(address):
        return True
    if not target.opened:
        return False
    named = target.host == "localhost" or bool((own := literal(target.host)) and own.is_loopback)
    return is_intranet(address) or (named and address.is_loopback)
