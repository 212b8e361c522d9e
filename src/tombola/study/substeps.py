"""Loops that stop by themselves: one stage, whose sub-steps are recorded as they end."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tombola.files import read_json, read_sound, write_json

FOLDER = "substeps"

Record = dict[str, Any]


def substeps(
    folder: Path, step: Callable[[int, list[Record], Path], Record | None]
) -> Iterator[Record]:
    """Run a loop whose every turn leaves a record, and yield the records, old and new.

    Args:
        folder: of the stage.
        step: does a turn: it is given its number (from 0), the records so far, and a folder of its
            own to leave files in; it returns its record, or None where the loop is over. A turn
            whose record was written is never done again; one that was interrupted finds its own
            folder as it left it.

    A turn is a function of the records and files before it, so an interrupted loop ends as an
    uninterrupted one does.
    """
    records: list[Record] = []
    while True:
        own = folder / FOLDER / f"{len(records):04d}"
        path = own / "record.json"
        if not _is_sound(path):
            own.mkdir(parents=True, exist_ok=True)
            record = step(len(records), records, own)
            if record is None:
                if not any(own.iterdir()):
                    own.rmdir()
                return
            write_json(path, record)
        records.append(read_json(path))
        yield records[-1]


def recorded(folder: Path) -> list[Record]:
    """The records of a loop that has ended. Raises UserError where one is damaged."""
    paths = sorted((folder / FOLDER).glob("*/record.json"))
    way_out = f"remove the folder {folder} and run again: the stage is done anew"
    return [read_sound(path, way_out) for path in paths]


def _is_sound(path: Path) -> bool:
    """Whether a turn's record is there as it was written; else the turn is done again."""
    try:
        return path.exists() and isinstance(read_json(path), dict)
    except (OSError, ValueError):
        return False
