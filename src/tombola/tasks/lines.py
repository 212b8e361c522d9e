"""Lines of text files, plain or gzipped, with their numbers and strict errors."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

from tombola.errors import UserError


def read_lines(path: Path) -> Iterator[tuple[int, str]]:
    r"""Number (from 1) and text of each line, without its end; only `\n` and `\r\n` end a line.

    Streams. A byte order mark is dropped. Raises UserError with file and line where the file cannot
    be read, is not UTF-8, or ends within a gzip stream.
    """
    number = 0
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            for raw in file:
                number += 1
                text = raw.decode("utf-8-sig" if number == 1 else "utf-8")
                yield number, text.removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError as problem:
        byte = problem.object[problem.start]
        raise UserError(f"{path}:{number}: not UTF-8 (byte 0x{byte:02x})") from problem
    except FileNotFoundError as problem:
        raise UserError(f"{path}: no such file") from problem
    except (OSError, EOFError, zlib.error) as problem:
        raise UserError(f"{path}:{number + 1}: cannot be read: {problem}") from problem


def check_folder(folder: Path | None, name: str, holds: str) -> Path:
    """The folder a task's files are in. Raises UserError where there is none."""
    if folder is None:
        raise UserError(f"task {name!r} needs a folder that holds {holds}")
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder; task {name!r} expects {holds} in it")
    return folder
