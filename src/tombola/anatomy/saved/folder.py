"""Models written to folders and to the hub."""

import tempfile
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi
from torch import nn

from tombola.anatomy.quietly import quiet
from tombola.anatomy.saved.card import model_card
from tombola.anatomy.saved.manifest import write_manifest
from tombola.anatomy.sources import weight_files
from tombola.anatomy.surgery.record import record_of
from tombola.anatomy.wrappers import unwrapped
from tombola.errors import UserError
from tombola.files import new_folder


def save(model: nn.Module, folder: str | Path, tokenizer: Any = None) -> Path:
    """Write a model's folder, with a tokenizer where one is given; it appears whole or not at all.

    Beside the usual files (`config.json`, `model.safetensors`, …) a model from which something was
    removed has `surgery.json`, the manifest, and a README that says how to load it. Raises
    UserError where the folder exists.
    """
    folder = Path(folder)
    with new_folder(folder) as draft:
        write_model(draft, model, tokenizer, name=folder.name)
    return folder


def write_model(folder: Path, model: nn.Module, tokenizer: Any = None, name: str = ".") -> None:
    """Write the files of a model into an existing folder; `name` is what its page calls it."""
    plain: Any = unwrapped(model)
    with quiet():
        plain.save_pretrained(folder)
    if tokenizer is not None:
        tokenizer.save_pretrained(folder)
    record = record_of(plain.config)
    if record is not None:
        write_manifest(folder, type(plain).__name__, record, weight_files(folder))
        (folder / "README.md").write_text(model_card(plain, name), encoding="utf-8")


def push_to_hub(
    model: nn.Module, repository: str, tokenizer: Any = None, private: bool = False
) -> str:
    """Upload a model, with its manifest and page, to `owner/name` on the hub; returns the address.

    The repository is made if there is none. Raises UserError where the hub refuses.
    """
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_model(folder, model, tokenizer, name=repository)
        hub = HfApi()
        try:
            hub.create_repo(repository, private=private, exist_ok=True)
            commit = hub.upload_folder(repo_id=repository, folder_path=folder)
        # Errors of the network and of the hub; a name that cannot be one.
        except (OSError, ValueError) as problem:
            reason = " ".join(str(problem).split())[:300]
            raise UserError(f"{repository}: could not be uploaded: {reason}") from problem
    return str(getattr(commit, "repo_url", commit))
