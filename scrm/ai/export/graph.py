"""From a sentence-transformers model to an int8 ONNX graph: encoder, pooling and L2 norm in one."""

from pathlib import Path

import numpy as np

from scrm.ai.encoders.onnx import GRAPH, open_session

INPUTS, OUTPUT = ["input_ids", "attention_mask"], "sentence_vector"
# Families whose attention, GELU and layer norms ONNX Runtime has fused kernels for.
FUSIBLE = {"bert", "roberta", "xlm-roberta", "camembert"}
# Products kept in float32: those whose inputs have the largest outliers. Two of the 36 of multilingual-e5-small cost 2 % of
# the speed and lift the smallest cosine from 0.9959 to 0.9984.
KEPT = 2
KEPT_MORE = 10


def trace(model, tokens: dict, file: Path) -> None:
    """Write the float32 graph. `model`: SentenceTransformer with eager attention; `tokens`: an example batch."""
    import torch

    class Whole(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.stages = model

        def forward(self, input_ids, attention_mask):
            features = {"input_ids": input_ids, "attention_mask": attention_mask}
            for stage in self.stages:
                features = stage(features)
            return torch.nn.functional.normalize(features["sentence_embedding"], dim=-1)

    axes = {name: {0: "batch", 1: "length"} for name in INPUTS} | {OUTPUT: {0: "batch"}}
    # The TorchScript exporter: the fusions below know its patterns and not those of the newer one.
    torch.onnx.export(
        Whole().eval(), tuple(tokens[name] for name in INPUTS), str(file), dynamo=False, opset_version=17,
        input_names=INPUTS, output_names=[OUTPUT], dynamic_axes=axes,
    )  # fmt: skip


def fuse(file: Path, config, fused: Path) -> Path:
    """Merge attention, bias + GELU and skip + layer norm into single operators where the family is known."""
    if getattr(config, "model_type", "") not in FUSIBLE:
        return file
    from onnxruntime.transformers.optimizer import optimize_model

    graph = optimize_model(str(file), model_type="bert", num_heads=config.num_attention_heads, hidden_size=config.hidden_size, opt_level=0)
    graph.save_model_to_file(str(fused))
    return fused


def outliers(file: Path, batches: list[dict[str, np.ndarray]], probe: Path) -> list[str]:
    """Names of the matrix products, the one with the largest outliers (largest over root mean square input) first."""
    import onnx

    model = onnx.load(str(file))
    weights = {tensor.name for tensor in model.graph.initializer}
    products = [node for node in model.graph.node if node.op_type == "MatMul" and node.input[1] in weights]
    inputs = sorted({node.input[0] for node in products})
    for name in inputs:
        model.graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))
    onnx.save(model, str(probe))
    worst = dict.fromkeys(inputs, 0.0)
    session = open_session(probe)
    for batch in batches:
        for name, values in zip(inputs, session.run(inputs, batch), strict=True):
            worst[name] = max(worst[name], float(np.abs(values).max() / (np.sqrt((values**2).mean()) + 1e-12)))
    return [node.name for node in sorted(products, key=lambda node: -worst[node.input[0]])]


def quantise(file: Path, kept: list[str], folder: Path, *, seven_bits: bool) -> None:
    """Write int8 weights (one scale a column) with the weights in a file of their own, which is mapped, not read.

    `seven_bits`: processors without VNNI overflow at eight.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    whole = folder / "whole.onnx"
    quantize_dynamic(
        str(file), str(whole), weight_type=QuantType.QInt8, per_channel=True, reduce_range=seven_bits,
        op_types_to_quantize=["MatMul", "Attention", "EmbedLayerNormalization", "Gather"], nodes_to_exclude=kept,
        extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
    )  # fmt: skip
    model = onnx.load(str(whole))
    onnx.save_model(model, str(folder / GRAPH), save_as_external_data=True, location="model.bin", size_threshold=1024)
    whole.unlink()
