"""The claims of Prasanna et al. 2020 on tables in which the truth is known."""

from typing import Any

import lottery_tables as made
import pytest
from lottery_verdicts import CONTRADICTED, SILENT, SUPPORTED, UNDECIDED, judge

from tombola.report.subnetworks import pairs, subnetworks

UP, DOWN, OPEN, SAME = (0.03, 0.09), (-0.09, -0.03), (-0.05, 0.05), (-0.01, 0.01)
"""Intervals: clearly above, clearly below, covering both, and within two points of none."""


def test_what_models_are_is_read_from_facts():
    found = subnetworks(made.Lottery().tables).set_index("model")

    def what(which: str) -> tuple[Any, ...]:
        columns = ["state", "method", "choose", "folded", "redrawn"]
        return tuple(found.loc[f"mrpc-2-{which}", columns])

    assert what("dense") == ("full", "", "", False, False)
    assert what("joint") == ("pruned", "structured", "good", False, False)
    assert what("weights") == ("pruned", "weights", "good", False, False)
    assert what("s-bad*") == ("retrained", "structured", "bad", False, False)
    assert what("w-smallest*") == ("retrained", "weights", "smallest", False, False)
    assert what("super-good*") == ("retrained", "structured", "good", True, False)
    assert what("s-random!") == ("retrained", "structured", "random", False, True)
    assert found.loc["cola-1-s-bad**", "length"] == 6
    assert found.loc["cola-1-heads", "what"] == "heads"


def test_a_model_held_to_several_in_one_step_keeps_its_pairs():
    study = made.Lottery().differ("s-good*", "s-random*", UP).differ("s-good*", "s-bad*", DOWN)
    for table in ("stages", "differences"):
        for row in study.rows[table]:
            row["step"] = "held" if "to" in row["step"] else row["step"]
    found = pairs(study.tables)
    assert list(found["to_choose"]) == ["random"] * 3 + ["bad"] * 3
    assert list(found["low"]) == [UP[0]] * 3 + [DOWN[0]] * 3


S, W = ("s-good*", "dense"), ("w-good*", "dense")
SR, WR = ("s-good*", "s-random*"), ("w-good*", "w-random*")
INIT = ("s-random!", "s-bad*")
GAIN, BEHIND = ("s-bad**", "s-bad*"), ("s-bad**", "s-good*")
LIKE_RANDOM, LIKE_BAD = ("super-good*", "super-random*"), ("super-good*", "super-bad*")


@pytest.mark.parametrize(("claim", "held", "verdict"), [
    ("pr-good-retrain", {S: SAME, W: SAME}, SUPPORTED),
    ("pr-good-retrain", {S: DOWN, W: SAME}, CONTRADICTED),
    ("pr-good-retrain", {S: OPEN, W: SAME}, UNDECIDED),
    ("pr-good-retrain", {W: SAME}, UNDECIDED),
    ("pr-good-retrain", {SR: SAME}, SILENT),
    ("pr-random-s", {SR: SAME, WR: UP}, SUPPORTED),
    ("pr-random-s", {SR: UP, WR: UP}, CONTRADICTED),
    ("pr-random-s", {SR: SAME, WR: DOWN}, CONTRADICTED),
    ("pr-random-s", {SR: SAME, WR: OPEN}, UNDECIDED),
    ("pr-random-s", {S: SAME}, SILENT),
    ("pr-init", {INIT: DOWN}, SUPPORTED),
    ("pr-init", {INIT: UP}, CONTRADICTED),
    ("pr-init", {INIT: OPEN}, UNDECIDED),
    ("pr-init", {SR: DOWN}, SILENT),
    ("pr-longer", {GAIN: SAME, BEHIND: DOWN}, SUPPORTED),
    ("pr-longer", {GAIN: UP, BEHIND: OPEN}, CONTRADICTED),
    ("pr-longer", {GAIN: SAME, BEHIND: OPEN}, UNDECIDED),
    ("pr-longer", {("s-bad*", "s-good*"): DOWN}, SILENT),
    ("pr-survivors-same", {LIKE_RANDOM: SAME, LIKE_BAD: DOWN}, SUPPORTED),
    ("pr-survivors-same", {LIKE_RANDOM: SAME, LIKE_BAD: UP}, CONTRADICTED),
    ("pr-survivors-same", {LIKE_RANDOM: OPEN, LIKE_BAD: SAME}, UNDECIDED),
    ("pr-survivors-same", {SR: SAME}, SILENT),
])  # fmt: skip
def test_paired_differences(
    claim: str, held: dict[tuple[str, str], made.Ends], verdict: str
) -> None:
    study = made.Lottery()
    for (of, to), ends in held.items():
        study.differ(of, to, ends)
    found = judge(claim, study)
    assert found.verdict == verdict, found.statistic
    if verdict != SILENT:
        assert "95% interval" in found.statistic
        assert (found.n, found.seeds) == (300, 4)


def test_most_tasks_decide():
    def voted(*ends: made.Ends) -> str:
        return judge("pr-init", made.Lottery().differ(*INIT, *ends)).verdict

    assert voted(DOWN, DOWN, UP) == SUPPORTED
    assert voted(DOWN, UP, UP) == CONTRADICTED
    assert voted(DOWN, OPEN, UP) == UNDECIDED


def test_a_step_names_the_margin():
    wide = made.Lottery().differ(*S, OPEN, margin=0.1).differ(*W, OPEN, margin=0.1)
    assert judge("pr-good-retrain", wide).verdict == SUPPORTED


@pytest.mark.parametrize(("taken", "verdict"), [
    ([0.55, 0.56, 0.54, 0.55], SUPPORTED),
    ([0.40, 0.41, 0.39, 0.40], CONTRADICTED),
    ([0.30, 0.60, 0.44, 0.46], UNDECIDED),
])  # fmt: skip
def test_magnitude_takes_ten_points_more(taken: list[float], verdict: str):
    study = made.Lottery().change("models", "weights", sparsity_model=taken)
    study.change("models", "w-good", sparsity_model=taken)
    assert judge("pr-m-smaller", study).verdict == verdict


def test_one_seed_says_nothing_of_sizes():
    study = made.Lottery()
    study.rows["models"] = [row for row in study.rows["models"] if row["seed"] == 1]
    assert judge("pr-m-smaller", study).verdict == SILENT


@pytest.mark.parametrize(("score", "better", "verdict"), [
    (0.7, UP, SUPPORTED), (0.3, UP, CONTRADICTED), (0.5, UP, UNDECIDED), (0.7, DOWN, CONTRADICTED),
    (0.7, OPEN, UNDECIDED),
])  # fmt: skip
def test_bad_heads_and_mlps_train(score: float, better: made.Ends, verdict: str):
    scored = {"metric": "accuracy", "score": score, "low": score - 0.05, "high": score + 0.05,
              "n": 100, "chance": 0.5, "cut": 0, "reason": ""}  # fmt: skip
    study = made.Lottery().each("scores", "s-bad*", [scored])
    study.differ("s-bad*", "w-smallest*", better)
    assert judge("pr-bad-s", study).verdict == verdict


@pytest.mark.parametrize(("kept", "lost", "verdict"), [
    (0.2, (-0.12, -0.08), SUPPORTED),
    (0.6, (-0.12, -0.08), CONTRADICTED),
    (0.2, (-0.40, -0.35), CONTRADICTED),
    (0.2, (-0.40, 0.20), UNDECIDED),
])  # fmt: skip
def test_super_survivors_are_small(kept: float, lost: made.Ends, verdict: str):
    study = made.Lottery().change("models", "super-good", sparsity=1 - kept)
    found = judge("pr-survivors-size", study.differ("super-good*", "dense", lost))
    assert found.verdict == verdict, found.statistic


@pytest.mark.parametrize(("joint", "kept", "verdict"), [
    (0.5, 20, SUPPORTED), (0.2, 20, CONTRADICTED), (0.5, 5, CONTRADICTED),
])  # fmt: skip
def test_together_goes_further(joint: float, kept: int, verdict: str):
    study = made.Lottery().change("models", "joint", sparsity_model=joint)
    for which, heads in (("joint", kept), ("heads", 10), ("mlps", 24)):
        turn = {"phase": which, "sparsity": 0.4, "mlps": 3, "score": 0.5, "floor": 0.4}
        rows = [{**turn, "pruning": 0, "heads": 24, "kept": True},
                {**turn, "pruning": 1, "heads": heads, "kept": True},
                {**turn, "pruning": 2, "heads": 0, "kept": False}]  # fmt: skip
        study.each("prunings", which, rows)
    assert judge("pr-joint", study).verdict == verdict
