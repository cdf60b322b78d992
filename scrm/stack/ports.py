"""Is a port free to listen on?"""

import errno
import socket
import time

from django.utils.translation import gettext as _

from scrm.stack.errors import StackError


def require_free(host: str, port: int, *, patience_s: float = 0) -> None:
    """Raise StackError, which names the port and the way out, when it stays taken for `patience_s` seconds."""
    deadline = time.monotonic() + patience_s
    while True:
        try:
            _bind(host, port)
            return
        except OSError as error:
            if time.monotonic() >= deadline:
                raise StackError(_sentence(host, port, error)) from error
            time.sleep(0.2)


def free_port(host: str, wanted: int) -> int:
    """`wanted` if it is free, else any that is."""
    try:
        return _bind(host, wanted)
    except OSError:
        return _bind(host, 0)


def _bind(host: str, port: int) -> int:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OverflowError as error:
            raise OSError(errno.EINVAL, "not a port number") from error
        return probe.getsockname()[1]


def _sentence(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return _("Port %(port)d is in use. Stop the program that uses it, or choose another: PORT=%(other)d make up") % {
            "port": port,
            "other": port + 1000,
        }
    if error.errno == errno.EACCES:
        return _("Port %(port)d needs root. Choose one above 1023: PORT=8000 make up") % {"port": port}
    return _("Cannot listen on %(host)s, port %(port)d: %(reason)s") % {"host": host, "port": port, "reason": error.strerror}
