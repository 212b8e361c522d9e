"""Masks for people who train with Hugging Face's Trainer."""

import warnings
from pathlib import Path
from typing import Any

from safetensors.torch import load_file, save_file
from torch import nn
from torch.utils.hooks import RemovableHandle
from transformers.trainer_callback import TrainerCallback

from tombola.errors import UserError
from tombola.masks.enforce import Enforcer
from tombola.masks.fit import revived
from tombola.masks.gradual import Sparsifier
from tombola.masks.mask import Mask
from tombola.masks.sparsify import Sparsify

GRADUAL_FILE = "gradual-pruning.safetensors"
"""In a checkpoint of the Trainer: the mask, and the values behind it."""


class MaskCallback(TrainerCallback):
    """Holds the model of a Trainer to a mask: `Trainer(..., callbacks=[MaskCallback(mask)])`.

    Gradients are masked as they arrive, as the Trainer clips before it calls anyone; the norm it
    clips by and logs then counts survivors only. Weights and optimizer state are masked after each
    step of the optimizer. The hooks on the parameters last while training lasts. What a later
    callback brings back (an average of weights that is put in their place) is said where a
    checkpoint holds it, and zero again when training ends.
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

    def on_save(self, args: Any, state: Any, control: Any, *, model: nn.Module, **_: Any) -> None:
        """Warn where the checkpoint that was just written holds weights that are pruned."""
        if self._enforcer is not None and (found := revived(self._enforcer.mask, model)):
            where = _checkpoint(args, state)
            warnings.warn(_brought_back(found, where), PrunedWeightsReturned, stacklevel=2)

    def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Mask the weights once more, and take the hooks off."""
        if self._enforcer is not None:
            self._enforcer.weights()
        self._release()

    def _release(self) -> None:
        for hook in self._hooks:
            hook.remove()
        self._hooks.clear()
        self._enforcer = None


class PrunedWeightsReturned(UserWarning):
    """Pruned weights are not zero where they should be: something else wrote into the model."""


def _brought_back(found: dict[str, int], where: Path) -> str:
    return (
        f"{where}: {sum(found.values()):,} pruned weights are not zero (first in "
        f"{next(iter(found))}): another callback writes into the model after the mask; name it "
        "before `MaskCallback`"
    )


class GradualPruning(TrainerCallback):
    """Prunes the model of a Trainer while it trains.

        Trainer(..., callbacks=[GradualPruning(Sparsify(amount=0.5, end=1000))])

    Steps are those of the optimizer. The mask, and the values behind it, are written into each of
    the Trainer's checkpoints, and read from there when a training is resumed. At the end `mask`
    is what survives, and the model holds zeros elsewhere.
    """

    def __init__(self, settings: Sparsify) -> None:
        self.settings = settings
        self.mask: Mask | None = None
        """What survives, from the first refresh on."""
        self._sparsifier: Sparsifier | None = None
        self._hooks: list[RemovableHandle] = []

    def on_train_begin(
        self, args: Any, state: Any, control: Any, *, model: nn.Module, **_: Any
    ) -> None:
        """Find what is to be pruned, and the state of a training that goes on.

        Raises UserError for a schedule that training never reaches the end of, parameters that the
        model does not have, and a checkpoint without what `on_save` writes.
        """
        self._release()
        self.settings.check(state.max_steps)
        sparsifier = self._sparsifier = Sparsifier(model, self.settings)
        if state.global_step:
            path = _checkpoint(args, state) / GRADUAL_FILE
            if not path.is_file():
                raise UserError(f"{path}: not there: the checkpoint was written without this")
            sparsifier.load(load_file(path))
        self._hooks = [
            parameter.register_post_accumulate_grad_hook(sparsifier.gradient)
            for parameter in sparsifier.parameters
            if parameter.requires_grad
        ]

    def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Draw the mask anew where the schedule says so."""
        if self._sparsifier is not None:
            self._sparsifier.refresh(state.global_step)
            self.mask = self._sparsifier.mask

    def on_pre_optimizer_step(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Put the values of pruned weights back for the optimizer."""
        if self._sparsifier is not None:
            self._sparsifier.show()

    def on_optimizer_step(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Take them out again."""
        if self._sparsifier is not None:
            self._sparsifier.weights()

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Write mask and hidden values beside the Trainer's own files."""
        if self._sparsifier is not None and state.is_world_process_zero:
            save_file(self._sparsifier.state(), _checkpoint(args, state) / GRADUAL_FILE)

    def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Draw the last mask where it is due, and take the hooks off."""
        self.on_step_begin(args, state, control)
        self._release()

    def _release(self) -> None:
        for hook in self._hooks:
            hook.remove()
        self._hooks.clear()
        self._sparsifier = None


def _checkpoint(args: Any, state: Any) -> Path:
    """Where the Trainer writes the state after a step."""
    return Path(args.output_dir) / f"checkpoint-{state.global_step}"
