"""What is said of bad input: one line that a terminal can show, and a person can read."""

import pytest

from tombola.errors import UserError, allowed_for


@pytest.mark.parametrize("sign", ["\x1b[31m", "\r", "\0", "\ud800", "\u202e", "\x07", "\x85"])
def test_what_a_terminal_would_obey_is_not_repeated(sign: str):
    said = str(UserError(f"no task 'a{sign}b'"))
    assert " ".join(said.split()).isprintable()
    assert said.startswith("no task 'a\N{REPLACEMENT CHARACTER}")


def test_a_value_of_ten_thousand_characters_is_cut():
    said = str(UserError(f"no task {'x' * 10_000!r}; allowed: toy"))
    assert len(said) < 1600
    assert said.endswith("allowed: toy")


def test_which_known_name_was_likely_meant_is_said_last():
    names = ["magnitude", "random", "CoLA", "learning_rate"]
    known = "allowed: magnitude, random, CoLA, learning_rate"
    assert allowed_for("cola", names) == f"{known}; did you mean 'CoLA'?"
    assert allowed_for("magntiude", names) == f"{known}; did you mean 'magnitude'?"
    assert allowed_for("learningrate", names) == f"{known}; did you mean 'learning_rate'?"
    assert allowed_for("nonsense", names) == known
    assert allowed_for(3, ["0.1", "0.3"]) == "allowed: 0.1, 0.3"
    assert allowed_for("m" * 10_000, names) == known
