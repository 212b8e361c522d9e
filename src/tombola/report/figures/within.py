"""The layers of each model against one another."""

from typing import Any

from tombola.report.figures.base import Picture, enter, finished
from tombola.report.figures.layers import of_text
from tombola.report.figures.matrix import AXIS_PT, DETAILS, MOST_CELLS, color_of, layer_map
from tombola.report.figures.panels import Panel, Slider, arrangement, grid, panel_width
from tombola.report.figures.sources import Sources
from tombola.report.means import over_seeds
from tombola.report.reading import Tables
from tombola.report.tickets import DENSE, KIND, with_kind
from tombola.report.values import seeds_of
from tombola.report.words import clip, pretty


@enter(
    "within",
    table="similarity",
    one_per=("experiment", "measure", "text"),
    place=30,
    caption="Each cell compares two layers of one model, mean over seeds; 0 is the embedding "
    "output. The tooltip has the seeds' range, the 95% interval of one seed and the noise floor. "
    "The colour scale is the same for all models.",
)
def within(tables: Tables) -> Picture | None:
    """Similarity of all pairs of layers of one model: dense, and tickets of a chosen round."""
    rows = tables.joined("similarity")
    if "map" not in rows:
        return None
    rows = rows[rows["map"].isin(["of", "to"]) & rows["value"].notna()]
    # A dense model that several stages read is there several times.
    rows = rows.drop_duplicates(["model", "stack", "dense_layer", "sparse_layer"])
    if rows.empty:
        return None
    by = [*KIND, "stack", "dense_layer", "sparse_layer", "round"]
    cells = over_seeds(with_kind(rows), by, "value")
    if len(cells) > MOST_CELLS:
        last = cells["round"] == cells["round"].max()
        cells = cells[last | (cells["criterion"] == DENSE)]
    tickets = cells[cells["criterion"] != DENSE]
    slider = Slider.over(tickets) if len(tickets) else None
    measure = clip(pretty(str(rows["measure"].iloc[0])))
    color, dark_below = color_of(cells, measure)
    columns = arrangement(cells, 3, dense=True)
    side = min(panel_width(columns, axis=AXIS_PT), 150.0)
    sources = Sources()

    def draw(panel: Panel) -> Any:
        shown = cells[(cells["stack"] == panel.stack) & (cells["kind"] == panel.kind)]
        names = ("layer", "layer")
        is_dense = bool((shown["criterion"] == DENSE).all())
        return layer_map(
            sources.add(shown, DETAILS), shown, side, color, dark_below, names, still=is_dense
        )

    return finished(
        grid(cells, columns, AXIS_PT, draw, dense=True),
        sources,
        rows,
        "layers of one model against one another",
        [f"{measure}{of_text(rows)}, mean over {seeds_of(rows['seed'])}"],
        single=columns == 1,
        slider=slider,
    )
