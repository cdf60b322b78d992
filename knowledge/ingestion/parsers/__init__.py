"""One parser a format behind one call. Which one is decided by the content; the name's ending only tells text formats apart."""

from knowledge.ingestion.parsers.registry import FORMATS, parse_bytes, parse_stream

__all__ = ["FORMATS", "parse_bytes", "parse_stream"]
