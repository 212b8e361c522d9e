"""The claims of Gordon et al. 2020 and Chen et al. 2020 on tables in which the truth is known."""

from typing import Any

import pretrain_tables as made
import pytest
from lottery_verdicts import CONTRADICTED, SILENT, SUPPORTED, UNDECIDED

from tombola.report.claims.claim import CLAIMS
from tombola.report.conditions import conditions

UP, DOWN, OPEN, SAME = (0.03, 0.09), (-0.09, -0.03), (-0.05, 0.05), (-0.01, 0.01)
"""Intervals: clearly above, clearly below, covering both, and within two points of none."""


def verdict(claim: str, study: made.Pretrained) -> str:
    return CLAIMS[claim].test(study.tables).verdict


def test_what_models_are_is_read_from_facts() -> None:
    found = conditions(made.Pretrained().tables).set_index("model")

    def what(name: str) -> tuple[Any, ...]:
        return tuple(found.loc[name, ["condition", "cut"]])

    assert what("dense-cola") == ("dense", 0.0)
    assert what("kept-cola-0.7") == ("kept", 0.7)
    assert what("released-cola-0.7") == ("released", 0.7)
    assert what("after-cola-0.7") == ("after", 0.7)
    assert what("random-cola-0.7") == ("random", 0.7)
    assert what("pre-0.7") == ("pruning", 0.7)
    assert what("best-cola") == ("kept", 0.5)
    assert tuple(found.loc["control-cola-0.5", ["condition", "control"]]) == (
        "control", "re-initialised",
    )  # fmt: skip
    assert found.loc["dense-cola", "learned"] == 100


K, R, A = ("kept", "dense"), ("released", "dense"), ("after", "dense")
RK, AK, LK = ("released", "kept"), ("after", "kept"), ("random", "kept")
KC = ("kept", "control")


@pytest.mark.parametrize(("claim", "held", "said"), [
    ("go-free", {K: SAME, A: SAME}, SUPPORTED),
    ("go-free", {K: DOWN, A: SAME}, CONTRADICTED),
    ("go-free", {K: OPEN, A: SAME}, UNDECIDED),
    ("go-free", {RK: SAME}, SILENT),
    ("go-information", {RK: SAME}, SUPPORTED),
    ("go-information", {RK: UP}, CONTRADICTED),
    ("go-information", {RK: OPEN}, UNDECIDED),
    ("go-information", {K: SAME}, SILENT),
    ("go-complexity", {RK: UP, R: DOWN}, SUPPORTED),
    ("go-complexity", {RK: UP, R: UP}, CONTRADICTED),
    ("go-complexity", {RK: OPEN, R: DOWN}, UNDECIDED),
    ("go-complexity", {K: SAME}, SILENT),
    ("go-after", {AK: SAME}, SUPPORTED),
    ("go-after", {AK: UP}, CONTRADICTED),
    ("go-after", {AK: OPEN}, UNDECIDED),
    ("go-after", {K: SAME}, SILENT),
    ("go-random", {LK: DOWN}, SUPPORTED),
    ("go-random", {LK: UP}, CONTRADICTED),
    ("go-random", {LK: OPEN}, UNDECIDED),
    ("go-random", {K: SAME}, SILENT),
])  # fmt: skip
def test_paired_differences(claim: str, held: dict[tuple[str, str], made.Ends], said: str) -> None:
    study = made.Pretrained()
    for (of, to), ends in held.items():
        study.differ(of, to, ends)
    assert verdict(claim, study) == said
