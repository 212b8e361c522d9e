"""Models written to folders and to the hub."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from huggingface_hub import HfApi
from torch import nn

from tombola.anatomy.quietly import quiet
from tombola.anatomy.saved.card import model_card
from tombola.anatomy.saved.companions import carry, home_of
from tombola.anatomy.saved.manifest import write_manifest
from tombola.anatomy.sources import weight_files
from tombola.anatomy.surgery.record import record_of
from tombola.anatomy.wrappers import unwrapped
from tombola.errors import UserError
from tombola.files import as_path, new_folder
from tombola.reach import asking_hub

STORED = "tombola_stored"
"""The attribute of a model that says in which type of numbers its weights were stored."""


def save(model: nn.Module, folder: str | Path, tokenizer: Any = None) -> Path:
    """Write a model's folder, with a tokenizer where one is given; it appears whole or not at all.

    Beside the usual files (`config.json`, `model.safetensors`, …) a model from which something was
    removed has `surgery.json`, the manifest, and a README that says how to load it; what stood
    beside the weights where they came from comes along. Raises UserError where the folder exists.
    """
    folder = as_path(folder)
    with new_folder(folder) as draft:
        write_model(draft, model, tokenizer, name=folder.name)
    return folder


def write_model(
    folder: Path,
    model: nn.Module,
    tokenizer: Any = None,
    name: str = ".",
    note: str = "",
    companions: bool = True,
) -> None:
    """Write the files of a model into an existing folder.

    Weights that were loaded from half precision are written in it again where no value is lost.

    Args:
        folder: where to.
        model: a supported model.
        tokenizer: its own; without one the files of its tokenizer, if it has any, are copied.
        name: what its page calls the folder.
        note: a sentence for the head of the page that the model came with.
        companions: whether what stands beside the weights where they came from is copied.
    """
    plain: Any = unwrapped(model)
    with quiet(), _as_stored(plain):
        plain.save_pretrained(folder)
    if tokenizer is not None:
        tokenizer.save_pretrained(folder)
    record = record_of(plain.config)
    if record is not None:
        write_manifest(folder, type(plain).__name__, record, weight_files(folder))
        (folder / "README.md").write_text(model_card(plain, name), encoding="utf-8")
    home = home_of(plain) if companions else None
    if home is not None:
        carry(home, folder, note)


def push_to_hub(
    model: nn.Module, repository: str, tokenizer: Any = None, private: bool = False
) -> str:
    """Upload a model, with its manifest and page, to `owner/name` on the hub; returns the address.

    The repository is made if there is none. Raises UserError where the hub refuses.
    """
    return upload(
        lambda folder: write_model(folder, model, tokenizer, name=repository), repository, private
    )


def upload(write: Callable[[Path], None], repository: str, private: bool) -> str:
    """Upload what `write` writes into an empty folder; returns the address.

    Raises UserError where the hub refuses.
    """
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write(folder)
        hub = HfApi()
        try:
            with asking_hub():
                hub.create_repo(repository, private=private, exist_ok=True)
                commit = hub.upload_folder(repo_id=repository, folder_path=folder)
        # Errors of the network and of the hub; a name that cannot be one.
        except (OSError, ValueError) as problem:
            reason = " ".join(str(problem).split())[:300]
            raise UserError(f"{repository}: could not be uploaded: {reason}") from problem
    return str(getattr(commit, "repo_url", commit))


@contextmanager
def _as_stored(model: nn.Module) -> Iterator[None]:
    """Hold a model's weights in the type that they were stored in, where that loses nothing."""
    dtype = getattr(model, STORED, None)
    whole = [p for p in model.parameters() if p.dtype == torch.float32]
    if dtype is None or any((p.data.to(dtype).float() != p.data).any() for p in whole):
        yield
        return
    try:
        for parameter in whole:
            parameter.data = parameter.data.to(dtype)
        yield
    finally:
        for parameter in whole:
            parameter.data = parameter.data.float()
