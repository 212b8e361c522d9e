"""Checksums of a finished stage's files: what was cut short or edited since is found at reading."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tombola.errors import UserError
from tombola.files import is_plain_name

Sums = Mapping[str, str]
"""A file's path within the stage's folder, with `/`, to its size in bytes and its checksum."""


def sum_of(path: Path) -> str:
    """Size and checksum (BLAKE2b, 128 bits) of a file, as one word."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16))
    return f"{path.stat().st_size}-{digest.hexdigest()}"


def size_of(found: str) -> int:
    """The bytes of a file, from its sum."""
    return int(found.partition("-")[0])


def files_of(folder: Path) -> dict[str, Path]:
    """Every file of a folder, by its path within it."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path for path in files}


def sums_of(folder: Path) -> dict[str, str]:
    """The checksum of every file of a folder."""
    return {name: sum_of(path) for name, path in files_of(folder).items()}


def stated(folder: Path, record: Mapping[str, Any]) -> Sums | None:
    """The checksums that a finished stage's record states; None where it has none.

    A study's folder may come from anyone, and what is stated is removed to save space. Raises
    UserError where a file is not one of the stage's own folder.
    """
    sums = record.get("files")
    if sums is None:  # a stage of an older version
        return None
    if not isinstance(sums, dict):
        raise UserError(f"{folder}: its record states no checksums; {way_out(folder)}")
    for name, found in sums.items():
        own = all(map(is_plain_name, name.split("/")))
        if not own or not isinstance(found, str) or not re.fullmatch(r"\d+-[0-9a-f]*", found):
            said = f"its record names {name[:100]!r}, which is no file of it"
            raise UserError(f"{folder}: {said}; {way_out(folder)}")
    return sums


def way_out(folder: Path) -> str:
    """What to do about a finished stage that is not whole."""
    return f"remove the folder {folder} and run again: the stage is done anew"


def check_sums(folder: Path, sums: Sums, names: Iterable[str]) -> None:
    """Raise UserError for the first of some files that is not what it was, with the way out."""
    for name in names:
        path = folder / name
        try:
            found = sum_of(path)
        except OSError as problem:
            found = ""
            why = f"cannot be read: {problem.strerror}"
        else:
            why = "is not what it was when the stage ended: cut short, or edited"
        if found != sums[name]:
            raise UserError(f"{path}: {why}; {way_out(folder)}")
