"""What intervals show."""

import math

import pytest

from tombola.statistics import matches_up_to, verdict


@pytest.mark.parametrize(
    ("low", "high", "margin", "expected"),
    [
        (0.01, 0.03, None, "above"),
        (-0.03, -0.01, None, "below"),
        (-0.01, 0.01, math.nan, "undecided"),
        (-0.01, 0.01, 0.02, "within"),
        (0.001, 0.01, 0.02, "within"),
        (0.001, 0.03, 0.02, "above"),
        (-0.03, 0.01, 0.02, "undecided"),
        (math.nan, math.nan, 0.02, "undecided"),
    ],
)
def test_verdicts(low, high, margin, expected):
    assert verdict(low, high, margin) == expected


def test_matches_up_to_the_first_level_that_fails():
    lows = [(0.5, -0.01), (0.2, -0.005), (0.8, -0.3), (0.9, 0.01)]
    assert matches_up_to(lows, 0.02) == 0.5
    assert matches_up_to([*lows, (0.5, -0.1)], 0.02) == 0.2
    assert math.isnan(matches_up_to(lows, 0.001))
    assert math.isnan(matches_up_to([], 0.02))
    assert math.isnan(matches_up_to([(0.1, math.nan), (0.2, 0.0)], 0.02))
    with pytest.raises(ValueError, match="margin"):
        matches_up_to(lows, 0.0)
