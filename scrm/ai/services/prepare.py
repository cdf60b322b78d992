"""Making the configured embedding model ready to serve: what `manage.py model_prepare` does."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from scrm.ai import folders
from scrm.ai.choices import EncoderKind, Purpose, ReleaseState
from scrm.ai.errors import EncoderFilesMissing
from scrm.ai.models import Encoder, ModelRelease
from scrm.ai.selectors import active_release_or_none, releases
from scrm.ai.services.encoders import encoder_prepare, full_name, silent
from scrm.ai.services.releases import release_activate, release_create
from scrm.ai.sources import Report


@dataclass(frozen=True)
class Prepared:
    """`release` is ready to serve; `in_use`: it serves now; `created`: it is new; `active`: the one that serves."""

    release: ModelRelease
    active: ModelRelease
    created: bool

    @property
    def in_use(self) -> bool:
        return self.release.pk == self.active.pk


def release_prepare(*, model: str = "", kind: str = EncoderKind.ONNX, activate: bool = False, report: Report = silent) -> Prepared:
    """A release of the model (default: the configured one) with whole serving files; does nothing when it is there.

    It is put to use only when none is, or with `activate`: documents are embedded with the one in use. Raises what
    `encoder_prepare` and `release_activate` raise.
    """
    source = full_name(model or settings.EMBEDDING_MODEL)
    active = active_release_or_none()
    if active and active.passage_encoder.source == source and not model_changed(active, kind):
        for encoder in {active.query_encoder, active.passage_encoder}:
            encoder_mend(encoder=encoder, report=report)
        return Prepared(active, active, created=False)
    release, created = release_of(encoder_prepare(source=source, kind=kind, report=report))
    if activate or active is None:
        active = release = release_activate(release=release)
    return Prepared(release, active, created)


def model_changed(active: ModelRelease, kind: str) -> bool:
    """The same name served in another way counts as another model; endpoints have one way only."""
    own = active.passage_encoder.kind
    return own != EncoderKind.OPENAI and own != kind


def encoder_mend(*, encoder: Encoder, report: Report = silent) -> None:
    """Bring back serving files that are missing or damaged."""
    if encoder.kind != EncoderKind.ONNX or folders.intact(folders.absolute(encoder.folder)):
        return
    mended = encoder_prepare(source=encoder.source, kind=encoder.kind, report=report)
    if mended.pk != encoder.pk:
        raise EncoderFilesMissing(
            _(
                "The serving files of “%(source)s” are gone and its source has changed since. Run: manage.py model_prepare --model %(source)s --activate"
            )
            % {"source": encoder.source}
        )


def release_of(encoder: Encoder) -> tuple[ModelRelease, bool]:
    """The release in which this encoder does both; made when there is none."""
    found = releases(Purpose.EMBEDDING).exclude(state=ReleaseState.BUILDING)
    release = found.filter(query_encoder=encoder, passage_encoder=encoder).first()
    if release:
        return release, False
    return release_create(name=encoder.source, query_encoder=encoder, passage_encoder=encoder), True
