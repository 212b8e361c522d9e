"""A mask for people who train with Hugging Face's Trainer."""

from typing import Any

from torch import nn
from torch.utils.hooks import RemovableHandle
from transformers.trainer_callback import TrainerCallback

from tombola.masks.enforce import Enforcer
from tombola.masks.mask import Mask


class MaskCallback(TrainerCallback):
    """Holds the model of a Trainer to a mask: `Trainer(..., callbacks=[MaskCallback(mask)])`.

    Gradients are masked as they arrive, as the Trainer clips before it calls anyone; the norm it
    clips by and logs then counts survivors only. Weights and optimizer state are masked after each
    step of the optimizer. The hooks on the parameters last while training lasts.
    """

    def __init__(self, mask: Mask) -> None:
        self.mask = mask
        self._enforcer: Enforcer | None = None
        self._hooks: list[RemovableHandle] = []

    def on_train_begin(
        self, args: Any, state: Any, control: Any, *, model: nn.Module, optimizer: Any, **_: Any
    ) -> None:
        """Mask the weights, and what a resumed optimizer remembers.

        Raises UserError for a mask of another model.
        """
        self._release()  # of a training that was broken off
        enforcer = self._enforcer = Enforcer(model, self.mask)
        enforcer.weights()
        if optimizer is not None:
            enforcer.optimizer_state(optimizer)
        self._hooks = [
            parameter.register_post_accumulate_grad_hook(enforcer.gradient)
            for parameter in enforcer.parameters
            if parameter.requires_grad
        ]

    def on_optimizer_step(
        self, args: Any, state: Any, control: Any, *, optimizer: Any, **_: Any
    ) -> None:
        """Mask the weights and the optimizer's state."""
        if self._enforcer is not None:
            self._enforcer.weights()
            self._enforcer.optimizer_state(optimizer)

    def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Take the hooks off."""
        self._release()

    def _release(self) -> None:
        for hook in self._hooks:
            hook.remove()
        self._hooks.clear()
        self._enforcer = None
