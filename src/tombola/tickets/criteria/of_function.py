"""A criterion that is a plain function of a user's."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor

from tombola.errors import UserError
from tombola.tickets.criteria.criterion import Criterion, Evidence, Lazy, Need, NoSettings


class OfFunction(Criterion[NoSettings]):
    """Scores by a function of a weight, of a name and a weight, or of all `evidence`.

    A function whose one parameter is called `evidence` is given an `Evidence` with gradients and
    batches, and returns scores by name. Any other is given one parameter of the model at a time,
    and returns a tensor of its shape; what is lowest goes first.
    """

    name: ClassVar[str] = ""  # its own, see below
    version = 1
    about = "a function of your own"
    settings = NoSettings

    def __init__(self, function: Callable[..., Any]) -> None:
        """Raises UserError for a function that takes something else."""
        self.function = function
        self.name = getattr(function, "__name__", "function").strip("<>")  # type: ignore[misc]  # one each
        try:
            asked = list(inspect.signature(function).parameters.values())
        except (TypeError, ValueError):  # of C, such as torch.abs
            asked = []
        needed = [p for p in asked if p.default is p.empty and p.kind is not p.VAR_KEYWORD]
        self._whole = [p.name for p in needed] == ["evidence"]
        self._named = len(needed) == 2
        if len(needed) > 2:
            names = ", ".join(p.name for p in needed)
            raise UserError(
                f"criterion {self.name}: a function of (weight), (name, weight) or (evidence), not "
                f"of ({names})"
            )
        self.needs: Need = "gradients" if self._whole else "nothing"  # type: ignore[misc]  # one each

    def score(self, evidence: Evidence, settings: NoSettings) -> Mapping[str, Tensor]:
        """What the function says, computed tensor by tensor where it can be."""
        if self._whole:
            found: Mapping[str, Tensor] = self.function(evidence)
            return found
        return Lazy(evidence.weights, self._one)

    @torch.no_grad()
    def _one(self, name: str, weight: Tensor) -> Tensor:
        found = self.function(name, weight) if self._named else self.function(weight)
        if not isinstance(found, Tensor) or found.shape != weight.shape:
            what = tuple(found.shape) if isinstance(found, Tensor) else type(found).__name__
            raise UserError(
                f"criterion {self.name}: a score for each entry of {name}, {tuple(weight.shape)}, "
                f"was expected, not {what}"
            )
        return found if found.is_floating_point() else found.float()
