"""One round of drawing a ticket: score, then select."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from tombola.anatomy import Anatomy, Parameter, anatomy, live_weights
from tombola.errors import UserError
from tombola.masks import SCOPES, Mask, covering, groups, parsed, prunable, select, select_n_of_m
from tombola.settings import ONE_OR_MORE, Settings, as_wrong_values
from tombola.tickets.criteria.criterion import CRITERIA, Batch, Choice, Evidence

if TYPE_CHECKING:
    import torch


class Pruning(Settings):
    """Which weights may go, and how many go in a round."""

    sets: Annotated[tuple[str, ...], ONE_OR_MORE] = ("matrices",)
    """Parameter sets that are pruned."""
    also: tuple[str, ...] = ()
    """Shell patterns of further parameter names to prune."""
    never: tuple[str, ...] = ()
    """Shell patterns of parameter names to keep whole."""
    scope: str = "global"
    """Within what the scores compete: global, stack, layer, block, matrix or head, each group of
    which loses the same share; or a pattern such as 2:4, of four neighbours along a matrix's input
    two survive (`amount` is then what it prunes, 0.5)."""
    amount: float | tuple[float, ...] = Field()
    """Share that a round prunes, between 0 and 1; a list has one for each round, the last of which
    holds from then on."""
    of: Literal["remaining", "original", "target"] = "remaining"
    """What the share is taken of; `target` names the sparsity after the round."""

    @field_validator("amount")
    @classmethod
    def _amounts(cls, value: float | tuple[float, ...]) -> float | tuple[float, ...]:
        amounts = value if isinstance(value, tuple) else (value,)
        if not amounts or not all(0 < amount < 1 for amount in amounts):
            raise ValueError(f"a share greater than 0 and less than 1, not {value}")
        return value

    @model_validator(mode="after")
    def _scope(self) -> "Pruning":
        with as_wrong_values():
            pattern = parsed(self.scope)
        if pattern is None and self.scope not in SCOPES:
            raise ValueError(f"scope is one of {', '.join(SCOPES)}, or as 2:4; not {self.scope!r}")
        if pattern is not None and self.amount != 1 - pattern[0] / pattern[1]:
            raise ValueError(f"scope {self.scope} prunes {1 - pattern[0] / pattern[1]:g}: `amount`")
        return self

    def at(self, round_: int) -> "Pruning":
        """That of one round, from 1 on."""
        if not isinstance(self.amount, tuple):
            return self
        amount = self.amount[min(round_, len(self.amount)) - 1]
        return self.model_copy(update={"amount": amount})

    def parameters(self, body: Anatomy) -> tuple[Parameter, ...]:
        """The prunable parameters of a model. Raises UserError for what it does not have."""
        return prunable(body, self.sets, also=self.also, never=self.never)


def next_mask(
    evidence: Evidence, mask: Mask, body: Anatomy, pruning: Pruning, choice: Choice
) -> Mask:
    """The mask after one more round: the lowest scores among the surviving weights go.

    A mask may hold parameters that are not pruned in this round: they stay as they are.

    Raises UserError for a score that is not a number.
    """
    if not choice.criterion.prunes:
        return mask
    parameters = pruning.parameters(body)
    whole = covering(mask, parameters)
    mask = whole.renamed({p.name: p.name for p in parameters})
    scores = choice.criterion.score(evidence, choice.chosen())
    if (pattern := parsed(pruning.scope)) is not None:
        found = select_n_of_m(scores, mask, *pattern, parameters)
    else:
        assert not isinstance(pruning.amount, tuple)  # `Pruning.at` chose one
        regions = groups(pruning.scope, parameters)
        found = select(scores, mask, pruning.amount, pruning.of, regions)
    return whole.updated(found)


def draw(
    model: "torch.nn.Module",
    pruning: Pruning,
    criterion: str | Choice,
    mask: Mask | None = None,
    seed: int = 0,
    batches: Callable[[], Iterable[Batch]] | None = None,
    loss: Callable[[Any, Batch], Any] | None = None,
) -> Mask:
    """The mask of a model after one round; nothing of the model changes.

    Args:
        model: what is scored.
        pruning: which weights, and how many.
        criterion: by name or as a choice; one that looks at where training began needs a study.
        mask: what survives so far; everything where not given.
        seed: of random scores.
        batches: examples, the same ones at each call, for a criterion that reads data.
        loss: of such a batch, its mean, for one that takes gradients.

    Raises UserError for an unknown criterion, one that needs what is not given, parameters that
    the model lacks, sets of which it has none, and a score that is not a number.
    """
    choice = criterion if isinstance(criterion, Choice) else chosen(criterion)
    needs = choice.criterion.needs
    if needs != "nothing" and (needs == "course" or batches is None):
        raise UserError(f"criterion {choice.name} needs {needs}, not weights alone")
    body = anatomy(model)
    parameters = pruning.parameters(body)
    if not parameters:
        raise UserError(
            f"sets: {body.architecture} has no parameters of {', '.join(pruning.sets)}; it has: "
            f"{', '.join(dict.fromkeys(p.set for p in body.parameters))}"
        )
    weights = live_weights(model)
    scored = {p.name: weights[p.name] for p in parameters}
    evidence = Evidence(scored, seed, model, batches, loss)
    return next_mask(evidence, covering(mask, parameters), body, pruning, choice)


def chosen(criterion: str) -> Choice:
    """A criterion by its name. Raises UserError for an unknown one."""
    CRITERIA[criterion]
    return Choice(name=criterion)
