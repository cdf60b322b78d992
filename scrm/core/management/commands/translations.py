"""`manage.py translations`: bring the Chinese catalogue in line with the source, or check that it is."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Update scrm/locale/zh_Hans from the source and compile it; with --check only report what is missing, empty or fuzzy."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; exit code 0 only if complete")
        parser.add_argument(
            "--fill", nargs="+", type=Path, default=[], metavar="FILE", help="take translations from lines of msgid<TAB>msgstr"
        )

    def handle(self, *args, **options) -> None:
        from scrm.core import translations  # Babel and polib are development packages

        if not options["check"]:
            catalogue = translations.update(self._read(options["fill"]))
            self.stdout.write(f"{len(catalogue)} messages, {len(catalogue.untranslated_entries())} without translation")
            return
        found = translations.problems()
        for line in found:
            self.stdout.write(line)
        if found:
            raise CommandError(f"{len(found)} problems in {translations.catalogue_path()}")
        self.stdout.write("translations are complete")

    def _read(self, files: list[Path]) -> dict[str, str]:
        """Lines without a tab are skipped; \\n in a cell is a line break."""
        rows = (line.split("\t", 1) for file in files for line in file.read_text(encoding="utf-8").splitlines() if "\t" in line)
        return {source.replace("\\n", "\n"): text.strip().replace("\\n", "\n") for source, text in rows}
