"""What probes still read from each layer."""

import math
from collections.abc import Iterable
from typing import Any

import pandas as pd

from tombola.report.figures.base import Picture, enter, finished
from tombola.report.figures.encodings import domain
from tombola.report.figures.layers import AXIS_PT, curves
from tombola.report.figures.panels import round_labels
from tombola.report.figures.sources import Sources
from tombola.report.figures.task_panels import TaskPanel, in_a_row, task_grid, task_panels
from tombola.report.means import over_seeds, with_chosen
from tombola.report.probing import MIX, TASK, once
from tombola.report.reading import Tables
from tombola.report.style import BLACK, GREY, SOLID, Key, shades
from tombola.report.tickets import DENSE, KIND, kinds, with_kind
from tombola.report.values import seeds_of
from tombola.report.words import clip, count, number, pretty

CHANCE, BASELINE, RANDOM = "chance", "word baseline", "random"
DASHES = {CHANCE: (1.0, 2.0), BASELINE: (5.0, 2.0), RANDOM: (3.0, 1.0, 1.0, 1.0)}
TALL, LOW, FEW = 110, 64, 2
"""Heights of panels, in points: of up to so many rows, and of more, so that all fit a page."""
DETAILS = [
    "kind", "stack", "layer", "round", "sparsity", "mean", "least", "most", "low", "high",
    "seeds", "n", "chance", "word_baseline",
]  # fmt: skip


@enter(
    "probe",
    table="probes",
    one_per=("experiment", "by"),
    place=10,
    caption="What probes read from each layer, on words they have not seen in training; a panel "
    "for each task. Line: mean over seeds and replicates. Band: 95% interval of one over texts, "
    "its ends averaged. Ringed: the best layer of each line by the score on other texts, those "
    "that decided when the probe stops; it says nothing where bands overlap. Word baseline: what "
    "is usual for each word, without context. Chance: the best constant answer. Random: an encoder "
    "of the same body and tokenizer with weights drawn anew.",
)
def probe(tables: Tables) -> Picture | None:
    """Probe scores by layer, dense and by sparsity, task by task."""
    rows = with_kind(tables.joined("probes"))
    rows = once(rows[rows["value"].notna() & (rows["layer"] != MIX)])
    models = rows[~rows["redrawn"]]
    if models.empty:
        return None
    by = [*TASK, *KIND, "stack", "layer", "round"]
    means = with_chosen(over_seeds(models, by, "value"))
    drawn = with_chosen(over_seeds(rows[rows["redrawn"]], by, "value")).assign(line=RANDOM)
    tickets = means[means["kind"] != DENSE]
    labels = round_labels(tickets) if len(tickets) else {}
    lines = _lines(models, means, drawn, labels)
    columns, sources = in_a_row(lines), Sources()
    height = TALL if len(list(task_panels(lines))) <= FEW * columns else LOW
    shown = [RANDOM] if len(drawn) else []
    near = _names(panel for panel in _each(lines))
    key = _key(labels, bool((means["kind"] == DENSE).any()), [*shown, *near])

    def draw(panel: TaskPanel) -> Any:
        own = panel.of(lines)
        axis, close, _ = _levels(own)
        level = (clip(pretty(panel.metric)), axis)
        return curves(
            sources, own, close, key, level, columns, DETAILS, best="chosen", height=height
        )

    def far(panel: TaskPanel) -> list[str]:
        return [f"{name} {number(level, 2)}" for name, level in _levels(panel.of(lines))[2]]

    tasks = lines["asked"].unique()
    what = f"for {clip(pretty(str(tasks[0])))}" if len(tasks) == 1 else f"for {len(tasks)} tasks"
    return finished(
        task_grid(lines, columns, AXIS_PT, draw, far),
        sources,
        rows,
        f"what {clip(str(rows['by'].iloc[0]))} probes {what} still read",
        [f"up to {count(int(rows['n'].max()), 'word')} of a task; colour: sparsity; line: mean "
         f"over {seeds_of(models['seed'])}; band: 95% interval of one; ring: best layer; below a "
         "title: what is off the axis"],
        single=columns == 1,
    )  # fmt: skip


def _each(lines: pd.DataFrame) -> Iterable[pd.DataFrame]:
    return (own for _, own in lines.groupby(["asked", "metric", "stack", "kind"], sort=False))


def _names(panels: Iterable[pd.DataFrame]) -> list[str]:
    """References that stand on the axis of any panel."""
    return list(dict.fromkeys(name for own in panels for name, _ in _levels(own)[1]))


def _levels(
    own: pd.DataFrame,
) -> tuple[tuple[float, float], list[tuple[str, float]], list[tuple[str, float]]]:
    """The axis of a panel, the references that stand on it, and those that are off it."""
    columns = ((CHANCE, "chance"), (BASELINE, "word_baseline"))
    known = [(name, float(own[column].mean())) for name, column in columns]
    known = [(name, level) for name, level in known if math.isfinite(level)]
    axis = domain([*own["low"], *own["high"]], [level for _, level in known])
    near = [(name, level) for name, level in known if axis[0] <= level <= axis[1]]
    return axis, near, [each for each in known if each not in near]


def _lines(
    rows: pd.DataFrame, means: pd.DataFrame, drawn: pd.DataFrame, labels: dict[int, str]
) -> pd.DataFrame:
    """All lines of all panels; dense and random models stand in each kind's panel."""
    dense = means[means["kind"] == DENSE].assign(line=DENSE)
    tickets = means[means["kind"] != DENSE]
    beside = pd.concat([dense, drawn]) if len(drawn) else dense
    if not kinds(rows):
        # A kind of its own, so that a study without tickets has its panel too.
        return beside.assign(criterion="", kind=DENSE)
    in_each = [beside.assign(**dict(zip(KIND, kind, strict=True))) for kind in kinds(rows)]
    return pd.concat([*in_each, tickets.assign(line=tickets["round"].map(labels))])


def _key(labels: dict[int, str], dense: bool, references: list[str]) -> Key:
    shown = [(DENSE, BLACK, SOLID)] if dense else []
    colors = shades(len(labels)) if labels else []
    shown += [(label, c, SOLID) for label, c in zip(labels.values(), colors, strict=True)]
    return Key((*shown, *((name, GREY, DASHES[name]) for name in references)))
