"""Lines of text files, plain or gzipped, with their numbers and strict errors."""

import zlib
from collections.abc import Iterator
from pathlib import Path

from tombola.errors import UserError
from tombola.text.opening import not_utf8, open_bytes

LONGEST = 2**26
"""Bytes of the longest line; a whole book is shorter."""
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_lines(path: Path, mixed_ends: bool = False) -> Iterator[tuple[int, str]]:
    r"""Number (from 1) and text of each line, without its end; only `\n` and `\r\n` end a line.

    Streams. A byte order mark at the very beginning is dropped; one at the beginning of a later
    line, where files were joined carelessly, is an error, since it would become part of a word.
    Gzip is known by its content. All lines must end alike, for a file that mixes both ends was
    damaged by some tool and may have lost lines; with `mixed_ends`, which suits running text, they
    may differ.
    Raises UserError with file and line where the file breaks these rules, cannot be read, is not
    UTF-8 (it says which encoding it may be, and the cure), or ends within a gzip stream.
    """
    number = 0
    end = ended = b""
    try:
        with open_bytes(path) as file:
            while raw := file.readline(LONGEST + 1):
                number += 1
                if len(raw) > LONGEST:
                    raise UserError(f"{path}:{number}: a line of over {LONGEST >> 20} MB: no text")
                if raw.startswith(BYTE_ORDER_MARK):
                    if number > 1:
                        raise UserError(f"{path}:{number}: a byte order mark within the file")
                    raw = raw.removeprefix(BYTE_ORDER_MARK)
                line = raw.removesuffix(b"\n").removesuffix(b"\r")
                if number == 1 and line == raw and raw.count(b"\r") > 1:
                    cure = "`tr '\\r' '\\n'` makes lines of it"
                    raise UserError(f"{path}: lines end in CR alone, as on old Macs: {cure}")
                ended = raw[len(line) :]
                if ended != end and not mixed_ends and ended.endswith(b"\n"):
                    if end:
                        said = f"ends in {_name(ended)}, the lines before it in {_name(end)}"
                        cure = "`tr -d '\\r'` makes them alike"
                        raise UserError(f"{path}:{number}: {said}: {cure}")
                    end = ended
                yield number, line.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise not_utf8(path, number, problem, is_last=not ended) from problem
    except FileNotFoundError as problem:
        raise UserError(f"{path}: no such file") from problem
    except IsADirectoryError as problem:
        raise UserError(f"{path}: a folder, expected a file") from problem
    except (OSError, EOFError, zlib.error) as problem:
        raise UserError(f"{path}:{number + 1}: cannot be read: {problem}") from problem


def _name(end: bytes) -> str:
    return "CRLF" if end == b"\r\n" else "LF"


def read_blocks(path: Path, mixed_ends: bool = False) -> Iterator[list[tuple[int, str]]]:
    """Runs of lines between empty lines, each line with its number; streams.

    A line of white space alone counts as empty. Raises UserError as `read_lines` does.
    """
    block: list[tuple[int, str]] = []
    for number, line in read_lines(path, mixed_ends):
        if line and not line.isspace():
            block.append((number, line))
        elif block:
            yield block
            block = []
    if block:
        yield block


def check_folder(folder: Path | None, name: str, holds: str) -> Path:
    """The folder a task's files are in. Raises UserError where there is none."""
    if folder is None:
        raise UserError(f"task {name!r} needs a folder that holds {holds}")
    folder = folder.expanduser()
    if folder.is_file():
        raise UserError(
            f"{folder}: a file; task {name!r} takes the folder that has {holds}: {folder.parent}"
        )
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder; task {name!r} expects {holds} in it")
    return folder
