"""How sparse a model is, as numbers for whatever tracker watches its training."""

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from torch import nn
from transformers.trainer_callback import TrainerCallback

from tombola.anatomy import anatomy
from tombola.anatomy.inspection.zeros import n_zeros
from tombola.anatomy.wrappers import live_weights

if TYPE_CHECKING:
    from transformers import Trainer

PREFIX = "sparsity"


def sparsity(model: nn.Module, layers: bool = True) -> dict[str, float]:
    """Shares of zeros among the matrices of attention and MLPs, 0 to 1, by the names of a log.

    `sparsity` is of all of them; with `layers`, `sparsity/encoder.0` and so on are of each. For a
    training loop with accelerate: `accelerator.log(tombola.callbacks.sparsity(model), step=step)`.
    Zeros are counted as they are, whether or not a mask asked for them.
    """
    weights = live_weights(model)
    zeros: dict[str, int] = defaultdict(int)
    sizes: dict[str, int] = defaultdict(int)
    for parameter in anatomy(model).in_sets(["matrices"]):
        n = n_zeros(weights[parameter.name].detach())
        place = f"{PREFIX}/{parameter.stack}.{parameter.layer}"
        for name in (PREFIX, place) if layers else (PREFIX,):
            zeros[name] += n
            sizes[name] += parameter.size
    return {name: zeros[name] / size for name, size in sizes.items() if size}


class SparsityLog(TrainerCallback):
    """Puts the model's sparsity into everything that a Trainer logs.

    A Trainer hands what it logs from callback to callback, its trackers first; so it has to stand
    before them, where `log_sparsity` puts it.
    """

    def __init__(self, layers: bool = False) -> None:
        """With `layers` each layer's sparsity is logged, too."""
        self.layers = layers

    def on_log(
        self, args: Any, state: Any, control: Any, *, model: nn.Module, logs: Any = None, **_: Any
    ) -> None:
        """Add the sparsity to what is logged, and to the Trainer's own history."""
        if logs is None:
            return
        found = sparsity(model, self.layers)
        logs.update(found)
        if state.log_history:
            state.log_history[-1].update(found)


def log_sparsity(trainer: "Trainer", layers: bool = False) -> SparsityLog:
    """Have a Trainer log its model's sparsity to every tracker that it reports to.

    Those are whatever `report_to` names: Trackio, W&B, TensorBoard, MLflow, …; with `layers` each
    layer's sparsity, too. Returns the callback, for `trainer.remove_callback`.
    """
    callback = SparsityLog(layers)
    trainer.callback_handler.callbacks.insert(0, callback)
    return callback
