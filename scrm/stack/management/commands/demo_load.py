"""`manage.py demo_load`: the demo shop of `make up`."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from scrm.core.errors import ScrmError
from scrm.stack import demo


class Command(BaseCommand):
    help = "Create the demo people, their knowledge base and a WeCom account for the simulator. Safe to repeat."

    def handle(self, *args, **options) -> None:
        if not settings.SIMULATOR_ENABLED:
            raise CommandError(_("The demo shop has known passwords; production settings refuse it."))
        try:
            demo.load()
        except ScrmError as error:
            raise CommandError(str(error)) from error
