"""How this house reads text: what other rooms use of it."""

from knowledge.ingestion.chunking import index_text
from knowledge.ingestion.sentences import sentence_spans
from knowledge.retrieval.terms import fold

__all__ = ["fold", "index_text", "sentence_spans"]
