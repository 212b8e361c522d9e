"""Claims about probes: on tables in which the truth is chosen."""

from typing import Any

import probe_tables
import pytest

from tombola.report import CLAIMS, Finding, Tables

DOWN, STAYS, UP = (-0.04, -0.05, -0.03), (0.0, -0.01, 0.01), (0.04, 0.03, 0.05)
UNSURE = (-0.01, -0.05, 0.03)
LINEAR, WIDE = "linear", "MLP 1024"


def judge(claim: str, trends: list[dict[str, Any]], **more: list[dict[str, Any]]) -> Finding:
    made = probe_tables.models(2)
    return CLAIMS[claim].test(probe_tables.tables(models=made, probe_trends=trends, **more))


def of(tasks: tuple[str, ...], linear: Any, wide: Any = None) -> list[dict[str, Any]]:
    both = {LINEAR: linear, WIDE: wide}
    return probe_tables.trends(
        {(task, by): ends for task in tasks for by, ends in both.items() if ends is not None}
    )


@pytest.mark.parametrize(
    ("claim", "tasks", "linear", "wide", "expected"),
    [
        ("mz-degrade", ("ps-role", "coreference"), DOWN, DOWN, "supported"),
        ("mz-degrade", ("ps-role", "coreference"), DOWN, UP, "contradicted"),
        ("mz-degrade", ("ps-role", "coreference"), DOWN, None, "undecided"),
        ("mz-degrade", ("pos",), DOWN, DOWN, "silent"),
        ("mz-improve", ("syn-arc-prediction",), UP, STAYS, "supported"),
        ("mz-improve", ("syn-arc-prediction",), UP, UP, "contradicted"),
        ("mz-improve", ("sem-arc-prediction",), UNSURE, STAYS, "undecided"),
        ("mz-invariant", ("pos", "chunk"), STAYS, None, "supported"),
        ("mz-invariant", ("pos", "chunk"), DOWN, None, "contradicted"),
        ("mz-invariant", ("pos", "chunk"), UNSURE, STAYS, "undecided"),
    ],
)
def test_trends_of_tasks(
    claim: str, tasks: tuple[str, ...], linear: Any, wide: Any, expected: str
) -> None:
    assert judge(claim, of(tasks, linear, wide)).verdict == expected


def test_the_margin_of_the_step_counts() -> None:
    rows = [row | {"margin": 0.06} for row in of(("pos",), DOWN)]
    found = judge("mz-invariant", rows)
    assert found.verdict == "supported"
    assert "part of speech −0.040 (−0.050 to −0.030)" in found.statistic


def test_tickets_by_chance_are_not_meant() -> None:
    made = probe_tables.models(2, ("magnitude", "random"))
    rows = probe_tables.trends({("pos", LINEAR): DOWN}, "random")
    tables = probe_tables.tables(models=made, probe_trends=rows)
    assert CLAIMS["mz-invariant"].test(tables).verdict == "silent"


@pytest.mark.parametrize(
    ("ends", "expected"),
    [(((0.1, 0.3), (0.02, 0.1)), "supported"), (((0.1, 0.3), (-0.2, -0.1)), "contradicted"),
     (((0.1, 0.3), (-0.01, 0.1)), "undecided")],
)  # fmt: skip
def test_the_wider_probe_is_higher_everywhere(ends: Any, expected: str) -> None:
    rows = [
        probe_tables.differences(
            task, WIDE, "dense-s1", "dense-s1", which="best", low=low, high=high,
            difference=(low + high) / 2, to_by=LINEAR,
        )
        for task, (low, high) in zip(("pos", "ner"), ends, strict=True)
    ]  # fmt: skip
    found = judge("mz-mlp-higher", [], probe_differences=rows)
    assert found.verdict == expected
    assert judge("mz-mlp-higher", []).verdict == "silent"


def layered(group: tuple[str, ...], changes: dict[int, float]) -> Tables:
    """Tasks whose scores change alike, by layer."""
    made = probe_tables.models(2)
    rows = [
        row | {"change": changes[row["layer"]] * (1 + i / 20)}
        for i, task in enumerate(group)
        for row in of((task,), STAYS)
        if row["which"] == "layer" and row["layer"] in changes
    ]
    probes = probe_tables.probes(made, group, (LINEAR,))
    return probe_tables.tables(models=made, probes=probes, probe_trends=rows)


@pytest.mark.parametrize(
    ("early", "last", "expected"),
    [(0.03, 0.0, "supported"), (-0.03, 0.0, "contradicted"), (0.03, 0.2, "contradicted"),
     (0.0, 0.0, "undecided")],
)  # fmt: skip
def test_early_layers_give_away_more_syntax(early: float, last: float, expected: str) -> None:
    tasks = ("chunk", "ner", "parent", "conjunct")
    tables = layered(tasks, dict.fromkeys(range(1, 6), early) | {6: last})
    found = CLAIMS["mz-early-syntax"].test(tables)
    assert found.verdict == expected
    assert "over 4 tasks" in found.statistic


def test_last_layers_give_away_less_semantics() -> None:
    tasks = ("semtag", "ps-role", "coreference")
    for change, expected in ((-0.03, "supported"), (0.03, "contradicted")):
        tables = layered(tasks, {4: 0.0, 5: change, 6: change})
        assert CLAIMS["mz-semantics-late"].test(tables).verdict == expected
    few = CLAIMS["mz-semantics-late"].test(layered(tasks[:2], {5: 0.1, 6: 0.1}))
    assert few.verdict == "silent"
    assert CLAIMS["mz-early-syntax"].test(Tables({})).verdict == "silent"
