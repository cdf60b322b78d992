"""manage.py evaluate cache: how often the answer cache takes two questions for one, and how often it is right."""

import json
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from conversations.bot.alike import LEAST_COSINE, is_hit
from conversations.bot.remembered import NEAREST, may_be_kept
from conversations.bot.steps.redact import redact
from conversations.bot.steps.understand import understand
from conversations.types import BotState
from knowledge.types import Scope
from scrm.ai.encoders import load
from scrm.ai.selectors import active_release
from scrm.core.errors import Invalid
from training.evaluation.registry import EVALUATIONS, Evaluation

Say = Callable[[str], None]


@dataclass(frozen=True)
class Pair:
    one: str
    other: str
    same: bool


def evaluate_pairs(path: Path, say: Say) -> dict:
    """Precision and recall of a hit over labelled pairs, by the product's own decision; precision is None without a hit.

    Raises Invalid for a file without pairs.
    """
    pairs = list(_pairs(path))
    say(_("%(count)d pairs") % {"count": len(pairs)})
    texts = {text: number for number, text in enumerate(dict.fromkeys(text for pair in pairs for text in (pair.one, pair.other)))}
    vectors = load(active_release().query_encoder).encode_queries(list(texts))
    cosines = [float(vectors[texts[pair.one]] @ vectors[texts[pair.other]]) for pair in pairs]
    hits = [_hits(pair.one, pair.other, cosine) for pair, cosine in zip(pairs, cosines, strict=True)]
    right = sum(pair.same for pair, hit in zip(pairs, hits, strict=True) if hit)
    same = sum(pair.same for pair in pairs)
    return {
        "precision": round(right / sum(hits), 4) if any(hits) else None,
        "recall": round(right / same, 4) if same else None,
        "threshold": LEAST_COSINE,
        "pairs": len(pairs),
        "hits": sum(hits),
        "wrong": sum(hits) - right,
    }


def evaluate_stream(path: Path, say: Say) -> dict:
    """Seeds fill the cache; paraphrases should be answered from the seed of their group, near misses must not.

    Shares of the lines answered from their own group; a hit on another group is counted and not judged.
    """
    rows = [(str(row["kind"]), row["group"], str(row["text"])) for row in _lines(path, ("kind", "group", "text"))]
    seeds = [row for row in rows if row[0] == "seed" and _askable(row[2])]
    asked = [row for row in rows if row[0] != "seed"]
    if not seeds or not asked:
        raise Invalid(_("%(path)s has no seeds, or nothing that is asked.") % {"path": path})
    say(_("%(seeds)d seeds, %(asked)d questions") % {"seeds": len(seeds), "asked": len(asked)})
    encoder = load(active_release().query_encoder)
    stored, questions = encoder.encode_queries([row[2] for row in seeds]), encoder.encode_queries([row[2] for row in asked])
    own: dict[str, int] = {"paraphrase": 0, "near_miss": 0}
    elsewhere = 0
    for (kind, group, text), vector in zip(asked, questions, strict=True):
        found = _answered_from(text, stored @ vector, seeds)
        own[kind] += found == group
        elsewhere += found is not None and found != group
    totals = {kind: sum(row[0] == kind for row in asked) for kind in own}
    hits = sum(own.values())
    return {
        "precision": round(own["paraphrase"] / hits, 4) if hits else None,
        "hit_rate": round(own["paraphrase"] / totals["paraphrase"], 4) if totals["paraphrase"] else None,
        "false_hit_rate": round(own["near_miss"] / totals["near_miss"], 4) if totals["near_miss"] else None,
        "threshold": LEAST_COSINE,
        "seeds": len(seeds),
        "paraphrases": totals["paraphrase"],
        "near_misses": totals["near_miss"],
        "hits_on_other_groups": elsewhere,
    }


def _answered_from(text: str, cosines, seeds: list) -> object | None:
    """The group of the entry that the cache would answer from."""
    if not _askable(text):
        return None
    nearest = sorted(range(len(seeds)), key=lambda place: -cosines[place])[:NEAREST]
    return next((seeds[place][1] for place in nearest if is_hit(text, seeds[place][2], float(cosines[place]))), None)


def _hits(one: str, other: str, cosine: float) -> bool:
    return is_hit(one, other, cosine) and _askable(one) and _askable(other)


def _askable(text: str) -> bool:
    """Whether the turn looks into the cache for such a question at all."""
    return may_be_kept(understand(redact(BotState(question=text, scope=Scope(())))))


def _pairs(path: Path) -> Iterator[Pair]:
    found = [Pair(str(row["a"]), str(row["b"]), bool(int(row["label"]))) for row in _lines(path, ("a", "b", "label"))]
    if not found:
        raise Invalid(_("%(path)s holds no pairs.") % {"path": path})
    yield from found


def _lines(path: Path, keys: tuple[str, ...]) -> Iterator[dict]:
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                yield {key: row[key] for key in keys}
            except (ValueError, KeyError, TypeError) as error:
                what = {"path": path, "line": number, "keys": ", ".join(keys)}
                raise Invalid(_("%(path)s, line %(line)d: one JSON object with %(keys)s is expected.") % what) from error


def evaluate_cache(options: dict, say: Say) -> dict:
    """One of the two, or both: then the stream's figures stand under "stream". Raises Invalid when neither is given."""
    if not options["pairs"] and not options["stream"]:
        raise Invalid(_("Give --pairs FILE or --stream FILE."))
    if not options["pairs"]:
        return evaluate_stream(options["stream"], say)
    result = evaluate_pairs(options["pairs"], say)
    return result | ({"stream": evaluate_stream(options["stream"], say)} if options["stream"] else {})


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--pairs", type=Path, metavar="FILE", help="Lines of a, b, label (1 = the same question).")
    parser.add_argument("--stream", type=Path, metavar="FILE", help="Lines of group, kind (seed, paraphrase, near_miss), text.")


EVALUATIONS.register("cache", Evaluation("Precision and recall of the answer cache over pairs of questions.", _arguments, evaluate_cache))
