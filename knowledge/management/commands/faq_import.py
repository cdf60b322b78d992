"""manage.py faq_import FILE --base NAME"""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from knowledge.choices import DocumentKind
from knowledge.ingestion.claims import KIND
from knowledge.ingestion.pipeline import jobs_run
from knowledge.models import DocumentVersion, KnowledgeBase
from knowledge.services.faq_sheets import faq_import
from scrm.core.errors import ScrmError
from scrm.jobs.choices import JobState
from scrm.jobs.models import Job


class Command(BaseCommand):
    help = _("Take questions and answers of an XLSX or CSV sheet into a knowledge base, and import them.")

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help=_("XLSX or CSV with the columns 问题 and 答案"))
        parser.add_argument("--base", required=True, metavar="NAME")

    def handle(self, *args, file, base, **options):
        row = KnowledgeBase.objects.filter(name=base).first()
        if row is None or not file.is_file():
            raise CommandError(_("%(path)s does not exist.") % {"path": base if row is None else file})
        try:
            with file.open("rb") as stream:
                report = faq_import(actor=None, base=row, file=stream, name=file.name)
        except ScrmError as error:
            raise CommandError(str(error)) from error
        _import(row)
        for line in report:
            self.stdout.write(" ".join(filter(None, (str(line.number), line.outcome, line.question, line.cause))))


def _import(base: KnowledgeBase) -> None:
    """Here and now, unless a worker has them."""
    entries = DocumentVersion.objects.filter(base=base, document__kind=DocumentKind.FAQ)
    waiting = Job.objects.filter(kind=KIND, state=JobState.QUEUED, subject_id__in=entries.values("pk"))
    jobs_run(list(waiting.values_list("pk", flat=True)))
