"""Examples of any number: few are held in memory, many are read from their files when asked for."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TypeVar, overload

from tombola.errors import UserError

T = TypeVar("T")
U = TypeVar("U")
HELD = 200_000
"""Examples of a split that are held in memory; of more, none is."""


class Streamed(Sequence[T]):
    """Examples that are read anew whenever one goes through them; nothing of them is kept.

    One at a place is found by reading up to it, so this is for a split that is encoded once, not
    for one whose examples are looked up.
    """

    def __init__(self, read: Callable[[], Iterator[T]], n: int, what: str) -> None:
        """`read` begins at the first of the `n` examples; `what` says in errors where they are."""
        self._read, self._n, self._what = read, n, what

    def __len__(self) -> int:
        return self._n

    def __iter__(self) -> Iterator[T]:
        """Raises UserError where there are not as many any more."""
        n = 0
        for n, example in enumerate(self._read(), 1):
            if n > self._n:
                break
            yield example
        if n != self._n:
            raise UserError(f"{self._what}: changed while it was read: {self._n} examples before")

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[T, ...]: ...
    def __getitem__(self, index: int | slice) -> T | tuple[T, ...]:
        if isinstance(index, slice):
            start, stop, step = index.indices(self._n)
            if step < 0:
                raise ValueError("a text is read from its beginning: no slice goes backwards")
            return tuple(islice(self._read(), start, stop, step))
        if not -self._n <= index < self._n:
            raise IndexError(index)
        return next(islice(self._read(), index % self._n, None))

    def at(self, places: Sequence[int]) -> "Streamed[T]":
        """Those at some places, in ascending order."""

        def chosen() -> Iterator[T]:
            left = iter(places)
            wanted = next(left, None)
            for place, example in enumerate(self._read()):
                if wanted is None:
                    return
                if place == wanted:
                    yield example
                    wanted = next(left, None)

        return Streamed(chosen, len(places), self._what)

    def each(self, change: Callable[[T], U]) -> "Streamed[U]":
        """The same examples, each changed as it is read."""
        return Streamed(lambda: map(change, self._read()), self._n, self._what)


def gathered(read: Callable[[], Iterator[T]], what: str) -> Sequence[T]:
    """All examples that `read` gives: a tuple, or `Streamed` where they are many.

    They are all read once either way, so that what is wrong with a text is found before any work.
    """
    held: list[T] = []
    n = 0
    for n, example in enumerate(read(), 1):
        if n <= HELD:
            held.append(example)
        elif held:
            held = []
    return tuple(held) if n <= HELD else Streamed(read, n, what)
