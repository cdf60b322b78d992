"""What a site's robots.txt lets us fetch and how fast (RFC 9309; Crawl-delay as most sites mean it)."""

from dataclasses import dataclass

AGENT = "ZhikeBot"
LONGEST_DELAY_S = 30.0


@dataclass(frozen=True)
class Robots:
    """`delay_s`: between two requests. `sitemaps`: addresses the file names."""

    text: str
    delay_s: float = 0.0
    sitemaps: tuple[str, ...] = ()

    def allows(self, url: str) -> bool:
        from protego import Protego

        return Protego.parse(self.text).can_fetch(url, AGENT)


def read_robots(status: int, body: bytes) -> Robots | None:
    """A missing file allows everything; None when the site can't say (5xx, 429): then nothing is fetched, for now."""
    from protego import Protego

    if status >= 500 or status == 429:
        return None
    if status >= 400:
        return Robots("")
    text = body[:500_000].decode("utf-8", "replace")
    rules = Protego.parse(text)
    delay = min(float(rules.crawl_delay(AGENT) or 0), LONGEST_DELAY_S)
    return Robots(text, delay, tuple(rules.sitemaps))
