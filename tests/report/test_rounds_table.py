"""Table A1 of Movva & Zhao (2020): both sparsities by round, and scores held to dense."""

import csv
from pathlib import Path

import new_tables
import pytest

import realdata
from tombola.report import Tables
from tombola.report.latex import latex
from tombola.report.rounds_table import rounds_tables

PRUNABLE = 176_160_768 + 135_168


def models(rounds: int) -> new_tables.Rows:
    found = []
    for criterion in ("magnitude", "random", "none"):
        for step in range(0 if criterion == "magnitude" else 1, rounds + 1):
            left = PRUNABLE
            for _ in range(step if criterion != "none" else 0):
                left -= round(0.2 * left)
            found.append(new_tables.model({
                "round": step, "criterion": criterion, "rewinding": "learning-rate 0.5",
                "experiment": "e", "seed": 1, "task": "t", "model": "marian", "mask": "m",
                "sparsity": 1 - left / PRUNABLE, "sparsity_model": 0.8, "signature": "s",
            }))  # fmt: skip
    return found


def read(rounds: int, lost: float = -0.4) -> Tables:
    """Scores of nine rounds or fewer; the last one's interval is clear of zero."""
    rows = models(rounds)
    scores = [
        {"model": row["model"], "task": "t", "metric": "bleu", "score": 27.77 - row["sparsity"],
         "low": 27.0, "high": 28.0, "n": 3003, "chance": float("nan"), "cut": 0, "signature": "s"}
        for row in rows
    ]  # fmt: skip
    held = [
        {"step": "held", "model": row["model"], "against": against, "task": "t", "metric": "bleu",
         "difference": lost, "low": lost - 0.3, "high": lost + 0.3, "seeds": 1, "n": 3003,
         "margin": float("nan"), "verdict": "below", "sparsity": row["sparsity"],
         "criterion": row["criterion"], "rewind": row["rewind"], "round": row["round"],
         "signature": "s"}
        for row in rows if row["criterion"] == "magnitude" and row["round"]
        for against in ("dense", "none")
    ]  # fmt: skip
    found = {"models": rows, "scores": scores, "differences": held, "sizes": new_tables.sizes(rows)}
    return Tables({name: new_tables.TABLES[name].frame(each) for name, each in found.items()})


def test_both_sparsities_are_the_published_ones() -> None:
    (table,) = rounds_tables(read(9))
    with realdata.published("movva_zhao_2020/table_a1.csv").open() as file:
        rows = list(csv.DictReader(file))
    differing = set()
    for ours, theirs in zip(table.rows, rows, strict=True):
        for i, column in ((1, "sparsity_incl_embeddings"), (2, "sparsity_excl_embeddings")):
            share = float(ours[i].removesuffix("%")) / 100
            if share != pytest.approx(float(theirs[column]), abs=0.00051):
                differing.add((theirs["model"], column))
    assert differing == {("LTH8", "sparsity_incl_embeddings")}  # a misprint, see its neighbours


def test_scores_have_intervals_and_differences_a_star_where_they_are_clear() -> None:
    (table,) = rounds_tables(read(2))
    assert table.header == (
        "round", "with embeddings", "without embeddings", "magnitude", "magnitude, less dense",
        "random", "dense, trained as long",
    )  # fmt: skip
    assert table.rows[0][3:] == ("27.77 (27.00 to 28.00)", "–", *["27.77 (27.00 to 28.00)"] * 2)
    assert table.rows[1][:5] == (
        "1", "16.8%", "20.0%", "27.57 (27.00 to 28.00)", "−0.40 (−0.70 to −0.10) *",
    )  # fmt: skip
    assert "difference to dense trained as long, paired over" in table.note
    (table,) = rounds_tables(read(2, lost=-0.1))
    assert table.rows[1][4] == "−0.10 (−0.40 to +0.20)"
    text = latex([table])
    assert text.count(r"\\") == 4
    assert "16.8\\%" in text


def test_studies_that_know_no_sizes_have_no_such_table(tmp_path: Path) -> None:
    tables = read(1)
    frames = {name: frame for name, frame in tables.items() if name != "sizes"}
    assert rounds_tables(Tables(frames)) == []
