"""Writing so that a reader sees all of a file or folder, or nothing of it."""

import errno
import json
import math
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tombola.errors import UserError

MASK_FILE = "mask.safetensors"
"""What the mask in a model's folder is called, for all who read or write one."""
LONGEST = 200
"""Characters of a path that a message repeats."""


def as_path(path: str | Path) -> Path:
    """A path that a user wrote, with `~` for the home folder."""
    return Path(path).expanduser()


def make_folder(path: Path) -> None:
    """Make a folder and those around it; nothing where it is there.

    Raises UserError where that cannot be: no permission, a file in its place, an impossible name.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as problem:  # ValueError: a null character
        if is_full_disk(problem):
            raise
        why = getattr(problem, "strerror", None) or str(problem)
        raise UserError(f"{str(path)[:LONGEST]}: no such folder can be made: {why}") from problem


def is_taken(path: Path) -> bool:
    """Whether something is there that must not be overwritten; an empty folder may be."""
    try:
        empty = path.is_dir() and not path.is_symlink() and not any(path.iterdir())
        return not empty and (path.is_symlink() or path.exists())
    except (OSError, ValueError):  # an impossible name: `make_folder` says why
        return False


def is_plain_name(name: object) -> bool:
    """Whether a name that anyone may have written is that of a file in a folder, and no way out."""
    plain = isinstance(name, str) and not set(name) & {"/", "\\", "\0"}
    return plain and name not in {"", ".", ".."}


def _draft(path: Path) -> Path:
    return path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")


def is_draft(path: Path) -> bool:
    """Whether a file or folder is one that was not written to its end: who wrote it was killed."""
    return bool(re.fullmatch(r"\..+\.[0-9a-f]{8}", path.name))


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Yield a path beside `path` to write to; it takes the place of `path` on success.

    Raises UserError where there can be no such file.
    """
    make_folder(path.parent)
    draft = _draft(path)
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """Yield an empty folder beside `path`; it becomes `path` by one rename on success.

    Raises FileExistsError where `path` is there, were it a link that leads nowhere: a finished
    folder is never overwritten. An empty folder may be. Raises UserError where there can be none.
    """
    if is_taken(path):
        raise FileExistsError(f"{path} exists")
    draft = _draft(path)
    make_folder(path.parent)
    make_folder(draft)
    try:
        yield draft
        if path.is_dir():
            path.rmdir()  # not every system renames onto a folder
        draft.rename(path)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """`atomic_folder` for a folder that a user named: UserError where it exists."""
    try:
        with atomic_folder(path) as draft:
            yield draft
    except FileExistsError:
        raise UserError(f"{path}: exists already; choose another folder") from None


def link_or_copy(source: str | Path, target: str | Path) -> None:
    """The same file under another name where the disk can do that, a copy elsewhere."""
    Path(target).unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def write_json(path: Path, value: Any) -> None:
    """Write `value` as JSON: sorted keys, so that equal values are equal bytes.

    What is no finite number is null: JSON has no NaN.
    """
    text = json.dumps(_finite(value), indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    with atomic_file(path) as draft:
        draft.write_text(f"{text}\n", encoding="utf-8", newline="\n")


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value


def read_json(path: Path) -> Any:
    """Read what `write_json` wrote. Raises ValueError where it is no JSON that it could write."""
    text = path.read_bytes().decode("utf-8")  # a study has tens of thousands of them
    try:
        found = json.loads(text)
    except RecursionError as problem:
        raise ValueError("values within values without end") from problem
    if "\\ud" in text.lower():  # half of a character, which no file can hold
        json.dumps(found, ensure_ascii=False).encode("utf-8")
    return found


def read_sound(path: Path, way_out: str) -> Any:
    """Read what `write_json` wrote.

    Raises UserError, which ends in the way out, where the file is damaged or not there.
    """
    try:
        return read_json(path)
    except (OSError, ValueError, RecursionError) as problem:
        why = " ".join(str(problem).split())[:LONGEST]
        raise UserError(f"{path}: damaged: {why}; {way_out}") from problem


def is_full_disk(problem: BaseException) -> bool:
    """Whether an error says that there is no space left, in whichever library's words."""
    if isinstance(problem, OSError):
        return problem.errno in {errno.ENOSPC, errno.EDQUOT}
    # safetensors has an error of its own, with the system's number in its text.
    words = str(problem)
    return f"(os error {errno.ENOSPC})" in words or f"(os error {errno.EDQUOT})" in words
