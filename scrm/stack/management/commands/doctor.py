"""`manage.py doctor`: is everything there that a deployment needs?"""

import json
import sys
from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import translation
from django.utils.translation import gettext as _

from scrm.stack.doctor import Finding, examine


class Command(BaseCommand):
    help = "Check everything a deployment needs; one line a check, with what to do. Exit code 0 only if all passed."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
        parser.add_argument("--lang", choices=[code for code, _name in settings.LANGUAGES], default=settings.LANGUAGE_CODE)

    def handle(self, *args, **options) -> None:
        with translation.override(options["lang"]):
            findings = []
            for finding in examine():
                findings.append(finding)
                if not options["json"]:
                    self.stdout.write(self._line(finding))
            failed = sum(not finding.ok for finding in findings)
            if options["json"]:
                rows = [{"name": finding.name, "ok": finding.ok, "text": finding.text} for finding in findings]
                self.stdout.write(json.dumps({"ok": not failed, "checks": rows}, ensure_ascii=False))
            else:
                self.stdout.write(_("%(count)d checks failed.") % {"count": failed} if failed else _("All checks passed."))
        if failed:
            sys.exit(1)

    def _line(self, finding: Finding) -> str:
        word = self.style.SUCCESS(_("ok")) if finding.ok else self.style.ERROR(_("FAILED"))
        return f"[{word}] {finding.name}: {finding.text}"
