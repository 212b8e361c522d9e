"""`importance`: how much each head and MLP of models matters for a task."""

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar

from tombola import tickets
from tombola.errors import UserError
from tombola.files import write_json
from tombola.study.facts import facts_of, facts_of_thing
from tombola.study.finished import Finished
from tombola.study.job import Job
from tombola.study.kind import KINDS, Kind, Row, Step
from tombola.study.kinds.similarity import named
from tombola.study.library import Library
from tombola.study.point import Point
from tombola.study.references import References
from tombola.tables import Table
from tombola.tickets.importance.settings import ImportanceSettings

IMPORTANCE = Table(
    "importance",
    {
        "model": ("string", "the model whose parts are scored"),
        "text": ("string", "task whose examples were read"),
        "score": ("string", "gate, token, activation, magnitude, …"),
        "per": ("string", "of what absolute values are taken; empty where no text was read"),
        "stack": ("string", "encoder or decoder"),
        "layer": ("int64", "0 is nearest to the input"),
        "block": ("string", "self, cross or mlp"),
        "head": ("int64", "-1 for an MLP"),
        "value": ("float64", "as the score gives it"),
        "normed": ("float64", "as parts are compared; NaN where all values are equal"),
        "n": ("int64", "examples, or batches, that were read; 0 where none were"),
        "signature": ("string", "every fact that determines the number"),
    },
)
RANKS = Table(
    "importance-ranks",
    {
        "model": ("string", "the model whose parts are scored"),
        "text": ("string", "task whose examples were read"),
        "a": ("string", "one score"),
        "b": ("string", "another on the same examples"),
        "parts": ("string", "heads or mlps"),
        "n": ("int64", "heads, or MLPs, that are ranked"),
        "spearman": ("float64", "correlation of ranks, -1 to 1; NaN where one ranks nothing"),
        "kendall": ("float64", "Kendall's τ-b, likewise"),
        "signature": ("string", "every fact that determines the number"),
    },
)


class ImportanceStep(Step, ImportanceSettings):
    """Which models, by which scores, on which examples."""

    of: References
    """Steps that end in models."""
    text: str | None = None
    """The task whose examples are read; by default the one that the models were trained on."""


class ImportanceOfParts(Kind[ImportanceStep]):
    """One stage for each model, all scores on the same examples."""

    name = "importance"
    version = 1
    settings = ImportanceStep
    tables = (IMPORTANCE, RANKS)
    task_fields: ClassVar[tuple[str, ...]] = ("text",)

    def check(self, point: Point[ImportanceStep], library: Library) -> None:
        """The models learnt something: of a new head, gradients say nothing."""
        if not point.main.ends_in_model:
            raise UserError("of is a step that ends in models")

    def facts(self, settings: ImportanceStep) -> dict[str, Any]:
        """All settings; scores with their versions."""
        found = facts_of(settings, frozenset({"do", "text"}))
        return {
            **found,
            "score": [facts_of_thing(tickets.PART_SCORES, name) for name in settings.score],
        }

    def work(self, job: Job[ImportanceStep], folder: Path) -> None:
        """Every score reads the examples anew."""
        settings, task, ticket = job.settings, job.task_name("text"), job.ticket("of")
        tickets.check_fit(ticket.model, job.library.task(task), named(job.stage, "of"))
        batches = job.batches(
            settings.split, task, ticket.tokenizer, settings.batch_size, settings.examples
        )
        loss = job.library.kind(task).loss
        sight = tickets.Sight(ticket.model.to(job.device), batches.in_order, loss, settings.per)
        found = [tickets.PART_SCORES[name].score(sight) for name in settings.score]
        rows = [
            {"score": each.score, "per": each.per, "n": each.n, **row}
            for each in found
            for row in each.rows(settings.norm)
        ]
        write_json(folder / "rows.json", rows)
        ranks = tickets.agreements(found, settings.norm)
        write_json(folder / "ranks.json", [asdict(each) for each in ranks])

    def rows(self, done: Finished) -> Iterable[Row]:
        """A row for every part and score, and for every two scores."""
        which = {"model": named(done.stage, "of"), "text": str(done.stage.facts["text"]["name"])}
        for row in done.record("rows"):
            signed = done.sign(score=row["score"], n=row["n"])
            yield IMPORTANCE, {**which, **done.cells(IMPORTANCE, row), "signature": signed}
        for row in done.record("ranks"):
            yield RANKS, {**which, **done.cells(RANKS, row), "signature": done.sign(n=row["n"])}


KINDS.add(ImportanceOfParts())
