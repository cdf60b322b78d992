"""Both towers on a dataset: a new pair of encoders, with the vectors of every passage made beside those in use."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from django.utils.translation import gettext as _

from knowledge.models import Chunk
from knowledge.services.vectors import release_vectors_ensure
from knowledge.text import index_text
from scrm.ai.choices import EncoderKind
from scrm.ai.models import Encoder, ModelRelease
from scrm.ai.registry import before_activation
from scrm.ai.services.encoders import encoder_prepare
from scrm.ai.sources import resolve
from scrm.core.errors import Invalid
from training.models import DatasetItem
from training.trainers import both_towers
from training.trainers.both_towers import BothSettings, Triple
from training.trainers.types import GoesOn, Stopped


def pair_train(
    *, encoder: Encoder, items: Sequence[DatasetItem], folder: Path, target: Path, settings: BothSettings, goes_on: GoesOn
) -> Encoder:
    """The encoder that does both, exported. Raises Invalid when there is nothing to train or nothing that can be, Stopped, ExportRefused."""
    if encoder.kind == EncoderKind.OPENAI:
        raise Invalid(_("The embedding endpoint's model cannot be trained here. Set SCRM_EMBEDDING_MODEL to a model of this machine."))
    found = triples(items)
    training = [triple for split, triple in found if split == "train"]
    if not training:
        raise Invalid(_("No question of the dataset has both a right and a wrong passage that are still published."))
    dev = [triple for split, triple in found if split == "dev"]
    shutil.rmtree(target, ignore_errors=True)
    both_towers.train(
        resolve(encoder.source, lambda line: None), folder, target, triples=training, dev=dev,
        prefixes=(encoder.query_prefix, encoder.passage_prefix), settings=settings, goes_on=goes_on,
    )  # fmt: skip
    return encoder_prepare(source=str(target))


def pair_vectors_ensure(release: ModelRelease, goes_on: GoesOn) -> None:
    """Vectors of all passages under the candidate's passage encoder, in batches that a kill cannot undo, and its index: as for service.

    Raises Stopped when `goes_on`, told of every batch, says no.
    """

    def told(done: int, total: int) -> None:
        if not goes_on("embed", done, total):
            raise Stopped

    release_vectors_ensure(release, told)
    for prepare in before_activation.values():
        prepare(release)


def triples(items: Sequence[DatasetItem]) -> list[tuple[str, Triple]]:
    """(split, triple) of each question, right passage and wrong passage that are still published. Without a wrong one: the next item's right."""
    texts = _texts({tuple(each[:2]) for item in items for each in (*item.positives, *item.negatives)})
    right = [[texts[tuple(each[:2])] for each in item.positives if tuple(each[:2]) in texts] for item in items]
    found = []
    for place, item in enumerate(items):
        wrong = [texts[tuple(each)] for each in item.negatives if tuple(each) in texts]
        wrong = wrong or [text for text in right[place - 1] if text not in right[place]]
        found += [(item.split, Triple(item.question, one, other)) for one in right[place][:1] for other in wrong[:2]]
    return found


def _texts(passages: set[tuple[int, str]]) -> dict[tuple[int, str], str]:
    rows = Chunk.objects.filter(content_hash__in={content for _document, content in passages}, version__live_of__removed_at=None)
    facts = ("version__live_of__id", "content_hash", "version__live_of__title", "heading_path", "text")
    found = rows.filter(version__live_of__isnull=False).values_list(*facts)
    return {(document, content): index_text(title, path, text) for document, content, title, path, text in found.iterator(chunk_size=1_000)}
