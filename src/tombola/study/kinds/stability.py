"""`stability`: how far the masks along an axis agree, all at once, beside shuffled ones."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tombola import masks, statistics
from tombola.errors import UserError
from tombola.files import write_json
from tombola.statistics.agreement import METHOD
from tombola.study.facts import facts_of
from tombola.study.finished import Finished
from tombola.study.folded import check_masks, masks_along
from tombola.study.job import Job
from tombola.study.kind import KINDS, Kind, Row, Step
from tombola.study.library import Library
from tombola.study.point import Point
from tombola.study.references import Reference
from tombola.tables import Table

STABILITY = Table(
    "stability",
    {
        "step": ("string", "step of the recipe"),
        "axis": ("string", "axis along which masks differ"),
        "unit": ("string", "what is counted: weights, parts, heads, mlps"),
        "statistic": ("string", "fleiss-kappa, krippendorff-alpha, cochran-q, kept-by-all"),
        "value": ("float64", "its value; NaN where undefined"),
        "low": ("float64", "lower end of its 95% interval over items"),
        "high": ("float64", "upper end of its 95% interval over items"),
        "null_mean": ("float64", "its mean where survivors are shuffled, sizes kept"),
        "null_low": ("float64", "lower end of the middle 95% of shuffles"),
        "null_high": ("float64", "upper end of the middle 95% of shuffles"),
        "p": ("float64", "of cochran-q where sizes differ by chance alone; NaN for others"),
        "raters": ("int64", "masks"),
        "n": ("int64", "prunable entries"),
        "smallest": ("int64", "entries that survive in the mask with fewest"),
        "largest": ("int64", "entries that survive in the mask with most"),
        "survivors_in_all": ("int64", "entries that survive in every mask"),
        "expected_in_all": ("float64", "that of independent masks of these sizes, on average"),
        "tests": ("string", "what the statistic speaks about"),
        "signature": ("string", "every fact that determines the number"),
    },
    open_axes=True,
)


class StabilityStep(Step):
    """Which tickets, along which axis."""

    of: Reference
    """A step that ends in tickets."""
    across: str = "seed"
    """The axis along which masks differ: seed, task, …"""
    unit: masks.Unit = "weights"
    """What is counted: weights, or the heads and MLPs of which anything survives (`parts`), or only
    those `heads` or `mlps`."""


class Stability(Kind[StabilityStep]):
    """One stage for each point of the other axes: all masks along the axis.

    Prasanna et al. 2020, section 5.1, ask so whether fine-tuning runs find the same subnetwork.
    """

    name = "stability"
    version = 1
    settings = StabilityStep
    tables = (STABILITY,)
    reads_part = "ticket"

    def check(self, point: Point[StabilityStep], library: Library) -> None:
        """There are masks, and two of them at least."""
        check_masks(point, "two masks can agree")

    def facts(self, settings: StabilityStep) -> dict[str, Any]:
        """The axis; the masks have facts of their own."""
        return {"across": settings.across, **facts_of(settings, frozenset({"do", "of", "across"}))}

    def work(self, job: Job[StabilityStep], folder: Path) -> None:
        """Masks are counted packed."""
        found = masks.patterns(masks_along(job, job.settings.unit))
        if not found.n:
            raise UserError("the masks hold nothing that could be pruned")
        shared = {
            "smallest": int(found.sizes.min()),
            "largest": int(found.sizes.max()),
            "survivors_in_all": found.kept_by_all,
            "expected_in_all": found.expected_by_all,
        }
        rows = [{**each.to_dict(), **shared} for each in statistics.agreements(found)]
        write_json(folder / "rows.json", rows)

    def rows(self, done: Finished) -> Iterable[Row]:
        """A row for every statistic."""
        at = {axis: str(value) for axis, value in done.stage.at.items()}
        for row in done.record("rows"):
            yield (
                STABILITY,
                {
                    **done.cells(STABILITY, row),
                    "step": done.stage.step,
                    "axis": str(done.stage.facts["across"]),
                    "unit": str(done.stage.facts.get("unit", "weights")),
                    "signature": done.sign(
                        statistic=row["statistic"], method=METHOD, n=row["n"], raters=row["raters"]
                    ),
                    **at,
                },
            )


KINDS.add(Stability())
