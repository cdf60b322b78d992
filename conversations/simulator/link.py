"""Calls of the simulator server's /_sim API from the web process, so that the browser talks to one origin."""

import json
import urllib.error
import urllib.request
from urllib.parse import urlencode

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from scrm.core.errors import NotFound, Unavailable

TIMEOUT_S = 40  # longer than the longest wait
# The environment's proxies are for the internet, not for this machine.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class SimulatorDown(Unavailable):
    code = "simulator_down"
    default_message = _("The simulator is not running. It starts with make up, or alone with: manage.py simulator")


def get(path: str, **asked) -> dict:
    """Raises NotFound for unknown customers and accounts, SimulatorDown when nobody answers."""
    return _call(f"{path}?{urlencode(asked)}", None)


def post(path: str, **asked) -> dict:
    """As `get`."""
    return _call(path, json.dumps(asked).encode())


def _call(target: str, body: bytes | None) -> dict:
    request = urllib.request.Request(f"{settings.SIMULATOR_URL}/_sim/{target}", body, {"Content-Type": "application/json"})
    try:
        with _opener.open(request, timeout=TIMEOUT_S) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        if error.code in (400, 404):
            raise NotFound from error
        raise SimulatorDown from error
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise SimulatorDown from error
