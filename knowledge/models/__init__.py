from knowledge.models.bases import KnowledgeBase
from knowledge.models.chunks import Chunk, ChunkEmbedding, ChunkLexical, TermStat
from knowledge.models.documents import Document, DocumentVersion

__all__ = ["Chunk", "ChunkEmbedding", "ChunkLexical", "Document", "DocumentVersion", "KnowledgeBase", "TermStat"]
