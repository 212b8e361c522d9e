"""`complexity`: how many directions the layers of models use, on a text."""

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import Field

from tombola import dissect
from tombola.files import write_json
from tombola.study.facts import facts_of
from tombola.study.finished import Finished
from tombola.study.job import Job
from tombola.study.kind import KINDS, Kind, Row, Step
from tombola.study.kinds.similarity import named
from tombola.study.references import References
from tombola.tables import Table

COMPLEXITY = Table(
    "complexity",
    {
        "model": ("string", "whose layers"),
        "text": ("string", "task on whose dev text"),
        "stack": ("string", "encoder or decoder"),
        "layer": ("int64", "0 is the embedding output"),
        "about": ("string", "mean: of centred representations; zero: of those as they are"),
        "measure": (
            "string",
            "k (fewest directions that hold a share), explained (share that k directions hold), "
            "effective-rank, participation-ratio, constant-neurons",
        ),
        "given": ("float64", "the share, or the k; NaN for the others"),
        "value": ("float64", "how much; NaN where all tokens have one representation"),
        "n": ("int64", "tokens"),
        "width": ("int64", "length of a representation: as many directions there are at most"),
        "note": ("string", "what can mislead: fewer tokens than dimensions, constant neurons"),
        "signature": ("string", "every fact that determines the number"),
    },
)
POINTS = 40
"""Points of the curve of explained shares, where none are named."""
NAMED = 20
"""Constant neurons that a note names."""


class ComplexityStep(Step):
    """Of which models, on which text, and what is asked."""

    of: References
    """Steps that end in models."""
    text: str | None = None
    """The task whose dev text is read; by default the one that they were trained on."""
    shares: tuple[Annotated[float, Field(gt=0, le=1)], ...] = (0.5, 0.8, 0.9, 0.95, 0.99)
    """Shares of the sum of squares whose smallest number of directions is asked for."""
    top: tuple[Annotated[int, Field(gt=0)], ...] | None = None
    """Numbers of directions whose share is asked for; by default some 40 from 1 to the width."""
    centred: tuple[bool, ...] = Field((True, False), min_length=1)
    """About the mean over tokens, about zero, or both."""
    layers: tuple[int, ...] | None = Field(None, min_length=1)
    """Layers to look at; 0 is the embedding output. All where not given."""
    embeddings: bool = True
    """Whether the embedding output is one of them, where `layers` names none."""
    examples: int | None = Field(None, gt=0)
    """Dev examples to read; all where not given."""
    batch_size: int = Field(32, gt=0)
    """Examples at a time."""


class Complexity(Kind[ComplexityStep]):
    """One stage for each model: Movva & Zhao 2020, section 5.3 and figure A7."""

    name = "complexity"
    version = 1
    settings = ComplexityStep
    tables = (COMPLEXITY,)
    task_fields: ClassVar[tuple[str, ...]] = ("text",)

    def facts(self, settings: ComplexityStep) -> dict[str, Any]:
        """All settings."""
        return facts_of(settings, frozenset({"do", "text"}))

    def work(self, job: Job[ComplexityStep], folder: Path) -> None:
        """The model reads the text once."""
        settings, task, ticket = job.settings, job.task_name("text"), job.ticket("of")
        found = dissect.complexity(
            ticket.model,
            job.batches(
                "dev", task, ticket.tokenizer, settings.batch_size, settings.examples
            ).in_order(),
            centred=settings.centred,
            layers=settings.layers,
            embeddings=settings.embeddings,
        )
        write_json(folder / "rows.json", [row for one in found for row in _rows(one, settings)])

    def rows(self, done: Finished) -> Iterable[Row]:
        """A row for every number."""
        which = {"model": named(done.stage, "of"), "text": str(done.stage.facts["text"]["name"])}
        for row in done.record("rows"):
            signed = done.sign(measure=row["measure"], n=row["n"])
            yield COMPLEXITY, {**which, **done.cells(COMPLEXITY, row), "signature": signed}


def _rows(one: "dissect.LayerComplexity", settings: ComplexityStep) -> Iterable[dict[str, Any]]:
    shared = {
        "stack": one.stack,
        "layer": one.layer,
        "about": "mean" if one.centred else "zero",
        "n": one.n,
        "width": one.width,
        "note": "fewer tokens than dimensions" if one.short else "",
    }
    said: list[tuple[str, float, float]] = []
    for share in settings.shares:
        k = one.k(share)
        said.append(("k", share, math.nan if k is None else float(k)))
    said += [("explained", float(k), one.by(k)) for k in _ks(one.width, settings.top)]
    said.append(("effective-rank", math.nan, one.effective_rank))
    said.append(("participation-ratio", math.nan, one.participation_ratio))
    for measure, given, value in said:
        yield {**shared, "measure": measure, "given": given, "value": value}
    named_ones = ", ".join(map(str, one.constant[:NAMED]))
    more = f" and {len(one.constant) - NAMED} more" if len(one.constant) > NAMED else ""
    yield {
        **shared,
        "measure": "constant-neurons",
        "given": math.nan,
        "value": float(len(one.constant)),
        "note": f"{named_ones}{more}",
    }


def _ks(width: int, top: tuple[int, ...] | None) -> list[int]:
    """Numbers of directions to ask for: those named, as far as there are so many."""
    if top is not None:
        return sorted({k for k in top if k <= width})
    return sorted(set(np.geomspace(1, width, POINTS).round().astype(int).tolist()))


KINDS.add(Complexity())
