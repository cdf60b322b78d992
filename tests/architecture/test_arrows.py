"""The arrows are drawn once, on the architecture page; the contracts that CI checks must say the same."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PUBLIC = {"services", "selectors", "types", "models", "choices", "signals", "apps", "migrations"}
# text: how this house cuts and folds text; history: where the rooms above tell what people asked
DOORS = {"knowledge": {"history", "retrieval", "text"}, "conversations": {"bot"}}


@pytest.fixture(scope="module")
def page() -> str:
    text = (ROOT / "docs" / "architecture.md").read_text()
    return re.sub(r" +", " ", text.partition("## Arrows")[2].partition("## ")[0])


@pytest.fixture(scope="module")
def contracts() -> dict[str, dict]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return {contract["id"]: contract for contract in project["tool"]["importlinter"]["contracts"]}


def test_rooms_stand_in_the_drawn_order(page, contracts):
    assert "training -> conversations -> knowledge -> scrm" in page
    assert contracts["rooms"]["layers"] == ["training", "conversations", "knowledge", "scrm"]


def test_kernel_layers_are_the_drawn_ones(page, contracts):
    assert "customers -> {api, jobs, ai} -> access -> audit -> core" in page
    assert contracts["kernel"]["layers"] == ["customers", "api | jobs | ai", "access", "audit", "core"]


@pytest.mark.parametrize(("room", "may"), [("dashboard", {"access", "audit", "core"}), ("privacy", {"core"})])
def test_side_rooms_may_only_what_is_drawn(page, contracts, room, may):
    assert f"{room} -> {'access' if room == 'dashboard' else 'core'}" in page
    rooms = {path.parent.name for path in ROOT.glob("scrm/*/apps.py")}
    forbidden = {name.removeprefix("scrm.") for name in contracts[room]["forbidden_modules"]}
    assert forbidden == rooms - may - {room}


def test_rooms_keep_their_grammar(page, contracts):
    assert "views, api, admin, tasks, webhooks, receivers -> services -> {selectors, engines} -> models -> types, choices" in page
    order = [re.findall(r"\w+", layer) for layer in contracts["grammar"]["layers"]]
    flat = [name for layer in order for name in layer]
    assert [flat.index(name) for name in ("views", "services", "selectors", "models", "types")] == sorted(
        flat.index(name) for name in ("views", "services", "selectors", "models", "types")
    )
    assert set(order[3]) == {"selectors", "ingestion", "retrieval", "bot", "channels", "trainers", "evaluation"}


@pytest.mark.parametrize("room", DOORS)
def test_only_public_modules_cross_rooms(page, contracts, room):
    """A new module of a room is closed to the others until someone decides otherwise."""
    assert "only the other room's services, selectors, types, models and its one door" in page
    modules = {path.stem for path in (ROOT / room).iterdir() if _is_module(path)}
    closed = {name for name in modules - PUBLIC - DOORS[room] if not name.endswith("selectors")}
    listed = {name.removeprefix(f"{room}.") for name in contracts[f"doors_of_{room}"]["forbidden_modules"]}
    assert listed == closed


def _is_module(path: Path) -> bool:
    return (path.suffix == ".py" and path.stem != "__init__") or (path / "__init__.py").exists()


@pytest.mark.parametrize("folder", ["knowledge/ingestion/parsers", "conversations/channels/wecom_kf/client.py"])
def test_parsers_and_adapters_import_no_orm(folder):
    path = ROOT / folder
    files = [path] if path.is_file() else sorted(path.rglob("*.py"))
    assert files
    assert [file for file in files if re.search(r"^\s*(from|import) django\.db", file.read_text(), re.M)] == []
