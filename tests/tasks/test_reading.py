"""One policy for what cannot be read and for what is odd."""

from pathlib import Path

import pytest

from tombola.errors import UserError
from tombola.text.reading import KEPT, Reading

X = Path("x")


def number(text: str) -> int | None:
    if not text.isdecimal():
        raise UserError(f"{text} is no number")
    return int(text) or None


def test_what_cannot_be_read_refuses_all_or_is_left_out_and_counted():
    with pytest.raises(UserError, match="a is no number"):
        list(Reading().each(["1", "a"], number))
    reading = Reading(skip=True)
    assert list(reading.texts(X, ["1", "a", "0", "2", *"b" * 30], number)) == [1, 2]
    assert (reading.n_bad, len(reading.bad)) == (31, KEPT)
    assert reading.said[0] == "left out, since they cannot be read: 31"
    assert reading.said[-1] == "  … and 11 more"


def test_nothing_to_read_is_said():
    with pytest.raises(UserError, match="x: no sentences"):
        list(Reading().texts(X, ["0"], number))
    with pytest.raises(UserError, match="a is no number; of 2 pairs none can be read"):
        list(Reading(skip=True).texts(X, ["a", "b"], number, "pairs"))


def test_oddities_are_counted_and_the_first_is_told():
    reading = Reading()
    for i in range(3):
        reading.note("odd things", f"x:{i}: odd")
    assert reading.said == ("odd things: 3, first x:0: odd",)
    assert reading.layer("odd layers", lambda: number("a")) is None
    assert reading.layer("odd layers", lambda: number("7")) == 7
    assert reading.odd["odd layers"].n == 1
    strict = Reading(strict=True)
    with pytest.raises(UserError, match="x:1: odd"):
        strict.note("odd things", "x:1: odd")
    again = Reading(skip=True, strict=True).again()
    assert (again.skip, again.strict, again.said) == (True, True, ())
