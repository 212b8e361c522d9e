"""How numbers and names are written."""

import math
import textwrap
from collections.abc import Iterable

NAMES = {
    "bleu": "BLEU (0–100)",
    "bleu-compound-split": "compound-split BLEU (0–100)",
    "chrf": "chrF (0–100)",
    "matthews": "Matthews correlation",
    "pearson": "Pearson correlation",
    "spearman": "Spearman correlation",
    "f1": "F1",
    "loss": "loss (nats per token)",
    "bits_per_character": "bits per character",
    "token_accuracy": "accuracy over tokens",
    "linear-cka": "linear CKA",
    "linear_cka": "linear CKA",
    "cka": "CKA",
    "pos": "part of speech",
    "ccg": "supertags",
    "chunk": "chunks",
    "conjunct": "conjuncts",
    "ner": "names",
    "ged": "errors",
    "semtag": "semantic tags",
    "ps-function": "preposition function",
    "ps-role": "preposition role",
    "span_f1": "span F1",
}
"""Names in tables that read better with capitals or a unit."""

LOWER_IS_BETTER = ("loss", "perplexity", "bits_per_character")
"""Metrics of which less is better; tables do not say it."""


def pretty(name: str) -> str:
    """A metric's, measure's or probe's name as it stands on an axis."""
    return NAMES.get(name, name)


def clip(text: str, length: int = 40) -> str:
    """At most `length` characters on one line; … stands for what is cut."""
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def wrap(text: str, characters: int) -> list[str]:
    """Lines of at most `characters`."""
    return textwrap.wrap(text, characters) or [""]


def percent(share: float) -> str:
    """A share as a percentage with one decimal."""
    return f"{100 * share:.1f}%"


def points(share: float) -> str:
    """A difference of shares in percentage points."""
    return f"{100 * share:.1f} points"


def decimals(values: Iterable[float]) -> int:
    """Decimals for values of one metric: three on a scale of 1, one on a scale of 100."""
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    return 1 if largest > 1.5 else 3


def number(value: float, places: int) -> str:
    """A value with its decimals and a true minus sign."""
    text = f"{value:.{places}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", "−")


def cell(value: object, length: int = 80) -> str:
    """Any value of a table as text; empty where there is none."""
    if value is None or str(value) == "<NA>" or value != value:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else clip(str(value), length)


def count(n: int, one: str, many: str = "") -> str:
    """A number and its noun: 1 seed, 2 seeds, 1,043 examples."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def listed(parts: list[str]) -> str:
    """Words joined by commas and a last `and`."""
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def several(sentence: str, items: Iterable[str]) -> str:
    """A sentence that holds for several things, each on a line of its own."""
    return "\n".join([sentence, *items])
