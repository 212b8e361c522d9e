"""What is measured: a model that is loaded, and where it lies on disk."""

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import PreTrainedConfig, PreTrainedModel

from tombola.anatomy import Anatomy, anatomy, load_model
from tombola.anatomy.sources import Source, source_name, weights_of
from tombola.errors import UserError
from tombola.files import MASK_FILE


@dataclass(frozen=True)
class Subject:
    """A model in memory and its files."""

    name: str
    model: PreTrainedModel
    random_weights: bool = False
    """Whether the source had none, so that they were drawn."""
    weight_files: tuple[Path, ...] | None = None
    """None where the model came from memory or from a configuration."""
    folder: Path | None = None
    mask_file: Path | None = None


def subject(source: Source | nn.Module) -> Subject:
    """Load what is to be measured; a model in memory is copied, and left as it is.

    Args:
        source: a model, a folder, a hub id, a configuration (whose weights are then random).

    Raises UserError as `load_model` does, and for a model on the meta device.
    """
    if isinstance(source, nn.Module):
        anatomy(source)  # refused where the family is not supported
        if any(p.is_meta for p in source.parameters()):
            raise UserError(f"{type(source).__name__}: a model on the meta device cannot run")
        live: Any = copy.deepcopy(source)
        return Subject(type(source).__name__, live.eval())
    model = load_model(source)
    files = weights_of(source)
    if not files:
        return Subject(source_name(source), model, random_weights=True)
    folder = None if isinstance(source, PreTrainedConfig) else Path(source)
    folder = folder if folder is not None and folder.is_dir() else None
    mask = None if folder is None else folder / MASK_FILE
    return Subject(
        source_name(source),
        model,
        weight_files=files,
        folder=folder,
        mask_file=mask if mask is not None and mask.is_file() else None,
    )


def place(model: PreTrainedModel, device: torch.device, dtype: torch.dtype) -> None:
    """Move and cast a model, its parameters to memory that is newly allocated in any case.

    Weights read from a file lie where the file has them, in some models at the edges of cache
    lines and in others not, which alone can make a few percent of a difference in speed.
    """
    model.to(device, dtype)
    for parameter in model.parameters():
        parameter.data = parameter.detach().clone()


def without_zeros(original: Subject, seed: int) -> Subject:
    """The same model with noise where its matrices are zero: what it costs were it dense."""
    model = copy.deepcopy(original.model)
    generator = torch.Generator().manual_seed(seed)
    body: Anatomy = anatomy(model)
    with torch.no_grad():
        for parameter in body.in_sets(["matrices"]):
            weight = model.get_parameter(parameter.name)
            gone = weight == 0
            rest = weight[~gone]
            scale = float(rest.std()) if rest.numel() > 1 else 0.02
            noise = torch.randn(int(gone.sum()), generator=generator) * scale
            weight[gone] = noise.to(weight)
    return Subject(f"{original.name}, its zeros filled with noise", model)
