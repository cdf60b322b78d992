"""A sentence-transformers model small enough to make in a test."""

from pathlib import Path

from scrm.ai.export.sample import SENTENCES


def build(folder: Path, dimensions: int, outlier: bool) -> Path:
    """Random weights, mean pooling, no normalisation. `outlier`: one huge embedding swallows the scale of all others."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    torch.manual_seed(7)
    folder.mkdir(parents=True, exist_ok=True)
    inner = folder.parent / "inner"
    inner.mkdir()
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *sorted(set("".join(SENTENCES).lower()) - {" ", "\n"})]
    (inner / "vocab.txt").write_text("\n".join(vocabulary))
    tokenizer = BertTokenizerFast(str(inner / "vocab.txt"), model_max_length=128)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=dimensions, num_hidden_layers=2, num_attention_heads=4,
        intermediate_size=2 * dimensions, max_position_embeddings=128, initializer_range=0.2,
    )  # fmt: skip
    model = BertModel(config, add_pooling_layer=False)
    if outlier:
        model.embeddings.word_embeddings.weight.data[3] = 1e5
    model.save_pretrained(inner)
    tokenizer.save_pretrained(inner)
    transformer = Transformer(str(inner), max_seq_length=128, model_kwargs={"add_pooling_layer": False})
    SentenceTransformer(modules=[transformer, Pooling(dimensions)], device="cpu").save(str(folder), create_model_card=False)
    return folder
