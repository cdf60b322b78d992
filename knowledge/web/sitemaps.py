"""sitemap.xml and its index files (sitemaps.org protocol 0.9)."""

import gzip
import zlib
from io import BytesIO

from knowledge.web.addresses import canonical

ADDRESSES_AT_MOST = 50_000
_UNPACKED_AT_MOST = 50_000_000


def read_sitemap(data: bytes) -> dict[str, list[str]]:
    """{"pages", "sitemaps"}: addresses in their one spelling. A file that is no sitemap has none. Entities are not resolved."""
    from lxml import etree

    if data.startswith(b"\x1f\x8b"):
        try:
            data = gzip.GzipFile(fileobj=BytesIO(data)).read(_UNPACKED_AT_MOST)
        except (OSError, EOFError, zlib.error):
            return {"pages": [], "sitemaps": []}
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, load_dtd=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        return {"pages": [], "sitemaps": []}
    return {"pages": _addresses(root, "url"), "sitemaps": _addresses(root, "sitemap")}


def _addresses(root, kind: str) -> list[str]:
    places = root.xpath(f"//*[local-name()='{kind}']/*[local-name()='loc']/text()")
    return [address for place in places[:ADDRESSES_AT_MOST] if (address := canonical(place))]
