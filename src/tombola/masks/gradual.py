"""Pruning a model while it trains."""

from collections.abc import Callable, Mapping
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Bool
from torch import Tensor, nn
from torch.optim import Optimizer

from tombola.anatomy import anatomy, live_weights
from tombola.errors import UserError
from tombola.masks.enforce import INTEGER, zero
from tombola.masks.mask import Mask
from tombola.masks.scopes import groups
from tombola.masks.selection import select
from tombola.masks.sparsify import Sparsify

MASK, HIDDEN = "/mask", "/hidden"
"""What names in a checkpoint end in."""


class Sparsifier:
    """Prunes a model by a schedule, by the calls that `Enforcer` has around an optimizer's step.

        sparsifier.refresh(step)
        loss.backward()
        sparsifier.gradients()
        clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        sparsifier.weights()

    Outside `gradients` to `weights` the model holds zeros where it is pruned, so that it answers,
    and is saved, as a sparse model. Where masks are recomputed, the values of pruned weights stand
    beside the model; the optimizer sees them in their places, with gradients of zero, as in
    TensorFlow's model_pruning. They cost the memory of the prunable weights once more.
    """

    def __init__(
        self,
        model: nn.Module,
        settings: Sparsify,
        agreed: Callable[[Mask], Mask] = lambda mask: mask,
    ) -> None:
        """Find what is to be pruned; changes nothing yet.

        Where several processes train one model, `agreed` makes one of their masks that of all.
        Raises UserError for parameters that the model does not have.
        """
        self._agreed = agreed
        body = anatomy(model)
        self.settings = settings
        self._prunable = settings.parameters(body)
        self._groups = groups(settings.scope, self._prunable)
        named = live_weights(model)
        self._named = {p.name: named[p.name] for p in self._prunable}
        self._survives: dict[str, Bool[Tensor, ...]] = {}
        self._hidden: dict[str, Tensor] = {}
        self.mask: Mask | None = None
        """The mask that holds now; None before the first."""

    @cached_property
    def parameters(self) -> dict[nn.Parameter, str]:
        """The parameters that are pruned, and their names."""
        return {parameter: name for name, parameter in self._named.items()}

    @torch.no_grad()
    def refresh(self, step: int) -> None:
        """Draw the mask anew where the schedule says so, before a step; twice is once."""
        if not self.settings.due(step):
            return
        self._show()
        soft = self.settings.hold == "recomputed"
        before = self.mask if self.mask is not None and not soft else self._whole
        scores = {name: parameter.detach().abs() for name, parameter in self._named.items()}
        found = select(scores, before, self.settings.at(step), "target", self._groups)
        self._hold(self._agreed(found))
        self.weights()

    def gradients(self) -> None:
        """Set gradients of pruned weights to zero, and put their values back for the optimizer."""
        for parameter in self.parameters:
            self.gradient(parameter)
        self._show()

    def gradient(self, parameter: nn.Parameter) -> None:
        """Set a parameter's gradient to zero where it is pruned."""
        name = self.parameters[parameter]
        if parameter.grad is not None and name in self._survives:
            zero(parameter.grad, self._survives[name])

    def show(self) -> None:
        """Put the values of pruned weights back, as `gradients` does."""
        self._show()

    @torch.no_grad()
    def weights(self) -> None:
        """Take the values of pruned weights out of the model: zeros stand in their places."""
        for name, survives in self._survives.items():
            if name in self._hidden:  # they are out already
                continue
            parameter = self._named[name].detach()
            if self.settings.hold == "frozen":
                zero(parameter, survives)
                continue
            # Bits less their own bits are those of +0.0, whatever they were; less none, they stay.
            bits = parameter.view(INTEGER[parameter.itemsize])
            kept = torch.mul(bits, ~survives)
            bits.sub_(kept)
            self._hidden[name] = kept

    def optimizer_state(self, optimizer: Optimizer) -> None:
        """Nothing: what the optimizer remembers of pruned weights still moves them, unseen."""

    def state(self) -> dict[str, Tensor]:
        """The mask, and the values behind it, for a checkpoint."""
        if self.mask is None:
            return {}
        found: dict[str, Tensor] = {}
        for name in self.mask:
            found[name + MASK] = torch.from_numpy(self.mask.bits(name).copy())
            if name in self._hidden:
                values = self._hidden[name].view(self._named[name].dtype)
                found[name + HIDDEN] = values[~self._survives[name]].to("cpu", copy=True)
        return found

    def load(self, state: Mapping[str, Tensor]) -> None:
        """Go on from a checkpoint whose weights the model has. Raises UserError for another's."""
        if not state:
            return
        shapes = {name: tuple(parameter.shape) for name, parameter in self._named.items()}
        lacking = next((name for name in shapes if name + MASK not in state), None)
        if lacking is not None:
            raise UserError(f"checkpoint of another pruning: it has no mask of {lacking}")
        bits = {name: np.asarray(state[name + MASK].cpu()) for name in shapes}
        self._hold(Mask.from_bits(shapes, bits))
        for name, survives in self._survives.items():
            if self.settings.hold == "frozen":
                continue
            parameter = self._named[name].detach()
            kept = torch.zeros_like(parameter)
            kept[~survives] = state[name + HIDDEN].to(kept)
            self._hidden[name] = kept.view(INTEGER[parameter.itemsize])

    @cached_property
    def _whole(self) -> Mask:
        return Mask.ones(self._prunable)

    def _hold(self, mask: Mask) -> None:
        self.mask = mask
        self._survives = {name: mask[name].to(self._named[name].device) for name in mask}

    def _show(self) -> None:
        for name, kept in self._hidden.items():
            parameter = self._named[name].detach()
            parameter.view(INTEGER[parameter.itemsize]).add_(kept)
        self._hidden = {}
