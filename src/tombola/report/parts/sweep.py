"""How sparse a model got before it lost too much."""

import math

import pandas as pd

from tombola.report.paper import PaperTable
from tombola.report.parts.differences import signed
from tombola.report.parts.part import PARTS, Part
from tombola.report.reading import Tables
from tombola.report.words import LOWER_IS_BETTER, clip, decimals, number, pretty

LEAST_PLACES = 3
HEADER = ("pruned", "of all", "choosing", "score", "difference", "95% interval")


def say(tables: Tables) -> list[str]:
    """The answer of each sweep."""
    said = []
    for _, rows in tables["sweep"].groupby("model", sort=False):
        opening = f"{clip(str(rows['step'].iloc[0]))}, {clip(str(rows['task'].iloc[0]))}: "
        said.append(opening + " ".join(told(rows)))
    return said


def told(rows: pd.DataFrame) -> list[str]:
    """The sentences of one sweep: how sparse, what comes next, what chance does, what is sure."""
    full, won = rows[rows["role"] == "full"].iloc[0], rows[rows["chosen"]].iloc[0]
    drawn = rows[rows["role"] == "drawn"].sort_values("level")
    if drawn.empty:
        return ["Nothing was pruned: the model given is sparser than every size that was asked."]
    if won["role"] == "full":
        return [_nothing(full, drawn.iloc[0])]
    said = [_answer(full, won), *_beyond(full, won, drawn)]
    control = rows[(rows["role"] == "control") & (rows["level"] == won["level"])]
    if len(control):
        said.append(f"As much pruned by lot: {_measured(control.iloc[0])}.")
    as_long = rows[rows["role"] == "as-long"]
    if len(as_long):
        row = as_long.iloc[0]
        said.append(
            f"All were retrained {int(won['steps']):,} steps; the full model retrained as long: "
            f"{_measured(row)}."
        )
    return [*said, _sure(won, drawn)]


def sweep_tables(tables: Tables) -> list[PaperTable]:
    """The sizes of each sweep as a table."""
    return [table_of(rows) for _, rows in tables["sweep"].groupby("model", sort=False)]


def table_of(rows: pd.DataFrame) -> PaperTable:
    """One sweep: a row for each size, with what was drawn beside what went by lot."""
    first, places = rows.iloc[0], _places(rows)
    lots = rows[rows["role"] == "control"].set_index("level")["difference"]
    lines = [
        _line(row, places, lots)
        for _, row in rows[rows["role"] != "control"].sort_values("level", kind="stable").iterrows()
    ]
    header = (*HEADER, *(("by lot",) if len(lots) else ()))
    return PaperTable(
        f"{clip(str(first['task']))}: {pretty(str(first['metric']))} by what is pruned "
        f"({clip(str(drawn_by(rows)))}, {clip(str(first['unit']))})",
        f"Pruned: of what may go, and of all parameters. Chosen (←) by {int(first['choice_n']):,} "
        f"examples; scores, and differences to the full model, are of {int(first['n']):,} others. "
        f"Most that may be lost: {first['max_loss']}.",
        header,
        tuple(lines),
        "r" * len(header),
    )


def _line(row: pd.Series, places: int, lots: pd.Series) -> tuple[str, ...]:
    """One size: what it is, its scores, its loss, and that of as much by lot."""
    names = {"full": "none", "as-long": "none, trained as long"}
    name = names.get(str(row["role"]), _share(row["level"]))
    itself, drawn = row["role"] == "full", row["role"] == "drawn"
    lot = signed(lots[row["level"]], places) if drawn and row["level"] in lots.index else ""
    return (
        f"{name} ←" if row["chosen"] else name,
        _share(row["sparsity_model"]),
        number(row["choice"], places),
        number(row["score"], places),
        "" if itself else signed(row["difference"], places),
        "" if itself else _interval(row, places),
        *([lot] if len(lots) else []),
    )


def drawn_by(rows: pd.DataFrame) -> str:
    """What scored what was pruned."""
    drawn = rows.loc[rows["role"] == "drawn", "method"]
    return str(drawn.iloc[0]) if len(drawn) else "none"


def _nothing(full: pd.Series, row: pd.Series) -> str:
    places = _places(pd.DataFrame([full, row]))
    scores = f"{number(row['choice'], places)} against {number(full['choice'], places)}"
    return (
        f"No size that was tried holds: with {_gone(row)} the model already {_loses(row)} more "
        f"than {_allowed(row)} ({pretty(str(row['metric']))} {scores}, n = "
        f"{int(row['choice_n']):,}, on the examples that choose); on others {_measured(row)}."
    )


def _answer(full: pd.Series, won: pd.Series) -> str:
    places = _places(pd.DataFrame([full, won]))
    scores = f"{number(won['score'], places)} against {number(full['score'], places)}"
    chance = "" if math.isnan(won["chance"]) else f", chance {number(won['chance'], places)}"
    numbers = f"{pretty(str(won['metric']))} {scores}{chance}, {_measured(won)}, n = "
    numbers += f"{int(won['n']):,}, on examples that did not choose it"
    if _loss(won) <= won["allowed"]:
        return f"With {_gone(won)} the model {_loses(won)} less than {_allowed(won)} ({numbers})."
    return (
        f"With {_gone(won)} the model {_loses(won)} less than {_allowed(won)} on the examples that "
        f"chose it, but more on others ({numbers})."
    )


def _beyond(full: pd.Series, won: pd.Series, drawn: pd.DataFrame) -> list[str]:
    after = drawn[drawn["level"] > won["level"]]
    if after.empty:
        return ["That is the most that was tried."]
    row = after.iloc[0]
    return [f"At {_share(row['level'])}: {_measured(row)}."]


def _sure(won: pd.Series, drawn: pd.DataFrame) -> str:
    """Sizes are tested in rising order until one fails, so that the whole errs as one test does."""
    sure = (drawn["verdict"] == "less").astype("int64").cumprod() > 0
    n = int(won["n"])
    if not sure.any():
        return f"With n = {n:,} no size is sure to lose less (95%); more examples would tell."
    most = drawn[sure]["level"].max()
    return f"Up to {_share(most)} it is sure to lose less (95%)."


def _gone(row: pd.Series) -> str:
    """What was pruned: of heads and MLPs their share; of weights, that of all as well."""
    share, unit = _share(row["level"]), str(row["unit"])
    by = "" if row["method"] == "none" else f" by {clip(str(row['method']))}"
    of_all = f"{_share(row['sparsity_model'])} of all its parameters"
    if unit != "weights":
        return f"{share} of its {clip(unit).replace('mlps', 'MLPs')} pruned{by} ({of_all})"
    return f"{share} of its prunable weights pruned{by} ({of_all})"


def _loses(row: pd.Series) -> str:
    return "gets worse by" if row["metric"] in LOWER_IS_BETTER else "loses"


def _allowed(row: pd.Series) -> str:
    asked = clip(str(row["max_loss"]))
    return f"{asked} of its {pretty(str(row['metric']))}" if asked.endswith("%") else asked


def _measured(row: pd.Series) -> str:
    places = _places(pd.DataFrame([row]))
    return f"difference {signed(row['difference'], places)} {_interval(row, places)}"


def _interval(row: pd.Series, places: int) -> str:
    if not math.isfinite(row["low"]):
        return "[no interval]"
    return f"[{signed(row['low'], places)}, {signed(row['high'], places)}]"


def _loss(row: pd.Series) -> float:
    """How much worse than the full model."""
    difference = float(row["difference"])
    return difference if row["metric"] in LOWER_IS_BETTER else -difference


def _share(share: float) -> str:
    return f"{100 * float(share):.3g}%"


def _places(rows: pd.DataFrame) -> int:
    return decimals([*rows["score"], *rows["choice"]])


PARTS.add(Part(
    name="sweep",
    title="How sparse the model gets before it loses too much",
    place=5,
    columns={
        "step": "text", "model": "text", "task": "text", "unit": "text", "method": "text",
        "role": "text", "level": "number", "sparsity_model": "number", "steps": "number",
        "metric": "text", "choice": "number", "choice_n": "number", "score": "number",
        "chance": "number", "n": "number", "difference": "number", "low": "number",
        "high": "number", "max_loss": "text", "allowed": "number", "verdict": "text",
        "signature": "text",
    },
    say=say,
    papers=sweep_tables,
))  # fmt: skip
