"""Opening a text: what its bytes are is told by themselves, never by the name of the file."""

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, cast

from tombola.errors import UserError

HEAD = 4096
"""Bytes that are looked at."""

GZIP = b"\x1f\x8b"
MOST_TIMES = 200
"""Times its size that a gzip file may unpack to: text reaches ten, its repetitions a hundred."""
MOST_UNPACKED = 2**28
"""Bytes that any gzip file may unpack to."""

_PACKED = {
    b"BZh": ("bzip2", "bunzip2"),
    b"\xfd7zXZ": ("xz", "unxz"),
    b"\x28\xb5\x2f\xfd": ("Zstandard", "unzstd"),
    b"PK\x03\x04": ("a ZIP archive", "unzip"),
    b"7z\xbc\xaf\x27\x1c": ("a 7-Zip archive", "7z x"),
}
_NO_TEXT = {b"PAR1": "Parquet", b"ARROW1": "Arrow", b"%PDF": "PDF", b"SQLite": "a database"}
_MARKS = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
"""Byte order marks, the longer before those that they begin with."""


class _Unpacked(gzip.GzipFile):
    """A gzip file that ends with an error where it is made to fill memory or disk.

    It is to be read through a buffer: a call for each line would take longer than unpacking it.
    """

    def __init__(self, raw: BinaryIO, path: Path) -> None:
        super().__init__(fileobj=raw)
        self._path = path
        self._left = max(MOST_UNPACKED, path.stat().st_size * MOST_TIMES)

    def read(self, size: int | None = -1) -> bytes:
        with _as_damaged():
            chunk = super().read(size)
        self._left -= len(chunk)
        if self._left < 0:
            raise UserError(
                f"{self._path}: unpacks to more than {MOST_TIMES} times its size, as no text does: "
                "where you trust it, unpack it first"
            )
        return chunk


@contextmanager
def _as_damaged() -> Iterator[None]:
    """What zlib says of a damaged file is no OSError, as all else that reading can meet."""
    try:
        yield
    except zlib.error as problem:
        raise gzip.BadGzipFile(str(problem)) from problem


@contextmanager
def open_bytes(path: Path) -> Iterator[BinaryIO]:
    """The bytes of a text file, unpacked where they are gzip, whatever its name ends in.

    A `~` at the beginning of the path is the user's own folder. Raises UserError where the first
    bytes are none of UTF-8 text: it names what they are, and what makes UTF-8 of them.
    """
    with path.expanduser().open("rb") as raw:
        if not raw.peek(len(GZIP)).startswith(GZIP):
            _check(path, raw.peek(HEAD)[:HEAD])
            yield raw
            return
        unpacked = cast(io.RawIOBase, _Unpacked(raw, path.expanduser()))
        with io.BufferedReader(unpacked) as buffered:
            _check(path, buffered.peek(HEAD)[:HEAD])
            yield buffered


def _check(path: Path, head: bytes) -> None:
    for mark, (kind, cure) in _PACKED.items():
        if head.startswith(mark):
            raise UserError(f"{path}: {kind}, expected text, plain or gzipped: first `{cure}` it")
    for mark, kind in _NO_TEXT.items():
        if head.startswith(mark):
            raise UserError(f"{path}: {kind}, expected text in UTF-8")
    encoding = next((name for mark, name in _MARKS.items() if head.startswith(mark)), None)
    if encoding is None and head.count(0) > len(head) // 3:
        # Every other byte of Latin letters is zero in UTF-16: which tells which way round it is.
        big = head[::2].count(0) > head[1::2].count(0)
        encoding = "UTF-16BE" if big else "UTF-16LE"
    if encoding is not None:
        raise UserError(f"{path}: {encoding}, expected UTF-8: {_cure(path, encoding)}")


def not_utf8(
    path: Path, number: int, problem: UnicodeDecodeError, is_last: bool = False
) -> UserError:
    """What is wrong with a line that is not UTF-8, which encoding it may have, and the cure."""
    line, at = problem.object, problem.start
    said = f"{path}:{number}: not UTF-8 (byte 0x{line[at]:02x})"
    if is_last and "unexpected end" in problem.reason:
        return UserError(f"{said}: the text ends within a character: was the file cut off?")
    high = [byte for byte in line if byte >= 0x80]
    pairs = sum(a >= 0x80 and b >= 0x80 for a, b in pairwise(line))
    if pairs * 2 > len(high):  # letters beyond ASCII side by side: no Latin script
        others = "GB18030, Shift-JIS, EUC-KR, KOI8-R, Windows-1251, …"
        return UserError(f"{said}; another encoding ({others})? {_cure(path, 'ENCODING')}")
    if any(byte < 0xA0 for byte in high):
        return UserError(f"{said}; perhaps Windows-1252: {_cure(path, 'CP1252')}")
    return UserError(f"{said}; perhaps Latin-1: {_cure(path, 'LATIN1')}")


def _cure(path: Path, encoding: str) -> str:
    unpacked = "gunzip -c" if path.suffix == ".gz" else "cat"
    return f"`{unpacked} {path.name} | iconv -f {encoding} -t UTF-8 > NEW` makes it UTF-8"
