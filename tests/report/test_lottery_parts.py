"""Claims about which heads and MLPs survive, on tables in which the truth is known."""

from typing import Any

import lottery_tables as made
import pytest
from lottery_verdicts import CONTRADICTED, SILENT, SUPPORTED, UNDECIDED, judge

from tombola.report.subnetworks import pairs


@pytest.mark.parametrize(("slope", "verdict"), [(0.1, SUPPORTED), (-0.1, CONTRADICTED)])
def test_magnitude_prunes_earlier_layers(slope: float, verdict: str):
    alive = {(b, i): 0.5 + slope * (i - 2.5) for b in ("self", "mlp") for i in range(made.LAYERS)}
    study = made.Lottery().each("survival", "weights", made.survivors(alive))
    assert judge("pr-m-early", study).verdict == verdict
    # two layers of six change places three times: no trend
    mixed = dict(zip(alive, [alive["self", i] for i in (3, 0, 5, 1, 4, 2)] * 2, strict=True))
    study = made.Lottery().each("survival", "weights", made.survivors(mixed))
    assert judge("pr-m-early", study).verdict == UNDECIDED
    assert judge("pr-m-early", made.Lottery()).verdict == SILENT


@pytest.mark.parametrize(("heads", "mlps", "verdict"), [
    ("111100", "001100", SUPPORTED),
    ("000011", "001100", CONTRADICTED),
    ("101010", "001100", UNDECIDED),
])  # fmt: skip
def test_where_survivors_sit(heads: str, mlps: str, verdict: str, monkeypatch: Any):
    # six layers are too few for MLPs to show anything beside shuffles: twelve
    monkeypatch.setattr(made, "LAYERS", 12)
    alive = {
        (block, layer): float(places[layer // 2])
        for block, places in (("self", heads), ("mlp", mlps))
        for layer in range(12)
    }
    study = made.Lottery().each("survival", "joint", made.survivors(alive))
    assert judge("pr-s-middle", study).verdict == verdict
    assert judge("pr-s-middle", made.Lottery()).verdict == SILENT


def stable(low: float, value: float, high: float) -> made.Lottery:
    rows = [{
        "step": "s", "axis": "seed", "unit": "heads", "statistic": "fleiss-kappa", "value": value,
        "low": low, "high": high, "null_mean": 0.0, "null_low": -0.05, "null_high": 0.06,
        "p": made.NAN, "raters": 4, "n": 24, "smallest": 9, "largest": 12, "survivors_in_all": 3,
        "expected_in_all": 1.0, "tests": "", "signature": "s", "task": task,
    } for task in made.TASKS]  # fmt: skip
    return made.Lottery().add("stability", *rows)


@pytest.mark.parametrize(("kappa", "low", "above"), [
    ((0.2, 0.25, 0.3), SUPPORTED, SUPPORTED),
    ((0.6, 0.7, 0.8), CONTRADICTED, SUPPORTED),
    ((0.01, 0.25, 0.5), UNDECIDED, UNDECIDED),
    ((-0.3, -0.2, -0.1), SUPPORTED, CONTRADICTED),
])  # fmt: skip
def test_agreement_is_low_and_above_chance(
    kappa: tuple[float, float, float], low: str, above: str
) -> None:
    assert judge("pr-unstable", stable(*kappa)).verdict == low
    assert judge("pr-unstable-above-chance", stable(*kappa)).verdict == above
    assert judge("pr-unstable", made.Lottery()).verdict == SILENT


@pytest.mark.parametrize(("few", "verdict"), [
    ([4, 4, 5, 4], SUPPORTED), ([20, 21, 20, 20], CONTRADICTED), ([2, 22, 4, 20], UNDECIDED),
])  # fmt: skip
def test_most_heads_have_a_low_importance(few: list[int], verdict: str):
    """`few` of 24 heads are important, seed by seed."""
    study = made.Lottery()
    for task in made.TASKS:
        for seed, important in zip(made.SEEDS, few, strict=True):
            study.add("pruned-parts", *(
                {
                    "step": "s", "model": f"{task}-{seed}-joint", "task": task, "seed": seed,
                    "pruning": turn, "stack": "encoder", "layer": i // 4, "block": "self",
                    "head": i % 4, "survives": True, "value": 1.0, "signature": "s",
                    "normed": (1.0 - i / 100 if i < important else i / 100),
                }
                for i in range(24) for turn in (0, 1)
            ))  # fmt: skip
    assert judge("pr-flat", study).verdict == verdict
    assert judge("pr-flat", made.Lottery()).verdict == SILENT


def shared(ratios: list[float], related: float = 0.0) -> made.Lottery:
    study = made.Lottery()
    for seed, times in zip(made.SEEDS, ratios, strict=True):
        for a, b in (("cola", "mrpc"), ("cola", "qqp"), ("mrpc", "qqp")):
            more = related if (a, b) == ("mrpc", "qqp") else 0.0
            study.add("overlap", {
                "step": "o", "axis": "task", "unit": "heads", "a": a, "b": b,
                "a_model": f"{a}-{seed}-joint", "b_model": f"{b}-{seed}-joint", "n": 2400,
                "survivors_a": 1200, "survivors_b": 1200,
                "intersection": round(600 * (times + more)), "expected": 600.0, "jaccard": 0.5,
                "expected_jaccard": 0.3, "expected_jaccard_by_tensor": 0.3, "signature": "s",
                "difference": 0.5, "most_different": 1.0, "expected_difference": 0.5,
                "seed": str(seed),
            })  # fmt: skip
    return study


@pytest.mark.parametrize(("ratios", "verdict"), [
    ([1.08, 1.10, 1.09, 1.09], SUPPORTED),
    ([1.80, 1.85, 1.80, 1.82], CONTRADICTED),
    ([0.80, 0.81, 0.82, 0.80], CONTRADICTED),
    ([0.90, 1.20, 1.30, 1.00], UNDECIDED),
])  # fmt: skip
def test_tasks_share_a_little_more_than_chance(ratios: list[float], verdict: str):
    found = judge("pr-overlap", shared(ratios))
    assert found.verdict == verdict
    assert (found.n, found.seeds) == (3, 4)
    assert judge("pr-overlap", made.Lottery()).verdict == SILENT


@pytest.mark.parametrize(("more", "verdict"), [(0.0, SUPPORTED), (0.4, CONTRADICTED)])
def test_related_tasks_share_as_much(more: float, verdict: str):
    """MRPC and QQP are of one family, CoLA is of another."""
    assert judge("pr-related", shared([1.08, 1.10, 1.09, 1.09], more)).verdict == verdict
    assert judge("pr-related", made.Lottery()).verdict == SILENT


def test_differences_that_are_planned_and_not_done_are_none():
    """Their table is there without a row, and its columns have nothing to be joined with."""
    assert pairs(made.Lottery().tables).empty
