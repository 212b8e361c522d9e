"""`attention-peaks`: how many rows of attention have nearly all their weight on one token."""

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from tombola import dissect
from tombola.files import write_json
from tombola.study.finished import Finished
from tombola.study.job import Job
from tombola.study.kind import KINDS, Kind, Row, Step
from tombola.study.kinds.similarity import named
from tombola.study.references import References
from tombola.tables import Table

PEAKS = Table(
    "attention-peaks",
    {
        "model": ("string", "the model whose attention is looked at"),
        "text": ("string", "task on whose dev text"),
        "stack": ("string", "encoder or decoder, to itself; cross: the decoder to the encoder"),
        "layer": ("int64", "from 1; 0 for all layers together"),
        "head": ("int64", "0 is the first; -1 for all heads together"),
        "rows": ("string", "all, or several: those that see more than one position"),
        "bar": ("float64", "weight that the highest position has to pass"),
        "share": ("float64", "of rows whose highest weight is above the bar; NaN where none is"),
        "low": ("float64", "lower end of the 95% interval over sentences"),
        "high": ("float64", "upper end of the 95% interval over sentences"),
        "n": ("int64", "rows"),
        "signature": ("string", "every fact that determines the number"),
    },
)


class AttentionPeaksStep(Step):
    """Whose attention, on which text, and what is a peak."""

    of: References
    """Steps that end in models."""
    text: str | None = None
    """The task whose dev text is read; by default the one that they were trained on."""
    bar: float = Field(0.95, gt=0, lt=1)
    """The weight that the highest position of a row has to pass."""
    examples: int | None = Field(None, gt=0)
    """Dev examples to read; all where not given."""
    batch_size: int = Field(16, gt=0)
    """Examples at a time."""


class AttentionPeaks(Kind[AttentionPeaksStep]):
    """One stage for each model: Movva & Zhao 2020, section 5.4.3."""

    name = "attention-peaks"
    version = 1
    settings = AttentionPeaksStep
    tables = (PEAKS,)
    task_fields: ClassVar[tuple[str, ...]] = ("text",)

    def work(self, job: Job[AttentionPeaksStep], folder: Path) -> None:
        """The model reads the text once."""
        settings, task, ticket = job.settings, job.task_name("text"), job.ticket("of")
        batches = job.batches("dev", task, ticket.tokenizer, settings.batch_size, settings.examples)
        found = dissect.attention_peaks(ticket.model, batches.in_order(), bar=settings.bar)
        write_json(folder / "rows.json", [{**asdict(one), "bar": settings.bar} for one in found])

    def rows(self, done: Finished) -> Iterable[Row]:
        """A row for every head, layer and attention, and way of counting."""
        which = {"model": named(done.stage, "of"), "text": str(done.stage.facts["text"]["name"])}
        for row in done.record("rows"):
            signed = done.sign(bar=row["bar"], n=row["n"])
            yield PEAKS, {**which, **done.cells(PEAKS, row), "signature": signed}


KINDS.add(AttentionPeaks())
