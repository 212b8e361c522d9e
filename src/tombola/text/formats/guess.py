"""Which format a file is of: its content decides, its ending only orders what could be meant."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from tombola.errors import UserError
from tombola.text.formats.format import FORMATS, Format
from tombola.text.formats.sample import Sample, Sure

NAMED = "; columns:words,_,names reads columns as you name them"


class Guess(NamedTuple):
    """A format that a file may be of."""

    format: Format
    sure: Sure
    by_ending: bool
    """Whether the file's name ends as names of the format do."""


def named_format(name: str) -> Format:
    """The format of a name; after a colon stand what some want to know: `columns:words,_,names`.

    Raises UserError where there is none, or it takes nothing after a colon.
    """
    name, colon, given = name.partition(":")
    found = FORMATS[name]
    if not colon:
        return found
    if found.named is None:
        able = ", ".join(each.name for each in FORMATS.values() if each.named is not None)
        raise UserError(f"format {name!r} takes no names of columns; those that do: {able}")
    return found.named(given)


def guesses(path: Path, able: Iterable[Format] | None = None) -> list[Guess]:
    """What a file may be of, of some formats or all: the surest, of those the ones by its ending.

    Several where it cannot be told; none where it looks like none of them. Raises UserError where
    the file is not there, is no text, or is empty.
    """
    sample = Sample.of(path)
    formats = list(FORMATS.values() if able is None else able)
    found = [Guess(each, each.sure(sample), each.by_ending(path)) for each in formats]
    best = max((guess[1:] for guess in found), default=(Sure.NO, False))
    if best[0] is Sure.NO:
        return []
    chosen = [guess for guess in found if guess[1:] == best]
    names = {guess.format.name for guess in chosen}
    return [guess for guess in chosen if guess.format.instead_of not in names]


def the_format(path: Path, able: Iterable[Format], what: str) -> Guess:
    """The one format that a file is of, of those that are `able`; `what` is asked of it.

    Raises UserError with a list to choose from where that is none or several.
    """
    formats = list(able)
    found = guesses(path, formats)
    if len(found) == 1:
        return found[0]
    others = [] if found else guesses(path)
    names = ", ".join(sorted(each.format.name for each in found) or _names(formats))
    if others:
        also = " or ".join(each.format.name for each in others)
        raise UserError(
            f"{path}: looks like {also}, which carries nothing for {what}; formats that do: {names}"
        )
    tells = "several formats" if found else "no format"
    raise UserError(f"{path}: it tells {tells} for {what}; name one of: {names}{NAMED}")


def _names(formats: list[Format]) -> list[str]:
    return sorted(each.name for each in formats)
