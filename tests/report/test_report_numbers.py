"""What the report says, against sums done by hand."""

import math
import re
import statistics
from dataclasses import replace
from pathlib import Path

import new_tables
import pandas as pd
import pytest
import synthetic

from tombola.report.latex import escape, latex
from tombola.report.means import over_seeds
from tombola.report.one_form import joined, seen_models
from tombola.report.paper import paper_tables
from tombola.report.parts import differences, overlap, prunings, scores, slices, sparsity, stability
from tombola.report.reading import Tables
from tombola.report.shares import shares
from tombola.report.tickets import kinds, rewound_in_words, with_kind
from tombola.report.words import count, decimals, listed, number


def read(folder: Path, *experiments: synthetic.Experiment) -> Tables:
    return Tables.read(synthetic.write_study(folder, experiments))


def test_mean_and_range_over_seeds_and_the_interval_of_one() -> None:
    frame = pd.DataFrame({
        "kind": ["a", "a", "a", "b"], "seed": [0, 1, 2, 0], "score": [0.2, 0.4, math.nan, 0.9],
        "low": [0.1, math.nan, 0.0, 0.8], "high": [0.35, 0.45, 1.0, math.nan],
        "sparsity": [0.2, 0.4, 0.9, 0.5],
    })  # fmt: skip
    a, b = over_seeds(frame, ["kind"], "score").to_dict("records")
    assert a == pytest.approx({
        "kind": "a", "mean": 0.3, "least": 0.2, "most": 0.4, "low": 0.25, "high": 0.4, "seeds": 2,
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
        "criterion": ["random", "dense", "sensitivity", "magnitude", "magnitude", "none"],
        "rewind": ["weights", "none", "weights", "learning-rate", "weights", "weights"],
    }).astype("string")  # fmt: skip
    frame["variant"] = frame["criterion"].replace("none", "as long")
    assert [kind.name for kind in kinds(with_kind(frame))] == [
        "magnitude, weights rewound", "magnitude, learning-rate rewound",
        "sensitivity, weights rewound", "random, weights rewound", "as long",
    ]  # fmt: skip
    one = with_kind(frame[frame["rewind"] != "learning-rate"])
    names = [kind.name for kind in kinds(one)]
    assert names == ["magnitude", "sensitivity", "random", "as long"]


def test_paper_table_is_mean_and_sample_deviation(tmp_path: Path) -> None:
    read_tables = read(tmp_path, replace(synthetic.BIG, layers=1, seeds=3, rounds=2))
    (table,) = paper_tables(read_tables)
    rows = read_tables.joined("scores").to_dict("records")

    def cell(criterion: str, rewinding: str, step: int) -> str:
        scores = [r["score"] for r in rows if (r["criterion"], r["rewind"], r["round"])
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


def scored(*rows: dict[str, object], margin: float | None = None) -> Tables:
    """The tables of these scores, with paired differences where there is a margin."""
    old = {"scores": list(rows), "sparsity": [], "similarity": [], "probes": []}
    new = new_tables.renewed(old, {} if margin is None else {"t": margin})
    return Tables({name: new_tables.TABLES[name].frame(each) for name, each in new.items()})


DENSE = {"criterion": "dense", "rewinding": "none", "round": 0, "sparsity": 0.0}
NONE = {"criterion": "none", "sparsity": 0.0}
NOT_ASKED = "No paired comparison was asked for: no difference between these scores is claimed."


def test_a_sentence_has_the_numbers_and_no_verdict_without_a_paired_comparison() -> None:
    said, last = scores.say(scored(
        row(**DENSE, score=0.74, low=0.69, high=0.79),
        row(), row(seed=1, score=0.72, low=0.67, high=0.77),
        row(criterion="random", score=0.55, low=0.5, high=0.6),
    ))  # fmt: skip
    for part in ("48.8%", "0.710 (2 seeds: 0.700 to 0.720)", "0.550 (1 seed) for random masks",
                 "0.740 (1 seed) for dense", "n = 1,043 examples", "0.660 to 0.760",
                 "chance 0.500"):  # fmt: skip
        assert part in said
    assert not set(said.split()) & {"above", "below", "overlaps", "matches"}
    assert last == NOT_ASKED


def test_what_was_trained_as_long_stands_in_the_place_of_dense() -> None:
    dense, ticket = row(**DENSE, score=0.6), row(score=0.7)
    said = scores.say(scored(dense, ticket))[0]
    assert "0.600 (1 seed) for dense" in said
    assert "trained longer than dense (1,000 steps against 500)" in said
    said = scores.say(scored(dense, ticket, row(**NONE, score=0.8)))[0]
    assert "against 0.800 (1 seed) for dense, trained as long;" in said
    assert "0.600" not in said
    assert "trained longer" not in said


def test_verdicts_come_from_paired_differences() -> None:
    """Five seeds whose ranges lie apart and whose intervals touch: pairs tell them apart."""
    models = []
    for seed in range(5):
        models += [row(**DENSE, seed=seed, score=0.843 + 0.004 * (seed - 2), low=0.81, high=0.87),
                   row(seed=seed, score=0.813 + 0.004 * (seed - 2), low=0.78, high=0.84),
                   row(seed=seed, round=2, sparsity=0.6, score=0.802)]  # fmt: skip
    (said,) = scores.say(scored(*models, margin=0.05))
    assert not set(said.split()) & {"above", "below", "matches"}
    (said,) = differences.say(scored(*models, margin=0.05))
    assert said == (
        "t, accuracy, magnitude: below dense at 48.8% and 60.0% sparsity. At 60.0%: difference "
        "−0.041, 95% interval −0.053 to −0.029, 5 seeds, n = 1,043 examples. It matches dense "
        "(margin 0.05) up to 48.8% sparsity."
    )
    (said,) = differences.say(scored(*models, margin=0.001))
    assert "is not shown to match dense (margin 0.001) even at 48.8% sparsity" in said
    (said,) = differences.say(scored(*models, margin=math.nan))
    assert "match" not in said


def test_kinds_of_tickets_share_a_sentence() -> None:
    dense = row(**DENSE, score=0.843)
    both = scored(
        dense, row(score=0.75), row(criterion="movement", score=0.842, low=0.8, high=0.88),
        row(criterion="random", score=0.55), margin=0.05,
    )  # fmt: skip
    (said,) = scores.say(both)
    told, *each = said.splitlines()
    assert told.startswith(
        "t, accuracy: scores of tickets at 48.8% sparsity against 0.550 (1 seed) for random masks"
    )
    assert "95% interval of one seed" in told
    assert told.count("trained longer") == 1
    assert each == ["0.750 (1 seed) [0.650 to 0.750] by magnitude",
                    "0.842 (1 seed) [0.800 to 0.880] by movement"]  # fmt: skip
    said = differences.say(both)[0]
    assert len(said.splitlines()) == 3
    assert said.count("t, accuracy") == said.count("n = 1,043 examples") == 1
    assert "matches dense (margin 0.05) up to 48.8% sparsity: movement (48.8%: −0.001" in said
    assert "is not shown to match dense (margin 0.05) even at 48.8% sparsity: magnitude (" in said


def test_matching_ends_at_the_first_sparsity_that_fails() -> None:
    rows = pd.DataFrame({
        "at": [0.6, 0.2, 0.4], "low": [0.0, -0.005, -0.02], "margin": 0.01, "against": "dense",
        "criterion": "magnitude", "metric": "accuracy",
    })  # fmt: skip
    assert differences.matched(rows) == "matches dense (margin 0.01) up to 20.0% sparsity"
    assert differences.matched(rows.assign(against="random")) == ""


def test_a_missing_control_and_another_rewinding_are_said() -> None:
    said, _ = scores.say(scored(row(**DENSE), row()))
    assert "No random control was scored at this round." in said
    other = scored(row(), row(criterion="random", rewinding="learning-rate"))
    said, _ = scores.say(other)
    assert "for random masks (learning-rate rewound)" in said


def test_diverged_runs_are_listed_and_take_no_part() -> None:
    nan = {"score": math.nan, "low": math.nan, "high": math.nan}
    both = scored(row(), row(seed=1, **nan))
    assert scores.diverged(both) == ["t: magnitude, weights rewound, round 1 (48.8%), seed 1"]
    assert "0.700 (1 seed)" in scores.say(both)[0]
    assert scores.say(scored(row(**nan)))[0] == "t, accuracy: every run diverged."


def test_a_score_that_is_undefined_is_no_run_that_diverged() -> None:
    nan = {"score": math.nan, "low": math.nan, "high": math.nan}
    plain = scored(row(**nan))
    frames = {name: plain[name] for name in ("models", "scores")}
    frames["scores"] = frames["scores"].assign(reason="all references are of one class")
    found = Tables(frames)
    assert scores.diverged(found) == []
    (said,) = scores.undefined(found)
    assert said.endswith("seed 0, accuracy: all references are of one class")
    assert scores.say(found)[0] == "t, accuracy: undefined, for all references are of one class."


def models(*rows: dict[str, object]) -> pd.DataFrame:
    return new_tables.TABLES["models"].frame([new_tables.model(row(**change)) | change
                                              for change in rows])  # fmt: skip


def model(name: str, **changes: object) -> dict[str, object]:
    return {"model": name, "step": name, "source": "bert", "root": "d", "rewind": "weights",
            "sparsity": 0.5, "round": 1, "criterion": "magnitude", **changes}  # fmt: skip


UNPRUNED = {"criterion": "", "rewind": "", "round": 0, "sparsity": 0.0}


def test_an_unpruned_model_stands_beside_all_tickets_that_were_drawn_from_it() -> None:
    seen = seen_models(models(
        model("d", **UNPRUNED, scope=""), model("a", step="r", scope="layer"),
        model("b", step="r", scope="matrix"),
    ))  # fmt: skip
    pairs = list(seen[["model", "experiment"]].itertuples(index=False, name=None))
    assert pairs == [("d", "t, scope layer"), ("d", "t, scope matrix"), ("a", "t, scope layer"),
                     ("b", "t, scope matrix")]  # fmt: skip
    scored = pd.DataFrame({"model": ["d", "b", "a"], "task": "own"}, index=[3, 4, 5])
    both = joined(scored.astype("string"), seen, "scores.parquet")
    assert both.index.tolist() == [3, 3, 4, 5]
    assert set(both["task"]) == {"own"}
    # Where a table has nothing of its tickets, a chart beside them would be the same once more.
    for rows, experiments in ((["d"], {"t, scope layer"}), (["d", "b"], {"t, scope matrix"})):
        alone = joined(pd.DataFrame({"model": rows}, dtype="string"), seen, "movement.parquet")
        assert alone["model"].tolist() == rows
        assert set(alone["experiment"]) == experiments


def test_experiments_are_told_by_what_differs() -> None:
    two = models(
        model("d", **UNPRUNED), model("a"), model("e", **UNPRUNED, source="gpt2", root="e")
    )
    assert set(seen_models(two)["experiment"]) == {"t, bert", "t, gpt2"}
    # What all have in common, or only some have, is in no name.
    one = models(model("d", **UNPRUNED, scope=""), model("a", scope="global"))
    assert set(seen_models(one)["experiment"]) == {"t"}


def test_amounts_at_one_go_are_a_line_and_amounts_of_a_round_are_not() -> None:
    seen = seen_models(models(
        model("a", step="cut", amount="0.3", round=0),
        model("b", step="cut", amount="0.9", round=0),
        model("c", step="drawn", amount="0.9", sparsity=0.9), model("d", **UNPRUNED, amount=""),
    ))  # fmt: skip
    assert set(seen["experiment"]) == {"t"}
    assert seen["round"].tolist() == [1, 2, 2, 0]
    rounds = seen_models(models(*(
        model(f"{amount}-{turn}", step="tickets", amount=amount, round=turn)
        for amount in ("0.2", "0.4") for turn in (1, 2)
    )))  # fmt: skip
    assert set(rounds["experiment"]) == {"t, amount 0.2", "t, amount 0.4"}
    assert rounds["round"].tolist() == [1, 2, 1, 2]


def test_steps_that_would_be_one_line_are_told_apart() -> None:
    seen = seen_models(models(
        model("d", **UNPRUNED), model("e", **UNPRUNED, root="e"), model("a"), model("b"),
        model("c", source_task="u"), model("n", criterion="none", sparsity=0.0),
        model("z", criterion="random", sparsity=0.6),
    ))  # fmt: skip
    assert dict(zip(seen["model"], seen["variant"], strict=True)) == {
        "d": "dense", "e": "unpruned, e", "a": "magnitude, a", "b": "magnitude, b",
        "c": "magnitude from u", "n": "dense, trained as long", "z": "random",
    }  # fmt: skip
    at = dict(zip(seen["model"], seen["at"], strict=True))
    # Beside the tickets of its round: of 50, 50, 50 and 60%.
    assert (at["d"], at["n"]) == (0.0, pytest.approx(0.525))


def test_rewindings_are_named_where_a_variant_has_several() -> None:
    seen = with_kind(seen_models(models(
        model("d", **UNPRUNED), model("a", step="r"), model("b", step="r", rewind="none"),
        model("c", step="r", criterion="random"),
    )))  # fmt: skip
    assert seen["kind"].tolist() == ["dense", "magnitude, weights rewound",
                                     "magnitude, not rewound", "random"]  # fmt: skip


def test_what_a_model_is_held_against_is_said_in_words() -> None:
    seen = seen_models(models(
        model("d", **UNPRUNED), model("a"), model("n", criterion="none", sparsity=0.0)
    ))  # fmt: skip
    table = pd.DataFrame({
        "model": ["a", "a", "a"], "against": ["d", "n", "random"], "rewind": ["", "own", ""],
    }).astype("string")  # fmt: skip
    both = joined(table, seen, "similarity.parquet")
    assert both["beside"].tolist() == ["", "dense, trained as long", "random"]
    assert both["rewind"].tolist() == ["weights", "own", "weights"]


def test_tickets_of_other_tasks_are_said_together() -> None:
    seen = models(
        model("d", **UNPRUNED), model("own", source_task="t"), model("u", source_task="u"),
        model("v", source_task="v"), model("r", source_task="t", criterion="random"),
    )  # fmt: skip
    reached = {"d": 0.9, "own": 0.8, "u": 0.7, "v": 0.6, "r": 0.5}
    rows = [{"model": name, "task": "t", "metric": "accuracy", "score": value, "low": value - 0.1,
             "high": value + 0.1, "n": 100, "chance": 0.5, "cut": 0, "signature": "s"}
            for name, value in reached.items()]  # fmt: skip
    read = Tables({"models": seen, "scores": new_tables.TABLES["scores"].frame(rows)})
    own, others, _ = scores.say(read)
    assert "tickets by magnitude from t score 0.800 (1 seed) against 0.500 (1 seed) for ran" in own
    assert others == (
        "t, accuracy: at 50.0% sparsity, tickets by magnitude that were drawn on other tasks score "
        "0.700 (1 seed) from u and 0.600 (1 seed) from v; n = 100 examples."
    )


@pytest.mark.parametrize(
    ("rewind", "words"),
    [("weights", "weights rewound"), ("none", "not rewound"),
     ("learning-rate 0.5×6 0.2", "learning-rate rewound to 0.5×6 0.2")],
)  # fmt: skip
def test_rewinding_in_words(rewind: str, words: str) -> None:
    assert rewound_in_words(rewind) == words


def test_overlap_names_the_mean_and_chance() -> None:
    rows = new_tables.overlap(("1", "2", "3"), "seed", {"task": "t", "criterion": "magnitude"})
    (said,) = overlap.say(Tables({"overlap": new_tables.TABLES["overlap"].frame(rows)}))
    found = [r["jaccard"] for r in rows]
    assert f"share {statistics.fmean(found):.3f} of their survivors" in said
    assert said.startswith("shared, t, magnitude, 50.0% sparsity: masks that differ in seed")
    assert "over 3 pairs; chance gives 0.333, and 0.360 where" in said


def test_numbers_of_a_pair_of_masks_are_no_axis_that_pairs_share() -> None:
    rows = new_tables.overlap(("1", "2", "3"), "seed", {"task": "t", "criterion": "magnitude"})
    frame = new_tables.TABLES["overlap"].frame(rows)
    frame = frame.assign(difference=[0.1, 0.2, 0.3], most_different=0.5, expected_difference=0.25)
    (said,) = overlap.say(Tables({"overlap": frame}))
    assert "over 3 pairs" in said


def test_overlap_says_what_is_counted() -> None:
    shared = {"task": "t", "criterion": "gate"}
    rows = [
        row | {"unit": unit}
        for unit, n in (("heads", 72), ("mlps", 6))
        for row in new_tables.overlap(("1", "2"), "seed", shared, n=n)
    ]
    frame = new_tables.TABLES["overlap"].frame(rows)
    heads, mlps = overlap.say(Tables({"overlap": frame}))
    assert heads.startswith("shared, t, heads, gate, 50.0% sparsity")
    assert heads.endswith("n = 72 heads.")
    assert mlps.endswith("n = 6 MLPs.")


def test_agreement_stands_beside_shuffles_and_says_what_it_tests() -> None:
    rows = new_tables.stability("seed", {"task": "t", "criterion": "magnitude"})
    read = Tables({"stability": new_tables.TABLES["stability"].frame(rows)})
    said, tests = stability.say(read)
    assert said.startswith("stable, t, magnitude, 36.5% sparsity, 5 masks that differ in seed: ")
    assert "kappa 0.200 (95% interval 0.150 to 0.250), shuffled masks 0.080 (0.060 to 0" in said
    assert "34 of 144 weights survive in all 5, 14.2 would by chance." in said
    assert said.endswith("Masks keep 67 to 116: Cochran's Q is 55.9 (p = 2e-11).")
    assert tests == "fleiss-kappa tests nothing else. cochran-q tests nothing else."
    of_heads = [row | {"unit": "heads"} for row in rows]
    read = Tables({"stability": new_tables.TABLES["stability"].frame(of_heads)})
    assert stability.say(read)[0].startswith("stable, t, heads, magnitude, 36.5% sparsity")
    assert "34 of 144 heads survive in all 5" in stability.say(read)[0]
    undefined = [row | {"value": float("nan"), "p": float("nan")} for row in rows]
    read = Tables({"stability": new_tables.TABLES["stability"].frame(undefined)})
    assert "kappa is undefined; " in stability.say(read)[0]


def test_pairs_are_means_over_seeds() -> None:
    rows = [new_tables.overlap(("a", "b"), "task", {"seed": seed})[0] | {"jaccard": value}
            for seed, value in (("1", 0.2), ("2", 0.4))]  # fmt: skip
    read = Tables({"overlap": new_tables.TABLES["overlap"].frame(rows)})
    (pair,) = overlap.pairs(read.joined("overlap")).to_dict("records")
    assert (pair["jaccard"], pair["seeds"], pair["variant"]) == (pytest.approx(0.3), 2, "")


def test_a_loop_says_how_far_it_pruned() -> None:
    seen = models(model("d", **UNPRUNED), model("a", step="loop"))
    rows = new_tables.prunings(seen[seen["model"] == "a"].to_dict("records"))
    read = Tables({"models": seen, "prunings": new_tables.TABLES["prunings"].frame(rows)})
    (said,) = prunings.say(read)
    assert said == (
        "t, loop, magnitude: seed 0 kept 3 prunings, 30.0% sparsity (at 40.0% it scored 0.640, "
        "under the floor of 0.660)."
    )


def test_a_loop_that_took_everything_says_so() -> None:
    """As WNLI's do: the score rises when all heads and MLPs are gone."""
    seen = models(model("d", **UNPRUNED), model("a", step="loop"))
    rows = new_tables.prunings(seen[seen["model"] == "a"].to_dict("records"), until=5)[:-1]
    frame = new_tables.TABLES["prunings"].frame(rows)
    for heads, words in (([3, 2, 1, 1], False), ([3, 2, 1, 0], True)):
        frame = frame.assign(heads=heads, mlps=[1, 1, 0, 0])
        (said,) = prunings.say(Tables({"models": seen, "prunings": frame}))
        assert ("and nothing of what may go is left: the score holds without it" in said) == words


def test_where_names_the_extremes(tmp_path: Path) -> None:
    read_tables = read(tmp_path, synthetic.ACCEPTABILITY)
    (said,) = sparsity.say(read_tables)
    last = read_tables.joined("sparsity")
    last = last[(last["criterion"] == "magnitude") & (last["rewind"] == "weights")]
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


def test_slices_say_what_lost_most_and_how_many_intervals_there_were() -> None:
    model = new_tables.model(row(sparsity=0.8, round=3))
    rows = new_tables.slices([model], {"length": ("short", "long")})
    found = {"models": [model], "slices": rows}
    read = Tables({name: new_tables.TABLES[name].frame(each) for name, each in found.items()})
    (said,) = slices.say(read)
    assert "by length: long −0.051 (95% interval −0.071 and −0.031, n = 521)" in said
    assert "whole split −0.026" in said
    assert "2 of 2 intervals are clear of zero; by chance about one in twenty is." in said
