"""Evaluations that `manage.py evaluate NAME` knows."""

from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import dataclass

from scrm.core.registry import Registry


@dataclass(frozen=True)
class Evaluation:
    """`arguments` adds its options; `run` takes them parsed and gives the JSON-ready result, telling progress through `say`."""

    help: str
    arguments: Callable[[ArgumentParser], None]
    run: Callable[[dict, Callable[[str], None]], dict]


EVALUATIONS: Registry[Evaluation] = Registry("evaluations")
