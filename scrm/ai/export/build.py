"""The export itself. Imports torch: runs in a process of its own (`python -m scrm.ai.export`), whose memory then goes."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from django.utils.translation import gettext as _

from scrm.ai import folders
from scrm.ai.choices import EncoderKind
from scrm.ai.encoders.onnx import OnnxEncoder
from scrm.ai.errors import ExportRefused
from scrm.ai.export import graph
from scrm.ai.export.sample import sample
from scrm.ai.export.tokens import special_tokens, write_tokenizer
from scrm.ai.folders import Manifest
from scrm.ai.sources import Report, resolve
from scrm.ai.sources.quiet import load_quietly

LEAST_PARITY = 0.995
LONGEST = 512


def export(name: str, out: Path, report: Report) -> Manifest:
    """Write serving files of model `name` into the empty folder `out`.

    Raises SourceUnreachable, or ExportRefused when the smallest cosine between served and original vectors on the sample
    is under 0.995.
    """
    source = resolve(name, report)
    report(_("Loading %(name)s") % {"name": name})
    model = load_quietly(source, attn_implementation="eager")
    manifest = describe(name, source, model, EncoderKind.ONNX)
    texts = sample()
    expected = original_vectors(model, manifest, texts)
    manifest = write_tokens(model, manifest, out, texts)
    write_graph(model, manifest, out, texts, expected, report)
    parity = smallest_cosine(out, texts, expected)
    manifest = replace(manifest, parity=round(parity, 5), files=folders.inventory(out))
    manifest.write(out)
    return manifest


def describe(name: str, source: Path, model, kind: str) -> Manifest:
    """What is known before the export, of a model that is loaded from folder `source`."""
    query, passage = prefixes(name, model)
    model.max_seq_length = longest = min(model.max_seq_length or LONGEST, LONGEST)
    fingerprint = folders.source_fingerprint(source, str(kind), longest, query, passage)
    return Manifest(name, fingerprint, model.get_embedding_dimension(), longest, query, passage)


def prefixes(name: str, model) -> tuple[str, str]:
    """What the model wants before a query and before a passage: its own prompts; E5's published ones; or nothing."""
    prompts = model.prompts or {}
    common = prompts.get(model.default_prompt_name or "", "")
    query = prompts.get("query") or common
    passage = prompts.get("document") or prompts.get("passage") or common
    words = Path(name).name.lower()
    if not (query or passage) and "e5" in words and "instruct" not in words:
        return "query: ", "passage: "
    return query, passage


def original_vectors(model, manifest: Manifest, texts: list[str]) -> np.ndarray:
    prefixed = [manifest.passage_prefix + text for text in texts]
    vectors = model.encode(prefixed, prompt="", batch_size=4, normalize_embeddings=True, show_progress_bar=False)
    return np.asarray(vectors, np.float32)


def write_tokens(model, manifest: Manifest, out: Path, texts: list[str]) -> Manifest:
    head, tail = special_tokens(model.tokenizer)
    tokenizer = write_tokenizer(model.tokenizer, out, [manifest.passage_prefix + text for text in texts])
    return replace(manifest, tokenizer=tokenizer, head=head, tail=tail)


def write_graph(model, manifest: Manifest, out: Path, texts: list[str], expected: np.ndarray, report: Report) -> None:
    """Try int8, then with more products in float32, then seven bits (processors without VNNI); keep the first that is faithful.

    What was trained here has other outliers than its source: 0.9930 with two products kept, where the source has 0.9984.
    """
    with folders.scratch() as work:
        report(_("Writing the graph"))
        traced, fused = work / "traced.onnx", work / "fused.onnx"
        graph.trace(model, example(model, texts[:2], "pt"), traced)
        file = graph.fuse(traced, model[0].model.config, fused)
        probes = [example(model, [text], "np") for text in texts[-8:]]
        worst = graph.outliers(file, probes, work / "probe.onnx")
        for number, seven_bits in ((graph.KEPT, False), (graph.KEPT_MORE, False), (graph.KEPT, True), (graph.KEPT_MORE, True)):
            report(_("Reducing the weights to %(bits)d bits") % {"bits": 7 if seven_bits else 8})
            graph.quantise(file, worst[:number], out, seven_bits=seven_bits)
            replace(manifest, files=folders.inventory(out)).write(out)
            parity = smallest_cosine(out, texts, expected)
            report(_("Smallest cosine to the original: %(parity).4f") % {"parity": parity})
            if parity >= LEAST_PARITY:
                return
    raise ExportRefused(
        _(
            "Export refused: smallest cosine to the model itself %(parity).4f, required %(least).3f. Choose another model, or --kind sentence_transformers."
        )
        % {"parity": parity, "least": LEAST_PARITY}
    )


def example(model, texts: list[str], kind: str) -> dict:
    tokens = model.tokenizer(texts, padding=True, truncation=True, max_length=model.max_seq_length, return_tensors=kind)
    return {name: tokens[name] for name in graph.INPUTS}


def smallest_cosine(folder: Path, texts: list[str], expected: np.ndarray) -> float:
    """Over the texts, of what the serving encoder gives with what the model gave; -1 when it gives no number."""
    served = OnnxEncoder(folder, threads=0).encode_passages(texts)
    cosines = np.einsum("ij,ij->i", served, expected)
    return float(cosines.min()) if np.isfinite(cosines).all() else -1.0
