"""How a parser tells how far it is, when that takes long."""

from collections.abc import Callable

Progress = Callable[[int, int], None]  # done, total


def untold(_done: int, _total: int) -> None:
    """Nobody asks."""
