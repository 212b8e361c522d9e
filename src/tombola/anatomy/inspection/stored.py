"""Weights in safetensors files, looked at one tensor at a time."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from safetensors import SafetensorError, safe_open
from torch import nn

from tombola.anatomy.inspection.zeros import Zeros, heads_by_name, zeros
from tombola.anatomy.locate import base_prefix, in_stacks
from tombola.anatomy.parts import Anatomy
from tombola.errors import UserError


def stored_zeros(files: Iterable[Path], model: nn.Module, body: Anatomy) -> dict[str, Zeros]:
    """Entries that are exactly zero, by parameter name; files hold whole tensors.

    A parameter that is in none of the files has no entry. A name may lack the prefix of the base
    model or have one too many, as transformers allows, and be one that transformers renames when it
    loads. What is no parameter of the model (buffers, heads for other tasks) is passed over.

    Raises UserError where a file is damaged, holds layers that the configuration has not, or a
    shape that is not the configuration's.
    """
    known = {name: p for p in body.parameters for name in (p.name, *p.aliases)}
    prefix = base_prefix(model) or f"{getattr(model, 'base_model_prefix', '')}."
    names_of = _names_of(model, prefix)
    heads, buffers = heads_by_name(body), dict(model.named_buffers())
    found: dict[str, Zeros] = {}
    for path in files:
        try:
            with safe_open(path, framework="pt") as file:
                for key in file.keys():  # noqa: SIM118 (no mapping: it cannot be iterated)
                    names = list(names_of(key))
                    parameter = next((known[name] for name in names if name in known), None)
                    if parameter is None and any(name in buffers for name in names):
                        continue
                    if parameter is None and in_stacks(model, names[0].removeprefix(prefix)):
                        raise UserError(f"{path}: holds {key}, the configuration has no such")
                    if parameter is None or parameter.name in found:
                        continue
                    shape = tuple(file.get_slice(key).get_shape())
                    if shape != parameter.shape:
                        raise UserError(
                            f"{path}: {key} has the shape {shape}, by the configuration it is "
                            f"{parameter.shape}"
                        )
                    found[parameter.name] = zeros(file.get_tensor(key), heads.get(parameter.name))
        except (SafetensorError, OSError) as problem:
            raise UserError(f"{path}: no readable safetensors file: {problem}") from problem
    return found


def _names_of(model: nn.Module, prefix: str) -> Callable[[str], Iterator[str]]:
    """From a name in a file to those that it may have in the model, the likeliest first."""
    # Half a second to import, and only files of weights need them.
    from transformers.conversion_mapping import get_model_conversion_mapping
    from transformers.core_model_loading import WeightRenaming

    mapping = get_model_conversion_mapping(model)
    renamings = [change for change in mapping if isinstance(change, WeightRenaming)]

    def names_of(key: str) -> Iterator[str]:
        renamed = key
        for change in renamings:  # later releases have a function for this, earlier ones have not
            renamed, _ = change.rename_source_key(renamed)
        for name in (renamed, key):
            yield from (name, prefix + name, name.removeprefix(prefix))

    return names_of
