"""What stands beside a model in its folder and is no part of it, but goes where it goes."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from torch import nn

from tombola.anatomy.hub import cached_folder
from tombola.anatomy.sources import read_json_object
from tombola.errors import UserError

_ENDINGS = {".json", ".txt", ".md", ".model", ".spm", ".jinja", ".yaml", ".yml", ""}
"""Of files of text and of vocabularies; never of weights."""
_OWN = {"config.json", "ticket.json", "surgery.json", "trainer_state.json"}
"""Of the model as it was: another one is written, or none."""
_MODULES = "modules.json"
"""Where a sentence encoder lists its folders."""
_LARGEST = 2**26
"""Bytes; larger files are something else."""


def home_of(model: nn.Module) -> Path | None:
    """The folder that a model was loaded from, where it is still there."""
    name = str(getattr(model, "name_or_path", "") or "")
    if not name:
        return None
    if (Path(name) / "config.json").is_file():
        return Path(name)
    return None if Path(name).exists() else cached_folder(name)


def carry(home: Path, folder: Path, note: str = "") -> None:
    """Copy what is beside a model into a folder that a model was written to.

    Pooling and normalisation of a sentence encoder, settings of image and other processors,
    vocabularies that could not be read, licences, the page, under which stands `note`. What is in
    the folder already stays as it is; results of trainings and evaluations stay behind.
    """
    for path in sorted(home.iterdir()):
        if not path.is_file() or path.suffix not in _ENDINGS or path.stat().st_size > _LARGEST:
            continue
        leave = path.name.startswith(".") or path.name in _OWN
        leave = leave or path.name.endswith((".index.json", "_results.json"))
        leave = leave or _leads_away(path, home)
        if leave or (folder / path.name).exists():
            continue
        shutil.copyfile(path, folder / path.name)  # what a link leads to, not the link
        if path.name == "README.md" and note:
            _add_note(folder / path.name, note)
    for name in _folders(home):
        if not (folder / name).exists():
            shutil.copytree(home / name, folder / name, ignore=_away_from(home))


def _leads_away(path: Path, home: Path) -> bool:
    """Whether a link leads out of a model's folder: to a file of the user's that nobody may get.

    The hub's cache is made of links, from a snapshot to the blobs beside all snapshots.
    """
    roots = [home.resolve()]
    if home.parent.name == "snapshots":
        roots.append((home.parent.parent / "blobs").resolve())
    return not any(path.resolve().is_relative_to(root) for root in roots)


def _away_from(home: Path) -> Callable[[str, list[str]], set[str]]:
    """What of a folder is not copied."""
    return lambda folder, names: {n for n in names if _leads_away(Path(folder) / n, home)}


def _folders(home: Path) -> list[str]:
    """The folders of a sentence encoder's further modules, as `modules.json` names them."""
    try:
        listed: Any = read_json_object(home / _MODULES, "module list", list)
    except UserError:
        return []
    names = [str(each.get("path", "")) for each in listed if isinstance(each, dict)]
    # Only names of folders beside the list, which may come from anyone.
    found = [n for n in names if n and Path(n).name == n and (home / n).is_dir()]
    return [name for name in found if not _leads_away(home / name, home)]


def _add_note(page: Path, note: str) -> None:
    """Say something at the head of a page, below the settings that the hub reads."""
    text = page.read_text(encoding="utf-8", errors="replace")
    end = text.find("\n---", 3) if text.startswith("---") else -1
    cut = text.find("\n", end + 4) + 1 if end >= 0 else 0
    if end >= 0 and cut == 0:  # nothing but settings
        text, cut = f"{text}\n", len(text) + 1
    page.write_text(f"{text[:cut]}\n> {note}\n\n{text[cut:]}", encoding="utf-8", newline="\n")
