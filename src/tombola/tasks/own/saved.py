"""Data that `datasets` has saved into a folder: which files it says they are in."""

from collections.abc import Iterator
from pathlib import Path

from tombola.errors import UserError
from tombola.files import is_plain_name, read_json

ON_DISK = ("dataset_dict.json", "dataset_info.json")
"""What `datasets` leaves beside data that it has saved."""
_STATE = "state.json"
SHOWN = 100
"""Characters of a name that a message repeats."""


def is_saved(folder: Path) -> bool:
    """Whether `datasets` has saved data there."""
    return any((folder / name).exists() for name in ON_DISK)


def refuse_led_away(folder: Path) -> None:
    """Raise UserError where saved data name files that are not within their folder.

    They may come from anyone, and are read wherever they are said to be.
    """
    for path, name in _named(folder):
        if not is_plain_name(name):
            raise UserError(f"{path}: {str(name)[:SHOWN]!r} is no name of a file beside it")


def _named(folder: Path) -> Iterator[tuple[Path, object]]:
    """What each of the lists in the folder names; what is no list is left to `datasets`."""
    for path in (folder / ON_DISK[0], folder / _STATE, *sorted(folder.glob(f"*/{_STATE}"))):
        try:
            listed = read_json(path)
        except (OSError, ValueError, RecursionError):
            continue
        if not isinstance(listed, dict):
            continue
        for each in _many(listed.get("splits")):
            yield path, each
        for each in _many(listed.get("_data_files")):
            yield path, each.get("filename") if isinstance(each, dict) else each


def _many(value: object) -> list[object]:
    return value if isinstance(value, list) else []
