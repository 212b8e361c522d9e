"""What a reader of a format is, and the list of all of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from tombola.registry import Registry
from tombola.text.annotated import Annotated
from tombola.text.formats.sample import Sample, Sure
from tombola.text.reading import Reading


@runtime_checkable
class Reader(Protocol):
    """Streams the texts of one file, plain or gzipped."""

    def __call__(self, path: Path, reading: Reading | None = None) -> Iterator[Annotated]:
        """Raise UserError with file and line where something is wrong, by the reading's policy."""


@dataclass(frozen=True)
class Format:
    """A file format of texts with annotated words."""

    name: str
    about: str
    """One line for a list of formats."""
    endings: tuple[str, ...]
    """How names of its files usually end, without `.gz`: of formats that the content fits equally,
    one with the file's ending is meant."""
    carries: tuple[str, ...]
    """Fields of `Annotated` that it can fill."""
    read: Reader
    looks: Callable[[Sample], Sure] | None = None
    """How sure it is that a file is of this format; where that is not said, its ending tells."""
    instead_of: str | None = None
    """Another format of the same files, which is meant where both could be."""
    named: "Callable[[str], Format] | None" = None
    """The same format as a user knows it who says more, after a colon: names of columns."""

    def sure(self, sample: Sample) -> Sure:
        """How sure it is that a file is of this format."""
        if self.looks is None:
            return Sure.FITS if self.by_ending(sample.path) else Sure.NO
        return self.looks(sample)

    def by_ending(self, path: Path) -> bool:
        """Whether a file's name ends as names of the format do."""
        return path.name.removesuffix(".gz").lower().endswith(self.endings)


FORMATS: Registry[Format] = Registry("format", "tombola.text.formats")
"""Every format by its name."""
