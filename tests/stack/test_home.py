from pathlib import Path

import pytest

from scrm.stack.home import Home

UNIX_PATH_BYTES = 107


@pytest.mark.parametrize("root", ["/srv/zhike", "/srv/" + "x" * 200, "/srv/" + "店" * 60])
def test_sockets_fit_into_a_unix_address(root):
    home = Home(Path(root))
    assert len(bytes(home.postgres_socket / ".s.PGSQL.5432.lock")) <= UNIX_PATH_BYTES
    assert len(bytes(home.redis_socket)) <= UNIX_PATH_BYTES


def test_two_homes_never_share_a_socket():
    first, second = (Home(Path("/srv/" + "x" * 200 + name)) for name in ("a", "b"))
    assert first.sockets != second.sockets
