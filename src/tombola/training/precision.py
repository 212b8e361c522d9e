"""Products of fewer bits, and what keeps the gradients of such from being lost."""

from collections.abc import Mapping
from typing import Literal

import torch

from tombola.errors import DivergedError

Precision = Literal["float32", "bf16", "fp16"]
TYPES = {"float32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
SMALLEST = 2.0**-16
"""A scale below which nothing was too large for fp16 but what is not finite in itself."""
STATE = ("scale", "_growth_tracker")
"""What changes of a scaler; the rest are constants."""


def autocast(device: torch.device, precision: Precision) -> torch.autocast:
    """Within it, products are of `precision`."""
    return torch.autocast(device.type, TYPES[precision], enabled=precision != "float32")


class Scaler:
    """Scales losses in fp16, and takes the optimizer's steps; elsewhere it takes the steps alone.

    Micikevicius et al. (2018), section 3.2, in torch's form: a scale that is halved where gradients
    overflow, and doubled after 2000 steps without. They leave out the step that overflows; here
    `step` says so, for it to be done again.
    """

    def __init__(self, device: torch.device, precision: Precision) -> None:
        """Nothing is scaled but with fp16."""
        self._scaler = torch.amp.GradScaler(device.type, enabled=precision == "fp16")

    def scale(self, loss: torch.Tensor) -> torch.Tensor:
        """A loss that `backward` may be called on."""
        scaled: torch.Tensor = self._scaler.scale(loss)
        return scaled

    def unscale(self, optimizer: torch.optim.Optimizer) -> None:
        """Bring gradients to their own size, before they are clipped."""
        self._scaler.unscale_(optimizer)

    def step(self, optimizer: torch.optim.Optimizer) -> bool:
        """Take the optimizer's step; False where gradients were too large and nothing changed.

        Raises DivergedError where they are at any scale.
        """
        if not self._scaler.is_enabled():
            optimizer.step()
            return True
        before = self._scaler.get_scale()
        self._scaler.step(optimizer)
        self._scaler.update()
        if self._scaler.get_scale() >= before:
            return True
        if before < SMALLEST:
            raise DivergedError("gradients are not finite in fp16, however small the loss is made")
        return False

    def state(self) -> dict[str, float]:
        """For a checkpoint: what a run that goes on needs; nothing where nothing is scaled."""
        found = self._scaler.state_dict()
        return {name: float(found[name]) for name in STATE if name in found}

    def load(self, state: Mapping[str, float]) -> None:
        """Go on from a checkpoint; from one that was not of fp16, as at the beginning."""
        if self._scaler.is_enabled() and all(name in state for name in STATE):
            own = {"scale": state[STATE[0]], "_growth_tracker": int(state[STATE[1]])}
            self._scaler.load_state_dict({**self._scaler.state_dict(), **own})
