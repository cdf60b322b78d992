"""Opening a sentence-transformers folder without its banners and bars, and without asking any hub."""

from pathlib import Path


def hush() -> None:
    """Silence transformers: its bars count tensors, its banners name layers."""
    from transformers.utils import logging as chatter

    chatter.disable_progress_bar()
    chatter.set_verbosity_error()


def load_quietly(folder: str | Path, **options):
    """A SentenceTransformer on the CPU, for inference, from files alone. `options` go to the transformer model."""
    from sentence_transformers import SentenceTransformer

    hush()
    return SentenceTransformer(str(folder), device="cpu", local_files_only=True, model_kwargs=options).eval()
