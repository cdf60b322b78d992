"""Whether a text entails a sentence, by a sentence-transformers CrossEncoder for natural language inference. Off unless it is asked for."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

from django.conf import settings
from django.utils.translation import gettext as _

from scrm.ai.breaker import Breaker
from scrm.ai.errors import NliUnavailable

LONGEST = 2_000  # characters of a text: the models read 512 tokens of both
_ONE_AT_A_TIME = ThreadPoolExecutor(max_workers=1, thread_name_prefix="nli")


def entailments(pairs: Sequence[tuple[str, str]], *, timeout: float) -> list[float]:
    """The probability, 0-1, that the first text of each pair entails the second; a softmax over the model's labels.

    timeout: seconds. Raises NliUnavailable: no model of that name, none with a label of entailment, not done in time (the first call loads
    the model), or left alone after failing several times in a row.
    """
    cut = [(text[:LONGEST], said) for text, said in pairs]
    with _breaker(settings.NLI_MODEL).guarding(NliUnavailable()):
        try:
            return _ONE_AT_A_TIME.submit(_predicted, settings.NLI_MODEL, cut).result(timeout)
        except (TimeoutError, OSError, ValueError, RuntimeError, ImportError) as error:
            raise NliUnavailable from error


def _predicted(name: str, pairs: list[tuple[str, str]]) -> list[float]:
    import torch

    model, entails = _loaded(name)
    scores = model.predict(pairs, convert_to_tensor=True, show_progress_bar=False, activation_fn=torch.nn.Identity())
    return torch.softmax(scores.float(), dim=1)[:, entails].tolist()


@lru_cache(maxsize=1)
def _loaded(name: str):
    """The model, and the place of its label of entailment."""
    from sentence_transformers import CrossEncoder

    if not name:
        raise ValueError(_("no model is named"))
    model = CrossEncoder(name, device="cpu")
    labels = {int(place): str(label).lower() for place, label in model.model.config.id2label.items()}
    entails = next((place for place, label in labels.items() if label.startswith("entail")), None)
    if entails is None or len(labels) < 2:
        raise ValueError(f"{name} has no label of entailment")
    return model, entails


@lru_cache(maxsize=4)
def _breaker(name: str) -> Breaker:
    return Breaker("nli", name)
