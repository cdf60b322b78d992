"""Another model is prepared beside the one in use; at the switch every live chunk has its vector."""

import pytest

from knowledge.ingestion.reembedding import release_vectors_ensure, versions_without_vectors
from knowledge.models import ChunkEmbedding
from knowledge.retrieval import search
from knowledge.types import Scope
from scrm.ai.choices import EncoderKind
from scrm.ai.models import Encoder
from scrm.ai.services.releases import release_activate, release_create

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def other(endpoint, release):
    encoder = Encoder.objects.create(
        kind=EncoderKind.OPENAI, source=f"openai:{endpoint.embedding_model}", fingerprint="f" * 64, dimensions=8, max_tokens=512
    )
    return release_create(name="other", query_encoder=encoder, passage_encoder=encoder)


def test_activation_embeds_what_is_published(upload, release, other, base):
    document = upload("a.md", "# 保修\n\n整机保修两年。").document
    release_activate(release=other)
    assert ChunkEmbedding.objects.filter(encoder=other.passage_encoder).count() == document.live_version.chunks.count()
    assert not versions_without_vectors(other.passage_encoder).exists()
    hits = search("整机保修", Scope((base.pk,)), mode="vector", threshold=0).hits
    assert [hit.document_id for hit in hits] == [document.pk]


def test_what_is_published_meanwhile_is_completed_afterwards(upload, release, other):
    release_activate(release=other)
    upload("a.md", "# 保修\n\n整机保修两年。")
    ChunkEmbedding.objects.filter(encoder=other.passage_encoder).delete()
    release_vectors_ensure(other)
    assert not versions_without_vectors(other.passage_encoder).exists()
