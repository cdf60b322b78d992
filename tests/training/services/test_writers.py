"""When a fine-tuned writer may serve, and which pairs a dataset gives it."""

import pytest

from scrm.ai.choices import Purpose, ReleaseState
from scrm.ai.models import ModelRelease
from scrm.ai.services.releases import release_create
from training.services import writers


def figures(before: tuple, after: tuple) -> dict:
    return {name: {"loss": loss, "answer_accuracy": right} for name, (loss, right) in {"before": before, "after": after}.items()}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ((3.0, 0.2), (2.0, 0.2), ""),
        ((3.0, None), (2.0, None), ""),
        ((3.0, 0.2), (3.0, 0.4), "3.0"),
        ((3.0, 0.4), (2.0, 0.3), "0.4"),
    ],
)
def test_only_a_better_writer_becomes_a_release(before, after, said):
    reason = writers.why_not(figures(before, after))
    assert bool(reason) == bool(said)
    assert said in reason


@pytest.mark.django_db(transaction=True)
def test_releases_without_an_adapter_ask_no_engine(settings):
    settings.OPENAI_BASE_URL = "http://127.0.0.1:9/v1"
    release = release_create(name="endpoint", purpose=Purpose.CHAT, settings={}, state=ReleaseState.READY)
    writers.adapter_load(release)
    writers.adapter_unload(ModelRelease.objects.get(pk=release.pk))
    writers.adapter_unload(None)
