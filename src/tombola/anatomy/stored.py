"""Weights in safetensors files, looked at one tensor at a time."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from tombola.anatomy.locate import base_prefix, in_stacks
from tombola.anatomy.parts import Anatomy, Parameter
from tombola.errors import UserError

_OLD_ENDINGS = {"LayerNorm.gamma": "LayerNorm.weight", "LayerNorm.beta": "LayerNorm.bias"}
"""What the first BERT checkpoints call the scale and the shift of a normalisation."""


def n_zeros(tensor: Tensor) -> int:
    """Number of entries that are exactly zero."""
    return tensor.numel() - int(tensor.count_nonzero())


def stored_zeros(files: Iterable[Path], model: nn.Module, body: Anatomy) -> dict[str, int]:
    """Number of entries that are exactly zero, by parameter name; files hold whole tensors.

    A parameter that is in none of the files has no entry. A name may lack the prefix of the base
    model or have one too many, as transformers allows. What is no parameter of the model (buffers,
    heads for other tasks) is passed over.

    Raises UserError where a file is damaged, holds layers that the configuration has not, or a
    shape that is not the configuration's.
    """
    known = {name: p for p in body.parameters for name in (p.name, *p.aliases)}
    prefix = base_prefix(model) or f"{getattr(model, 'base_model_prefix', '')}."
    zeros: dict[str, int] = {}
    for path in files:
        try:
            with safe_open(path, framework="pt") as file:
                for key in file.keys():  # noqa: SIM118 (no mapping: it cannot be iterated)
                    parameter = _parameter(key, known, prefix)
                    if parameter is None and in_stacks(model, key.removeprefix(prefix)):
                        raise UserError(f"{path}: holds {key}, the configuration has no such")
                    if parameter is None or parameter.name in zeros:
                        continue
                    shape = tuple(file.get_slice(key).get_shape())
                    if shape != parameter.shape:
                        raise UserError(
                            f"{path}: {key} has the shape {shape}, by the configuration it is "
                            f"{parameter.shape}"
                        )
                    zeros[parameter.name] = n_zeros(file.get_tensor(key))
        except (SafetensorError, OSError) as problem:
            raise UserError(f"{path}: no readable safetensors file: {problem}") from problem
    return zeros


def _parameter(key: str, known: Mapping[str, Parameter], prefix: str) -> Parameter | None:
    for old, new in _OLD_ENDINGS.items():
        if key.endswith(old):
            key = key.removesuffix(old) + new
    for name in (key, prefix + key, key.removeprefix(prefix)):
        if name in known:
            return known[name]
    return None
