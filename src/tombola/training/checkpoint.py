"""The exact state of a training run between two steps."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from tombola.errors import UserError
from tombola.files import atomic_file

UNREADABLE = (OSError, SafetensorError, LookupError, AttributeError, TypeError, ValueError)
"""What a file raises that is no checkpoint."""


@dataclass(frozen=True)
class Checkpoint:
    """Weights, optimizer state, and the number of steps taken.

    There is no random state to keep: the order of the data and the dropout of every step are
    functions of the run's seed and the step's number.
    """

    step: int
    weights: dict[str, Tensor]
    """Parameter name to values, ties once."""
    moments: dict[str, Tensor]
    """`parameter name/state name` to the optimizer's values."""
    held: Mapping[str, Tensor] = field(default_factory=dict)
    """What holds the weights that changes as they do: a mask that is drawn anew while training, and
    the values behind it. The weights are those of the sparse model."""
    losses: tuple[tuple[int, float], ...] = ()
    """Step and loss of what was noted so far, for a run that goes on from here."""
    scaler: Mapping[str, float] = field(default_factory=dict)
    """Of a run in fp16: by what its losses are scaled."""

    def save(self, path: Path) -> None:
        """Write one safetensors file, whole or not at all."""
        tensors = {f"weights/{name}": t.detach().contiguous() for name, t in self.weights.items()}
        tensors |= {f"moments/{name}": t.detach().contiguous() for name, t in self.moments.items()}
        tensors |= {f"held/{name}": t.detach().contiguous() for name, t in self.held.items()}
        facts = {"kind": "checkpoint", "step": self.step, "losses": self.losses}
        if self.scaler:
            facts["scaler"] = dict(self.scaler)
        metadata = {"tombola": json.dumps(facts)}
        with atomic_file(path) as draft:
            save_file(tensors, draft, metadata=metadata)

    @staticmethod
    def load(path: Path) -> "Checkpoint":
        """Read what `save` wrote. Raises UserError where the file is not that."""
        weights: dict[str, Tensor] = {}
        moments: dict[str, Tensor] = {}
        held: dict[str, Tensor] = {}
        found = {"weights": weights, "moments": moments, "held": held}
        try:
            with safe_open(path, framework="pt") as file:
                facts = json.loads((file.metadata() or {})["tombola"])
                step = int(facts["step"])
                losses = tuple((int(at), float(loss)) for at, loss in facts.get("losses", ()))
                scaler = {str(key): float(x) for key, x in facts.get("scaler", {}).items()}
                for key in file.keys():  # noqa: SIM118 - not a mapping
                    kind, name = key.split("/", 1)
                    found[kind][name] = file.get_tensor(key)
        except (
            OSError,
            SafetensorError,
            LookupError,
            AttributeError,
            TypeError,
            ValueError,
        ) as problem:
            raise UserError(f"{path}: no readable checkpoint: {problem}") from problem
        return Checkpoint(step, weights, moments, held, losses, scaler)


def capture(
    model: torch.nn.Module,
    optimizer: torch.optim.Optimizer,
    step: int,
    held: Mapping[str, Tensor] | None = None,
) -> Checkpoint:
    """Copy the state of a run to the CPU."""
    weights, moments = {}, {}
    for name, parameter in model.named_parameters():
        weights[name] = parameter.detach().to("cpu", copy=True)
        for key, value in optimizer.state.get(parameter, {}).items():
            moments[f"{name}/{key}"] = value.detach().to("cpu", copy=True)
    return Checkpoint(step, weights, moments, held or {})


@torch.no_grad()
def restore(
    checkpoint: Checkpoint, model: torch.nn.Module, optimizer: torch.optim.Optimizer
) -> None:
    """Put a run back into a captured state, in place.

    Raises UserError where the checkpoint is of another model.
    """
    named = dict(model.named_parameters())
    if named.keys() != checkpoint.weights.keys():
        odd = sorted(named.keys() ^ checkpoint.weights.keys())[0]
        raise UserError(f"checkpoint of another model: they differ in the parameter {odd!r}")
    optimizer.state.clear()
    for name, parameter in named.items():
        value = checkpoint.weights[name]
        if value.shape != parameter.shape:
            raise UserError(
                f"checkpoint of another model: {name} has shape {tuple(value.shape)}, "
                f"the model's has {tuple(parameter.shape)}"
            )
        parameter.copy_(value)
    for key, value in checkpoint.moments.items():
        name, state = key.rsplit("/", 1)
        parameter = named[name]
        device = "cpu" if state == "step" and parameter.device.type == "cpu" else parameter.device
        optimizer.state[parameter][state] = value.to(device, copy=True)
