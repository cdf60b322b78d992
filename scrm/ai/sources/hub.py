"""Models of a Hugging Face hub, without hanging where there is none."""

import os
import threading
from pathlib import Path

REACH_S = 4.0
WANTED = ["*.json", "*.safetensors", "*.txt", "*.model", "pytorch_model.bin", "*/pytorch_model.bin"]
UNWANTED = ["onnx/*", "openvino/*"]


def endpoint() -> str:
    return os.environ.get("HF_ENDPOINT", "").rstrip("/") or "https://huggingface.co"


def offline() -> bool:
    return os.environ.get("HF_HUB_OFFLINE", "").lower() in {"1", "true", "yes", "on"}


def reachable() -> bool:
    """Does the hub answer within REACH_S seconds? Name resolution counts, hence the thread: it has no time-out of its own."""
    import httpx

    answered = threading.Event()

    def ask() -> None:
        try:
            httpx.head(endpoint(), timeout=REACH_S)
        except (httpx.HTTPError, OSError):
            return
        answered.set()

    if offline():
        return False
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(REACH_S)
    return answered.is_set()


def cached(name: str) -> Path | None:
    """The model's folder in the hub's own cache on this machine, if it is complete enough to load."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        folder = Path(snapshot_download(name, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError):
        return None
    return folder if loadable(folder) else None


def loadable(folder: Path) -> bool:
    """Configuration and weights are there: a sentence-transformers folder, or a plain transformers one."""
    weights = [*folder.rglob("*.safetensors"), *folder.rglob("pytorch_model.bin")]
    return bool(weights) and ((folder / "modules.json").is_file() or (folder / "config.json").is_file())


def download(name: str) -> Path:
    """Fetch the model into the hub's cache. Raises what huggingface_hub raises: HfHubHTTPError, OSError, httpx.HTTPError."""
    os.environ.setdefault("HF_HUB_ETAG_TIMEOUT", "10")
    os.environ.setdefault("HF_HUB_DOWNLOAD_TIMEOUT", "20")
    from huggingface_hub import snapshot_download

    return Path(snapshot_download(name, allow_patterns=WANTED, ignore_patterns=UNWANTED, etag_timeout=10))
