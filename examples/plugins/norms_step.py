"""A kind of step with a table and a figure: how large the surviving weights of each matrix are.

    tombola run RECIPE --plugin norms_step.py

and in the recipe a step `{do: norms, of: [dense, tickets]}`.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import altair as alt

from tombola import anatomy
from tombola.files import write_json
from tombola.report.figures.base import Picture, enter, finished
from tombola.report.figures.encodings import sparsity_axis, tooltip, value_axis
from tombola.report.figures.sources import Sources
from tombola.report.parts.part import PARTS, Part
from tombola.report.reading import Tables
from tombola.report.style import DOUBLE_PT
from tombola.study.finished import Finished
from tombola.study.job import Job
from tombola.study.kind import KINDS, Kind, Row, Step
from tombola.study.references import References
from tombola.tables import Table

NORMS = Table(
    "norms",
    {
        "model": ("string", "which model"),
        "layer": ("int64", "0 is nearest to the input; -1 outside the stacks"),
        "role": ("string", "query, key, value, output, up, down, …"),
        "rms": ("float64", "root of the mean square of the weights that are not zero"),
        "n": ("int64", "weights that are not zero"),
        "signature": ("string", "every fact that determines the number"),
    },
)


class NormsStep(Step):
    """Which models are weighed."""

    of: References
    set: str = "matrices"
    """Parameters of this set."""


class Norms(Kind[NormsStep]):
    """One stage for each model."""

    name = "norms"
    version = 1
    settings = NormsStep
    tables = (NORMS,)

    def work(self, job: Job[NormsStep], folder: Path) -> None:
        """A number for each parameter of the set."""
        model = job.ticket("of").model
        weights = dict(model.named_parameters())
        rows: list[dict[str, Any]] = []
        for parameter in anatomy.anatomy(model).parameters:
            if parameter.set == job.settings.set:
                alive = weights[parameter.name].detach().double()
                alive = alive[alive != 0]
                rows.append(
                    {
                        "layer": -1 if parameter.layer is None else parameter.layer,
                        "role": parameter.role,
                        "rms": float(alive.square().mean().sqrt()),
                        "n": alive.numel(),
                    }
                )
        write_json(folder / "rows.json", rows)

    def rows(self, done: Finished) -> Iterable[Row]:
        """As they were written."""
        for row in done.record("rows"):
            yield NORMS, {"model": done.stage.reads["of"], **row, "signature": done.sign()}


KINDS.add(Norms())

PARTS.add(
    Part(
        "norms",
        "How large the surviving weights are",
        place=35,
        columns={"experiment": "text", "layer": "number", "role": "text", "rms": "number"},
    )
)


@enter(
    "norms",
    table="norms",
    one_per=("experiment", "criterion"),
    caption="A line is one kind of matrix, the mean over layers and seeds.",
)
def norms(tables: Tables) -> Picture | None:
    """Root mean square of what survives, against sparsity, by role."""
    rows = tables.joined("norms")
    if rows["sparsity"].nunique() < 2:
        return None
    means = rows.groupby(["role", "sparsity"], as_index=False)["rms"].mean()
    means = means.assign(percent=100 * means["sparsity"], mean=means["rms"])
    sources = Sources()
    data = sources.add(means, ["role", "percent", "mean"])
    axis = value_axis("root mean square", (0.0, 1.05 * float(means["rms"].max())))
    chart = (
        alt.Chart(data)
        .mark_line(point=True)
        .encode(sparsity_axis(), axis, alt.Color("role:N"), tooltip=tooltip(["role", "mean"]))
    )
    sized = chart.properties(width=DOUBLE_PT - 90, height=150)
    return finished(sized, sources, rows, "how large the surviving weights are", [])
