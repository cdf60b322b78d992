"""Verbs on encoders: prepare one from a model's name, whatever it takes."""

from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from scrm.ai import folders
from scrm.ai.choices import EncoderKind
from scrm.ai.errors import EncoderFilesMissing
from scrm.ai.folders import Manifest
from scrm.ai.models import Encoder
from scrm.ai.sources import Report

SERVING = "serving"
ENDPOINT = "openai:"


def silent(line: str) -> None:
    """A report nobody reads."""


def encoder_prepare(*, source: str, kind: str = EncoderKind.ONNX, report: Report = silent) -> Encoder:
    """The encoder of a model, exported (minutes) unless its serving files lie here already.

    `source`: a hub's name, a sentence-transformers folder, or `openai:MODEL`. Raises SourceUnreachable, ExportRefused, or
    EncoderUnavailable and EncoderRefused for an endpoint; then nothing is left behind.
    """
    if source.startswith(ENDPOINT):
        return endpoint_prepare(source)
    source = full_name(source)
    if kind == EncoderKind.SENTENCE_TRANSFORMERS:
        return torch_prepare(source, report)
    folder = folder_of(source)
    manifest = folder and folders.verify(folder)
    if not manifest:
        report(_("Preparing %(source)s for serving; this takes a minute or two, once.") % {"source": source})
        folder, manifest = exported(source)
    return encoder_store(manifest, EncoderKind.ONNX, folder.relative_to(settings.MODELS_DIR).as_posix())


def full_name(source: str) -> str:
    """Folders by their full path, so that the working directory does not matter."""
    folder = Path(source).expanduser()
    return str(folder.resolve()) if folder.is_dir() else source


def folder_of(source: str) -> Path | None:
    """The intact serving folder of this source. A local folder may have changed since, so its fingerprint must agree too."""
    for folder in sorted((Path(settings.MODELS_DIR) / SERVING).glob("*/")):
        try:
            manifest = Manifest.read(folder)
        except EncoderFilesMissing:
            continue
        if manifest.source == source and unchanged(manifest) and folders.intact(folder):
            return folder
    return None


def unchanged(manifest: Manifest) -> bool:
    source = Path(manifest.source)
    if not source.is_dir():
        return True
    facts = ("onnx", manifest.max_tokens, manifest.query_prefix, manifest.passage_prefix)
    return folders.source_fingerprint(source, *facts) == manifest.fingerprint


def exported(source: str) -> tuple[Path, Manifest]:
    from scrm.ai.export import export_apart

    with folders.scratch() as work:
        built = work / "built"
        built.mkdir()
        manifest = export_apart(source, built)
        target = Path(settings.MODELS_DIR) / SERVING / f"{folders.slug(source)}-{manifest.fingerprint[:12]}"
        folders.install(built, target)
    return target, manifest


def torch_prepare(source: str, report: Report) -> Encoder:
    from scrm.ai.export.build import describe
    from scrm.ai.sources import resolve
    from scrm.ai.sources.quiet import load_quietly

    folder = resolve(source, report)
    model = load_quietly(folder)
    manifest = describe(source, folder, model, EncoderKind.SENTENCE_TRANSFORMERS)
    return encoder_store(manifest, EncoderKind.SENTENCE_TRANSFORMERS, str(folder))


def endpoint_prepare(source: str) -> Encoder:
    """Ask the endpoint once: the answer gives the dimensions."""
    from scrm.ai.encoders.openai import describe

    return encoder_store(describe(source.removeprefix(ENDPOINT)), EncoderKind.OPENAI, "")


def encoder_store(manifest: Manifest, kind: str, folder: str) -> Encoder:
    """The row of these vectors; files that moved are followed."""
    facts = {
        "kind": kind,
        "source": manifest.source,
        "dimensions": manifest.dimensions,
        "max_tokens": manifest.max_tokens,
        "query_prefix": manifest.query_prefix,
        "passage_prefix": manifest.passage_prefix,
        "parity": manifest.parity,
    }
    with transaction.atomic(durable=True):
        encoder, created = Encoder.objects.get_or_create(fingerprint=manifest.fingerprint, defaults=facts | {"folder": folder})
        if not created and encoder.folder != folder:
            Encoder.objects.filter(pk=encoder.pk).update(folder=folder)
            encoder.folder = folder
    return encoder
