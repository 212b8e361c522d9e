"""Lines beside statsmodels, and the slopes of Gordon, Duh & Andrews (2020), Table 1."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest
import statsmodels.api as sm

import realdata
from tombola.statistics import fit_line

PUBLISHED = {
    "MNLI": ("-2.48", ".995"), "QQP": ("-0.76", ".988"), "QNLI": ("-3.35", ".988"),
    "SST-2": ("-2.15", ".975"), "CoLA": ("-6.54", ".972"),
}  # fmt: skip
"""Points of accuracy for one nat of pre-training loss, and r²; CoLA without its last point, which
stands at the majority class."""


def test_a_line_is_that_of_another_library_with_and_without_each_point() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=9)
    y = 3 - 2 * x + 0.3 * rng.normal(size=9)
    found = fit_line(x.tolist(), y.tolist(), 0.9)
    for i, line in enumerate((found.line, *found.without)):
        some = np.arange(9) != i - 1
        theirs = sm.OLS(y[some], sm.add_constant(x[some])).fit()
        assert (line.intercept, line.slope) == pytest.approx(tuple(theirs.params))
        assert (line.low, line.high) == pytest.approx(tuple(theirs.conf_int(0.1)[1]))
        assert (line.r2, line.n) == pytest.approx((theirs.rsquared, some.sum()))
    assert found.reach[0] <= found.line.slope <= found.reach[1]


def test_two_points_one_x_and_what_is_no_number_make_no_line() -> None:
    one, nan = [1.0] * 4, [math.nan] * 3
    for x, y in (([1.0, 2.0], [1.0, 2.0]), (one, [1.0, 2.0, 3.0, 4.0]), ([1.0, 2.0, 3.0], nan)):
        found = fit_line(x, y)
        assert math.isnan(found.line.slope)
        assert all(map(math.isnan, found.reach))
    flat = fit_line([1.0, 2.0, 3.0, 4.0], [5.0] * 4).line
    assert (flat.slope, math.isnan(flat.r2)) == (0, True)
    with pytest.raises(ValueError, match="2 and 1 numbers"):
        fit_line([1.0, 2.0], [1.0])


def test_the_slopes_of_a_published_table_hang_on_one_point() -> None:
    path: Path = realdata.published("gordon_2020/table1.csv")
    with path.open() as file:
        rows = [row for row in csv.DictReader(file) if row["condition"] == "info_deletion"]
    for task, (slope, r2) in PUBLISHED.items():
        own = [row for row in rows if row["task"] == task]
        own = own[:-1] if task == "CoLA" else own
        loss = [float(row["pretrain_loss"]) for row in own]
        found = fit_line(loss, [float(row["dev_acc"]) for row in own])
        assert f"{found.line.slope:.2f}" == slope
        assert f"{found.line.r2:.3f}"[1:] == r2
        moves = [abs(line.slope - found.line.slope) for line in found.without]
        assert moves.index(max(moves)) == len(own) - 1  # the sparsest model
