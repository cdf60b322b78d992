"""Have a running engine load or forget an adapter: vLLM's /v1/load_lora_adapter and /v1/unload_lora_adapter (docs.vllm.ai, LoRA adapters).

The engine must have been started with `--enable-lora` and VLLM_ALLOW_RUNTIME_LORA_UPDATING=True, and see the same folder.
"""

import httpx
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from scrm.core.errors import ScrmError

TIMEOUT_S = 60.0


class EngineRefused(ScrmError):
    code = "engine_refused"
    default_message = _("The engine did not take the adapter. Was it started with LoRA enabled, and does it see the folder?")


def load(name: str, folder: str) -> None:
    """The adapter answers from now on as model `name`. Raises EngineRefused; one that is loaded already is no error."""
    answer = _post("load_lora_adapter", {"lora_name": name, "lora_path": folder})
    if answer.status_code >= 400 and "already been loaded" not in answer.text:
        raise EngineRefused(_("The engine refused the adapter: %(cause)s") % {"cause": answer.text[:200]})


def unload(name: str) -> None:
    """The engine forgets the adapter. Raises EngineRefused; one it does not have is no error."""
    answer = _post("unload_lora_adapter", {"lora_name": name})
    if answer.status_code >= 400 and answer.status_code != httpx.codes.NOT_FOUND:
        raise EngineRefused(_("The engine refused the adapter: %(cause)s") % {"cause": answer.text[:200]})


def _post(verb: str, body: dict) -> httpx.Response:
    headers = {"Authorization": f"Bearer {settings.OPENAI_API_KEY}"} if settings.OPENAI_API_KEY else {}
    try:
        return httpx.post(f"{settings.OPENAI_BASE_URL.rstrip('/')}/{verb}", json=body, headers=headers, timeout=TIMEOUT_S)
    except httpx.HTTPError as error:
        raise EngineRefused(_("The engine does not answer: %(cause)s") % {"cause": type(error).__name__}) from error
