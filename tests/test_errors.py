"""What is said of bad input: one line that a terminal can show, and a person can read."""

import pytest

from tombola.errors import UserError


@pytest.mark.parametrize("sign", ["\x1b[31m", "\r", "\0", "\ud800", "\u202e", "\x07", "\x85"])
def test_what_a_terminal_would_obey_is_not_repeated(sign: str):
    said = str(UserError(f"no task 'a{sign}b'"))
    assert " ".join(said.split()).isprintable()
    assert said.startswith("no task 'a\N{REPLACEMENT CHARACTER}")


def test_a_value_of_ten_thousand_characters_is_cut():
    said = str(UserError(f"no task {'x' * 10_000!r}; allowed: toy"))
    assert len(said) < 1600
    assert said.endswith("allowed: toy")
