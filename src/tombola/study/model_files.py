"""The files of a model that a recipe loads: whether they are here, what they are, where from."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from tombola import anatomy
from tombola.errors import UserError


def check_here(source: str) -> None:
    """Raise UserError where a model would have to be fetched: who only looks fetches nothing."""
    from huggingface_hub import try_to_load_from_cache

    try:
        cached = isinstance(try_to_load_from_cache(source, "config.json"), str)
    except ValueError:  # no hub id
        cached = False
    if not cached and not Path(source).is_dir():
        raise UserError("no folder here, nor in the hub's cache; a run would fetch it")


@cache
def loaded_tokenizer(source: str) -> Any:
    """What reads text for a model; read once. Raises UserError where there is none."""
    return anatomy.load_tokenizer(source)


@cache
def fetched(source: str) -> str:
    """The folder of a hub's model, with its weights, at the commit that its facts name."""
    return str(anatomy.hub_folder(source, weights=True))


@cache
def files_digest(source: str) -> str:
    """Hash of all files of a model's folder that are read, or of the hub's commit.

    Raises UserError where that commit is not known: a model changed there is another one here.
    """
    digest = hashlib.blake2b(digest_size=6)
    folder = Path(source)
    if not folder.is_dir():
        digest.update(f"{source}@{anatomy.hub_commit(source)}".encode())
        return digest.hexdigest()
    anatomy.read_config(source)  # refuses what is no model
    for path in sorted(path for path in folder.iterdir() if path.is_file()):
        if path.suffix in {".md", ".gitattributes"} or path.name.startswith("."):
            continue
        digest.update(path.name.encode())
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "blake2b").digest())
    return digest.hexdigest()
