"""What a probe still reads from each layer."""

import math
from typing import Any

import pandas as pd

from tombola.report.figures.base import Picture, enter, finished
from tombola.report.figures.encodings import domain
from tombola.report.figures.layers import AXIS_PT, curves
from tombola.report.figures.panels import Panel, arrangement, grid, round_labels
from tombola.report.figures.sources import Sources
from tombola.report.means import over_seeds, with_chosen
from tombola.report.reading import Tables
from tombola.report.style import BLACK, GREY, SOLID, Key, shades
from tombola.report.tickets import DENSE, KIND, kinds, with_kind
from tombola.report.values import seeds_of
from tombola.report.words import clip, count, number, pretty

CHANCE, BASELINE = "chance", "word baseline"
DETAILS = [
    "kind", "stack", "layer", "round", "sparsity", "mean", "least", "most", "low", "high",
    "seeds", "n", "chance", "word_baseline",
]  # fmt: skip


@enter(
    "probe",
    table="probes",
    one_per=("experiment", "probe", "metric"),
    place=10,
    caption="What a probe reads from each layer, on words it has not seen in training. Line: mean "
    "over seeds. Band: 95% interval of one seed over words, its ends averaged over seeds. Ringed: "
    "the best layer of each line by the score on other texts, those that decided when the probe "
    "stops; it says nothing where bands overlap. Word baseline: what is usual for each word, "
    "without context. Chance: the best constant answer.",
)
def probe(tables: Tables) -> Picture | None:
    """Probe score by layer, dense and by sparsity."""
    rows = with_kind(tables.joined("probes"))
    rows = rows[rows["value"].notna()]
    if rows.empty:
        return None
    means = with_chosen(over_seeds(rows, [*KIND, "stack", "layer", "round"], "value"))
    tickets, dense = means[means["kind"] != DENSE], means[means["kind"] == DENSE]
    labels = round_labels(tickets) if len(tickets) else {}
    lines = _lines(rows, tickets, dense, labels)
    references = [(CHANCE, float(rows["chance"].mean())),
                  (BASELINE, float(rows["word_baseline"].mean()))]  # fmt: skip
    axis = domain([*means["low"], *means["high"]], [level for _, level in references])
    known = [(name, level) for name, level in references if math.isfinite(level)]
    near = [(name, level) for name, level in known if axis[0] <= level <= axis[1]]
    far = [f"{name} {number(level, 3)}" for name, level in known if (name, level) not in near]
    key = _key(labels, bool(len(dense)), [name for name, _ in near])
    metric, name = str(rows["metric"].iloc[0]), pretty(str(rows["probe"].iloc[0]))
    columns = arrangement(lines, 3)

    sources = Sources()

    def draw(panel: Panel) -> Any:
        shown = lines[(lines["stack"] == panel.stack) & (lines["kind"] == panel.kind)]
        level = (clip(pretty(metric)), axis)
        return curves(sources, shown, near, key, level, columns, DETAILS, best="chosen")

    off = f" Off the axis: {', '.join(far)}." if far else ""
    return finished(
        grid(lines, columns, AXIS_PT, draw),
        sources,
        rows,
        f"what a probe for {clip(name)} still reads",
        [f"{clip(pretty(metric))} over {count(int(rows['n'].max()), 'word')}; colour: sparsity; "
         f"line: mean over {seeds_of(rows['seed'])}; band: 95% interval of one; "
         f"ring: best layer.{off}"],
        single=columns == 1,
    )  # fmt: skip


def _lines(
    rows: pd.DataFrame, tickets: pd.DataFrame, dense: pd.DataFrame, labels: dict[int, str]
) -> pd.DataFrame:
    """All lines of all panels; the dense model stands in each kind's panel."""
    if not kinds(rows):
        # A kind of its own, so that a study without tickets has its panel too.
        return dense.assign(criterion="", line=DENSE)
    in_each = [
        dense.assign(**dict(zip(KIND, kind, strict=True)), line=DENSE) for kind in kinds(rows)
    ]
    return pd.concat([*in_each, tickets.assign(line=tickets["round"].map(labels))])


def _key(labels: dict[int, str], dense: bool, references: list[str]) -> Key:
    dashes = {CHANCE: (1.0, 2.0), BASELINE: (5.0, 2.0)}
    shown = [(DENSE, BLACK, SOLID)] if dense else []
    colors = shades(len(labels)) if labels else []
    shown += [(label, c, SOLID) for label, c in zip(labels.values(), colors, strict=True)]
    return Key((*shown, *((name, GREY, dashes[name]) for name in references)))
