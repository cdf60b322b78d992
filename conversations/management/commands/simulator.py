"""manage.py simulator: the far end of the WeCom wire, for people without a WeCom account."""

import signal
import threading

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from conversations.simulator.server import SimulatorServer


class Command(BaseCommand):
    help = "Serve the WeCom simulator on loopback until stopped."
    requires_system_checks = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("--port", type=int, default=settings.SIMULATOR_PORT)

    def handle(self, *, port: int, **options) -> None:
        if not settings.SIMULATOR_ENABLED:
            raise CommandError(_("The simulator is switched off in these settings."))
        try:
            server = SimulatorServer(port=port, file=settings.SCRM_HOME / "simulator" / "simulator.db")
        except OSError as error:
            raise CommandError(_("The simulator cannot use port %(port)d: %(cause)s") % {"port": port, "cause": error.strerror}) from error
        for number in (signal.SIGTERM, signal.SIGINT):
            # shutdown() waits for serve_forever(), which this very thread runs
            signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
        self.stderr.write(f"WeCom simulator: http://127.0.0.1:{server.port}")
        server.serve_forever(poll_interval=0.1)
        server.server_close()
        server.doorbells.close()
        server.world.store.close()
