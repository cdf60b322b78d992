import json
import time

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from scrm.ai.choices import EncoderKind
from scrm.ai.services.prepare import Prepared, release_prepare
from scrm.core.errors import ScrmError


class Command(BaseCommand):
    help = "Make the embedding model ready to serve: fetch or rebuild it, export it, check it. Instant when it is there."
    requires_system_checks = []  # the second run must be instant

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--model", default="", help="A name, a folder or openai:MODEL; default SCRM_EMBEDDING_MODEL.")
        parser.add_argument("--kind", default=EncoderKind.ONNX, choices=[EncoderKind.ONNX, EncoderKind.SENTENCE_TRANSFORMERS])
        parser.add_argument("--activate", action="store_true", help="Put it to use although another one is.")
        parser.add_argument("--json", action="store_true", help="One JSON object on stdout.")

    def handle(self, *, model: str, kind: str, activate: bool, json: bool, **options) -> None:
        started = time.monotonic()
        try:
            prepared = release_prepare(model=model, kind=kind, activate=activate, report=self.report)
        except ScrmError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(as_json(prepared, time.monotonic() - started) if json else sentence(prepared))

    def report(self, line: str) -> None:
        self.stderr.write(line)
        self.stderr.flush()


def as_json(prepared: Prepared, seconds: float) -> str:
    encoder = prepared.release.passage_encoder
    return json.dumps(
        {
            "release": prepared.release.pk,
            "model": encoder.source,
            "state": prepared.release.state,
            "in_use": prepared.in_use,
            "created": prepared.created,
            "kind": encoder.kind,
            "dimensions": encoder.dimensions,
            "parity": encoder.parity,
            "seconds": round(seconds, 2),
        },
        ensure_ascii=False,
    )


def sentence(prepared: Prepared) -> str:
    facts = {"name": prepared.release.name, "active": prepared.active.name}
    if prepared.in_use:
        return _("%(name)s is in use.") % facts
    return (
        _(
            "%(name)s is ready, but %(active)s is in use and the documents are embedded with it. To embed them anew and switch: manage.py model_prepare --activate"
        )
        % facts
    )
