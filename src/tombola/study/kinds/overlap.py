"""`overlap`: what two masks share along an axis, beside what chance gives."""

from collections.abc import Iterable
from dataclasses import asdict, fields
from itertools import combinations
from pathlib import Path
from typing import Any

from tombola import masks
from tombola.files import write_json
from tombola.study.facts import facts_of
from tombola.study.finished import Finished
from tombola.study.folded import check_masks, masks_along
from tombola.study.job import Job
from tombola.study.kind import KINDS, Kind, Row, Step
from tombola.study.library import Library
from tombola.study.point import Point
from tombola.study.references import Reference
from tombola.tables import Table

OVERLAP = Table(
    "overlap",
    {
        "step": ("string", "step of the recipe"),
        "axis": ("string", "axis whose values are paired"),
        "unit": ("string", "what is counted: weights, parts, heads, mlps"),
        "a": ("string", "its value for the one mask"),
        "b": ("string", "its value for the other"),
        "a_model": ("string", "the model that the one mask is of"),
        "b_model": ("string", "the model that the other is of"),
        "n": ("int64", "what is counted"),
        "survivors_a": ("int64", "what survives in the one"),
        "survivors_b": ("int64", "what survives in the other"),
        "intersection": ("int64", "what survives in both"),
        "expected": ("float64", "that of independent masks of these sizes, on average"),
        "jaccard": ("float64", "intersection over union, 0 to 1"),
        "expected_jaccard": ("float64", "at the expected intersection"),
        "expected_jaccard_by_tensor": (
            "float64",
            "that of masks which agree only on how much each tensor keeps",
        ),
        "difference": ("float64", "share of entries that survive in just one, 0 to 1"),
        "most_different": ("float64", "the largest that masks of these sizes can have"),
        "expected_difference": ("float64", "that of independent masks of these sizes"),
        "signature": ("string", "every fact that determines the number"),
    },
    open_axes=True,
)


class OverlapStep(Step):
    """Which tickets, along which axis."""

    of: Reference
    """A step that ends in tickets."""
    across: str
    """The axis whose values are paired: seed, task, criterion, …"""
    unit: masks.Unit = "weights"
    """What is counted: weights, or the heads and MLPs of which anything survives (`parts`), or only
    those `heads` or `mlps`."""


class Overlaps(Kind[OverlapStep]):
    """One stage for each point of the other axes: every two masks along the axis."""

    name = "overlap"
    version = 1
    settings = OverlapStep
    tables = (OVERLAP,)
    reads_part = "ticket"

    def check(self, point: Point[OverlapStep], library: Library) -> None:
        """There are masks, and two of them at least."""
        check_masks(point, "two masks make a pair")

    def work(self, job: Job[OverlapStep], folder: Path) -> None:
        """Masks are packed; two at a time are looked at."""
        values = map(str, job.stage.facts["values"])
        models = [job.stage.reads[role] for role in job.roles("of")]
        read = list(zip(values, models, masks_along(job, job.settings.unit), strict=True))
        rows: list[dict[str, Any]] = []
        for (a, a_model, one), (b, b_model, other) in combinations(read, 2):
            shared = masks.overlap(one, other)
            rows.append(
                {
                    **asdict(shared),
                    "a": a,
                    "b": b,
                    "a_model": a_model,
                    "b_model": b_model,
                    "jaccard": shared.jaccard,
                    "expected_jaccard": shared.expected_jaccard,
                    "expected_jaccard_by_tensor": shared.expected_jaccard_by_tensor,
                }
            )
        write_json(folder / "rows.json", rows)

    def rows(self, done: Finished) -> Iterable[Row]:
        """A row for every pair."""
        at = {axis: str(value) for axis, value in done.stage.at.items()}
        for row in done.record("rows"):
            survivors_a, survivors_b = row["survivors"]
            known = {field.name: row[field.name] for field in fields(masks.Overlap)}
            shared = masks.Overlap(**{**known, "survivors": (survivors_a, survivors_b)})
            yield (
                OVERLAP,
                {
                    **done.cells(OVERLAP, row),
                    "step": done.stage.step,
                    "axis": str(done.stage.facts["across"]),
                    "unit": str(done.stage.facts.get("unit", "weights")),
                    "survivors_a": survivors_a,
                    "survivors_b": survivors_b,
                    "difference": shared.difference,
                    "most_different": shared.most_different,
                    "expected_difference": shared.expected_difference,
                    "signature": done.sign(n=row["n"]),
                    **at,
                },
            )

    def facts(self, settings: OverlapStep) -> dict[str, Any]:
        """The axis; the masks have facts of their own."""
        return {"across": settings.across, **facts_of(settings, frozenset({"do", "of", "across"}))}


KINDS.add(Overlaps())
