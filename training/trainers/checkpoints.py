"""Where a killed training goes on: written beside and renamed, so that there is a whole one or none."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from training.trainers.types import Trained

FILE, RESULT = "checkpoint.pt", "result.json"


@dataclass
class State:
    """`running`: sum of the losses of this epoch so far; `waited`: epochs without gain on dev."""

    losses: list[float] = field(default_factory=list)
    running: float = 0.0
    waited: int = 0


def save(folder: Path, run, optimiser, schedule, state: State) -> None:
    import torch

    folder.mkdir(parents=True, exist_ok=True)
    whole = {
        "step": run.step,
        "dev_best": run.dev_best,
        "weights": {name: each.detach() for name, each in run.trained.items()},
        "best": run.best if run.best is not run.old else None,
        "optimiser": optimiser.state_dict(),
        "schedule": schedule.state_dict(),
        "state": asdict(state),
    }
    torch.save(whole, folder / f"{FILE}.part")
    (folder / f"{FILE}.part").rename(folder / FILE)


def resume(folder: Path, run, optimiser, schedule) -> State:
    """The run as it was saved last; a fresh start when there is no checkpoint."""
    import torch

    file = folder / FILE
    if not file.is_file():
        return State()
    whole = torch.load(file, weights_only=True)
    with torch.no_grad():
        for name, each in run.trained.items():
            each.copy_(whole["weights"][name])
    optimiser.load_state_dict(whole["optimiser"])
    schedule.load_state_dict(whole["schedule"])
    run.step, run.dev_best, run.best = whole["step"], whole["dev_best"], whole["best"] or run.old
    return State(**whole["state"])


def finish(folder: Path, trained: Trained) -> None:
    """The result instead of the checkpoint: what comes after training may be killed, too."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{RESULT}.part").write_text(json.dumps(asdict(trained)))
    (folder / f"{RESULT}.part").rename(folder / RESULT)
    (folder / FILE).unlink(missing_ok=True)


def result(folder: Path) -> Trained | None:
    """What was trained here to its end, if its model is still in place."""
    file = folder / RESULT
    if not file.is_file():
        return None
    trained = Trained(**json.loads(file.read_text()))
    return trained if trained.folder is None or Path(trained.folder).is_dir() else None
