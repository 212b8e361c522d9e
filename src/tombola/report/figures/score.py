"""Score against sparsity."""

import math

import altair as alt
import pandas as pd

from tombola.report.figures.base import Picture, enter, finished
from tombola.report.figures.encodings import domain, sparsity_axis, tooltip, value_axis
from tombola.report.figures.sources import Sources
from tombola.report.means import over_seeds
from tombola.report.reading import Tables
from tombola.report.style import BLACK, SINGLE_PT, SOLID, Key, ticket_key
from tombola.report.tickets import DENSE, KIND, UNPRUNED, TicketKind, at_home, kinds, with_kind
from tombola.report.values import seeds_of
from tombola.report.words import clip, count, number, pretty

CHANCE = "chance"
DETAILS = [
    "experiment", "task", "source", "criterion", "rewind", "round", "seed", "sparsity",
    "sparsity_model", "metric", "score", "low", "high", "n", "chance", "mask", "signature",
]  # fmt: skip


@enter(
    "score",
    table="scores",
    one_per=("experiment", "task", "metric"),
    place=10,
    small=True,
    caption="Line: mean over seeds. Dots: single seeds. Horizontal line and grey band: the dense "
    "model and the 95% interval of one seed over examples, its ends averaged over seeds; the band "
    "alone tells no difference from dense, paired differences do. A dense model trained as "
    "long as the tickets is drawn at the sparsity of those it stands beside. Dotted line: always "
    "answering the most frequent label. Diverged runs are listed in the text and not drawn.",
)
def score(tables: Tables) -> Picture | None:
    """Score of each kind of ticket against sparsity, with dense, random control and chance."""
    rows = with_kind(at_home(tables.joined("scores")))
    rows = rows[rows["score"].notna()]
    if rows.empty:
        return None
    means = over_seeds(rows, [*KIND, "round"], "score")
    dense = means[means["kind"] == DENSE]
    levels = {DENSE: float(dense["mean"].mean()), CHANCE: float(rows["chance"].mean())}
    axis = domain([*rows["score"], *dense["low"], *dense["high"]], levels.values())
    far = [
        name for name, at in levels.items() if not axis[0] <= at <= axis[1] and math.isfinite(at)
    ]
    levels = {name: at for name, at in levels.items() if axis[0] <= at <= axis[1]}

    key = _key(kinds(rows), levels)
    across, up = (
        sparsity_axis(at=100 * rows["at"]),
        value_axis(clip(pretty(str(rows["metric"].iloc[0]))), axis),
    )
    color, dash = key.color(3, single=True), key.dash(3, single=True)
    sources = Sources()
    drawn = [_band(sources, dense).encode(up.copy())] if len(dense) else []
    drawn += [_lines(sources, _flat(levels, rows["at"].max())).encode(across, up, color, dash)]
    drawn += [_lines(sources, _paths(means, dense)).encode(across, up, color, dash)]
    drawn += [_seeds(sources, rows).encode(across, up, color)]

    task = clip(str(rows["task"].iloc[0]))
    note = f" Chance, {number(float(rows['chance'].mean()), 3)}, is off the axis." if far else ""
    return finished(
        alt.layer(*drawn).properties(width=SINGLE_PT - 46, height=150),
        sources,
        rows,
        "score against sparsity",
        [f"{task}, {count(int(rows['n'].max()), 'example')}; lines: means over "
         f"{seeds_of(rows['seed'])}, dots: seeds; grey: 95% of one dense seed.{note}"],
        single=True,
    )  # fmt: skip


def _key(found: list[TicketKind], levels: dict[str, float]) -> Key:
    styles = {DENSE: (DENSE, BLACK, SOLID), CHANCE: (CHANCE, BLACK, (1.0, 2.0))}
    dense = [styles[name] for name in levels if name == DENSE]
    chance = [styles[name] for name in levels if name == CHANCE]
    return Key((*dense, *ticket_key(found), *chance))


def _paths(means: pd.DataFrame, dense: pd.DataFrame) -> pd.DataFrame:
    """Means of each kind; every path starts at the dense model it was drawn from."""
    starts = [dense.assign(kind=kind.name) for kind in kinds(means) if kind.criterion != UNPRUNED]
    tickets = pd.concat([*starts, means[means["kind"] != DENSE]])
    return tickets.assign(line=tickets["kind"])


def _flat(levels: dict[str, float], last: float) -> pd.DataFrame:
    """Dense and chance, from no sparsity to the highest."""
    ends = [(name, sparsity, at) for name, at in levels.items() for sparsity in (0.0, last)]
    return pd.DataFrame(ends, columns=["line", "at", "mean"])


def _lines(sources: Sources, frame: pd.DataFrame) -> alt.Chart:
    frame = frame.assign(percent=100 * frame["at"])
    data = sources.add(frame, ["line", "percent", "mean"])
    return alt.Chart(data).mark_line(strokeWidth=1.3)


def _band(sources: Sources, dense: pd.DataFrame) -> alt.Chart:
    values = [{"mean": float(dense["low"].mean()), "high": float(dense["high"].mean())}]
    return alt.Chart(sources.add_rows(values)).mark_rect(color="#e3e3e3").encode(alt.Y2("high:Q"))


def _seeds(sources: Sources, rows: pd.DataFrame) -> alt.Chart:
    rows = rows.assign(percent=100 * rows["at"], mean=rows["score"], line=rows["kind"])
    data = sources.add(rows, ["line", "percent", "mean", *DETAILS])
    dots = alt.Chart(data).mark_point(filled=True, size=14, opacity=0.65)
    return dots.encode(tooltip=tooltip(DETAILS))
