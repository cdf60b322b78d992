"""manage.py audit verify | purge [--json]"""

import json
import sys

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from scrm.audit.services import audit_purge, chain_verify


class Command(BaseCommand):
    help = "Verify the hash chain of the audit log, or empty the details whose time of keeping is over."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verify = verbs.add_parser("verify", help="Find the first entry that was changed, removed or put in.")
        verify.add_argument("--head", default="", help="A hash noted earlier: entries cut off the end are found by it.")
        purge = verbs.add_parser("purge", help="Empty details older than their class is kept (SCRM_AUDIT_KEEP_DAYS...).")
        for one in (verify, purge):
            one.add_argument("--json", action="store_true", help="One JSON object on stdout.")

    def handle(self, *args, **options) -> None:
        result = chain_verify(head=options["head"]) if options["verb"] == "verify" else {"ok": True, "purged": audit_purge()}
        self.stdout.write(json.dumps(result) if options["json"] else self._line(options["verb"], result))
        if not result["ok"]:
            sys.exit(1)

    def _line(self, verb: str, result: dict) -> str:
        if verb == "purge":
            return _("Details of %(n)d entries were emptied.") % {"n": result["purged"]}
        if result["first_broken"]:
            return _("The chain breaks at entry %(id)s: it was changed, or one before it was removed.") % {"id": result["first_broken"]}
        if not result["ok"]:
            return _("The noted hash is not in the log: entries were cut off its end.")
        return _("%(n)d entries, unbroken. Note this hash elsewhere: %(head)s") % {"n": result["entries"], "head": result["head"]}
