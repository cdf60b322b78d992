"""Vectors of a release that does not serve yet, made beside those in use, by hand."""

import json

import pytest
from django.core.management import CommandError, call_command

from knowledge.models import Chunk, ChunkEmbedding
from scrm.ai.models import Encoder, ModelRelease
from scrm.ai.services.releases import release_create

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def candidate(publish, release) -> ModelRelease:
    publish({f"文件{n}": f"第{n}号商品的保修期是{n}个月。" for n in range(1, 6)})
    encoder = Encoder.objects.get(pk=release.passage_encoder_id)
    encoder.pk, encoder.fingerprint, encoder._state.adding = None, "d" * 64, True
    encoder.save()
    return release_create(name="next", query_encoder=release.query_encoder, passage_encoder=encoder)


def vectors(release: ModelRelease) -> dict[int, int]:
    """Row of each chunk's vector."""
    return dict(ChunkEmbedding.objects.filter(encoder=release.passage_encoder).values_list("chunk", "pk"))


def test_what_lacks_a_vector_gets_one_and_nothing_else_moves(candidate, release, capsys):
    before = vectors(release)
    call_command("releases", "embed", str(candidate.pk), "--json")
    assert json.loads(capsys.readouterr().out)["state"] == "ready"
    made = vectors(candidate)
    assert made.keys() == set(Chunk.objects.values_list("pk", flat=True))
    lost = sorted(made)[:2]
    ChunkEmbedding.objects.filter(encoder=candidate.passage_encoder, chunk__in=lost).delete()
    call_command("releases", "embed", str(candidate.pk), "--json")
    again = vectors(candidate)
    assert {chunk: pk for chunk, pk in again.items() if chunk not in lost} == {c: pk for c, pk in made.items() if c not in lost}
    assert again.keys() == made.keys()
    assert vectors(release) == before
    assert ModelRelease.objects.get(state="active") == release


def test_an_unknown_release_is_named(candidate):
    with pytest.raises(CommandError, match="999999"):
        call_command("releases", "embed", "999999")
