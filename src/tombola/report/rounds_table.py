"""Scores round by round, as table A1 of Movva & Zhao (2020): both sparsities, and significance."""

import pandas as pd

from tombola.report.means import over_seeds
from tombola.report.paper import PaperTable
from tombola.report.parts.differences import differences_of, signed
from tombola.report.reading import Tables
from tombola.report.tickets import (
    AS_LONG,
    CONTROL,
    DENSE,
    KIND,
    UNPRUNED,
    TicketKind,
    at_home,
    kinds,
    pruned,
    with_kind,
)
from tombola.report.words import decimals, number, percent, pretty

EMBEDDINGS = "embeddings"
CLEAR = " *"
"""Marks a difference whose interval is clear of zero."""


def rounds_tables(tables: Tables) -> list[PaperTable]:
    """A table for each experiment, task and metric whose tickets' sizes are known."""
    if "sizes" not in tables or "scores" not in tables:
        return []
    found = []
    for which in tables.groups("scores", ("experiment", "task", "metric")):
        narrowed = tables.where(**which)
        scores = with_kind(at_home(narrowed.joined("scores")))
        scores = scores.merge(sparsities(tables["sizes"]), on="model")
        if len(pruned(scores)):
            found.append(_table(narrowed, scores))
    return found


def sparsities(sizes: pd.DataFrame) -> pd.DataFrame:
    """Pruned share of each model's parameters with and without embeddings.

    Columns: `model`; `with_embeddings`, of all parameters; `without_embeddings`, of all but the
    embeddings, normalisation included whether it is pruned or not. From 0 to 1.
    """
    others = sizes[sizes["set"] != EMBEDDINGS]
    shares = {}
    for column, rows in (("with_embeddings", sizes), ("without_embeddings", others)):
        sums = rows.groupby("model", sort=False)[["n", "pruned"]].sum()
        shares[column] = sums["pruned"] / sums["n"]
    return pd.DataFrame(shares).rename_axis("model").reset_index()


def _table(tables: Tables, scores: pd.DataFrame) -> PaperTable:
    places = max(2, decimals(scores["score"]))  # the paper has two of BLEU
    means = over_seeds(scores, [*KIND, "round"], "score")
    found = [kind for kind in kinds(scores) if kind.criterion != UNPRUNED]
    held = {kind.name: _held(tables, kind) for kind in found}
    header: list[str] = ["round", "with embeddings", "without embeddings"]
    for kind in found:
        header += [kind.name, *([f"{kind.name}, less dense"] if len(held[kind.name]) else [])]
    rows = []
    for step in sorted(int(step) for step in means["round"].unique()):
        row = [str(step), *_sparsity(scores, step)]
        for kind in found:
            name = DENSE if step == 0 else kind.name
            row.append(_score(means[(means["kind"] == name) & (means["round"] == step)], places))
            if len(held[kind.name]):
                row.append(_less(held[kind.name], step, places))
        rows.append(tuple(row))
    experiment, metric = (str(scores[c].iloc[0]) for c in ("experiment", "metric"))
    return PaperTable(
        f"{experiment}: sparsities and {pretty(metric)} by round", _note(scores, held),
        tuple(header), tuple(rows), "rrr" + "c" * (len(header) - 3),
    )  # fmt: skip


def _held(tables: Tables, kind: TicketKind) -> pd.DataFrame:
    """Paired differences of a kind to dense: to one that trained as long, where there is one."""
    rows = differences_of(tables, kind)
    for other in (AS_LONG, DENSE):
        if len(rows) and (rows["against"] == other).any():
            return rows[rows["against"] == other]
    return rows.iloc[:0]


def _sparsity(scores: pd.DataFrame, step: int) -> tuple[str, str]:
    """Mean over the tickets of a round; of magnitude and random they are the same."""
    rows = scores[scores["round"] == step]
    rows = pruned(rows) if len(pruned(rows)) else rows
    named = rows[rows["criterion"] != CONTROL]
    rows = named if len(named) else rows
    return (
        percent(float(rows["with_embeddings"].mean())),
        percent(float(rows["without_embeddings"].mean())),
    )


def _score(means: pd.DataFrame, places: int) -> str:
    if means.empty:
        return "–"
    row = means.iloc[0]
    value, low, high = (number(float(row[c]), places) for c in ("mean", "low", "high"))
    return f"{value} ({low} to {high})"


def _less(rows: pd.DataFrame, step: int, places: int) -> str:
    found = rows[rows["round"] == step]
    if found.empty:
        return "–"
    row = found.iloc[0]
    value, low, high = (signed(float(row[c]), places) for c in ("difference", "low", "high"))
    clear = CLEAR if row["low"] > 0 or row["high"] < 0 else ""
    return f"{value} ({low} to {high}){clear}"


def _note(scores: pd.DataFrame, held: dict[str, pd.DataFrame]) -> str:
    seeds, n = int(scores["seed"].nunique()), int(scores["n"].max())
    note = (
        "Sparsity of all parameters and of all but embeddings. Scores: mean over seeds (at most "
        f"{seeds}) with the 95% interval of one seed over examples, n = {n:,}."
    )
    compared = [rows for rows in held.values() if len(rows)]
    if not compared:
        return f"{note} No paired difference to dense was asked for."
    rows = pd.concat(compared)
    dense = "dense trained as long" if (rows["against"] == AS_LONG).all() else "dense"
    over = str(rows["over"].iloc[0]) if "over" in rows else "seeds and examples"
    return (
        f"{note} Less dense: difference to {dense}, paired over {over}, with its 95% interval; "
        "* where that is clear of zero."
    )
