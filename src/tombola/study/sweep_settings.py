"""What can be set of a sweep."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from tombola.masks import parsed
from tombola.settings import ONCE, ONE_OR_MORE, as_wrong_values, named_in
from tombola.study.floor import known_loss
from tombola.study.kind import Step
from tombola.study.references import Reference
from tombola.tickets.criteria.criterion import Choice
from tombola.tickets.importance.part_score import PART_SCORES
from tombola.tickets.one_shot import PartKind
from tombola.tickets.rounds import Pruning
from tombola.training.settings import Training

GRID = tuple(round(0.05 * i, 2) for i in range(1, 20))
MaxLoss = Annotated[str | float, AfterValidator(known_loss)]


class SweepStep(Step):
    """Which model, what goes of it, and how much it may lose."""

    of: Reference
    """A model that has learned the task: one of the recipe, or a step that ends in models."""
    task: str | None = None
    """The task that it is scored on, which holds examples apart (`held: 0.5`): those choose, and
    what is said is of the others."""
    max_loss: MaxLoss = "1%"
    """Most that may be lost: `1%` of the full model's score, or 0.01 in units of the score."""
    search: Literal["grid", "bisection"] = "grid"
    """Whether all sizes of the grid are tried, or by halves of what is left between the sparsest
    that held and the densest that did not."""
    grid: Annotated[tuple[float, ...], ONE_OR_MORE, ONCE] = Field(GRID, min_length=1)
    """Shares of what may be pruned, 0 to 1."""
    step: float = Field(0.01, gt=0, le=0.25)
    """What bisection ends at: the least difference of two sizes."""
    parts: Annotated[tuple[PartKind, ...], ONE_OR_MORE, ONCE] = ()
    """`heads`, `mlps`, or both: whole parts go, the same share of each. Else single weights."""
    by: Annotated[str, named_in(PART_SCORES)] = "gate"
    """The score of heads and MLPs, seen on the examples that choose."""
    criterion: Choice = Choice(name="magnitude")
    """What scores single weights, once, in the model given."""
    sets: Annotated[tuple[str, ...], ONE_OR_MORE] = Field(("matrices",), min_length=1)
    """Parameter sets whose weights are pruned."""
    also: tuple[str, ...] = ()
    """Shell patterns of further parameter names to prune."""
    never: tuple[str, ...] = ()
    """Shell patterns of parameter names to keep whole."""
    scope: str = "global"
    """Within what scores of weights compete; a pattern such as 2:4 has one size."""
    control: bool = True
    """Whether as much is also pruned by lot, at every size."""
    retrain: Training | None = None
    """Training of every model that was pruned, and of the full one for as long."""
    batch_size: int = Field(32, gt=0)
    """Examples at a time; no score depends on it."""

    @model_validator(mode="after")
    def _sizes(self) -> "SweepStep":
        if any(not 0 < level < 1 for level in self.grid):
            raise ValueError(f"grid: shares greater than 0 and less than 1, not {list(self.grid)}")
        with as_wrong_values():
            pattern = parsed(self.scope)
        if pattern is not None and self.search == "bisection":
            raise ValueError(f"scope {self.scope} has one size: there is nothing to halve")
        _ = self.pruning  # refuses a scope that is none
        return self

    @property
    def levels(self) -> tuple[float, ...]:
        """The sizes of the grid; of a pattern the one it has."""
        pattern = None if self.parts else parsed(self.scope)
        return self.grid if pattern is None else (1 - pattern[0] / pattern[1],)

    @property
    def pruning(self) -> Pruning:
        """Which weights may go."""
        pattern = parsed(self.scope)
        return Pruning(
            amount=0.5 if pattern is None else 1 - pattern[0] / pattern[1],
            of="target",
            sets=self.sets,
            also=self.also,
            never=self.never,
            scope=self.scope,
        )
