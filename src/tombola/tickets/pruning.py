"""One round of drawing a ticket: score, select, rewind."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field
from torch import Tensor

from tombola.anatomy import Anatomy, Parameter
from tombola.masks import CRITERIA, Mask, groups, prunable, select
from tombola.settings import Settings
from tombola.training import Checkpoint


class Pruning(Settings):
    """Which weights may go, and how many go in a round."""

    sets: tuple[str, ...] = ("matrices",)
    """Parameter sets that are pruned."""
    also: tuple[str, ...] = ()
    """Shell patterns of further parameter names to prune."""
    never: tuple[str, ...] = ()
    """Shell patterns of parameter names to keep whole."""
    scope: Literal["global", "stack", "layer", "block", "matrix", "head"] = "global"
    """Within what the scores compete; each group loses the same share."""
    amount: float = Field(gt=0, lt=1)
    """Share that a round prunes."""
    of: Literal["remaining", "original", "target"] = "remaining"
    """What the share is taken of; `target` names the sparsity after the round."""

    def parameters(self, anatomy: Anatomy) -> tuple[Parameter, ...]:
        """The prunable parameters of a model. Raises UserError for what it does not have."""
        return prunable(anatomy, self.sets, also=self.also, never=self.never)


class Rewinding(Settings):
    """Where retraining begins after a round.

    `weights` puts every surviving weight, the optimizer and the learning rate back to an early
    step (Frankle et al. 2020); `learning-rate` keeps the trained weights and the optimizer and
    puts only the schedule back (Renda et al. 2020; sparse translation models of Movva & Zhao 2020,
    section 3).
    """

    what: Literal["weights", "learning-rate"]
    to: float = Field(0.0, ge=0, lt=1)
    """The step to go back to, as a share of the whole run."""

    def step(self, total_steps: int) -> int:
        """The step to go back to."""
        return round(self.to * total_steps)


def next_mask(
    weights: Mapping[str, Tensor],
    mask: Mask,
    anatomy: Anatomy,
    pruning: Pruning,
    criterion: str,
    seed: int,
) -> Mask:
    """The mask after one more round: the lowest scores among the surviving weights go.

    Raises UserError for an unknown criterion or a score that is not a number.
    """
    parameters = pruning.parameters(anatomy)
    scores = CRITERIA[criterion]({p.name: weights[p.name] for p in parameters}, seed)
    return select(scores, mask, pruning.amount, pruning.of, groups(pruning.scope, parameters))


def rewind(rewinding: Rewinding, early: Checkpoint, trained: Checkpoint) -> Checkpoint:
    """The state in which retraining begins.

    Args:
        rewinding: what goes back.
        early: the dense run at the step to go back to.
        trained: the end of the run that was just pruned.
    """
    if rewinding.what == "weights":
        return early
    return Checkpoint(early.step, trained.weights, trained.moments)
