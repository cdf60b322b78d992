"""A tiny model learns what it is shown, in an adapter of its own."""

import json
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from scrm.core.errors import Invalid
from training.trainers.writer import serving
from training.trainers.writer.base_model import BaseModelMissing, load
from training.trainers.writer.pairs import Pair
from training.trainers.writer.tokens import IGNORED, encoded
from training.trainers.writer.train import Parameters, train

ANSWERS = {"保修多久？": "两年", "几天退货？": "七天", "运费谁付？": "卖家", "几点开门？": "九点"}
PAIRS = [Pair(question, (f"{question}{answer}",), answer, ((answer,),)) for question, answer in ANSWERS.items()] * 8
QUICK = Parameters(r=4, epochs=3, batch=8, learning_rate=2e-2, longest=64, threads=1)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory) -> str:
    """A folder with a language model of two small layers that knows the characters of the pairs."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast, set_seed

    set_seed(1)
    letters = sorted(set("".join(pair.prompt + pair.answer for pair in PAIRS)))
    vocabulary = {token: number for number, token in enumerate(["<pad>", "<s>", "</s>", "<unk>", *letters])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    folder = str(tmp_path_factory.mktemp("tiny"))
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", bos_token="<s>", eos_token="</s>", unk_token="<unk>"
    ).save_pretrained(folder)
    LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(vocabulary), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4, pad_token_id=0
        )
    ).save_pretrained(folder)
    return folder


def test_only_the_answer_counts(tiny):
    _model, tokenizer = load(tiny)
    row = encoded(PAIRS[0], tokenizer, 512)
    counted = [token for token in row["labels"] if token != IGNORED]
    assert tokenizer.decode(counted, skip_special_tokens=True).replace(" ", "") == "两年"
    assert counted[-1] == tokenizer.eos_token_id


def test_a_long_prompt_loses_its_beginning_and_the_answer_nothing(tiny):
    _model, tokenizer = load(tiny)
    long, whole = encoded(replace(PAIRS[0], passages=("九点" * 500,)), tokenizer, 48), encoded(PAIRS[0], tokenizer, 512)
    assert len(long["input_ids"]) == 48
    assert long["input_ids"][-3:] == whole["input_ids"][-3:]


def test_training_lowers_the_loss_and_leaves_an_adapter(tiny, tmp_path):
    told = []
    result = train(tiny, PAIRS, PAIRS[:4], tmp_path, replace(QUICK, merge=True), report=told.append)
    assert result["after"]["loss"] < result["before"]["loss"] - 0.2
    assert result["steps"] == 12
    assert (tmp_path / "adapter" / "adapter_model.safetensors").is_file()
    assert (tmp_path / "merged" / "model.safetensors").is_file()
    assert result["trainable_share"] < 0.5
    assert any("step" in line for line in told)


def test_a_run_that_was_stopped_goes_on_where_it_was(tiny, tmp_path):
    asked = iter(range(100))
    first = train(tiny, PAIRS, PAIRS[:4], tmp_path, QUICK, cancelled=lambda: next(asked) >= 4)
    assert first["steps"] == 5
    told = []
    again = train(tiny, PAIRS, PAIRS[:4], tmp_path, QUICK, report=told.append)
    assert again["steps"] == 12
    assert not any(line.startswith("step 5 ") for line in told)


def test_too_few_pairs_are_refused(tiny, tmp_path):
    with pytest.raises(Invalid, match="8"):
        train(tiny, PAIRS[:3], PAIRS[:4], tmp_path, QUICK)


@pytest.mark.parametrize("source", ["/nowhere/at/all", "/nowhere/model.gguf"])
def test_a_model_that_is_not_there_is_one_sentence(source):
    with pytest.raises(BaseModelMissing):
        load(source)


@pytest.fixture
def engine(settings):
    """vLLM's two verbs: an adapter twice is refused, an unknown one is not found, no key no entry."""
    loaded: dict[str, str] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, text = self._answer(body)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(text.encode())

        def _answer(self, body):
            if self.headers.get("Authorization") != "Bearer key":
                return 401, "Unauthorized"
            name = body["lora_name"]
            if self.path == "/v1/load_lora_adapter":
                if name in loaded:
                    return 400, f"The lora adapter '{name}' has already been loaded."
                if not body["lora_path"].startswith("/adapters/"):
                    return 404, "No adapter found for this path."
                loaded[name] = body["lora_path"]
                return 200, "Success"
            return (200, "Success") if loaded.pop(name, None) else (404, "not found")

        def log_message(self, *arguments):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY = f"http://127.0.0.1:{server.server_port}/v1", "key"
    yield loaded
    server.shutdown()
    server.server_close()


def test_an_engine_loads_and_forgets_an_adapter(engine):
    serving.load("writer-3", "/adapters/3")
    serving.load("writer-3", "/adapters/3")
    assert engine == {"writer-3": "/adapters/3"}
    serving.unload("writer-3")
    serving.unload("writer-3")
    assert engine == {}


def test_an_engine_that_refuses_is_quoted(engine):
    with pytest.raises(serving.EngineRefused, match="No adapter found"):
        serving.load("writer-4", "/elsewhere/4")


def test_an_engine_that_is_away_is_said(engine, settings):
    settings.OPENAI_BASE_URL = "http://127.0.0.1:9/v1"
    with pytest.raises(serving.EngineRefused):
        serving.load("writer-5", "/adapters/5")
