"""manage.py words_import FILE --base NAME"""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from knowledge.models import KnowledgeBase
from knowledge.retrieval.recut import recut_open, recut_run
from knowledge.services.words import words_import
from scrm.core.errors import ScrmError


class Command(BaseCommand):
    help = _("Take words into a knowledge base's dictionary: one a line, synonyms behind it, separated by commas.")

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--base", required=True, metavar="NAME")

    def handle(self, *args, file, base, **options):
        row = KnowledgeBase.objects.filter(name=base).first()
        if row is None or not file.is_file():
            raise CommandError(_("%(path)s does not exist.") % {"path": base if row is None else file})
        try:
            report = words_import(actor=None, base=row, text=file.read_text())
        except ScrmError as error:
            raise CommandError(str(error)) from error
        recut_run(recut_open(row).pk)
        for line in report:
            self.stdout.write(" ".join(filter(None, (str(line.number), line.outcome, line.text, line.cause))))
