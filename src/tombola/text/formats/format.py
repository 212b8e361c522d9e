"""What a reader of a format is, and the list of all of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tombola.registry import Registry
from tombola.text.annotated import Annotated


@dataclass(frozen=True)
class Format:
    """A file format of texts with annotated words."""

    name: str
    about: str
    """One line for a list of formats."""
    endings: tuple[str, ...]
    """How names of its files usually end, without `.gz`; a guess is made from these alone."""
    carries: tuple[str, ...]
    """Fields of `Annotated` that it can fill."""
    read: Callable[[Path], Iterator[Annotated]]
    """Streams a file, plain or gzipped. Raises UserError with file and line."""


FORMATS: Registry[Format] = Registry("format", "tombola.text.formats")
"""Every format by its name."""
