"""What the report says, against sums done by hand."""

import math
import re
import statistics
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import synthetic

from tombola import tables
from tombola.report import sentences
from tombola.report.latex import escape, latex
from tombola.report.means import over_seeds
from tombola.report.paper import paper_tables
from tombola.report.reading import Tables
from tombola.report.shares import shares
from tombola.report.tickets import kinds, with_kind
from tombola.report.words import count, decimals, listed, number


def read(folder: Path, *experiments: synthetic.Experiment) -> Tables:
    return Tables.read(synthetic.write_study(folder, experiments) / "tables")


def test_mean_range_and_hull_over_seeds() -> None:
    frame = pd.DataFrame({
        "kind": ["a", "a", "a", "b"], "seed": [0, 1, 2, 0], "score": [0.2, 0.4, math.nan, 0.9],
        "low": [0.1, math.nan, 0.0, 0.8], "high": [0.35, 0.45, 1.0, math.nan],
        "sparsity": [0.2, 0.4, 0.9, 0.5],
    })  # fmt: skip
    a, b = over_seeds(frame, ["kind"], "score").to_dict("records")
    assert a == pytest.approx({
        "kind": "a", "mean": 0.3, "least": 0.2, "most": 0.4, "low": 0.1, "high": 0.45, "seeds": 2,
        "sparsity": 0.3,
    })  # fmt: skip
    assert (b["low"], b["high"], b["seeds"]) == (0.8, 0.9, 1)


def test_shares_weigh_matrices_by_their_entries() -> None:
    frame = pd.DataFrame({
        "block": ["mlp"] * 4, "seed": [0, 0, 1, 1], "n": [100, 300, 100, 300],
        "pruned": [50, 30, 10, 90], "sparsity": [0.2, 0.2, 0.3, 0.3],
    })  # fmt: skip
    (row,) = shares(frame, ["block"]).to_dict("records")
    # Seed 0: 80 of 400; seed 1: 100 of 400.
    assert row["share"] == pytest.approx((0.2 + 0.25) / 2)
    assert (row["share_least"], row["share_most"], row["n"]) == (0.2, 0.25, 400)


def test_kinds_name_the_rewinding_where_it_differs_and_put_the_control_last() -> None:
    frame = pd.DataFrame({
        "criterion": ["random", "dense", "sensitivity", "magnitude", "magnitude"],
        "rewinding": ["weights", "none", "weights", "learning-rate", "weights"],
    }).astype("string")  # fmt: skip
    assert [kind for kind, _, _ in kinds(with_kind(frame))] == [
        "magnitude, weights rewound", "magnitude, learning-rate rewound",
        "sensitivity, weights rewound", "random, weights rewound",
    ]  # fmt: skip
    one = with_kind(frame[frame["rewinding"] != "learning-rate"])
    assert [kind for kind, _, _ in kinds(one)] == ["magnitude", "sensitivity", "random"]


def test_paper_table_is_mean_and_sample_deviation(tmp_path: Path) -> None:
    read_tables = read(tmp_path, replace(synthetic.BIG, layers=1, seeds=3, rounds=2))
    (table,) = paper_tables(read_tables)
    rows = pd.read_parquet(tmp_path / "tables" / "scores.parquet").to_dict("records")

    def cell(criterion: str, rewinding: str, step: int) -> str:
        scores = [r["score"] for r in rows if (r["criterion"], r["rewinding"], r["round"])
                  == (criterion, rewinding, step) and r["score"] == r["score"]]  # fmt: skip
        return f"{statistics.mean(scores):.3f} ± {statistics.stdev(scores):.3f}"

    assert table.header[2:] == (
        "magnitude, weights rewound", "magnitude, learning-rate rewound", "random, weights rewound",
    )  # fmt: skip
    assert table.rows[0] == ("0.0% (dense)", "0.0%", *[cell("dense", "none", 0)] * 3)
    assert table.rows[2][:3] == ("36.0%", "30.2%", cell("magnitude", "weights", 2))
    # One of three seeds diverged in the last round of the control.
    assert table.rows[2][4] == cell("random", "weights", 2) + "†"
    assert "†" in table.note
    assert "†" not in "".join(table.rows[1])


def test_one_seed_has_no_spread(tmp_path: Path) -> None:
    (table,) = paper_tables(read(tmp_path, replace(synthetic.ACCEPTABILITY, seeds=1)))
    assert not any("±" in cell for row in table.rows for cell in row)


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("50% & $x_1$ #2 {a}", r"50\% \& \$x\_1\$ \#2 \{a\}"),
        ("a\\b~c^d", r"a\textbackslash{}b\textasciitilde{}c\textasciicircum{}d"),
        ("two\nlines\u2028and <tags>", r"two lines and \textless{}tags\textgreater{}"),
        ("0.5 ± 0.1†", r"0.5 $\pm$ 0.1$\dagger$"),
    ],
)
def test_latex_escapes(text: str, escaped: str) -> None:
    assert escape(text) == escaped


def test_latex_file_is_balanced_whatever_the_names_are(tmp_path: Path) -> None:
    text = latex(paper_tables(read(tmp_path, synthetic.hostile(synthetic.ACCEPTABILITY))))
    body = text.split("\\begin{table}")[1]
    # What is left without known commands and escapes holds no active character but the cells' &.
    rest = re.sub(r"\\[%&$#_{}]|\\[a-zA-Z]+(\{\})?|\\\\$", "", body, flags=re.MULTILINE)
    assert not set(rest) & set("%#_^~\\")
    assert rest.count("{") == rest.count("}")
    rows = [line for line in rest.splitlines() if "&" in line]
    assert {line.count("&") for line in rows} == {4}


def row(**changes: object) -> dict[str, object]:
    return {
        "experiment": "e", "seed": 0, "criterion": "magnitude", "rewinding": "weights", "round": 1,
        "sparsity": 0.488, "task": "t", "model": "m", "sparsity_model": 0.4, "metric": "accuracy",
        "score": 0.7, "low": 0.65, "high": 0.75, "n": 1043, "chance": 0.5, "mask": "",
        "signature": "s", **changes,
    }  # fmt: skip


def scores_only(*rows: dict[str, object]) -> Tables:
    empty = {name: tables.table(name, []) for name in tables.TABLES}
    return Tables(**{**empty, "scores": tables.table("scores", rows)})


DENSE = {"criterion": "dense", "rewinding": "none", "round": 0, "sparsity": 0.0}


def test_a_sentence_has_the_numbers_and_claims_no_more_than_its_intervals() -> None:
    (said,) = sentences.scores(scores_only(
        row(**DENSE, score=0.74, low=0.69, high=0.79),
        row(), row(seed=1, score=0.72, low=0.67, high=0.77),
        row(criterion="random", score=0.55, low=0.5, high=0.6),
    ))  # fmt: skip
    for part in ("48.8%", "0.710 (2 seeds: 0.700 to 0.720)", "0.550 (1 seed) for random masks",
                 "0.740 (1 seed) for dense", "n = 1,043 examples", "0.650 to 0.770",
                 "chance 0.500"):  # fmt: skip
        assert part in said
    assert said.endswith(
        "Its interval lies above that of random masks and overlaps that of dense "
        "(no difference is shown)."
    )


def test_a_missing_control_and_another_rewinding_are_said() -> None:
    (said,) = sentences.scores(scores_only(row(**DENSE), row()))
    assert said.endswith("No random control was scored at this round.")
    other = scores_only(row(), row(criterion="random", rewinding="learning-rate"))
    (said,) = sentences.scores(other)
    assert "for random masks (learning-rate rewound)" in said


def test_diverged_runs_are_listed_and_take_no_part() -> None:
    nan = {"score": math.nan, "low": math.nan, "high": math.nan}
    both = scores_only(row(), row(seed=1, **nan))
    assert sentences.diverged(both) == ["e: magnitude, weights rewound, round 1 (48.8%), seed 1"]
    assert "0.700 (1 seed)" in sentences.scores(both)[0]
    assert sentences.scores(scores_only(row(**nan))) == ["e, accuracy: every run diverged."]


def test_where_names_the_extremes(tmp_path: Path) -> None:
    read_tables = read(tmp_path, synthetic.ACCEPTABILITY)
    (said,) = sentences.where(read_tables)
    last = read_tables.sparsity
    last = last[(last["criterion"] == "magnitude") & (last["rewinding"] == "weights")]
    last = last[last["round"] == 3].assign(share=lambda f: f["pruned"] / f["n"])
    by_place = last.groupby(["layer", "block", "role"])["share"].mean()
    for place, share in ((by_place.idxmax(), by_place.max()), (by_place.idxmin(), by_place.min())):
        assert f"layer {place[0]} {place[1]} {place[2]}" in said
        assert f"{100 * share:.1f}% of" in said


def test_words() -> None:
    assert (number(-0.0001, 3), number(-1.25, 1)) == ("0.000", "−1.2")
    assert (decimals([0.3, math.nan]), decimals([31.0])) == (3, 1)
    assert (count(1, "seed"), count(1043, "example")) == ("1 seed", "1,043 examples")
    assert (listed(["a"]), listed(["a", "b", "c"])) == ("a", "a, b and c")
