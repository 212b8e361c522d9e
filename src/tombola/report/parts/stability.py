"""Stability: how far all masks along an axis agree, beside shuffled ones."""

import pandas as pd

from tombola.report.parts.overlap import shared
from tombola.report.parts.part import PARTS, Part
from tombola.report.reading import Tables
from tombola.report.tickets import named
from tombola.report.units import counted, unit_first, with_unit
from tombola.report.words import clip, count, number, percent

COLUMNS = {
    "experiment": "text", "step": "text", "axis": "text", "statistic": "text", "value": "number",
    "low": "number", "high": "number", "null_mean": "number", "null_low": "number",
    "null_high": "number", "p": "number", "raters": "number", "n": "number",
    "smallest": "number", "largest": "number", "survivors_in_all": "number",
    "expected_in_all": "number", "tests": "text", "signature": "text",
}  # fmt: skip
KNOWN = {*COLUMNS, "task", "seed", "round", "criterion", "rewind", "variant", "unit"}
"""Columns that are no further axes shared by the masks."""
KAPPA, ALPHA, Q = "fleiss-kappa", "krippendorff-alpha", "cochran-q"
IN_ALL = "kept-by-all"
NAMES = {KAPPA: "Fleiss' kappa", ALPHA: "Krippendorff's alpha", Q: "Cochran's Q"}


def statistics(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with `unit`, `variant` (what the masks share, in words), `round`, `sparsity`."""
    rows = with_unit(rows)
    return rows.assign(
        variant=unit_first(rows["unit"], shared(rows, KNOWN)),
        round=pd.to_numeric(rows.get("round", pd.Series(0, rows.index)), errors="coerce")
        .fillna(0)
        .astype("int64"),
        sparsity=1 - (rows["smallest"] + rows["largest"]) / (2 * rows["n"]),
    )


def say(tables: Tables) -> list[str]:
    """Agreement along each axis at the last round, and at the end what each statistic tests."""
    said: list[str] = []
    tests: dict[str, str] = {}
    for which in tables.groups("stability", ("experiment", "axis")):
        found = statistics(tables.where(**which).joined("stability"))
        tests |= dict(zip(found["statistic"], found["tests"], strict=True))
        for variant in found["variant"].unique():
            group = found[found["variant"] == variant]
            last = group[group["round"] == group["round"].max()]
            said.append(_say_of(last, f"{named(group)}{', ' + clip(variant) if variant else ''}"))
    return [*said, " ".join(tests[name] for name in (KAPPA, Q) if name in tests)] if said else []


def _say_of(rows: pd.DataFrame, name: str) -> str:
    row = rows.iloc[0]
    by = {str(each["statistic"]): each for _, each in rows.iterrows()}
    measures = [_measure(by[each], NAMES[each]) for each in (KAPPA, ALPHA) if each in by]
    every, sizes = counted(int(row["n"]), str(row["unit"])), ""
    if Q in by:
        q, p = float(by[Q]["value"]), float(by[Q]["p"])
        found = "undefined" if q != q else f"{number(q, 1)} (p = {p:.2g})"
        sizes = f" Masks keep {_reach(row)}: Cochran's Q is {found}."
    return (
        f"{name}, {percent(row['sparsity'])} sparsity, {count(int(row['raters']), 'mask')} that "
        f"differ in {clip(str(row['axis']))}: {'; '.join(measures)}. "
        f"{int(row['survivors_in_all']):,} of {every} survive in all "
        f"{int(row['raters'])}, {row['expected_in_all']:,.1f} would by chance.{sizes}"
    )


def _measure(row: pd.Series, name: str) -> str:
    value = float(row["value"])
    if value != value:
        return f"{name} is undefined"
    low, high, least, most = (
        number(float(row[c]), 3) for c in ("low", "high", "null_low", "null_high")
    )
    return (
        f"{name} {number(value, 3)} (95% interval {low} to {high}), shuffled masks "
        f"{number(float(row['null_mean']), 3)} ({least} to {most})"
    )


def _reach(row: pd.Series) -> str:
    least, most = int(row["smallest"]), int(row["largest"])
    return f"{least:,} each" if least == most else f"{least:,} to {most:,}"


PARTS.add(Part(
    name="stability",
    title="Whether masks agree",
    place=41,
    columns=COLUMNS,
    say=say,
))  # fmt: skip
