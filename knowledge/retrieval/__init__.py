"""What we know, searched. `search(query, scope)` is the one door; ingestion writes through `lexical`, `vectors` and `indexes`."""

from knowledge.retrieval.search import search

__all__ = ["search"]
