"""The query tower, with an encoder of two small layers: it learns, goes on after a kill, and stops when told."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from training.trainers import checkpoints, query_tower
from training.trainers.types import Labelled, Stopped, TowerSettings

WORDS = "退货运费发票保修电池充电密码订单物流优惠会员积分退款换货安装维修"
SETTINGS = TowerSettings(
    epochs=6, batch=8, rate=5e-3, layers=0, keep=0.0, temperature=0.1, threads=1, checkpoint_s=0.0, patience=9, least_alike=0.0
)


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> Path:
    """A BERT of two layers over single characters, as a sentence-transformers folder."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    torch.manual_seed(0)
    inner, folder = tmp_path_factory.mktemp("inner"), tmp_path_factory.mktemp("model")
    letters = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *sorted(set(WORDS + "怎么问的"))]
    (inner / "vocab.txt").write_text("\n".join(letters), encoding="utf-8")
    BertTokenizerFast(str(inner / "vocab.txt")).save_pretrained(inner)
    config = BertConfig(vocab_size=len(letters), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64)
    BertModel(config, add_pooling_layer=False).save_pretrained(inner)
    transformer = Transformer(str(inner), max_seq_length=32, model_kwargs={"add_pooling_layer": False})
    SentenceTransformer(modules=[transformer, Pooling(32, pooling_mode="mean"), Normalize()], device="cpu").save(str(folder))
    return folder


@pytest.fixture(scope="module")
def facts() -> dict:
    """Sixteen passages at random places; each is asked for by the two characters it is about."""
    vectors = np.random.default_rng(1).normal(size=(16, 32)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    topics = [WORDS[place * 2 : place * 2 + 2] for place in range(16)]
    labelled = Labelled([f"{topic}怎么" for topic in topics] * 2, [((place,),) for place in range(16)] * 2)
    dev = Labelled([f"问{topic}" for topic in topics], [((place,),) for place in range(16)])
    return {
        "vectors": vectors,
        "documents": np.arange(16),
        "labelled": labelled,
        "dev": dev,
        "general": ["怎么的", "问的"] * 4,
        "prefix": "",
    }


def test_it_learns_where_the_passages_stand(source, facts, tmp_path):
    longer = replace(SETTINGS, epochs=20)
    trained = query_tower.train(source, tmp_path / "out", tmp_path / "model", settings=longer, **facts)
    assert trained.losses[-1] < trained.losses[0] - 0.3
    assert trained.dev[1] > trained.dev[0] + 0.1
    assert Path(trained.folder) == tmp_path / "model"
    assert (tmp_path / "model" / "modules.json").is_file()


def test_a_killed_training_ends_where_one_without_a_kill_ends(source, facts, tmp_path):
    whole = query_tower.train(source, tmp_path / "a", tmp_path / "model_a", settings=SETTINGS, **facts)
    steps = iter(range(100))

    def killed(stage, done, total):
        if next(steps) == 9:
            raise KeyboardInterrupt
        return True

    with pytest.raises(KeyboardInterrupt):
        query_tower.train(source, tmp_path / "b", tmp_path / "model_b", settings=SETTINGS, goes_on=killed, **facts)
    seen = []
    again = query_tower.train(
        source, tmp_path / "b", tmp_path / "model_b", settings=SETTINGS, goes_on=lambda *at: not seen.append(at[1]), **facts
    )
    assert seen[0] > 5
    assert again.losses == pytest.approx(whole.losses, abs=1e-4)
    assert again.dev == pytest.approx(whole.dev, abs=1e-6)


def test_a_finished_training_is_not_done_again(source, facts, tmp_path):
    first = query_tower.train(source, tmp_path / "out", tmp_path / "model", settings=SETTINGS, **facts)
    again = query_tower.train(source, tmp_path / "out", tmp_path / "model", settings=SETTINGS, goes_on=lambda *at: False, **facts)
    assert again.folder == first.folder
    assert again.steps == first.steps


def test_a_cancelled_training_stops_and_keeps_its_checkpoint(source, facts, tmp_path):
    with pytest.raises(Stopped):
        query_tower.train(source, tmp_path / "out", tmp_path / "model", settings=SETTINGS, goes_on=lambda *at: False, **facts)
    assert (tmp_path / "out" / checkpoints.FILE).is_file()
    assert not (tmp_path / "model").exists()


def test_what_would_forget_too_much_is_not_taken(source, facts, tmp_path):
    strict = replace(SETTINGS, least_alike=0.999999)
    trained = query_tower.train(source, tmp_path / "out", tmp_path / "model", settings=strict, **facts)
    assert trained.share == 0.0
    assert trained.folder is None


def test_several_right_documents_do_not_push_each_other_away(source, facts):
    import torch

    run = query_tower._Run(source, facts["vectors"], facts["documents"], "", SETTINGS)
    query = torch.from_numpy(facts["vectors"][:1])
    alone, both = run.contrast(query, [((0,),)]), run.contrast(query, [((0,), (0, 1))])
    assert float(run.contrast(query, [((0, 1),)])) < float(alone)
    assert torch.isfinite(both)
