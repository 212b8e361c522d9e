"""What is done about a text that cannot be read, and what was met on the way: one policy for all.

A text that cannot be read (a sentence, a document, a pair) refuses its file, or is left out and
counted. An oddity (an id given twice, a tag of another scheme) is read all the same, counted, and
shown; a strict reading refuses it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from tombola.errors import UserError

T = TypeVar("T")
U = TypeVar("U")

KEPT = 20
"""Messages that are kept; more are counted."""


@dataclass
class Oddity:
    """Something of one kind that was met, and read all the same."""

    n: int
    first: str
    """What was met first, with file and line."""


class Reading:
    """One reading of a corpus: its policy, and what was met."""

    def __init__(self, skip: bool = False, strict: bool = False) -> None:
        """`skip` leaves out what cannot be read; `strict` takes oddities for such."""
        self.skip, self.strict = skip, strict
        self.bad: list[str] = []
        """The first texts that were left out, with file and line and what is wrong."""
        self.n_bad = 0
        self.odd: dict[str, Oddity] = {}
        """By what it is."""
        self.layer_of: dict[str, str] = {}
        """By task, the layer that its labels are of: one for all that is read."""

    def again(self) -> "Reading":
        """Another reading of the same policy, which has met nothing so far."""
        return Reading(self.skip, self.strict)

    def each(self, parts: Iterable[T], read: Callable[[T], U]) -> Iterator[U]:
        """What `read` makes of each part; those that it refuses are left out, where that is asked.

        Raises UserError as `read` does, by the policy.
        """
        for part in parts:
            try:
                made = read(part)
            except UserError as problem:
                self.refuse(problem)
            else:
                yield made

    def texts(
        self, path: Path, parts: Iterable[T], read: Callable[[T], U | None], what: str = "sentences"
    ) -> Iterator[U]:
        """As `each`, of all of a file, without those parts of which nothing is made.

        `what` they are. Raises UserError as `each` does, and where there is none.
        """
        empty = True
        for made in self.each(parts, read):
            if made is not None:
                yield made
                empty = False
        if empty:
            raise self.nothing(path, what)

    def nothing(self, path: Path, what: str) -> UserError:
        """What to say of a file that has no sentences, or none that can be read."""
        if self.bad:
            return UserError(f"{self.bad[0]}; of {self.n_bad:,} {what} none can be read")
        return UserError(f"{path}: no {what}")

    def refuse(self, problem: UserError) -> None:
        """Leave out what has this problem, or raise it."""
        if not self.skip:
            raise problem
        self.n_bad += 1
        if len(self.bad) < KEPT:
            self.bad.append(str(problem))

    def note(self, what: str, message: str) -> None:
        """An oddity: `what` it is, and file, line and details. Raises UserError where strict."""
        if self.strict:
            raise UserError(message)
        if what in self.odd:
            self.odd[what].n += 1
        else:
            self.odd[what] = Oddity(1, message)

    def layer(self, what: str, read: Callable[[], T]) -> T | None:
        """A layer that few tasks need: where it cannot be read it is absent, and that is noted."""
        try:
            return read()
        except UserError as problem:
            self.note(what, str(problem))
            return None

    @property
    def oddities(self) -> tuple[str, ...]:
        """Oddities as lines for a person: what they are, how many, and the first."""
        return tuple(f"{kind}: {odd.n:,}, first {odd.first}" for kind, odd in self.odd.items())

    @property
    def said(self) -> tuple[str, ...]:
        """All that was met, as lines for a person."""
        lines = [*self.oddities]
        if self.n_bad:
            lines.append(f"left out, since they cannot be read: {self.n_bad:,}")
            lines += [f"  {message}" for message in self.bad]
            if self.n_bad > len(self.bad):
                lines.append(f"  … and {self.n_bad - len(self.bad):,} more")
        return tuple(lines)


def reading_of(given: Reading | None) -> Reading:
    """The reading that is given, or one that refuses what is bad and notes what is odd."""
    return Reading() if given is None else given
