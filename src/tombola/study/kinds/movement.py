"""`movement`: how far weights move in the order of their magnitudes between two models."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field

from tombola import anatomy, dissect, masks
from tombola.dissect.weights.movement import CHANCE
from tombola.errors import UserError
from tombola.files import write_json
from tombola.study.facts import facts_of
from tombola.study.finished import Finished
from tombola.study.job import Job
from tombola.study.kind import KINDS, Kind, Row, Step
from tombola.study.kinds.similarity import named
from tombola.study.library import Library
from tombola.study.plan import Planner
from tombola.study.point import Point
from tombola.study.references import Reference, References
from tombola.study.stage import Stage
from tombola.tables import Table

PLACE = {
    "model": ("string", "the model that is looked at; STAGE@0.5 in the middle of its training"),
    "against": ("string", "the model that it is held to: where weights began"),
    "binned": ("string", "start: by the rank that weights begin at; as_published: end at"),
}
MOVEMENT = Table(
    "movement",
    {
        **PLACE,
        "stack": ("string", "encoder, decoder; empty outside the stacks, and for all together"),
        "layer": ("int64", "0 is nearest to the input; -1 outside the stacks"),
        "block": ("string", "self, cross, mlp; empty outside the stacks"),
        "role": ("string", "query, key, …; `all` for all matrices together"),
        "n": ("int64", "weights"),
        "mean": ("float64", "mean change of rank by magnitude, as a share of the matrix"),
        "sd": ("float64", "its standard deviation over weights"),
        "chance": ("float64", "the mean of orders that know nothing of each other"),
        "signature": ("string", "every fact that determines the number"),
    },
)
RANKS = Table(
    "movement-ranks",
    {
        **PLACE,
        "bin": ("int64", "bin of ranks, 0 with the smallest weights"),
        "bins": ("int64", "how many there are"),
        "n": ("int64", "weights in the bin, of all matrices"),
        "mean": ("float64", "their mean movement, as a share of the matrix"),
        "share": ("float64", "their share of all movement"),
        "signature": ("string", "every fact that determines the number"),
    },
)


class MovementStep(Step):
    """Which models, from which."""

    of: References
    """Steps that end in models, or moments of their training: `{of: dense, at: 0.5}`."""
    to: Reference
    """Where weights began: on the axes that both have, each its own."""
    task: str | None = None
    """The task that models of the recipe are read for; by default the one they were trained on."""
    sets: tuple[str, ...] = ("matrices", "pooler")
    """Parameter sets whose matrices are ranked."""
    also: tuple[str, ...] = ()
    """Shell patterns of further parameter names."""
    never: tuple[str, ...] = ()
    """Shell patterns of parameter names to leave out."""
    binned: Literal["start", "as_published"] = "start"
    """Whether movement is shown by the rank that weights begin at, or end at (as published)."""
    bins: int = Field(100, gt=0)
    """Bins of ranks."""


class MovementOfWeights(Kind[MovementStep]):
    """One stage for each model: every matrix, and all together.

    Gordon, Duh & Andrews 2020, Table 2 and what they show by epoch and by position.
    """

    name = "movement"
    version = 1
    settings = MovementStep
    tables = (MOVEMENT, RANKS)
    task_fields: ClassVar[tuple[str, ...]] = ("task",)

    def check(self, point: Point[MovementStep], library: Library) -> None:
        """What is looked at ends in a model."""
        if not point.main.ends_in_model:
            raise UserError("of is a step that ends in models")

    def facts(self, settings: MovementStep) -> dict[str, Any]:
        """All settings."""
        return facts_of(settings, frozenset({"do", "task"}))

    def expand(self, point: Point[MovementStep], planner: Planner) -> Iterator[Stage]:
        """One stage, unless a model would be held to itself."""
        of, to = point.nodes["of"], point.nodes["to"]
        if (of.stage, of.model, of.moment) != (to.stage, to.model, to.moment):
            yield planner.stage(self, point)

    def work(self, job: Job[MovementStep], folder: Path) -> None:
        """Rank, matrix by matrix."""
        settings = job.settings
        before, after = job.ticket("to"), job.ticket("of")
        read = [each.tokenizer.get_vocab() for each in (before, after) if each.tokenizer]
        if len(read) == 2 and read[0] != read[1]:
            names = " and ".join(named(job.stage, role) for role in ("of", "to"))
            raise UserError(f"{names} have different tokenizers: their weights do not pair")
        body = anatomy.anatomy(after.model)
        chosen = masks.prunable(body, settings.sets, also=settings.also, never=settings.never)
        matrices = [p for p in chosen if len(p.shape) > 1]
        if not matrices:
            raise UserError("sets: the model has no such matrices")
        found = dissect.movements(
            before.model, after.model, matrices, binned=settings.binned, bins=settings.bins
        )
        rows = [
            {
                "stack": p.stack or "",
                "layer": -1 if p.layer is None else p.layer,
                "block": p.block or "",
                "role": p.role,
                **_moments(each),
            }
            for p, each in zip(matrices, found, strict=True)
        ]
        together = dissect.pooled(found)
        rows.append({"stack": "", "layer": -1, "block": "", "role": "all", **_moments(together)})
        bins = [
            {"bin": i, "n": int(n), "mean": float(mean), "share": float(share)}
            for i, (n, mean, share) in enumerate(
                zip(together.counts, together.means, together.shares, strict=True)
            )
            if n  # a small matrix leaves bins empty
        ]
        write_json(folder / "rows.json", rows)
        write_json(folder / "bins.json", bins)

    def rows(self, done: Finished) -> Iterable[Row]:
        """A row for every matrix and for all, and for every bin of ranks."""
        place = {
            "model": named(done.stage, "of"),
            "against": named(done.stage, "to"),
            "binned": str(done.stage.facts.get("binned", "start")),
        }
        for row in done.record("rows"):
            signed = done.sign(n=row["n"])
            yield MOVEMENT, {**place, **row, "chance": CHANCE, "signature": signed}
        bins = int(done.stage.facts.get("bins", 100))
        for row in done.record("bins"):
            yield RANKS, {**place, **row, "bins": bins, "signature": done.sign(n=row["n"])}


def _moments(found: "dissect.Movement") -> dict[str, Any]:
    return {"n": found.n, "mean": found.mean, "sd": found.sd}


KINDS.add(MovementOfWeights())
