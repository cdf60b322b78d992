"""The gate's findings as sentences for the person who reads the page."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

FIGURES = {
    "off_topic": gettext_noop("passages offered for questions of another field"),
    "no_hits": gettext_noop("questions with an answer that find nothing"),
}
SLICES = {
    "head": gettext_noop("questions whose passage was trained on"),
    "tail": gettext_noop("questions whose passage nobody had asked for"),
    "regression": gettext_noop("questions answered well before"),
    "short": gettext_noop("short questions"),
    "long": gettext_noop("long questions"),
}
# name -> (when it passed, when it failed)
SENTENCES = {
    "enough": (
        gettext_noop("%(questions)s questions to measure by."),
        gettext_noop("Only %(questions)s questions to measure by, %(needed)s are needed: judge passages of more real questions."),
    ),
    "better": (
        gettext_noop("nDCG@10 %(before)s → %(after)s: better by %(difference)s, 95 %% interval %(low)s to %(high)s."),
        gettext_noop(
            "nDCG@10 %(before)s → %(after)s: %(difference)s, 95 %% interval %(low)s to %(high)s. The lower bound must be above zero."
        ),
    ),
    "slice": (
        gettext_noop("%(slice)s (%(questions)s questions): %(difference)s."),
        gettext_noop(
            "%(slice)s (%(questions)s questions) lose: %(difference)s, at most −%(margin)s is allowed. Label more questions of this kind."
        ),
    ),
    "safety": (
        gettext_noop("%(figure)s: %(before)s → %(after)s."),
        gettext_noop("%(figure)s: %(before)s → %(after)s. This must not rise at all."),
    ),
    "rate": (
        gettext_noop("%(figure)s: %(before)s → %(after)s."),
        gettext_noop("%(figure)s: %(before)s → %(after)s, may rise by %(margin)s at most. Judge passages of questions that find nothing."),
    ),
    "risk_auc": (
        gettext_noop("A risky answer stands above another in %(auc)s of cases (95 %% interval %(low)s to %(high)s, %(labels)s labels)."),
        gettext_noop(
            "A risky answer stands above another in %(auc)s of cases (95 %% interval %(low)s to %(high)s, %(labels)s labels); the lower bound"
            " must be above %(least)s. Review more answers."
        ),
    ),
    "risk_held_up": (
        gettext_noop("It finds %(recall)s of the risky answers and holds up %(held_up)s of the others."),
        gettext_noop("It finds %(recall)s of the risky answers and holds up %(held_up)s of the others, at most %(most)s are allowed."),
    ),
    "risk_before": (
        gettext_noop("The classifier in use: %(before)s, now %(after)s."),
        gettext_noop("The classifier in use: %(before)s, now %(after)s; it may be worse by %(margin)s at most."),
    ),
    "latency": (
        gettext_noop("A search takes %(after)s ms (95 of 100), before %(before)s ms."),
        gettext_noop("A search takes %(after)s ms (95 of 100), before %(before)s ms; at most %(most)s ms are allowed."),
    ),
}
NEEDED = gettext_noop("If the difference stays what it is, about %(needed)s evaluated questions would prove it.")
NOT_BETTER = gettext_noop("Nothing was gained; more labels of questions that are answered wrongly now would teach something new.")


def sentence(condition: Mapping) -> str:
    """One condition of Verdict.to_json in the reader's language."""
    name, values = condition["name"], dict(condition["values"])
    if "slice" in values:
        values["slice"] = slice_name(values["slice"])
    if "figure" in values:
        values["figure"] = _(FIGURES[values["figure"]]) if values["figure"] in FIGURES else values["figure"]
    text = _(SENTENCES[name][0 if condition["passed"] else 1]) % values
    if name == "better" and not condition["passed"]:
        text += " " + (_(NEEDED) % values if values["needed"] else _(NOT_BETTER))
    return text


def slice_name(name: str) -> str:
    return _(SLICES[name]) if name in SLICES else name


def reason(conditions: list[Mapping]) -> str:
    """Why it was promoted, or every condition that failed."""
    failed = [condition for condition in conditions if not condition["passed"]]
    shown = failed or [condition for condition in conditions if condition["name"] in ("better", "risk_auc")]
    return " ".join(sentence(condition) for condition in shown)
