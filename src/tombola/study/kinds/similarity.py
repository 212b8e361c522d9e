"""`similarity`: how near the layers of models are to those of another, on the same text."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from tombola import dissect
from tombola.errors import UserError
from tombola.files import write_json
from tombola.study.facts import facts_of, facts_of_thing
from tombola.study.finished import Finished
from tombola.study.job import Job
from tombola.study.kind import KINDS, Kind, Row, Step
from tombola.study.library import Library
from tombola.study.plan import Planner, Point
from tombola.study.references import Reference, References
from tombola.study.stage import Stage
from tombola.tables import Table

SIMILARITY = Table(
    "similarity",
    {
        "model": ("string", "the model that is compared"),
        "against": ("string", "the model that it is compared with"),
        "measure": ("string", "name of the similarity measure"),
        "text": ("string", "task on whose dev text"),
        "stack": ("string", "encoder or decoder"),
        "dense_layer": ("int64", "layer of the model compared with; 0 is the embedding output"),
        "sparse_layer": ("int64", "layer of the model; 0 is the embedding output"),
        "value": ("float64", "similarity; 1 is the same up to what the measure ignores"),
        "low": ("float64", "lower end of the 95% interval over sentences; NaN if not estimated"),
        "high": ("float64", "upper end of the 95% interval over sentences; NaN if not estimated"),
        "n": ("int64", "tokens compared"),
        "width": ("int64", "length of a representation"),
        "noise_floor": ("float64", "what unrelated sentences score"),
        "signature": ("string", "every fact that determines the number"),
    },
)

PLACE = ("model", "against", "measure", "text", "stack", "dense_layer", "sparse_layer")
"""Columns that say which number a row holds."""
DETAILS = Table(
    "similarity-details",
    {
        **{column: SIMILARITY.columns[column] for column in PLACE},
        "detail": ("string", "what the measure says besides: itself, constant, p50, …"),
        "value": ("float64", "how much"),
        "n": ("int64", "tokens compared"),
        "signature": ("string", "every fact that determines the number"),
    },
)


class SimilarityStep(Step):
    """Which models, on which text, by which measures."""

    of: References
    """Steps that end in models."""
    to: Reference
    """The models that they are compared with: on the axes that both have, each with its own."""
    text: str | None = None
    """The task whose dev text both read; by default the one that they were trained on."""
    measures: tuple[str, ...] = Field(("debiased",), min_length=1)
    """Measures by name; those that need the same sums share them, and all share one pass."""
    examples: int | None = Field(None, gt=0)
    """Dev examples to compare on; all where not given."""
    batch_size: int = Field(32, gt=0)
    """Examples at a time."""
    block_sentences: int = Field(50, gt=0)
    """Sentences in a block; the interval takes blocks as independent."""


class Similarity(Kind[SimilarityStep]):
    """One stage for each model, all layers with all layers."""

    name = "similarity"
    version = 2  # the noise floor is that of unrelated sentences
    settings = SimilarityStep
    tables = (SIMILARITY, DETAILS)
    task_fields: ClassVar[tuple[str, ...]] = ("text",)

    def check(self, point: Point[SimilarityStep], library: Library) -> None:
        """The measures exist."""
        for name in point.settings.measures:
            if name not in dissect.MEASURES:
                allowed = ", ".join(dissect.MEASURES)
                raise UserError(f"measures: no measure {name!r}; allowed: {allowed}")

    def facts(self, settings: SimilarityStep) -> dict[str, Any]:
        """All settings; measures with their versions."""
        found = facts_of(settings, frozenset({"do", "text"}))
        chosen = [facts_of_thing(dissect.MEASURES, name) for name in settings.measures]
        return {**found, "measures": chosen}

    def expand(self, point: Point[SimilarityStep], planner: Planner) -> Iterator[Stage]:
        """One stage, unless a model would be compared with itself."""
        of, to = point.nodes["of"], point.nodes["to"]
        if (of.stage, of.model, of.moment) != (to.stage, to.model, to.moment):
            yield planner.stage(self, point)

    def work(self, job: Job[SimilarityStep], folder: Path) -> None:
        """Both models read the text once."""
        settings, task = job.settings, job.task_name("text")
        sparse, dense = job.ticket("of"), job.ticket("to")
        batches = job.batches(
            "dev", task, dense.tokenizer, settings.batch_size, settings.examples
        ).in_order()
        found = dissect.layer_similarity(
            dense.model,
            sparse.model,
            batches,
            measures=settings.measures,
            block_sentences=settings.block_sentences,
        )
        write_json(folder / "rows.json", [asdict(row) for row in found])

    def rows(self, done: Finished) -> Iterable[Row]:
        """A row for every pair of layers and measure, and for what a measure says besides."""
        text = str(done.stage.facts["text"]["name"])
        which = {
            "model": named(done.stage, "of"),
            "against": named(done.stage, "to"),
            "text": text,
        }
        for row in done.record("rows"):
            signed = done.sign(measure=row["measure"], n=row["n"])
            cells = {**which, **done.cells(SIMILARITY, row), "signature": signed}
            yield SIMILARITY, cells
            shared = {column: cells[column] for column in (*PLACE, "n", "signature")}
            for detail, value in row.get("details", {}).items():  # older stages have none
                yield DETAILS, {**shared, "detail": detail, "value": float(value)}


def named(stage: Stage, role: str) -> str:
    """The model of a role as tables name it: its stage, or the recipe's name of it."""
    name = stage.reads.get(role, stage.sources.get(role, ""))
    moment = stage.moment(role)
    return name if moment is None else f"{name}@{moment:g}"


KINDS.add(Similarity())
