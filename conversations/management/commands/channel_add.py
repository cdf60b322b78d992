"""manage.py channel_add: create or change a channel account."""

import json

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from conversations.choices import ChannelKind
from conversations.services.accounts import callback_path, wecom_account_put
from knowledge.models import KnowledgeBase
from scrm.core.errors import ScrmError


class Command(BaseCommand):
    help = "Create a WeCom customer service account, or change the one with this name; prints its callback path."

    def add_arguments(self, parser) -> None:
        parser.add_argument("kind", choices=[ChannelKind.WECOM_KF.value])
        parser.add_argument("--name", required=True)
        parser.add_argument("--corp-id", required=True)
        parser.add_argument("--secret", required=True)
        parser.add_argument("--token", required=True)
        parser.add_argument("--aes-key", required=True)
        parser.add_argument("--open-kfid", required=True)
        parser.add_argument("--base", action="append", required=True, help="name of a knowledge base it answers from; may be repeated")
        parser.add_argument("--welcome", help="text that greets a customer who opens the chat")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args, **options) -> None:
        names = [options["base"]] if isinstance(options["base"], str) else options["base"]
        try:
            account = wecom_account_put(
                actor=None,
                name=options["name"],
                corp_id=options["corp_id"],
                secret=options["secret"],
                token=options["token"],
                aes_key=options["aes_key"],
                open_kfid=options["open_kfid"],
                bases=self._bases(names),
                welcome_text=options["welcome"],
            )
        except ScrmError as error:
            raise CommandError(str(error)) from error
        answer = {"account": account.name, "callback_path": callback_path(account)}
        self.stdout.write(json.dumps(answer, ensure_ascii=False) if options["json"] else f"{answer['account']} {answer['callback_path']}")

    def _bases(self, names: list[str]) -> list[KnowledgeBase]:
        bases = list(KnowledgeBase.objects.filter(name__in=names))
        missing = set(names) - {base.name for base in bases}
        if missing:
            raise CommandError(_("There is no knowledge base %(name)s.") % {"name": missing.pop()})
        return bases
