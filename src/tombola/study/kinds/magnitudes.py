"""`magnitudes`: what weights alone show of models: sums that pruning takes, and heads."""

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field

from tombola import anatomy, masks
from tombola.dissect.weights.pruned import prunings
from tombola.errors import UserError, allowed_for
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

MODEL = {"model": ("string", "the model; STAGE@0.5 in the middle of its training")}
SIGNED = {"signature": ("string", "every fact that determines the number")}
CUT = {
    **MODEL,
    "text": ("string", "task that models of the recipe are read for"),
    "scope": ("string", "within what magnitudes compete"),
    "cut": ("float64", "share of the prunable weights that pruning by magnitude would take"),
}
SUMS = Table(
    "pruned-magnitude",
    {
        **CUT,
        "n": ("int64", "prunable weights"),
        "total": ("float64", "sum of their magnitudes"),
        "pruned": ("float64", "sum of the magnitudes that would go"),
        "signed": ("float64", "sum of the weights that would go, signs and all"),
        "share": ("float64", "pruned over total, 0 to 1"),
        **SIGNED,
    },
)
HEADS = Table(
    "head-shares",
    {
        **CUT,
        "heads": ("int64", "attention heads"),
        "mean": ("float64", "pruned share of a head, mean over heads"),
        "least": ("float64", "of the head that loses least"),
        "most": ("float64", "of the head that loses most"),
        "sd": ("float64", "standard deviation between heads"),
        "chance_sd": ("float64", "that of heads whose matrices lose as many weights by lot"),
        **SIGNED,
    },
)
SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def _shares(value: tuple[float, ...]) -> tuple[float, ...]:
    if not value or not all(0 < share < 1 for share in value):
        raise ValueError("shares greater than 0 and less than 1")
    return value


class MagnitudesStep(Step):
    """Which models, at which sparsities."""

    of: References
    """Models, steps that end in models, or moments of their training."""
    text: str | None = None
    """The task that models of the recipe are read for; by default the one that they were trained
    on."""
    sets: tuple[str, ...] = ("matrices",)
    """Parameter sets that pruning would take weights from."""
    shares: Annotated[tuple[float, ...], AfterValidator(_shares)] = SHARES
    """Sparsities."""
    scopes: tuple[str, ...] = Field(("matrix", "global"), min_length=1)
    """Within what magnitudes compete, one after the other."""


class Magnitudes(Kind[MagnitudesStep]):
    """One stage for each model. Nothing is pruned, and no model runs.

    Gordon, Duh & Andrews 2020: what they show of pruned magnitude and of heads.
    """

    name = "magnitudes"
    version = 1
    settings = MagnitudesStep
    tables = (SUMS, HEADS)
    task_fields: ClassVar[tuple[str, ...]] = ("text",)

    def check(self, point: Point[MagnitudesStep], library: Library) -> None:
        """There are models, and scopes of that name."""
        if not point.main.ends_in_model and not point.main.model:
            raise UserError("of is a model, or a step that ends in models")
        for scope in point.settings.scopes:
            if scope not in masks.SCOPES:
                raise UserError(f"scopes: no scope {scope!r}; {allowed_for(scope, masks.SCOPES)}")

    def facts(self, settings: MagnitudesStep) -> dict[str, Any]:
        """All settings."""
        return facts_of(settings, frozenset({"do", "text"}))

    def work(self, job: Job[MagnitudesStep], folder: Path) -> None:
        """Draw masks, and look at what they would take."""
        settings, ticket = job.settings, job.ticket("of")
        body = anatomy.anatomy(ticket.model)
        chosen = [p for p in masks.prunable(body, settings.sets) if len(p.shape) > 1]
        if not chosen:
            raise UserError("sets: the model has no such matrices")
        sums, heads = [], []
        for found, shares in prunings(ticket.model, chosen, settings.shares, settings.scopes):
            sums.append({**asdict(found), "share": found.pruned / found.total})
            heads += [] if shares is None else [asdict(shares)]
        write_json(folder / "sums.json", sums)
        write_json(folder / "heads.json", heads)

    def rows(self, done: Finished) -> Iterable[Row]:
        """A row for every scope and sparsity."""
        text = str(done.stage.facts["text"]["name"])
        which = {"model": named(done.stage, "of"), "text": text, "signature": done.sign()}
        for file, table in (("sums", SUMS), ("heads", HEADS)):
            for row in done.record(file):
                yield table, {**which, **done.cells(table, row), "cut": row["sparsity"]}


KINDS.add(Magnitudes())
