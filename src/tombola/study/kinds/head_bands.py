"""`head-bands`: whether magnitudes of attention matrices go by head, and pictures of them."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from tombola import anatomy
from tombola.dissect.weights.bands import bands, magnitude_map
from tombola.errors import UserError
from tombola.files import write_json
from tombola.study.facts import facts_of
from tombola.study.finished import Finished
from tombola.study.job import Job
from tombola.study.kind import KINDS, Kind, Row, Step
from tombola.study.kinds.similarity import named
from tombola.study.library import Library
from tombola.study.point import Point
from tombola.study.references import References
from tombola.tables import Table

MODEL = {
    "model": ("string", "the model; STAGE@0.5 in the middle of its training"),
    "text": ("string", "task that models of the recipe are read for"),
}
SIGNED = {"signature": ("string", "every fact that determines the number")}
MATRIX = {
    "stack": ("string", "encoder or decoder"),
    "layer": ("int64", "0 is nearest to the input"),
    "block": ("string", "self or cross"),
    "role": ("string", "query, key, value, output"),
}
BANDS = Table(
    "head-bands",
    {
        **MODEL,
        **MATRIX,
        "between": ("float64", "share of the variance of channels' mean magnitude between heads"),
        "chance": ("float64", "that of channels in random order, on average"),
        "low": ("float64", "lower end of the middle 95% of shuffled channels"),
        "high": ("float64", "upper end of the middle 95% of shuffled channels"),
        "channels": ("int64", "channels of the matrix"),
        "heads": ("int64", "heads that they belong to"),
        **SIGNED,
    },
)
MAPS = Table(
    "magnitude-maps",
    {
        **MODEL,
        **MATRIX,
        "row": ("int64", "of the picture: channels that the matrix reads"),
        "head": ("int64", "head of the column"),
        "column": ("int64", "column within the head"),
        "value": ("float64", "mean magnitude in the cell"),
        **SIGNED,
    },
)


class HeadBandsStep(Step):
    """Which models."""

    of: References
    """Models, steps that end in models, or moments of their training."""
    text: str | None = None
    """The task that models of the recipe are read for; by default the one that they were trained
    on."""
    maps: tuple[str, ...] = ("key",)
    """Roles of attention matrices that are pictured."""
    map_layers: tuple[int, ...] = (0,)
    """Layers whose matrices are pictured."""


class HeadBands(Kind[HeadBandsStep]):
    """One stage for each model: every attention matrix that splits into heads in one strip.

    Gordon, Duh & Andrews 2020 show the first key matrix and see bands of heads.
    """

    name = "head-bands"
    version = 1
    settings = HeadBandsStep
    tables = (BANDS, MAPS)
    task_fields: ClassVar[tuple[str, ...]] = ("text",)

    def check(self, point: Point[HeadBandsStep], library: Library) -> None:
        """There are models."""
        if not point.main.ends_in_model and not point.main.model:
            raise UserError("of is a model, or a step that ends in models")

    def facts(self, settings: HeadBandsStep) -> dict[str, Any]:
        """All settings."""
        return facts_of(settings, frozenset({"do", "text"}))

    def work(self, job: Job[HeadBandsStep], folder: Path) -> None:
        """Matrix by matrix."""
        model = job.ticket("of").model
        named_, found, cells = dict(model.named_parameters()), [], []
        for block, p in _attention(anatomy.anatomy(model)):
            place = {"stack": p.stack, "layer": p.layer, "block": p.block, "role": p.role}
            found.append({**place, **asdict(bands(named_[p.name], p, block))})
            if p.role in job.settings.maps and p.layer in job.settings.map_layers:
                for (row, head, column), value in np.ndenumerate(magnitude_map(named_[p.name], p)):
                    at = {"row": int(row), "head": int(head), "column": int(column)}
                    cells.append({**place, **at, "value": float(value)})
        if not found:
            raise UserError("the model has no attention matrix that splits into heads in one strip")
        write_json(folder / "bands.json", found)
        write_json(folder / "maps.json", cells)

    def rows(self, done: Finished) -> Iterable[Row]:
        """A row for every matrix, and for every cell of the pictures."""
        text = str(done.stage.facts["text"]["name"])
        which = {"model": named(done.stage, "of"), "text": text, "signature": done.sign()}
        for row in done.record("bands"):
            yield BANDS, {**which, **done.cells(BANDS, row)}
        for row in done.record("maps"):
            yield MAPS, {**which, **row}


def _attention(body: "anatomy.Anatomy") -> Iterator[tuple[Any, Any]]:
    """Attention matrices that split into heads in one strip, with their blocks."""
    blocks = {block.name: block for block in body.attention}
    for p in body.in_sets(("matrices",)):
        if p.place in blocks and p.axis is not None and len(p.strips) == 1 and len(p.shape) == 2:
            yield blocks[p.place], p


KINDS.add(HeadBands())
