"""Movement beside a plain computation, and Gordon, Duh & Andrews (2020), Table 2 and Figure 4."""

import csv
from collections import defaultdict

import numpy as np
import pytest
import torch

import realdata
from tombola.anatomy.parts import Parameter
from tombola.dissect.weights.movement import CHANCE, CHANCE_SD, movements, pooled, pooled_moments
from tombola.errors import UserError

SHAPES = {"a": (13, 17), "b": (5, 60)}
PARAMETERS = [Parameter(name, shape, "matrices", "up") for name, shape in SHAPES.items()]
TABLE = {
    "MNLI": ("1.91 1.81", "2.68 2.51", "3.41 3.18", "4.12 3.83"),
    "QQP": ("1.82 1.72", "2.56 2.40", "3.30 3.10", "4.02 3.74"),
    "QNLI": ("1.27 1.22", "1.79 1.69", "2.31 2.19", "2.77 2.62"),
    "SST-2": ("1.06 1.03", "1.54 1.47", "1.99 1.89", "2.38 2.29"),
    "CoLA": ("0.79 0.77", "1.06 1.03", "1.11 1.09", "1.47 1.43"),
}
"""Mean and spread in per cent, by learning rate; CoLA's first file is cut short."""
RATES = ("2e-5", "3e-5", "4e-5", "5e-5")
EPOCHS = {
    "MNLI": "3.50 3.93 4.15 4.43 4.62", "QQP": "3.38 3.79 3.98 4.21 4.36",
    "QNLI": "2.52 2.70 2.78 2.88 2.93", "SST-2": "2.23 2.35 2.41 2.47 2.50",
    "CoLA": "1.07 1.07 1.07 1.14 1.17",
}  # fmt: skip


def two_models(dtype: torch.dtype = torch.float32) -> list[dict[str, torch.Tensor]]:
    generator = torch.Generator().manual_seed(0)
    first = {n: torch.randn(s, generator=generator).to(dtype) for n, s in SHAPES.items()}
    second = {
        n: (w.float() + 0.1 * torch.randn(w.shape, generator=generator)).to(dtype)
        for n, w in first.items()
    }
    second["a"][:3] = first["a"][:3] = 0  # ties that are at rest among themselves
    return [first, second]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
@pytest.mark.parametrize("binned", ["start", "as_published"])
def test_movement_is_that_of_ranks_taken_one_by_one(dtype: torch.dtype, binned: str) -> None:
    models = two_models(dtype)
    for found in movements(*models, PARAMETERS, binned=binned, bins=7):
        flat = [model[found.name].double().abs().reshape(-1).tolist() for model in models]
        ranks = []
        for values in flat:
            order = sorted(range(len(values)), key=lambda i: (values[i], i))
            ranks.append({weight: rank for rank, weight in enumerate(order)})
        n = len(flat[0])
        moved = [abs(ranks[0][i] - ranks[1][i]) / n for i in range(n)]
        assert found.mean == pytest.approx(np.mean(moved))
        assert found.sd == pytest.approx(np.std(moved))
        place = ranks[0 if binned == "start" else 1]
        for one_bin in range(7):
            own = [moved[i] for i in range(n) if place[i] * 7 // n == one_bin]
            assert found.sums[one_bin] == pytest.approx(sum(own))
            assert found.counts[one_bin] == len(own)


def test_several_matrices_are_pooled_weight_by_weight() -> None:
    found = movements(*two_models(), PARAMETERS)
    both = pooled(found)
    assert both.n == 13 * 17 + 5 * 60
    assert both.shares.sum() == pytest.approx(1)
    assert min(f.mean for f in found) < both.mean < max(f.mean for f in found)
    assert both.sums.sum() / both.n == pytest.approx(both.mean)


def test_orders_that_know_nothing_of_each_other_move_by_chance() -> None:
    parameter = [Parameter("w", (200, 200), "matrices", "up")]
    models = [
        {"w": torch.rand(200, 200, generator=torch.Generator().manual_seed(s))} for s in (1, 2)
    ]
    (found,) = movements(*models, parameter)
    assert (found.mean, found.sd) == pytest.approx((CHANCE, CHANCE_SD), abs=0.005)


@pytest.mark.parametrize(("change", "said"), [
    ({"a": torch.zeros(13, 16)}, "two shapes: a is"),
    ({"a": torch.full((13, 17), torch.nan)}, "a: holds NaN"),
    (None, "the second has no parameter a"),
])  # fmt: skip
def test_what_cannot_be_ranked_is_one_line(
    change: dict[str, torch.Tensor] | None, said: str
) -> None:
    first, second = two_models()
    second = {"b": second["b"]} if change is None else {**second, **change}
    with pytest.raises(UserError, match=said):
        movements(first, second, PARAMETERS)


def published() -> list[dict[str, str]]:
    with realdata.published("gordon_2020/weight_change.csv").open() as file:
        return [row for row in csv.DictReader(file) if row["complete"] == "1"]


def test_the_nineteen_cells_of_a_published_table() -> None:
    matrices: dict[tuple[str, str], list[tuple[int, float, float]]] = defaultdict(list)
    for row in published():
        if row["source"] == "weight_change" and row["scope"] == "matrix":
            one = (int(row["n_weights"]), float(row["mean_frac"]), float(row["std_frac"]))
            matrices[row["task"], row["lr"]].append(one)
    assert len(matrices) == 19
    for (task, rate), found in matrices.items():
        assert len(found) == 73
        mean, sd = pooled_moments(found)
        assert f"{100 * mean:.2f} {100 * sd:.2f}" == TABLE[task][RATES.index(rate)]


def test_the_published_course_over_epochs() -> None:
    rows = [row for row in published() if row["source"] == "trained_downstream"]
    for task, course in EPOCHS.items():
        own = {int(row["epoch"]): float(row["mean_frac"]) for row in rows if row["task"] == task}
        assert " ".join(f"{100 * own[epoch]:.2f}" for epoch in (1, 2, 3, 6, 12)) == course
        assert own[1] / own[12] > 0.75  # most of it in the first epoch
