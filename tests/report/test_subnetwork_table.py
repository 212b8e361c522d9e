"""Scores of subnetworks as a paper prints them: by task, and by length of retraining."""

import xml.etree.ElementTree as ET

import lottery_tables as made
import pandas as pd
import pytest
import vl_convert

from tombola.report import figure
from tombola.report.exports import VEGA_LITE
from tombola.report.latex import latex
from tombola.report.reading import Tables
from tombola.report.subnetwork_table import subnetwork_tables
from tombola.report.subnetworks import subnetworks, usual

NS = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def tables() -> Tables:
    """Scores of seeds are .5 and the seed in five hundredths; bad ones lie .1 below."""
    study = made.Lottery()
    study.rows["scores"] = [
        {
            "model": row["model"], "task": row["task"], "metric": "accuracy", "low": 0.0,
            "high": 1.0, "n": 100, "chance": 0.5, "cut": 0, "reason": "", "signature": "s",
            "score": 0.5 + row["seed"] / 500 - 0.1 * ("bad" in row["model"]),
        }
        for row in study.rows["models"] if row["task"] != "words"
    ]  # fmt: skip
    return study.tables


def test_each_kind_of_subnetwork_has_a_line(tables: Tables):
    (table,) = subnetwork_tables(tables)
    lines = {line: cells for line, *cells in table.rows}
    spread = pd.Series(made.SEEDS).std() / 500
    mean = 0.5 + pd.Series(made.SEEDS).mean() / 500
    usual_cell, bad = f"{mean:.3f} ± {spread:.3f}", f"{mean - 0.1:.3f} ± {spread:.3f}"
    assert lines["full model"] == [*[usual_cell] * 3, f"{mean:.3f}"]
    assert lines["heads and MLPs, bad, retrained"][0] == bad
    assert lines["heads and MLPs, bad, retrained, 6 epochs"][0] == bad
    assert lines["heads and MLPs, random, retrained, on random weights"][0] == usual_cell
    assert len(lines) == 1 + 9 * 2 + 2
    assert next(iter(lines)) == "full model"
    text = latex([table])
    assert text.count(r" \\") == len(table.rows) + 1
    assert {line.count("&") for line in text.splitlines() if line.endswith(r" \\")} == {4}


def test_nothing_stands_where_nothing_is_held_against_what_is_left(tables: Tables):
    left = [name for name in tables.models["model"] if name.split("-", 2)[2] in ("dense", "joint")]
    frames = {name: f[f["model"].isin(left)] if "model" in f else f for name, f in tables.items()}
    assert subnetwork_tables(Tables(frames)) == []


def test_the_end_of_a_loop_and_the_subnetwork_made_of_it_count_once(tables: Tables):
    good = usual(subnetworks(tables))
    good = good[(good["choose"] == "good") & (good["state"] == "pruned") & ~good["folded"]]
    assert set(good.groupby(["task", "method", "seed"]).size()) == {1}


def test_longer_training_is_drawn_beside_the_usual_one(tables: Tables):
    chart = figure("longer-training", tables, task="mrpc")
    assert chart is not None
    svg = ET.fromstring(vl_convert.vegalite_to_svg(chart.to_dict(), vl_version=VEGA_LITE))
    text = "".join(svg.itertext())
    assert "heads and MLPs, retrained for longer" in text
    assert "epochs of retraining" in text
    assert "mean ± sd over 4 seeds" in text
    points = [p for g in svg.iter(f"{NS}g") if "mark-symbol" in g.get("class", "")
              and "role-mark" in g.get("class", "") for p in g.findall(f"{NS}path")]  # fmt: skip
    assert len(points) == 4  # good, random and bad after 3 epochs, bad after 6
