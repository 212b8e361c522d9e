"""What is said of a sweep, and how it is shown."""

from collections.abc import Iterable
from typing import Any

import new_tables
import pandas as pd

from tombola.report import Tables, figure
from tombola.report.parts.sweep import say, table_of, told

LOST = {0.2: (0.004, 0.05), 0.4: (0.011, 0.12), 0.6: (0.09, 0.3)}


def frame(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    return new_tables.TABLES["sweep"].frame(rows)


def test_the_answer_the_next_size_chance_and_what_is_sure() -> None:
    rows = frame(new_tables.sweep("m", LOST))
    assert told(rows) == [
        "With 40% of its prunable weights pruned by magnitude (20% of all its parameters) the "
        "model loses less than 2% of its accuracy (accuracy 0.859 against 0.870, chance 0.690, "
        "difference −0.011 [−0.043, +0.021], n = 543, on examples that did not choose it).",
        "At 60%: difference −0.090 [−0.162, −0.018].",
        "As much pruned by lot: difference −0.120 [−0.152, −0.088].",
        "Up to 20% it is sure to lose less (95%).",
    ]
    (said,) = say(Tables({"sweep": rows}))
    assert said.startswith("sweep, acceptability: With 40% of its prunable")


def test_a_choice_that_the_other_half_does_not_bear_out_is_said() -> None:
    rows = new_tables.sweep("m", LOST)
    rows[2] |= {"difference": -0.03, "low": -0.05, "high": -0.01, "verdict": "undecided"}
    rows[1] |= {"verdict": "undecided"}
    said = told(frame(rows))
    assert "on the examples that chose it, but more on others (accuracy" in said[0]
    assert said[-1] == (
        "With n = 543 no size is sure to lose less (95%); more examples would tell."
    )


def test_where_nothing_holds_and_where_nothing_was_pruned() -> None:
    rows = new_tables.sweep("m", LOST)
    for row in rows:
        row |= {"chosen": row["role"] == "full", "holds": row["role"] == "full"}
    (said,) = told(frame(rows))
    assert said.startswith("No size that was tried holds: with 20% of its prunable weights pruned")
    (said,) = told(frame(rows[:1]))
    assert said.startswith("Nothing was pruned: the model given is sparser")


def test_less_of_a_loss_is_better_and_parts_are_named() -> None:
    rows = new_tables.sweep("m", {0.4: (-0.01, 0.1)}, unit="heads and mlps", metric="loss")
    said = told(frame(rows))
    assert said[0].startswith("With 40% of its heads and MLPs pruned by magnitude")
    assert "gets worse by less than 2% of its loss" in said[0]
    assert said[1] == "That is the most that was tried."


def test_the_table_has_a_row_for_each_size_beside_as_much_by_lot() -> None:
    found = table_of(frame(new_tables.sweep("m", LOST)))
    assert [row[0] for row in found.rows] == ["none", "20%", "40% ←", "60%"]
    assert found.rows[2] == (
        "40% ←", "20%", "0.869", "0.859", "−0.011", "[−0.043, +0.021]", "−0.120",
    )  # fmt: skip
    alone = [row for row in new_tables.sweep("m", LOST) if row["role"] != "control"]
    assert len(table_of(frame(alone)).header) == 6


def test_the_figure_marks_what_was_chosen_and_what_may_be_lost() -> None:
    chart = figure("sweep", Tables({"sweep": frame(new_tables.sweep("m", LOST))}))
    assert chart is not None
    rows = [row for each in chart.to_dict()["datasets"].values() for row in each]
    assert [row["percent"] for row in rows if row.get("chosen")] == [40]
    assert {row["at"] for row in rows if "at" in row} == {0.0, -0.0174}
    alone = [row for row in new_tables.sweep("m", LOST) if row["role"] != "control"]
    assert figure("sweep", Tables({"sweep": frame(alone)})) is not None
