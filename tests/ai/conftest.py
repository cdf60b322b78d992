"""Small models made on the spot, the real one on request, and endpoints at the far end of a wire."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.test import override_settings

from scrm.ai import encoders
from scrm.ai.choices import EncoderKind
from scrm.ai.models import Encoder
from scrm.ai.registry import before_activation
from tests.ai.endpoint import Endpoint


@pytest.fixture(autouse=True)
def no_preparations(monkeypatch) -> None:
    """What higher rooms do before an activation is tested there."""
    monkeypatch.setattr(before_activation, "_entries", {})


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory) -> Callable[..., Path]:
    """Make a sentence-transformers folder: BERT of two layers with random weights. `outlier` spoils it for eight bits."""

    def make(*, dimensions: int = 32, outlier: bool = False, name: str = "tiny") -> Path:
        from tests.ai.tiny import build

        return build(tmp_path_factory.mktemp(name) / name, dimensions, outlier)

    return make


@pytest.fixture(scope="session")
def tiny(tiny_model) -> Path:
    return tiny_model()


@pytest.fixture(scope="session")
def exported(tiny, tmp_path_factory) -> Path:
    """A models folder in which the tiny model lies exported; copied, not used."""
    from scrm.ai.export.build import export

    root = tmp_path_factory.mktemp("exported")
    with override_settings(MODELS_DIR=root):
        out = root / "serving" / "tiny"
        out.mkdir(parents=True)
        export(str(tiny), out, lambda line: None)
    return root


@pytest.fixture
def models_dir(settings, tmp_path) -> Path:
    """A models folder of the test's own."""
    settings.MODELS_DIR = tmp_path / "models"
    return settings.MODELS_DIR


@pytest.fixture
def fresh_process(monkeypatch) -> None:
    """No encoder is loaded yet."""
    monkeypatch.setattr(encoders, "_loaded", {})


def make_encoder(**facts) -> Encoder:
    number = Encoder.objects.count()
    defaults = {"kind": EncoderKind.ONNX, "source": f"model-{number}", "fingerprint": f"{number:064d}"}
    return Encoder.objects.create(**defaults | {"dimensions": 4, "max_tokens": 512} | facts)


@pytest.fixture
def encoder_row(db) -> Callable[..., Encoder]:
    return make_encoder


@pytest.fixture
def endpoint(settings) -> Iterator[Endpoint]:
    """An OpenAI-compatible server on loopback that knows one key, one chat model and one embedding model."""
    with Endpoint() as server:
        settings.OPENAI_BASE_URL = settings.EMBEDDING_BASE_URL = server.url
        settings.OPENAI_API_KEY = settings.EMBEDDING_API_KEY = server.key
        settings.CHAT_MODEL = server.chat_model
        yield server


@pytest.fixture
def committed(django_db_setup, django_db_blocker) -> Iterator[None]:
    """Real commits, seen by other connections; this room's tables are empty again afterwards."""
    with django_db_blocker.unblock():
        yield
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE ai_modelrelease, ai_encoder CASCADE")
        connection.close()
