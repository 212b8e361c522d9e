"""The beginning of a file, and how sure it is that it is of a format."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from tombola.errors import UserError
from tombola.text.formats.checks import cells_of
from tombola.text.opening import open_bytes

T = TypeVar("T")

PARQUET = "PAR1"
"""What a file of Parquet begins with; it has no lines but this one."""

BYTES = 1 << 16
"""Of a file that are looked at."""

MOST = 0.6
"""Share of lines that must look right: some may be wrong, and reading will tell."""


class Sure(IntEnum):
    """How sure it is that a file is of a format."""

    NO = 0
    FITS = 1
    """Its columns fit; so do those of other formats."""
    LIKELY = 2
    """What stands in its columns is what the format has there."""
    MARKED = 3
    """It has the format's own marks."""

    def __str__(self) -> str:
        return ("it is none", "its columns fit", "likely", "by its own marks")[self]


@dataclass(frozen=True)
class Sample:
    """The lines at a file's beginning, without their ends and without blank ones."""

    path: Path
    lines: tuple[str, ...]

    @classmethod
    def of(cls, path: Path) -> "Sample":
        """Of a file, plain or gzipped. Raises UserError where it is no text, or there is none."""
        try:
            with path.open("rb") as file:
                if file.read(len(PARQUET)) == PARQUET.encode():
                    return cls(path, (PARQUET,))
            with open_bytes(path) as file:
                head = file.read(BYTES)
                more = bool(file.read(1))
        except FileNotFoundError as problem:
            raise UserError(f"{path}: no such file") from problem
        except (OSError, EOFError) as problem:
            raise UserError(f"{path}: cannot be read: {problem}") from problem
        lines = head.decode("utf-8-sig", "replace").split("\n")
        if more and len(lines) > 1:
            lines.pop()  # it may be cut
        found = tuple(line.removesuffix("\r") for line in lines if line.strip())
        if not found:
            raise UserError(f"{path}: an empty file")
        return cls(path, found)

    @property
    def name(self) -> str:
        """The file's, without `.gz`."""
        return self.path.name.removesuffix(".gz")

    @cached_property
    def comments(self) -> tuple[str, ...]:
        """Lines that begin with `#` and hold no tab."""
        return tuple(line for line in self.lines if line.startswith("#") and "\t" not in line)

    @cached_property
    def tabbed(self) -> list[list[str]]:
        """The cells between tabs of all other lines."""
        comments = set(self.comments)
        return [line.split("\t") for line in self.lines if line not in comments]

    @cached_property
    def cells(self) -> list[list[str]]:
        """The cells of each line, between tabs or runs of spaces."""
        return [cells_of(line) for line in self.lines]


def most(things: Iterable[T], test: Callable[[T], bool]) -> bool:
    """Whether there are some, and nearly all pass the test."""
    results = [test(thing) for thing in things]
    return bool(results) and sum(results) >= MOST * len(results)
