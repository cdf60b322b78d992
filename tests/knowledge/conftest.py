"""People, bases, and an embedding endpoint at the far end of a wire."""

from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from django.utils import timezone

from knowledge.ingestion.bulk import load_documents
from knowledge.ingestion.pipeline import jobs_run
from knowledge.models import KnowledgeBase
from knowledge.services.bases import base_create
from knowledge.services.uploads import Upload, document_upload
from scrm.access.grants import grant
from scrm.access.models import User
from scrm.access.services import user_create
from scrm.ai import encoders
from scrm.ai.choices import EncoderKind, Purpose, ReleaseState
from scrm.ai.models import Encoder, ModelRelease
from tests.ai.endpoint import Endpoint


@pytest.fixture
def endpoint(settings) -> Iterator[Endpoint]:
    with Endpoint() as server:
        settings.OPENAI_BASE_URL = settings.EMBEDDING_BASE_URL = server.url
        settings.OPENAI_API_KEY = settings.EMBEDDING_API_KEY = server.key
        yield server


@pytest.fixture
def release(endpoint, monkeypatch, request) -> ModelRelease:
    """An active embedding release served by the endpoint (vectors from the text's hash, 8 dimensions)."""
    request.getfixturevalue("transactional_db" if "transactional_db" in request.fixturenames else "db")
    monkeypatch.setattr(encoders, "_loaded", {})
    encoder = Encoder.objects.create(
        kind=EncoderKind.OPENAI, source=f"openai:{endpoint.embedding_model}", fingerprint="e" * 64, dimensions=8, max_tokens=512
    )
    return ModelRelease.objects.create(
        purpose=Purpose.EMBEDDING, name="test", query_encoder=encoder, passage_encoder=encoder, state=ReleaseState.ACTIVE,
        activated_at=timezone.now(),
    )  # fmt: skip


@pytest.fixture
def person(db) -> Callable[..., User]:
    """person("knowledge_manager", base) makes a colleague of that role with a grant on the base."""

    def make(role: str, *containers, name: str = "") -> User:
        user = user_create(actor=None, username=name or f"{role}{User.objects.count()}", password="x", role=role)
        for container in containers:
            grant(actor=None, subject=user, container=container)
        return user

    return make


@pytest.fixture
def base(db) -> KnowledgeBase:
    return base_create(actor=None, name="售后")


@pytest.fixture
def upload(base, release, settings, tmp_path, monkeypatch) -> Callable[..., Upload]:
    """upload("a.md", "text") takes a file in and, unless run=False, imports it to the end."""
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr("scrm.core.tasks.send", lambda *args, **kwargs: None)

    def make(name: str, content: str | bytes, *, run: bool = True, actor=None, into: KnowledgeBase | None = None) -> Upload:
        data = content.encode() if isinstance(content, str) else content
        result = document_upload(actor=actor, base=into or base, name=name, file=BytesIO(data))
        if run and result.job:
            jobs_run([result.job.pk])
        result.version.refresh_from_db()
        result.document.refresh_from_db()
        return result

    return make


@pytest.fixture
def publish(db, release) -> Callable[..., KnowledgeBase]:
    """publish({"name": "text"}, base=None, titles=None) gives the base that holds them."""

    def make(texts: dict[str, str], base: KnowledgeBase | None = None, titles: dict[str, str] | None = None) -> KnowledgeBase:
        base = base or base_create(actor=None, name=f"base {KnowledgeBase.objects.count()}")
        load_documents(base, [(name, (titles or {}).get(name, ""), text) for name, text in texts.items()])
        return base

    return make
