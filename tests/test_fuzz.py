"""A thousandth of what `make fuzz` tries: bad input is answered, or refused in one short line."""

import itertools
from pathlib import Path

import pytest

from fuzz.judge import judge
from fuzz.kinds import KINDS
from study.small import cola_folder, raw
from tombola.errors import UserError
from tombola.study import parse_recipe
from tombola.study.endless import refuse_endless


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        ("recipes", 10),
        ("data", 50),
        ("saved", 20),
        pytest.param("saved", 200, marks=pytest.mark.long),
    ],
)
def test_bad_input_is_answered_or_refused_in_one_line(kind: str, count: int, tmp_path: Path):
    found = judge(itertools.islice(KINDS[kind](5, tmp_path), count), seconds=120)
    assert found.first == {}
    assert found.refused > count // 4


LAUGHS = "\n".join(
    ["l0: &l0 [ha]", *(f"l{i}: &l{i} [{', '.join([f'*l{i - 1}'] * 9)}]" for i in range(1, 12))]
)


@pytest.mark.parametrize("text", [LAUGHS, "steps: &s {x: *s}", "a: " + "[" * 70 + "]" * 70])
def test_what_anchors_make_of_a_few_lines_is_not_looked_at(text: str):
    with pytest.raises(UserError, match=r"mine: (more than 200,000 values|values within values)"):
        parse_recipe(text, "mine")


def test_a_recipe_is_neither_deep_nor_large(tmp_path: Path):
    refuse_endless(raw(cola_folder(tmp_path)), "small")
