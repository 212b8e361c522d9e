"""Movva & Zhao 2020: which kinds of words stay most alike."""

from functools import partial

import pandas as pd

from tombola.report.claims.claim import CLAIMS, Claim, Finding, silent
from tombola.report.claims.layerwise import CKA, nearest, of_tickets, over_seeds
from tombola.report.claims.verdicts import above, both
from tombola.report.reading import Tables

FREQUENCY, UNSEEN = "frequency", "not in training"
CONJUNCTIONS = ("CC", "CCONJ", "SCONJ")
OTHERS = {
    "proper nouns": ("NNP", "NNPS", "PROPN"),
    "particles": ("RP", "PART"),
    "punctuation": (".", ",", ":", "PUNCT"),
    "progressive tenses": ("VBG", "EPG", "ENG", "ETG", "EXG"),
}
"""Tags of the Penn Treebank, of Universal Dependencies, and semantic tags."""


def test(tables: Tables) -> Finding:
    """Debiased CKA: bins between the first and the last are above both ends; conjunctions above
    each other kind. Kinds with fewer words than the layer is wide are left out.
    """
    name = "word-similarity"
    if name not in tables:
        return silent("no similarity by kind of word")
    halves: dict[str, Finding] = {}
    for text in tables.joined(name)["text"].unique():
        rows = nearest(of_tickets(tables.where(text=text), name, measures=CKA))
        rows = rows[(rows["n"] >= rows["width"]) & rows["value"].notna()]
        rows = rows[rows["stack"] == "encoder"] if "encoder" in set(rows["stack"]) else rows
        for by, own in rows.groupby("by", sort=False):
            halves |= _bins(own, text) if by == FREQUENCY else _labels(own, text)
    return both(halves) if halves else silent("no kinds of words of which there are enough")


def _bins(rows: pd.DataFrame, text: str) -> dict[str, Finding]:
    rows = rows[(rows["place"] >= 0) & (rows["words"] != UNSEEN)]
    if rows["place"].nunique() < 3:
        return {}
    ends = {"most frequent": int(rows["place"].min()), "rarest": int(rows["place"].max())}
    inner = ~rows["place"].isin(ends.values())

    what = "similarity of mid-frequency words less that"
    return {
        f"{text}, {end} words": over_seeds(
            rows, partial(_difference, one=inner, other=rows["place"] == place), above(), what
        )
        for end, place in ends.items()
    }


def _labels(rows: pd.DataFrame, text: str) -> dict[str, Finding]:
    is_conjunction = rows["words"].isin(CONJUNCTIONS)
    if not is_conjunction.any():
        return {}
    found = {}
    for name, tags in OTHERS.items():
        is_other = rows["words"].isin(tags)
        if is_other.any():
            found[f"{text}, {name}"] = over_seeds(
                rows,
                partial(_difference, one=is_conjunction, other=is_other),
                above(),
                "similarity of conjunctions less that",
            )
    return found


def _difference(rows: pd.DataFrame, one: pd.Series, other: pd.Series) -> float:
    """Means over words."""
    return _mean(rows[one.reindex(rows.index)]) - _mean(rows[other.reindex(rows.index)])


def _mean(rows: pd.DataFrame) -> float:
    n = rows["n"].sum()
    return float((rows["value"] * rows["n"]).sum() / n) if n else float("nan")


CLAIMS.add(
    Claim(
        "mz-words",
        "Words of middle frequency stay most alike; proper nouns, particles, punctuation and "
        "progressive tenses less than conjunctions.",
        "Movva & Zhao 2020, section 5.3",
        test,
    )
)
