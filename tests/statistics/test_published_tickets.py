"""Chen et al. (2020): which tickets match by whose deviation, and how many targets they serve."""

import csv
import math

import pytest

import realdata
from tombola.statistics import RULES, Held, Runs, transfers

TASKS = (
    "MNLI", "QQP", "STS-B", "WNLI", "QNLI", "MRPC", "RTE", "SST-2", "CoLA", "SQuAD", "MLM",
)  # fmt: skip
SHORT_BY_THE_FULL_MODELS = {"MRPC", "SST-2", "CoLA", "MLM"}


def test_all_printed_tickets_match_by_their_own_deviation_and_four_not_by_the_full_models() -> None:
    with realdata.published("chen_2020/table2.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert tuple(row["task"] for row in rows) == TASKS
    short = {"full-sd": set(), "ticket-sd": set()}
    for row in rows:
        full = Runs(float(row["full_mean"]), float(row["full_std"]), 5)
        ticket = Runs(float(row["imp_theta0_mean"]), float(row["imp_theta0_std"]), 5)
        for rule, names in short.items():
            if RULES[rule](Held(ticket, full)).answer == "falls short":
                names.add(row["task"])
    assert short["full-sd"] == SHORT_BY_THE_FULL_MODELS
    assert short["ticket-sd"] == set()


def test_the_printed_counts_of_the_transfer_matrix() -> None:
    with realdata.published("chen_2020/transfer70.csv").open() as file:
        rows = list(csv.DictReader(file))
    scores = {(row["source(70%)"], task): float(row[task]) for row in rows for task in TASKS}
    found = {each.source: each for each in transfers(scores, dict.fromkeys(TASKS, 0.0))}
    printed = {row["source(70%)"]: int(row["count_printed"]) for row in rows}
    # directly pruned, one target of eleven is a tie that the figure does not count
    printed["theta0_OMP"] += 1
    assert {source: each.as_own for source, each in found.items()} == printed
    assert scores["theta0_OMP", "SQuAD"] == scores["SQuAD", "SQuAD"]
    assert (found["MLM"].as_own, found["MLM"].as_full, found["MLM"].targets) == (10, 3, 10)


def test_rules_beside_each_other() -> None:
    full, ticket = Runs.of([0.8, 0.82, 0.84]), Runs.of([0.79, 0.80, 0.81])
    assert (full.mean, full.sd, full.n) == (pytest.approx(0.82), pytest.approx(0.02), 3)

    def said(rule: str, **more: float) -> str:
        return RULES[rule](Held(ticket, full, **more)).answer

    assert said("full-sd") == "matches"
    assert said("ticket-sd") == "falls short"
    assert RULES["ticket-sd"](Held(Runs.of([0.8]), full)).answer == "undecided"
    assert math.isnan(Runs.of([0.8]).sd)
    assert said("ratio", ratio=0.99) == "falls short"
    assert said("ratio", ratio=0.9) == "matches"
    assert said("paired", low=-0.04, high=0.0, margin=0.05) == "matches"
    assert said("paired", low=-0.04, high=0.0, margin=0.02) == "undecided"
    assert said("paired", low=-0.04, high=-0.03, margin=0.02) == "falls short"
    assert said("paired") == "undecided"
    with pytest.raises(ValueError, match="no scores"):
        Runs.of([])
