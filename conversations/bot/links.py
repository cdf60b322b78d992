"""Addresses in a written answer: only those that a passage gives, letter by letter. A picture or link is how data would leave."""

import re

_IMAGE = re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)?")
_LINK = re.compile(r"\[(?P<words>[^\]\n]*)\]\(\s*(?P<url>[^)\s]*)[^)\n]*\)")
_TAG = re.compile(r"</?(?:img|a|script|iframe|svg|link|object|embed|video|audio|form|meta|base|style)\b[^>\n]*>?", re.IGNORECASE)
_URL = re.compile(
    r"(?:(?:https?|ftps?|file|data|javascript|mailto|weixin)[:：]/{0,2}|www\.)[^\s，。；！？、“”‘’（）()<>\[\]【】{}\"'\u4e00-\u9fff]+",
    re.IGNORECASE,
)
_END = ".,;:!?"


def without_foreign_links(written: str, sources: str) -> str:
    """The text without pictures and markup; links as words and address; addresses that `sources` does not give are left out."""
    if not (_TAG.search(written) or _URL.search(written) or "](" in written):
        return written
    known = {_bare(match[0]) for match in _URL.finditer(sources)}
    plain = _TAG.sub("", _IMAGE.sub("", written))
    plain = _LINK.sub(lambda match: f"{match['words']} {match['url']}".strip(), plain)
    return _URL.sub(lambda match: match[0] if _bare(match[0]) in known else match[0][len(_bare(match[0])) :], plain)


def _bare(url: str) -> str:
    return url.rstrip(_END)
