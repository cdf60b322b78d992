import socket

import pytest

from scrm.stack import ports
from scrm.stack.errors import StackError


@pytest.fixture
def taken():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_taken_port_is_named_with_the_way_out(taken):
    with pytest.raises(StackError, match=rf"{taken}.*PORT=\d+ make up"):
        ports.require_free("127.0.0.1", taken)


def test_a_free_port_passes(taken):
    ports.require_free("127.0.0.1", ports.free_port("127.0.0.1", taken))


@pytest.mark.parametrize("port", [70000, -1])
def test_no_port_number(port):
    with pytest.raises(StackError):
        ports.require_free("127.0.0.1", port)
