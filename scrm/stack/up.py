"""`manage.py up`: the whole product on this machine, from nothing to answering, and down again."""

import json
import os
import signal
import time
import urllib.error
import urllib.request
from http.client import HTTPException
from types import FrameType

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils.translation import gettext as _

from scrm.ai import local_model
from scrm.ai.selectors import active_release_or_none
from scrm.settings import env
from scrm.stack import demo, ports, processes
from scrm.stack.errors import StackError
from scrm.stack.parent import make_interrupted
from scrm.stack.services import Services
from scrm.stack.supervisor import Supervisor, manage, say

READY_TIMEOUT_S = 180.0
STEP_S = 0.2
REPORT_EVERY_S = 5.0
AFTER_CRASH_S = 15.0


class Stop(BaseException):
    """Ctrl-C or SIGTERM: unwinds whatever is going on."""


class Up:
    """One run. `quiet`: the processes' output goes to SCRM_HOME/logs only; `demo`: load the demo shop into an empty database."""

    def __init__(self, *, quiet: bool = False, demo: bool = True):
        self.host = env.text("SCRM_BIND", "127.0.0.1")
        self.port = settings.PORT
        self.with_demo = demo and settings.SIMULATOR_ENABLED
        self.services = Services(settings.SCRM_HOME)
        self.with_model = env.text("LLM") == "local"
        self.quiet = quiet
        self.supervisor: Supervisor | None = None
        self.stopping = False

    def run(self) -> None:
        """Returns after a clean stop. Raises StackError when it could not start; nothing is left running then."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        try:
            self._start()
            self._watch()
        except Stop:
            say(_("Stopping …"))
        finally:
            self.stopping = True
            self._stop()
        say(_("Stopped."))

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        """The first one stops in order, a second one at once."""
        if not self.stopping:
            self.stopping = True
            raise Stop
        if number != signal.SIGHUP and self.supervisor:
            self.supervisor.kill()
            os._exit(130)  # the kernel ends the servers with us

    def _start(self) -> None:
        self.services.take_home()
        ports.require_free(self.host, self.port, patience_s=AFTER_CRASH_S if self.services.after_crash else 0)
        say(_("Starting database and queue in %(path)s …") % {"path": settings.SCRM_HOME})
        self.services.start()
        self.supervisor = Supervisor(logs=self.services.home.logs, folder=settings.BASE_DIR, env=self._environment(), quiet=self.quiet)
        say(_("Bringing the tables up to date …"))
        self._migrate()
        self._bring_up()
        self._load_demo()
        self.supervisor.settled = True
        self._greet()

    def _bring_up(self) -> None:
        """A copy that has served before starts at once and looks after its model meanwhile; a first start needs the model first."""
        first = not self.model_known
        if first:
            say(_("Preparing the model (the first time takes a minute or two) …"))
            self.supervisor.run(manage("model_prepare"))
        say(_("Starting the processes …"))
        self._launch()
        if not first:
            self.supervisor.run(manage("model_prepare"))
        self._wait_ready()

    def _environment(self) -> dict[str, str]:
        """What every process is told. The simulator takes the port beside ours, or any when that is taken."""
        found = {"SCRM_HOME": str(settings.SCRM_HOME), "PORT": str(self.port), **self.services.urls}
        found["DJANGO_SETTINGS_MODULE"] = os.environ["DJANGO_SETTINGS_MODULE"]
        if settings.SIMULATOR_ENABLED:
            self.simulator_port = ports.free_port("127.0.0.1", settings.SIMULATOR_PORT)
            found["SCRM_SIMULATOR_PORT"] = str(self.simulator_port)
        if self.with_model:
            self.model_port = ports.free_port("127.0.0.1", self.port + 2)
            found["OPENAI_BASE_URL"], found["SCRM_CHAT_MODEL"] = f"http://127.0.0.1:{self.model_port}/v1", local_model.NAME
        return found

    def _migrate(self) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        settings.STATIC_ROOT.mkdir(exist_ok=True)
        if "Manifest" in settings.STORAGES["staticfiles"]["BACKEND"]:
            call_command("collectstatic", interactive=False, verbosity=0)
        self.model_known = active_release_or_none() is not None
        self.demo_wanted = self.with_demo and demo.wanted()
        connection.close()

    def _launch(self) -> None:
        address = f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
        programs = [*processes.workers(), processes.beat(), processes.web(address)]
        if settings.SIMULATOR_ENABLED:
            programs.insert(0, processes.simulator(self.simulator_port))
        if self.with_model:
            programs.append(processes.local_model(self.model_port))
        for program in programs:
            self.supervisor.start(program)

    def _wait_ready(self) -> None:
        deadline = time.monotonic() + READY_TIMEOUT_S
        report_at = time.monotonic() + REPORT_EVERY_S
        while missing := self._missing():
            self.supervisor.check()
            now = time.monotonic()
            if now > deadline:
                raise StackError(
                    _("Not ready after %(seconds)d s; still missing: %(names)s. The logs are in %(logs)s")
                    % {"seconds": READY_TIMEOUT_S, "names": ", ".join(missing), "logs": self.services.home.logs}
                )
            if now > report_at:
                say(_("  waiting for: %(names)s") % {"names": ", ".join(missing)})
                report_at = now + REPORT_EVERY_S
            self._step()

    def _step(self) -> None:
        """A moment of waiting. Raises Stop when the make above us was told to stop."""
        time.sleep(STEP_S)
        if make_interrupted():
            self.stopping = True
            raise Stop

    def _missing(self) -> list[str]:
        """Names of the readiness checks that fail; none when ready."""
        status, body = _get(f"{self._local_address()}/readyz")
        if status not in (200, 503):
            return ["web"]
        missing = [name for name, word in json.loads(body)["checks"].items() if word != "ok"]
        if settings.SIMULATOR_ENABLED and _get(f"http://127.0.0.1:{self.simulator_port}/_sim/health")[0] != 200:
            missing.append("simulator")
        if self.with_model and _get(f"http://127.0.0.1:{self.model_port}/health")[0] != 200:
            missing.append("llm")
        return missing

    def _local_address(self) -> str:
        return f"http://{'127.0.0.1' if self.host in ('0.0.0.0', '::') else self.host}:{self.port}"

    def _load_demo(self) -> None:
        if self.demo_wanted:
            say(_("The database is empty: loading the demo shop …"))
            self.supervisor.run(manage("demo_load"))
        if settings.SIMULATOR_ENABLED:
            demo.tell_simulator(f"http://127.0.0.1:{self.simulator_port}")

    def _greet(self) -> None:
        say("")
        say(_("Zhike is ready:  %(url)s") % {"url": self._local_address()})
        if settings.SIMULATOR_ENABLED:
            say(_("WeCom simulator: %(url)s") % {"url": f"{self._local_address()}/simulator/"})
        for line in demo.account_lines():
            say("  " + line)
        if self.with_model:
            say(
                _("Answers are written by a very small local model (%(name)s): good to see how it works, not to serve customers.")
                % {"name": local_model.NAME}
            )
        connection.close()
        say(_("Logs: %(logs)s   Stop: Ctrl-C") % {"logs": self.services.home.logs})

    def _watch(self) -> None:
        while True:
            self._step()
            self.services.revive()
            self.supervisor.check()

    def _stop(self) -> None:
        if self.supervisor:
            self.supervisor.stop()
        self.services.stop()


def _get(url: str) -> tuple[int, bytes]:
    """(status, body) of a request to a process of ours; status 0 while nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except (OSError, HTTPException):
        return 0, b""
