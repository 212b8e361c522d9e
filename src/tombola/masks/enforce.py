"""Keeping pruned weights at zero while the others train."""

from collections.abc import Mapping

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.optim import Optimizer

from tombola.anatomy.wrappers import live_weights
from tombola.masks.fit import fitted
from tombola.masks.mask import Mask

INTEGER = {1: torch.int8, 2: torch.int16, 4: torch.int32, 8: torch.int64}
"""Integers as wide as a floating-point number of so many bytes."""


class Enforcer:
    """Holds a model to a mask, by three calls around an optimizer's step.

        loss.backward()
        enforcer.gradients()  # before clipping: the norm then counts survivors only
        clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        enforcer.optimizer_state(optimizer)
        enforcer.weights()

    Zeroing the weights once is not enough: momentum brings them back. The model itself stays as
    it was, without hooks or new names. It costs a bit per weight, unpacked one parameter at a time;
    for parameters on an accelerator it is a byte per weight, kept there. Parameters that are
    sharded over devices (FSDP) are not supported.
    """

    def __init__(self, model: nn.Module, mask: Mask) -> None:
        """Pair the parameters with what the mask prunes; changes nothing yet.

        The mask may be of a model with another head, or none: see `fitted`. Raises UserError for a
        mask of another body.
        """
        mask = fitted(mask, model)
        parameters = live_weights(model)
        names: dict[nn.Parameter, list[str]] = {}  # several where the mask has tied names
        for name in mask:
            if mask.n_survivors(name) < parameters[name].numel():
                names.setdefault(parameters[name], []).append(name)
        self.parameters = {parameter: tied[0] for parameter, tied in names.items()}
        """The parameters that have pruned entries, and their names."""
        self._mask = Mask(
            (tied[0], torch.stack([mask[name] for name in tied]).all(0)) for tied in names.values()
        )
        self._held: dict[nn.Parameter, Tensor] = {}
        self.mask = mask

    def refresh(self, step: int) -> None:
        """Nothing: this mask is never drawn anew (`Sparsifier`'s is)."""

    def state(self) -> dict[str, Tensor]:
        """Nothing: the mask is no state of a training."""
        return {}

    def load(self, state: Mapping[str, Tensor]) -> None:
        """Nothing, likewise."""

    def survives(self, parameter: nn.Parameter) -> Bool[Tensor, "..."]:
        """Where a parameter survives, on its device."""
        if parameter in self._held:
            return self._held[parameter]
        survives = self._mask[self.parameters[parameter]].to(parameter.device)
        if survives.device.type != "cpu":
            self._held[parameter] = survives
        return survives

    def weights(self) -> None:
        """Set the pruned weights to +0.0, in place."""
        for parameter in self.parameters:
            zero(parameter, self.survives(parameter))

    def gradients(self) -> None:
        """Set the gradients of pruned weights to zero, in place; absent gradients stay absent."""
        for parameter in self.parameters:
            self.gradient(parameter)

    def gradient(self, parameter: nn.Parameter) -> None:
        """Do what `gradients` does for one parameter."""
        if parameter.grad is not None:
            zero(parameter.grad, self.survives(parameter))

    def optimizer_state(self, optimizer: Optimizer) -> None:
        """Set what the optimizer remembers of pruned weights to zero, in place.

        That is every floating state tensor of the parameter's shape: momentum, mean and mean
        square. Counts of steps and states of other shapes (rows, columns) stay as they are.
        """
        for parameter in self.parameters:
            survives = self.survives(parameter)
            for key, value in optimizer.state.get(parameter, {}).items():
                if (
                    isinstance(value, Tensor)
                    and value.shape == parameter.shape
                    and value.is_floating_point()
                    and key != "step"  # has the shape of a scalar parameter
                ):
                    zero(value, survives.to(value.device))


def apply(model: nn.Module, mask: Mask) -> None:
    """Set the pruned weights to +0.0 once, in place. Raises UserError for another body's mask."""
    mask = fitted(mask, model)
    parameters = live_weights(model)
    for name in mask:
        zero(parameters[name], mask[name].to(parameters[name].device))


def zero(tensor: Float[Tensor, "*shape"], survives: Bool[Tensor, "*shape"]) -> None:
    """Set what does not survive to +0.0, in place."""
    # The bits times 0 or 1: exactly +0.0 whatever was there, NaN and negatives too, and survivors
    # stay as they are. On random masks masked_fill_ branches: it takes 25 times as long.
    tensor.detach().view(INTEGER[tensor.itemsize]).mul_(survives)
