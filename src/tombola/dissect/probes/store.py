"""Vectors of words in a file, with what they are of beside it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import PreTrainedModel

from tombola.errors import UserError
from tombola.files import atomic_file, read_json, write_json
from tombola.text import Aligned

VERSION = 1
"""Raised when the same model and text would give other vectors, or the files another form."""


def model_digest(model: PreTrainedModel) -> str:
    """Hash of a model's configuration and weights, wherever they were loaded from."""
    digest = blake2b(digest_size=8)
    described = {key: value for key, value in model.config.to_dict().items() if key[0] != "_"}
    digest.update(json.dumps(described, sort_keys=True, default=str).encode())
    for name, tensor in model.state_dict().items():
        values = tensor.detach().cpu().contiguous()
        digest.update(f"{name}{tuple(values.shape)}{values.dtype}".encode())
        digest.update(values.flatten().view(torch.uint8).numpy().data)
    return digest.hexdigest()


def text_digest(aligned: Aligned) -> str:
    """Hash of what the model is given of a text, and of where its words are in that."""
    digest = blake2b(digest_size=8)
    places = (aligned.lengths, aligned.row, aligned.start, aligned.end, aligned.n_words)
    for name, values in (*sorted(aligned.columns.items()), *enumerate(places)):
        digest.update(f"{name}/{len(values)}".encode())
        digest.update(np.ascontiguousarray(values, np.int64).data)
    return digest.hexdigest()


def name_of(facts: Mapping[str, Any]) -> str:
    """The file's name in a folder of many: a hash of what is in it."""
    return blake2b(json.dumps(facts, sort_keys=True).encode(), digest_size=8).hexdigest()


@contextmanager
def writing(
    file: Path, facts: Mapping[str, Any], shape: tuple[int, int, int], dtype: str
) -> Iterator[np.memmap]:
    """Yield an array to fill; both files appear whole or not at all, `FILE.json` last."""
    with atomic_file(file) as draft:
        array = np.lib.format.open_memmap(draft, mode="w+", dtype=dtype, shape=shape)
        yield array
        array.flush()
        del array
    write_json(_beside(file), dict(facts))


def reading(file: Path, facts: Mapping[str, Any]) -> np.ndarray | None:
    """The vectors that a file holds of just these facts; None where there is no finished file.

    Raises UserError where it holds those of another model or text, or read in another way, and
    where it is damaged.
    """
    if not file.exists() or not _beside(file).exists():
        return None
    try:
        found = read_json(_beside(file))
        # Copy on write: nothing that is done to a tensor of it reaches the file.
        vectors: np.ndarray = np.lib.format.open_memmap(file, mode="c")
    except (OSError, ValueError) as problem:
        said = " ".join(str(problem).split())[:200]
        raise UserError(f"{file}: no readable vectors: {said}; remove it") from problem
    for key, value in facts.items():
        if not isinstance(found, dict) or found.get(key) != value:
            had = found.get(key) if isinstance(found, dict) else None
            raise UserError(f"{file}: vectors with {key} {had}, not {value}; name another file")
    if list(vectors.shape) != list(facts["shape"]) or str(vectors.dtype) != facts["dtype"]:
        raise UserError(f"{file}: vectors of shape {vectors.shape}, not as {_beside(file)} says")
    return vectors


def _beside(file: Path) -> Path:
    return file.with_name(f"{file.name}.json")
