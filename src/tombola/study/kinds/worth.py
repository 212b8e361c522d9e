"""`worth`: what a model loses on a task for each bit that it lost in pre-training."""

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

from tombola import statistics
from tombola.errors import UserError, allowed_for
from tombola.files import write_json
from tombola.study.facts import facts_of
from tombola.study.finished import Finished
from tombola.study.folded import check_models
from tombola.study.job import Job, record_of
from tombola.study.kind import KINDS, Kind, Row, Step
from tombola.study.library import Library
from tombola.study.point import Point
from tombola.study.references import Reference, Scalar
from tombola.tables import Table

PLACE = {
    "step": ("string", "step of the recipe"),
    "task": ("string", "task that was scored"),
    "metric": ("string", "metric of its score"),
    "axis": ("string", "axis along which models differ"),
    "loss": ("string", "what the models before were scored by"),
}
WORTH = Table(
    "worth",
    {
        **PLACE,
        "left_out": ("string", "value of the axis whose point is left out; empty for none"),
        "slope": ("float64", "change of the score for one unit of the loss"),
        "low": ("float64", "lower end of its 95% interval over points"),
        "high": ("float64", "upper end of its 95% interval over points"),
        "per_bit": ("float64", "the slope for one bit, where the loss is in nats"),
        "intercept": ("float64", "score at a loss of 0 by the line"),
        "r2": ("float64", "share of the variance of scores that the line accounts for"),
        "n": ("int64", "points"),
        "signature": ("string", "every fact that determines the number"),
    },
    open_axes=True,
)
POINTS = Table(
    "worth-points",
    {
        **PLACE,
        "value": ("string", "its value"),
        "model": ("string", "the model that was scored on the task"),
        "against": ("string", "the model that it began as"),
        "x": ("float64", "the loss of the one it began as"),
        "y": ("float64", "its score on the task"),
        "fitted": ("bool", "whether the line goes by it"),
        "signature": ("string", "every fact that determines the number"),
    },
    open_axes=True,
)


class WorthStep(Step):
    """Scores of which models, beside the losses of which others."""

    of: Reference
    """A step that ends in models: each has a score on its task."""
    to: Reference
    """The models that they began as, scored by their loss: on the axes that both have, each its
    own. `rename: {task: first_task}` lets the tasks differ."""
    across: str
    """The axis along which they differ: amount, say."""
    without: tuple[Scalar, ...] = ()
    """Values of the axis whose points the line leaves aside. (As published, for one task: the last,
    at the score of always giving one answer.)"""


class Worth(Kind[WorthStep]):
    """One stage for each point of the other axes: a line, and a line without each point.

    Gordon, Duh & Andrews 2020 show scores of released models as linear in the loss of the pruned
    ones they began as.
    """

    name = "worth"
    version = 1
    settings = WorthStep
    tables = (WORTH, POINTS)
    reads_part = "records"
    task_fields: ClassVar[tuple[str, ...]] = ()

    def check(self, point: Point[WorthStep], library: Library) -> None:
        """There are three points at least, of models that were scored."""
        check_models(point)
        values = [value for value, _ in point.folded]
        for value in point.settings.without:
            if value not in values:
                raise UserError(
                    f"without: no point at {value!r}; {allowed_for(value, map(str, values))}"
                )
        if len(values) - len(point.settings.without) < 3:
            raise UserError(f"across {point.settings.across}: three points make a line; fewer here")

    def facts(self, settings: WorthStep) -> dict[str, Any]:
        """The axis, and what is left aside."""
        return {"across": settings.across, **facts_of(settings, frozenset({"do", "across"}))}

    def work(self, job: Job[WorthStep], folder: Path) -> None:
        """Read scores and losses; fit."""
        values, rows = job.stage.facts["values"], []
        for value, of, to in zip(values, job.roles("of"), job.roles("to"), strict=True):
            score, loss = (record_of(job.folder(role), "score") for role in (of, to))
            row = {"task": score["task"], "metric": score["metric"], "loss": loss["metric"]}
            x, y = (math.nan if s["value"] is None else float(s["value"]) for s in (loss, score))
            reads = {"model": job.stage.reads[of], "against": job.stage.reads[to]}
            fitted = value not in job.settings.without
            rows.append({**row, **reads, "value": str(value), "x": x, "y": y, "fitted": fitted})
        kept = [row for row in rows if row["fitted"]]
        found = statistics.fit_line([r["x"] for r in kept], [r["y"] for r in kept])
        names = ["", *(row["value"] for row in kept)]
        place = {key: rows[0][key] for key in ("task", "metric", "loss")}
        lines = [
            {
                **place,
                "left_out": name,
                "slope": line.slope,
                "low": line.low,
                "high": line.high,
                "per_bit": line.slope * math.log(2),
                "intercept": line.intercept,
                "r2": line.r2,
                "n": line.n,
            }
            for name, line in zip(names, (found.line, *found.without), strict=True)
        ]
        write_json(folder / "lines.json", lines)
        write_json(folder / "points.json", rows)

    def rows(self, done: Finished) -> Iterable[Row]:
        """A row for every line, and for every point."""
        at = {axis: str(value) for axis, value in done.stage.at.items()}
        where = {"step": done.stage.step, "axis": str(done.stage.facts["across"])}
        for file, table in (("lines", WORTH), ("points", POINTS)):
            for row in done.record(file):
                signed = done.sign(n=row["n"]) if "n" in row else done.sign()
                cells = done.cells(table, row)
                yield table, {**at, **where, **cells, "signature": signed}


KINDS.add(Worth())
