"""When, how much and of what is pruned while a model trains."""

from typing import Literal

from pydantic import Field, model_validator

from tombola.anatomy.parts import Anatomy, Parameter
from tombola.errors import UserError
from tombola.masks.schedules import polynomial
from tombola.masks.scopes import SCOPES
from tombola.masks.sets import prunable
from tombola.settings import Settings


class Sparsify(Settings):
    """Pruning by magnitude while a model trains (Zhu & Gupta 2017, section 3).

    The defaults are those of Gordon, Duh & Andrews (2020), section 3.1, but for what is pruned:
    they prune matrices, pooler and the table of words.
    """

    amount: float = Field(gt=0, lt=1)
    """Sparsity to reach, a share of what is pruned."""
    initial: float = Field(0.0, ge=0, lt=1)
    """Sparsity to begin with."""
    begin: int = Field(0, ge=0)
    """Step before which the first mask is drawn."""
    end: int = Field(ge=0)
    """Step at which `amount` is reached; as `begin`, all at once."""
    stop: int | None = Field(None, ge=0)
    """Step after which masks stay as they are; null for as long as training lasts."""
    every: int = Field(10, gt=0)
    """Steps from one mask to the next; at `end` and `stop` one is drawn whatever this says."""
    power: float = Field(3.0, gt=0)
    """Of the schedule: 3 is cubic, 1 linear."""
    sets: tuple[str, ...] = ("matrices",)
    """Parameter sets that are pruned."""
    also: tuple[str, ...] = ()
    """Shell patterns of further parameter names to prune."""
    never: tuple[str, ...] = ()
    """Shell patterns of parameter names to keep whole."""
    scope: Literal["global", "stack", "layer", "block", "matrix", "head"] = "matrix"
    """Within what magnitudes compete; each group loses the same share."""
    hold: Literal["recomputed", "frozen"] = "recomputed"
    """`recomputed`: a pruned weight counts as zero, but keeps its value behind the mask, which
    weight decay and momentum go on to change, and may return with a later mask. `frozen`: what is
    pruned is zero and stays so."""

    @model_validator(mode="after")
    def _in_order(self) -> "Sparsify":
        if self.end < self.begin:
            raise ValueError(f"end {self.end} is before begin {self.begin}")
        if self.stop is not None and self.stop < self.end:
            raise ValueError(
                f"masks stop changing at {self.stop}, before the schedule ends at {self.end}"
            )
        if self.initial > self.amount:
            raise ValueError(f"initial {self.initial} is more than amount {self.amount}")
        assert self.scope in SCOPES
        return self

    def at(self, step: int) -> float:
        """Sparsity that a mask drawn before this step has."""
        return polynomial(
            step,
            begin=self.begin,
            end=self.end,
            final=self.amount,
            initial=self.initial,
            power=self.power,
        )

    def due(self, step: int) -> bool:
        """Whether a mask is drawn before this step (the first is 0)."""
        if step < self.begin or (self.stop is not None and step > self.stop):
            return False
        return (step - self.begin) % self.every == 0 or step in (self.end, self.stop)

    def check(self, total: int) -> None:
        """Raise UserError where the schedule goes on after a training of so many steps."""
        if self.end > total:
            raise UserError(
                f"sparsify: the schedule ends at step {self.end}, after the training's {total}"
            )

    def parameters(self, body: Anatomy) -> tuple[Parameter, ...]:
        """What is pruned. Raises UserError for what the model does not have."""
        found = prunable(body, self.sets, also=self.also, never=self.never)
        if not found:
            raise UserError("sparsify: the model has no such parameters")
        return found
