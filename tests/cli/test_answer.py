"""A verb's answer, for people and for programs."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tombola.cli.terminal.answer import answer, plain


@dataclass
class Row:
    value: float
    where: Path


class Told:
    def to_dict(self) -> dict[str, Any]:
        return {"rows": (Row(0.5, Path("a")), Row(float("nan"), Path("b")))}


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")


def test_for_programs_it_is_json_and_what_is_no_number_is_null(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = [Told(), {1: np.float64("inf"), "x": [-float("inf"), 2, None, True, "é"]}]
    answer(found, True, lambda _: pytest.fail("shown to people"))
    assert json.loads(capsys.readouterr().out, parse_constant=refuse) == [
        {"rows": [{"value": 0.5, "where": "a"}, {"value": None, "where": "b"}]},
        {"1": None, "x": [None, 2, None, True, "é"]},
    ]


def test_for_people_it_is_what_was_found(capsys: pytest.CaptureFixture[str]) -> None:
    found, seen = Told(), []
    answer(found, False, seen.append)
    assert seen == [found]
    assert capsys.readouterr().out == ""


def test_whole_numbers_and_words_stay() -> None:
    for value in (1, True, None, "NaN", 0.1, 10**30):
        assert plain(value) is value
