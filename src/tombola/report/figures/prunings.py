"""A loop that prunes while a score holds: every pruning it tried."""

import altair as alt

from tombola.report.figures.base import Picture, enter, finished
from tombola.report.figures.encodings import domain, sparsity_axis, tooltip, value_axis
from tombola.report.figures.sources import Sources
from tombola.report.reading import Tables
from tombola.report.style import BLACK, SINGLE_PT, Key, ticket_key
from tombola.report.tickets import KIND, kinds, with_kind
from tombola.report.values import seeds_of
from tombola.report.words import clip

DETAILS = ["kind", "task", "seed", "pruning", "sparsity", "score", "floor", "kept"]


@enter(
    "prunings",
    table="prunings",
    one_per=("experiment", "step"),
    place=10,
    small=True,
    caption="Each line is one loop, from the model it began with. Filled: the score held and the "
    "pruning was kept. Hollow: it fell under the floor (broken line) and was taken back.",
)
def prunings(tables: Tables) -> Picture | None:
    """Score after each pruning against sparsity, with the floor that ended the loop."""
    rows = with_kind(tables.joined("prunings"))
    rows = rows[rows["score"].notna()]
    if rows.empty:
        return None
    rows = rows.assign(
        percent=100 * rows["sparsity"], mean=rows["score"], line=rows["kind"],
        chain=rows["model"].astype("string"),
    )  # fmt: skip
    floors = rows["floor"].dropna()
    axis = domain(rows["score"], floors)
    key = Key(ticket_key(kinds(rows)))
    color = key.color(2, single=True)
    sources = Sources()
    fields = ["percent", "mean", "line", "chain", *dict.fromkeys([*DETAILS, *KIND])]
    base = alt.Chart(sources.add(rows, fields)).encode(
        sparsity_axis(at=rows["percent"]), value_axis("score", axis), color, detail="chain:N"
    )
    lines = base.mark_line(strokeWidth=1)
    fill = alt.when("datum.kept").then(key.color(2, single=True))
    dots = base.mark_point(size=20, strokeWidth=1.1, opacity=1).encode(
        tooltip=tooltip(DETAILS), fill=fill.otherwise(alt.value("white"))
    )
    levels = [{"mean": round(float(floor), 5)} for floor in floors.unique()]
    rule = alt.Chart(sources.add_rows(levels)).mark_rule(
        clip=True, color=BLACK, strokeWidth=0.7, strokeDash=[3, 2]
    )
    drawn = [rule.encode(value_axis("score", axis))] if levels else []
    return finished(
        alt.layer(*drawn, lines, dots).properties(width=SINGLE_PT - 46, height=140),
        sources, rows, f"pruned by {clip(str(rows['step'].iloc[0]))} while the score held",
        [f"{seeds_of(rows['seed'])}; filled: kept; hollow: taken back; broken line: floor"],
        single=True,
    )  # fmt: skip
