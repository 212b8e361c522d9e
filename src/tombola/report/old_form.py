"""Folders that were written before there was a table of models: each table named its own."""

from collections.abc import Mapping

import pandas as pd

from tombola.report.one_form import DENSE, NO_REWIND

WHICH = ["experiment", "seed", "criterion", "rewinding", "round", "sparsity"]
"""Columns by which each table of an old folder said which model a number belongs to."""

ORIGIN = ("task", "source", "mask")
"""What only the scores said about a model."""


def is_old(frame: pd.DataFrame) -> bool:
    """Whether the table says itself which model its rows belong to."""
    return set(WHICH) <= set(frame.columns)


def renewed(frames: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The same tables as they are written today, with a table `models`."""
    if "probes" in frames:
        frames = {**frames, "probes": _with_words(frames["probes"])}
    old = {name: frame for name, frame in frames.items() if is_old(frame)}
    if not old:
        return dict(frames)
    new = {name: _renewed(frame) for name, frame in old.items()}
    if "similarity" in new:
        dense = old["similarity"].assign(criterion=DENSE, rewinding=NO_REWIND, round=0)
        new["similarity"] = new["similarity"].assign(text="", against=_model(dense))
    return {**frames, "models": _models(old), **new}


def _with_words(probes: pd.DataFrame) -> pd.DataFrame:
    """A table of probes that says what is asked, by what, and of which models."""
    if "by" in probes or "probe" not in probes:
        return probes
    asked = probes["asked"] if "asked" in probes else probes["probe"]
    by = pd.Series("linear", probes.index, dtype="string")
    if "hidden" in probes:
        by = by.where(probes["hidden"] == 0, "MLP " + probes["hidden"].astype("string"))
    nothing = pd.Series("", probes.index, dtype="string")
    return probes.assign(asked=asked, word_task=asked, group=nothing, by=by, redrawn=False)


def _renewed(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(model=_model(frame)).drop(columns=WHICH)


def _model(frame: pd.DataFrame) -> pd.Series:
    """A name for each row's model, of what tells models apart."""
    words = frame[WHICH[:-1]].astype("string")
    return words.agg("\n".join, axis=1).astype("string") if len(words) else words["experiment"]


def _models(old: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    # The scores say most about a model, and have it first.
    ordered = sorted(old, key=lambda name: name != "scores")
    columns = [*WHICH, *ORIGIN, "sparsity_model"]
    every = pd.concat([
        old[name].rename(columns={"model": "source"}).reindex(columns=columns) for name in ordered
    ])  # fmt: skip
    every = every.assign(model=_model(every)).drop_duplicates("model", ignore_index=True)
    texts = {column: every[column].astype("string").fillna("") for column in ORIGIN}
    dense = every.assign(criterion=DENSE, rewinding=NO_REWIND, round=0)
    return every.rename(columns={"rewinding": "rewind"}).assign(
        **texts, step=every["experiment"], root=_model(dense)
    )
