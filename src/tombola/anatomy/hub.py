"""A model on the hub as a folder here: just the commit that is meant."""

import re
from pathlib import Path

from huggingface_hub import snapshot_download
from transformers.utils import cached_file

from tombola.anatomy.sources import read_config, weight_files
from tombola.errors import UserError
from tombola.files import MASK_FILE
from tombola.reach import asks_hub, hub_said

_BESIDE = ("*.json", "*.txt", "*.md", "*.model", "*.spm", "*.jinja", MASK_FILE)
"""What may stand beside weights: configurations, vocabularies, pages, a ticket's mask."""
_WEIGHTS = ("model.safetensors", "model.safetensors.index.json", "model-*.safetensors")
_MODULES = ("*_Pooling/*", "*_Normalize/*", "*_Dense/*")
"""Folders of a sentence encoder."""


@asks_hub
def hub_folder(source: str, weights: bool = False) -> Path:
    """The folder in the hub's cache that holds a model as it is now; what lacks is fetched.

    Raises UserError where the hub cannot be reached and the cache has nothing; with `weights`, also
    where there are none in safetensors.
    """
    patterns = [*_BESIDE, *_MODULES, *(_WEIGHTS if weights else ())]
    try:
        folder = Path(snapshot_download(source, allow_patterns=patterns))
    except (OSError, ValueError) as problem:
        raise UserError(
            f"{source}: could not be had from the hub: {hub_said(problem)}"
        ) from problem
    if weights and not weight_files(folder):
        raise UserError(f"{source}: the hub has no model.safetensors of it")
    return folder


def cached_folder(source: str) -> Path | None:
    """The same without asking the hub: what the cache has of it; None where that is nothing."""
    try:
        return Path(snapshot_download(source, local_files_only=True))
    except (OSError, ValueError):
        return None


@asks_hub
def hub_commit(source: str) -> str:
    """The commit of a hub model, 40 hexadecimal digits.

    Raises UserError where there is no such model, and where the commit is not known.
    """
    read_config(source)  # says in our words why there is none
    path = cached_file(source, "config.json", _raise_exceptions_for_missing_entries=False)
    found = re.search(r"snapshots[/\\]([0-9a-f]{40})[/\\]", str(path))
    if found is None:
        raise UserError(
            f"{source}: which commit of the hub this is cannot be told; download it into a folder "
            "and name that"
        )
    return found[1]
