"""Another model is prepared beside the one in use; at the switch every live chunk has its vector."""

import pytest

from knowledge.models import ChunkEmbedding
from knowledge.retrieval import search
from knowledge.retrieval.indexes import index_is_valid
from knowledge.services import vectors
from knowledge.services.vectors import release_vectors_ensure, vectors_remove, versions_without_vectors
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


def test_progress_counts_all_and_a_stopped_work_goes_on_where_it_stood(upload, release, other, monkeypatch):
    for number in range(3):
        upload(f"{number}.md", f"# 第{number}章\n\n内容{number}。")
    monkeypatch.setattr(vectors, "BATCH_VERSIONS", 1)
    told = []

    def stop_at_two(done: int, total: int) -> None:
        told.append((done, total))
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        release_vectors_ensure(other, stop_at_two)
    release_vectors_ensure(other, lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (1, 1)]
    assert ChunkEmbedding.objects.filter(encoder=other.passage_encoder).count() == 3


def test_vectors_and_index_of_an_encoder_go_and_the_others_stay(upload, release, other, base, monkeypatch):
    upload("a.md", "# 保修\n\n整机保修两年。")
    upload("b.md", "# 退货\n\n七天内可以退。")
    release_activate(release=other)
    release_activate(release=release)
    monkeypatch.setattr(vectors, "REMOVED_ROWS", 1)
    told = []
    assert vectors_remove(encoder=other.passage_encoder, progress=lambda done, total: told.append((done, total))) == 2
    assert told == [(1, 2), (2, 2)]
    assert not index_is_valid(other.passage_encoder_id)
    assert index_is_valid(release.passage_encoder_id)
    assert search("整机保修", Scope((base.pk,)), mode="vector", threshold=0).hits
    release_activate(release=other)
    assert not versions_without_vectors(other.passage_encoder).exists()
