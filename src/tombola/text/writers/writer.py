"""What a writer of a format is, and the list of all of them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tombola.errors import UserError
from tombola.files import atomic_file
from tombola.registry import Registry
from tombola.text.annotated import Annotated


@dataclass(frozen=True)
class Writer:
    """How annotated text is written in one format."""

    name: str
    about: str
    """One line for a list of writers."""
    ending: str
    """How its files' names end."""
    needs: tuple[str, ...]
    """Fields of `Annotated` without which a text cannot be written so."""
    lines: Callable[[Annotated], Iterable[str]]
    """The lines of one text, without their ends."""
    format: str | None = None
    """Reads it back: a name in `FORMATS`."""
    documents: bool = False
    """Whether its texts are documents; else they are sentences."""
    apart: bool = True
    """Whether an empty line follows each text."""
    head: tuple[str, ...] = ()
    """Lines at the beginning of a file."""


WRITERS: Registry[Writer] = Registry("form", "tombola.text.writers")
"""Every writer by its name."""


def write_texts(texts: Iterable[Annotated], path: Path, writer: Writer) -> int:
    """Write texts to a file, which appears when it is whole; return how many. Streams.

    Raises UserError where a text lacks what the format needs, or holds what it cannot hold.
    """
    n = 0
    with atomic_file(path) as draft, draft.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{line}\n" for line in writer.head)
        for text in texts:
            missing = [layer for layer in writer.needs if getattr(text, layer) is None]
            if missing:
                raise UserError(f"{text.where}: no {missing[0]}, which {writer.name} needs")
            file.writelines(f"{line}\n" for line in writer.lines(text))
            if writer.apart:
                file.write("\n")
            n += 1
    return n


def columns(text: Annotated, *cells: Iterable[str], between: str = "\t") -> Iterator[str]:
    """A line per word, its cells joined.

    Raises UserError where a cell is empty or holds what separates cells or lines.
    """
    for row in zip(*cells, strict=True):
        for cell in row:
            if not cell or between in cell or "\n" in cell or "\r" in cell or cell.isspace():
                raise UserError(f"{text.where}: {cell!r} cannot stand in a column")
        yield between.join(row)
