"""Claims about what heads attend to, on tables in which the truth is known."""

from typing import Any

import lottery_tables as made
import pytest
from lottery_verdicts import CONTRADICTED, SILENT, SUPPORTED, UNDECIDED, judge


def with_patterns(**shares: Any) -> made.Lottery:
    """The lower half of layers survives in all seeds; a function says what a head attends to."""
    alive = {(b, i): float(i < 3) for b in ("self", "mlp") for i in range(made.LAYERS)}
    study = made.Lottery().each("survival", "joint", made.survivors(alive))
    return study.each("attention-patterns", "dense", made.patterns(shares))


def by_layer(survivors: float, others: float) -> Any:
    return lambda layer, head: (survivors if layer < 3 else others) + (head - 1.5) / 50


@pytest.mark.parametrize(("survivors", "others", "verdict"), [
    (0.1, 0.5, SUPPORTED), (0.5, 0.1, CONTRADICTED), (0.3, 0.3, UNDECIDED),
])  # fmt: skip
def test_survivors_are_not_more_heterogeneous(survivors: float, others: float, verdict: str):
    """Equal shares of 24 heads leave a correlation of a tenth possible."""
    study = with_patterns(heterogeneous=by_layer(survivors, others))
    assert judge("pr-not-linguistic", study).verdict == verdict
    assert judge("pr-not-linguistic", made.Lottery()).verdict == SILENT


@pytest.mark.parametrize(("block", "verdict"), [
    ((0.5, 0.1), SUPPORTED), ((0.1, 0.5), CONTRADICTED), ((0.3, 0.3), UNDECIDED),
])  # fmt: skip
def test_what_survivors_have_more_of(block: made.Ends, verdict: str):
    up = by_layer(0.5, 0.1)
    study = with_patterns(block=by_layer(*block), vertical=up, diagonal=up)
    assert judge("pr-patterns", study).verdict == verdict
    assert judge("pr-patterns", made.Lottery()).verdict == SILENT


@pytest.mark.parametrize(("moved", "verdict"), [
    (lambda layer: 0.01, SUPPORTED),
    (lambda layer: 0.2, CONTRADICTED),
    (lambda layer: 0.5 * (layer % 2) - 0.2, UNDECIDED),
])  # fmt: skip
def test_tuning_leaves_the_patterns(moved: Any, verdict: str):
    same = by_layer(0.3, 0.3)
    study = with_patterns(block=lambda layer, head: same(layer, head) + moved(layer))
    study.each("attention-patterns", "pre", made.patterns({"block": same}))
    assert judge("pr-tuning-patterns", study).verdict == verdict
    assert judge("pr-tuning-patterns", with_patterns(block=same)).verdict == SILENT
