from knowledge.models.bases import KnowledgeBase
from knowledge.models.batches import UploadBatch, UploadedArchive
from knowledge.models.bulk import BulkChange
from knowledge.models.chunks import Chunk, ChunkEmbedding, ChunkLexical, TermStat
from knowledge.models.documents import Document, DocumentVersion
from knowledge.models.faq import ApprovedSource, FaqEntry
from knowledge.models.findings import Finding
from knowledge.models.testing import SearchJudgement, SearchQuestion, TuningTrial
from knowledge.models.web import AllowedHost, WebPage, WebSource
from knowledge.models.words import BaseWord

__all__ = [
    "AllowedHost",
    "ApprovedSource",
    "BaseWord",
    "BulkChange",
    "Chunk",
    "ChunkEmbedding",
    "ChunkLexical",
    "Document",
    "DocumentVersion",
    "FaqEntry",
    "Finding",
    "KnowledgeBase",
    "SearchJudgement",
    "SearchQuestion",
    "TermStat",
    "TuningTrial",
    "UploadBatch",
    "UploadedArchive",
    "WebPage",
    "WebSource",
]
