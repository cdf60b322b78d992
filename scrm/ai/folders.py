"""Serving files on disk: a manifest beside them says what they are, and their sizes and hashes say whether they are whole."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import mkdtemp

from django.conf import settings

from scrm.ai.errors import EncoderFilesMissing

MANIFEST = "manifest.json"
# Raised when the export changes the vectors: folders of an older recipe are exported again.
RECIPE = 1
VOLATILE = {"transformers_version", "_name_or_path", "torch_dtype", "dtype", "__version__"}


@dataclass(frozen=True)
class Manifest:
    """What a serving folder holds. `files`: name -> [bytes, sha256]; `head`, `tail`: special token ids around a text."""

    source: str
    fingerprint: str
    dimensions: int
    max_tokens: int
    query_prefix: str
    passage_prefix: str
    tokenizer: str = ""
    head: list[int] = field(default_factory=list)
    tail: list[int] = field(default_factory=list)
    parity: float | None = None
    recipe: int = RECIPE
    files: dict[str, list] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Raises EncoderFilesMissing when it is absent, damaged or of another recipe."""
        try:
            manifest = cls(**json.loads((folder / MANIFEST).read_text()))
        except (OSError, ValueError, TypeError) as error:
            raise EncoderFilesMissing from error
        if manifest.recipe != RECIPE:
            raise EncoderFilesMissing
        return manifest

    def write(self, folder: Path) -> None:
        (folder / MANIFEST).write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1))


def absolute(folder: str) -> Path:
    return Path(settings.MODELS_DIR) / folder


def slug(name: str) -> str:
    """A file name for a model's name: `intfloat/multilingual-e5-small` -> `intfloat--multilingual-e5-small`."""
    kept = "".join(char if char.isalnum() or char in "-_." else "-" for char in name.strip("/").replace("/", "--"))
    return kept.lstrip(".-")[-80:] or "model"


def sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def inventory(folder: Path) -> dict[str, list]:
    """name -> [bytes, sha256] of the files of a folder, the manifest left out."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name != MANIFEST)
    return {path.name: [path.stat().st_size, sha256(path)] for path in files}


def verify(folder: Path, *, thorough: bool = False) -> Manifest:
    """The manifest, if every file has its size (and, when thorough, its hash). Raises EncoderFilesMissing."""
    manifest = Manifest.read(folder)
    for name, (size, digest) in manifest.files.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != size or (thorough and sha256(path) != digest):
            raise EncoderFilesMissing
    return manifest


def intact(folder: Path) -> bool:
    """Are the serving files there, and unchanged to the last byte?"""
    try:
        verify(folder, thorough=True)
    except EncoderFilesMissing:
        return False
    return True


@contextmanager
def scratch() -> Iterator[Path]:
    """A new folder on the same file system as the models, removed at the end unless it was moved away."""
    root = Path(settings.MODELS_DIR)
    root.mkdir(parents=True, exist_ok=True)
    folder = Path(mkdtemp(prefix=".building-", dir=root))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def install(built: Path, target: Path) -> None:
    """Put a finished folder in place by renaming; what lay there before goes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with scratch() as aside:
        if target.exists():
            target.rename(aside / "old")
        built.rename(target)


def source_fingerprint(folder: Path, *facts: object) -> str:
    """SHA-256 over a sentence-transformers folder's weights, tokenizer and settings, and over the facts beside them.

    Versions of the library that saved it do not count; neither do model cards and other exports.
    """
    total = hashlib.sha256(json.dumps([RECIPE, *facts]).encode())
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or name.startswith((".", "onnx/", "openvino/")):
            continue
        if path.suffix == ".json" and path.stat().st_size < 1_000_000:
            total.update(f"{name}\0{canonical(path)}\0".encode())
        elif path.suffix in {".json", ".safetensors", ".bin", ".txt", ".model"}:
            total.update(f"{name}\0{sha256(path)}\0".encode())
    return total.hexdigest()


def canonical(file: Path) -> str:
    content = json.loads(file.read_text())
    if isinstance(content, dict):
        content = {key: value for key, value in content.items() if key not in VOLATILE}
    return json.dumps(content, sort_keys=True)
