"""Which of many a share falls on: the same ones on every machine, spread evenly. No database."""

from training.datasets.types import digest


def falls_on(share: float, *name: object) -> bool:
    """Whether the thing of this name is among the share, 0-1."""
    return int(digest(*name)[:12], 16) / 16**12 < share
