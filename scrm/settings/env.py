"""Typed readers of environment variables. Wrong values fail at start with the variable's name."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from dotenv import load_dotenv

BASE_DIR = Path(__file__).resolve().parents[2]
load_dotenv(BASE_DIR / ".env", override=False)

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool = False) -> bool:
    raw = os.environ.get(name)
    if raw is None:
        return default
    value = raw.strip().lower()
    if value not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{name} must be one of 1/0, true/false, yes/no; it is {raw!r}.")
    return value in TRUE


def number(name: str, default: int) -> int:
    raw = text(name)
    try:
        return int(raw) if raw else default
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number; it is {raw!r}.") from error


def decimal(name: str, default: float) -> float:
    raw = text(name)
    try:
        return float(raw) if raw else default
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a number; it is {raw!r}.") from error


def choice(name: str, options: tuple[str, ...]) -> str:
    """One of the options, the first by default."""
    value = text(name, options[0]).lower()
    if value not in options:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(options)}; it is {value!r}.")
    return value


def items(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """A comma-separated list."""
    raw = text(name)
    return [part.strip() for part in raw.split(",") if part.strip()] if raw else list(default)


def numbers(name: str) -> list[int]:
    """A comma-separated list of whole numbers."""
    try:
        return [int(part) for part in items(name)]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be whole numbers, separated by commas; it is {text(name)!r}.") from error


def rows(name: str, *, columns: int) -> list[list[str]]:
    """Rows of words: columns are separated by spaces, rows by semicolons."""
    found = [row.split() for row in text(name).split(";") if row.strip()]
    if any(len(row) != columns for row in found):
        raise ImproperlyConfigured(f"{name} must be rows of {columns} words each, separated by semicolons.")
    return found


def path(name: str, default: Path) -> Path:
    raw = text(name)
    return (Path(raw) if raw else default).expanduser().resolve()
