"""Which patterns heads show: shares of all heads, weights beside what they let through."""

import pandas as pd

from tombola.report.parts.part import PARTS, Part
from tombola.report.reading import Tables
from tombola.report.tickets import DENSE, UNPRUNED, with_kind
from tombola.report.words import clip, count, listed, percent

WEIGHTINGS = {
    "raw": "attention weights",
    "norm": "weighted by norms",
    "as_published": "weighted by norms, as published",
}
HEAD = ["stack", "layer", "block", "head"]


def bars(rows: pd.DataFrame) -> pd.DataFrame:
    """Shares of patterns over all heads and seeds, of the last round of every kind of model.

    Maps are pooled, as Prasanna et al. (2020) pool them. Columns: `text`, `label` (the model in
    words), `weighting`, `pattern`, `share`, `least` and `most` (of single models), `heads`, `n`
    (maps), `models`.
    """
    # A model that tickets were drawn from stands in the experiments of all of them.
    own = ["model", "text", "weighting", *HEAD, "pattern"]
    rows = _last(with_kind(rows).drop_duplicates(own))
    rows = rows.assign(label=_label(rows))
    by = ["text", "label", "weighting", "pattern"]
    each = rows.groupby([*by, "model"], sort=False).agg(
        count=("count", "sum"), n=("n", "sum"), heads=("head", "size")
    )
    each = each.assign(share=each["count"] / each["n"]).reset_index()
    found = each.groupby(by, sort=False).agg(
        count=("count", "sum"), n=("n", "sum"), heads=("heads", "first"),
        least=("share", "min"), most=("share", "max"), models=("model", "nunique"),
    )  # fmt: skip
    found = found[found["n"] > 0]
    found = found.assign(share=found["count"] / found["n"]).reset_index()
    first = {text: i for i, text in enumerate(dict.fromkeys(found["text"]))}
    return found.sort_values("text", key=lambda texts: texts.map(first), kind="stable")


def _last(rows: pd.DataFrame) -> pd.DataFrame:
    by = rows.groupby(["experiment", "kind"], sort=False)["round"]
    return rows[rows["round"] == by.transform("max")]


def _label(rows: pd.DataFrame) -> pd.Series:
    """Model in words, with its sparsity where pruned, its experiment where others share that."""
    pruned = ~rows["criterion"].isin([DENSE, UNPRUNED])
    mean = rows.groupby(["experiment", "kind"])["sparsity"].transform("mean")
    words = rows["kind"] + (", " + mean.map(percent).astype("string")).where(pruned, "")
    several = rows.groupby(["text", "kind"])["experiment"].transform("nunique") > 1
    return words + (" of " + rows["experiment"].astype("string")).where(several, "")


def say(tables: Tables) -> list[str]:
    """Of each model the shares of patterns, most frequent first."""
    found = bars(tables.joined("attention-patterns"))
    said = []
    for (text, label), rows in found.groupby(["text", "label"], sort=False):
        each = [
            f"{WEIGHTINGS.get(str(w), clip(str(w)))}: {_shares(own)}"
            for w, own in rows.groupby("weighting", sort=False)
        ]
        n = int(rows["n"].max())
        first = rows.iloc[0]
        said.append(
            f"{clip(str(text))}, {clip(str(label), 60)}: {'; '.join(each)}; n = "
            f"{count(n, 'map')} of {count(int(first['heads']), 'head')}, "
            f"{count(int(first['models']), 'model')}."
        )
    return [*said, CAUTION] if said else []


CAUTION = (
    "Unless the table says that a person labelled them, what tells patterns apart learned from "
    "made-up maps, and its F1 is on such maps: how often it agrees with a person is not known. "
    "Even attention counts as heterogeneous."
)


def _shares(rows: pd.DataFrame) -> str:
    ordered = rows.sort_values("share", ascending=False, kind="stable")
    return listed([
        f"{percent(share)} {clip(str(pattern))}"
        for pattern, share in zip(ordered["pattern"], ordered["share"], strict=True)
    ])  # fmt: skip


PARTS.add(Part(
    name="attention-patterns",
    title="Which patterns heads show",
    place=34,
    columns={
        "experiment": "text", "criterion": "text", "rewind": "text", "round": "number",
        "sparsity": "number", "text": "text", "weighting": "text", "stack": "text",
        "layer": "number", "block": "text", "head": "number", "pattern": "text",
        "count": "number", "share": "number", "n": "number", "signature": "text",
    },
    say=say,
))  # fmt: skip
