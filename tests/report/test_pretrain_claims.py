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


def test_a_ticket_retrained_on_its_own_task_was_not_pruned_in_pretraining() -> None:
    study = made.Pretrained()
    for lot, criterion in (("", "magnitude"), ("lot-", "random")):
        draw = {"criterion": {"name": criterion}}
        study.model(f"{lot}drawn", "cola", 0.5, "draw", draw, 1100, of="dense-cola")
        study.model(f"{lot}again", "cola", 0.5, "train", {}, 1200, model=f"{lot}drawn",
                    mask=f"{lot}drawn")  # fmt: skip
    found = conditions(study.tables).set_index("model")["condition"]
    assert found["again"] == ""
    assert found["lot-again"] == "random"


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


def line(task: str, slope: float, r2: float = 0.98, without: float | None = None) -> list[Any]:
    shared = {"step": "worth", "task": task, "metric": "accuracy", "axis": "amount", "n": 6}
    ends = {"low": slope - 0.02, "high": slope + 0.02, "r2": r2}
    whole = {**shared, "slope": slope, **ends}
    other = slope if without is None else without
    rest = {**whole, "left_out": "0.9", "slope": other, "low": other - 0.02, "high": other + 0.02}
    return [whole, rest]


@pytest.mark.parametrize(("lines", "said"), [
    ({"slope": -0.1}, SUPPORTED), ({"slope": 0.1}, CONTRADICTED),
    ({"slope": -0.1, "r2": 0.3}, CONTRADICTED), ({"slope": -0.1, "without": 0.0}, UNDECIDED),
])  # fmt: skip
def test_lines_that_hang_on_a_point_show_nothing(lines: dict[str, float], said: str) -> None:
    study = made.Pretrained()
    for task in made.TASKS:
        study.add("worth", *line(task, **lines))
    assert verdict("go-linear", study) == said
    assert verdict("go-linear", made.Pretrained()) == SILENT


@pytest.mark.parametrize(("slopes", "said"), [
    ((-0.4, -0.3, -0.2, -0.1), SUPPORTED), ((-0.1, -0.2, -0.3, -0.4), CONTRADICTED),
    ((-0.2, -0.4, -0.1, -0.3), UNDECIDED),
])  # fmt: skip
def test_larger_tasks_lose_less(slopes: tuple[float, ...], said: str) -> None:
    study = made.Pretrained()
    for (task, _), slope in zip(made.TASKS.items(), slopes, strict=True):
        study.add("worth", *line(task, slope))
        study.add("worth-points", {"task": task, "model": f"released-{task}-0.5"})
    assert verdict("go-big-tasks", study) == said
    assert verdict("go-big-tasks", made.Pretrained()) == SILENT


@pytest.mark.parametrize(("course", "said"), [
    (lambda cut, layer: 1 - max(0, cut - 0.4) * (1 + 0.01 * layer), SUPPORTED),
    (lambda cut, layer: 1 - min(cut, 0.35) * (1 + 0.01 * layer), CONTRADICTED),
])  # fmt: skip
def test_features_move_past_a_bend(course: Any, said: str) -> None:
    study = made.Pretrained()
    for cut in made.CUTS:
        study.add("similarity", *(
            {"model": f"kept-cola-{cut}", "against": "dense-cola", "measure": "cosine",
             "map": "between", "stack": "encoder", "dense_layer": i, "sparse_layer": i,
             "value": course(cut, i), "n": 10}
            for i in range(5)
        ))  # fmt: skip
    assert verdict("go-features", study) == said
    assert verdict("go-features", made.Pretrained()) == SILENT


@pytest.mark.parametrize(("found", "said"), [
    ((0.02, 0.05), SUPPORTED), ((0.07, 0.2), CONTRADICTED), ((0.02, 0.2), UNDECIDED),
])  # fmt: skip
def test_masks_before_and_after(found: tuple[float, float], said: str) -> None:
    rows = [{"axis": "of", "difference": d, "most_different": 0.8, "expected_difference": 0.4,
             "n": 100} for d in found]  # fmt: skip
    assert verdict("go-masks", made.Pretrained().add("overlap", *rows)) == said
    assert verdict("go-masks", made.Pretrained()) == SILENT


@pytest.mark.parametrize(("end", "early", "down", "said"), [
    (0.04, 0.03, True, SUPPORTED), (0.04, 0.01, True, CONTRADICTED),
    (0.3, 0.25, True, CONTRADICTED), (0.04, 0.03, False, CONTRADICTED),
    (0.04, None, True, UNDECIDED),
])  # fmt: skip
def test_movement(end: float, early: float | None, down: bool, said: str) -> None:
    study, at = made.Pretrained(), {"against": "pre-0", "role": "all", "n": 9}
    study.add("movement", {**at, "model": "dense-cola", "mean": end})
    if early is not None:
        study.add("movement", {**at, "model": "dense-cola@0.33", "mean": early})
    means = [0.05 - 0.003 * i if down else 0.02 + 0.003 * i for i in range(10)]
    study.add("movement-ranks", *(
        {"model": "dense-cola", "bin": i, "bins": 10, "n": 9, "mean": mean}
        for i, mean in enumerate(means)
    ))  # fmt: skip
    assert verdict("go-ranks", study) == said
    assert verdict("go-ranks", made.Pretrained()) == SILENT


@pytest.mark.parametrize(("moment", "epochs", "said"), [
    (0.5, 2, SUPPORTED), (0.5, 3, UNDECIDED), (0.33, 3, SUPPORTED), (0.5, None, UNDECIDED),
    (0.5, 1, UNDECIDED),
])  # fmt: skip
def test_the_first_epoch_is_one_of_as_many_as_there_are(
    moment: float, epochs: int | None, said: str
) -> None:
    study, at = made.Pretrained(), {"against": "pre-0", "role": "all", "n": 9}
    training = {} if epochs is None else {"training": {"epochs": epochs}}
    study.model("dense-long", "cola", 0.0, "train", training, 9)
    for name, mean in (("dense-long", 0.04), (f"dense-long@{moment}", 0.03)):
        study.add("movement", {**at, "model": name, "mean": mean})
    study.add("movement-ranks", *(
        {"model": "dense-long", "bin": i, "bins": 10, "n": 9, "mean": 0.05 - 0.003 * i}
        for i in range(10)
    ))  # fmt: skip
    assert verdict("go-ranks", study) == said


@pytest.mark.parametrize(("least", "most", "said"), [
    (0.56, 0.64, SUPPORTED), (0.4, 0.9, CONTRADICTED),
])  # fmt: skip
def test_heads_are_struck_alike(least: float, most: float, said: str) -> None:
    row = {"model": "pre-0", "scope": "matrix", "cut": 0.6, "heads": 12, "least": least,
           "most": most, "sd": 0.01, "chance_sd": 0.001}  # fmt: skip
    assert verdict("go-heads-even", made.Pretrained().add("head-shares", row)) == said
    assert verdict("go-heads-even", made.Pretrained()) == SILENT


@pytest.mark.parametrize(("share", "said"), [(0.2, SUPPORTED), (0.03, CONTRADICTED)])
def test_magnitude_that_goes_for_nothing(share: float, said: str) -> None:
    study = made.Pretrained().differ("kept", "dense", SAME, SAME, DOWN)
    rows = [{"model": "pre-0", "scope": "matrix", "cut": c, "share": share} for c in made.CUTS]
    assert verdict("go-sums", study.add("pruned-magnitude", *rows)) == said
    assert verdict("go-sums", made.Pretrained()) == SILENT


@pytest.mark.parametrize(("between", "said"), [
    ([0.9] * 9, SUPPORTED), ([0.05] * 9, CONTRADICTED), ([0.9, 0.05] * 3, UNDECIDED),
])  # fmt: skip
def test_bands_of_heads(between: list[float], said: str) -> None:
    rows = [{"model": "pre-0", "role": "key", "layer": i, "between": b, "chance": 0.05, "low": 0.01,
             "high": 0.1} for i, b in enumerate(between)]  # fmt: skip
    assert verdict("go-bands", made.Pretrained().add("head-bands", *rows)) == said
    assert verdict("go-bands", made.Pretrained()) == SILENT


@pytest.mark.parametrize(("alone", "fixed", "said"), [
    (UP, UP, SUPPORTED), (UP, DOWN, CONTRADICTED), (UP, OPEN, UNDECIDED),
])  # fmt: skip
def test_short_words(alone: made.Ends, fixed: made.Ends, said: str) -> None:
    rows = [{"model": "pre-0", "about": "length", "fixed": name, "value": sum(ends) / 2,
             "low": ends[0], "high": ends[1], "n": 50}
            for name, ends in (("", alone), ("frequency", fixed))]  # fmt: skip
    assert verdict("go-short-words", made.Pretrained().add("word-magnitudes", *rows)) == said
    assert verdict("go-short-words", made.Pretrained()) == SILENT


@pytest.mark.parametrize(("full", "paired", "said"), [
    ("matches", "matches", SUPPORTED), ("falls short", "matches", CONTRADICTED),
    ("matches", "undecided", UNDECIDED),
])  # fmt: skip
def test_matching_tickets_exist(full: str, paired: str, said: str) -> None:
    rows = [{"task": task, "criterion": "magnitude", "sparsity": 0.5, "rule": rule, "gap": -0.001,
             "allowed": 0.01, "answer": answer, "seeds": 3}
            for task in made.TASKS for rule, answer in (("full-sd", full), ("paired", paired))
            ]  # fmt: skip
    assert verdict("ch-exist", made.Pretrained().add("matching", *rows)) == said
    assert verdict("ch-exist", made.Pretrained()) == SILENT


def test_controls_do_worse() -> None:
    def study(ends: made.Ends) -> made.Pretrained:
        found = made.Pretrained().differ("kept", "random", UP, cuts=(0.5,))
        return found.differ("kept", "control", ends, cuts=(0.5,))

    assert verdict("ch-init", study(DOWN)) == CONTRADICTED
    assert verdict("ch-init", study(UP)) == UNDECIDED  # layers were not shuffled
    assert verdict("ch-init", made.Pretrained()) == SILENT


@pytest.mark.parametrize(("ends", "said"), [
    (SAME, SUPPORTED), (UP, CONTRADICTED), (OPEN, UNDECIDED),
])  # fmt: skip
def test_rewinding_to_fine_tuning(ends: made.Ends, said: str) -> None:
    study = made.Pretrained()
    for name, to in (("start", 0.0), ("later", 0.1)):
        facts = {"rewind": {"what": "weights", **({"to": to} if to else {})}}
        for task in made.TASKS:
            study.model(f"{name}-{task}-0.5", task, 0.5, "rounds", facts, 2000)
    study.differ("later", "start", ends, cuts=(0.5,))
    assert verdict("ch-rewind", study) == said
    assert verdict("ch-rewind", made.Pretrained()) == SILENT


def transferred(general: float, own: float, away: dict[str, float]) -> made.Pretrained:
    """Tickets of pre-training and of each task, on each task."""
    study = made.Pretrained()
    for task in made.TASKS:
        for source in ("text", *made.TASKS):
            name = f"moved-{source}-{task}"
            study.model(name, task, 0.95, "train", {}, 2000, model="pre-0", mask="pre-0.9")
            study.rows["models"][-1]["source_task"] = source
            score = general if source == "text" else own if source == task else away[source]
            study.add("scores", {"model": name, "task": task, "score": score, "n": 10})
        study.add("scores", {"model": f"dense-{task}", "task": task, "score": 0.85, "n": 10})
    for row in study.rows["models"]:
        row.setdefault("source_task", "")
    return study


def test_who_serves_other_tasks() -> None:
    low = dict.fromkeys(made.TASKS, 0.6)
    assert verdict("ch-transfer", transferred(0.8, 0.8, low)) == SUPPORTED
    assert verdict("ch-transfer-full", transferred(0.8, 0.8, low)) == CONTRADICTED
    assert verdict("ch-transfer-full", transferred(0.9, 0.8, low)) == SUPPORTED
    assert verdict("ch-transfer", transferred(0.7, 0.8, low)) == CONTRADICTED
    assert verdict("ch-transfer", made.Pretrained()) == SILENT
    rising = dict(zip(made.TASKS, (0.5, 0.6, 0.7, 0.75), strict=True))
    falling = dict(zip(made.TASKS, (0.75, 0.7, 0.6, 0.5), strict=True))
    assert verdict("ch-large", transferred(0.8, 0.8, rising)) == SUPPORTED
    assert verdict("ch-large", transferred(0.8, 0.8, falling)) == CONTRADICTED
    assert verdict("ch-large", made.Pretrained()) == SILENT


def test_room_is_missed_though_what_is_trained_on_is_learned_as_well() -> None:
    study = made.Pretrained().differ("released", "kept", UP).differ("released", "dense", DOWN)
    assert verdict("go-complexity", study.learned(0.20, 0.22)) == SUPPORTED
    finding = CLAIMS["go-complexity"].test(study.tables)
    assert "cola 0.020 (mean over 2 sparsities, no interval)" in finding.statistic
    worse = made.Pretrained().differ("released", "kept", UP).differ("released", "dense", DOWN)
    assert verdict("go-complexity", worse.learned(0.20, 0.40)) == CONTRADICTED
