"""What the page is put together from: answers, sentences, data, and what is taken along."""

import base64
import json
import zlib
from dataclasses import replace

import new_tables
import numpy as np
import pandas as pd
import pytest
from test_report_numbers import DENSE, NONE, row, scored

from tombola.report import Study, Tables
from tombola.report.answers import answers, leading, margins
from tombola.report.build import _which
from tombola.report.facets import facets_of
from tombola.report.figures.encodings import LINES, tip_lines, tooltip
from tombola.report.one_form import _told_apart
from tombola.report.page.chart import ShownChart
from tombola.report.page.downloads import bibtex, files_of
from tombola.report.page.packing import compressed, in_columns, packed_charts
from tombola.report.page.render import page
from tombola.report.page.spark import spark
from tombola.report.page.told import told


def unpacked(text: str) -> object:
    return json.loads(zlib.decompress(base64.b64decode(text)))


def test_an_answer_is_the_sparsest_ticket_that_matches_with_all_before_it() -> None:
    tables = scored(
        row(**DENSE, score=0.843), row(score=0.84), row(round=2, sparsity=0.6, score=0.7),
        row(round=3, sparsity=0.7, score=0.84), row(criterion="random", score=0.55), margin=0.05,
    )  # fmt: skip
    ticket, control = answers(tables)
    assert (ticket.sure, ticket.matches, ticket.kind) == (True, "48.8%", "magnitude")
    assert ticket.difference.startswith("−0.003 [−0.0")
    assert ticket.last == "0.840 at 70.0%; dense 0.843"
    assert ticket.curve[0] == (0.0, 0.843)
    assert (control.sure, control.matches) == (False, "not at 48.8%")
    assert margins([ticket, control]) == ["0.05"]
    assert spark(ticket).count("<circle") == 4


def test_of_many_answers_the_best_of_each_task_comes_first() -> None:
    (ticket, *_) = answers(scored(row(**DENSE, score=0.843), row(score=0.84), margin=0.05))
    lost = [replace(ticket, kind=str(i), sure=False, least=-i / 10) for i in range(8)]
    other = [replace(each, task="other", sure=each.kind in "34", at=int(each.kind) / 10)
             for each in lost]  # fmt: skip
    assert [(each.task, each.kind) for each in leading([*lost, *other])] == [
        (ticket.task, "0"), ("other", "4"),
    ]  # fmt: skip
    assert leading(lost) == lost


def test_tickets_that_train_longer_are_held_to_what_trained_as_long() -> None:
    longer = scored(
        row(**DENSE, score=0.6), row(score=0.7), row(**NONE, score=0.69), margin=0.05
    )  # fmt: skip
    to_none = longer.differences.assign(against="none")
    ticket, as_long = answers(Tables({**longer, "differences": to_none[
        to_none["criterion"] == "magnitude"
    ]}))  # fmt: skip
    assert (ticket.beside, ticket.sure, ticket.matches) == ("dense, trained as long", True, "48.8%")
    assert (as_long.matches, as_long.beside) == ("what tickets are held to", "")
    assert answers(longer)[0].beside == ""


def test_the_answer_opens_with_what_was_compared_and_folds_the_rest() -> None:
    tables = scored(
        row(**DENSE, score=0.843), row(score=0.84), row(criterion="movement", score=0.8),
        margin=0.05,
    )  # fmt: skip
    of = tables.differences
    some = Tables({**tables, "differences": of[of["criterion"] == "magnitude"]})
    text = page(Study(), some, [])
    first, rest = text.split("1 more kind of tickets that is not compared in pairs")
    assert "<td>magnitude</td>" in first
    assert "<td>movement</td>" in rest
    assert "<td>movement</td>" not in first
    assert '<table class="answers" id="others"' in rest


def test_differences_stand_at_the_mean_sparsity_over_seeds() -> None:
    tables = scored(
        row(**DENSE, score=0.8), row(**DENSE, seed=1, score=0.8), row(sparsity=0.4),
        row(sparsity=0.5, seed=1), margin=0.05,
    )  # fmt: skip
    both = Tables({**tables, "differences": tables.differences.assign(sparsity=0.45)})
    assert answers(both)[0].matches == "not at 45.0%"


def test_a_sweep_answers_by_its_own_pairs() -> None:
    """What it ended in, held to the model given, within the most that might be lost."""
    tables = scored(row(**DENSE, score=0.87), row(sparsity=0.4, score=0.86))
    ticket = tables.scores["model"].iloc[-1]
    few, many = {0.2: (0.001, 0.01), 0.4: (0.004, 0.1)}, {0.4: (0.1, 0.2)}
    said = []
    for lost, allowed in ((few, 0.05), (many, 0.05)):
        rows = new_tables.sweep(ticket, lost, task="t", metric="accuracy", allowed=allowed)
        frame = new_tables.TABLES["sweep"].frame(rows)
        frame = frame.assign(task=tables.scores["task"].iloc[0])
        (found,) = answers(Tables({**tables, "sweep": frame}))
        assert found.compared
        assert margins([found]) == ["0.05"]
        said.append((found.sure, found.matches, found.difference))
    assert said == [
        (True, "40.0%", "−0.004 [−0.036 to +0.028]"),
        (False, "not at 40.0%", "−0.100 [−0.132 to −0.068]"),
    ]


def test_sources_of_one_beginning_are_told_apart_by_their_end() -> None:
    sources = pd.Series(["a/model", "a/model, weights drawn anew"], dtype="string")
    assert list(_told_apart(sources)) == ["", "weights drawn anew"]
    assert list(_told_apart(pd.Series(["a", "b"], dtype="string"))) == ["a", "b"]
    assert _which({"experiment": "cola, choose good", "task": "cola", "metric": "f1"}) == (
        "cola, choose good · F1"
    )
    assert _which({"task": "translation", "against": "none"}) == (
        "translation · dense, trained as long"
    )


def test_what_nobody_compared_is_no_answer() -> None:
    (ticket,) = answers(scored(row(**DENSE, score=0.843), row(score=0.84)))
    assert (ticket.sure, ticket.matches, ticket.difference) == (False, "not compared in pairs", "")
    assert answers(scored()) == []


def test_an_answer_without_a_dense_model_says_only_its_score() -> None:
    (ticket,) = answers(scored(row(score=0.84)))
    assert (ticket.last, len(ticket.curve)) == ("0.840 at 48.8%", 1)
    assert "<line" not in spark(ticket)


def test_sentences_of_one_form_are_said_once() -> None:
    of_layers = [
        f"{task}, 5%: encoder layer {i} mlp down lost most." for i, task in enumerate("abc")
    ]
    first, other = told([*of_layers, "Another thing.\nand a line"])
    assert (first.text, first.alike) == (of_layers[0], tuple(of_layers[1:]))
    assert (other.text, other.items, other.alike) == ("Another thing.", ("and a line",), ())
    assert len(told(of_layers[:2])) == 2


def test_rows_that_charts_share_travel_once_and_come_back_whole() -> None:
    rows = [{"a": 1, "b": "x", "c": None}, {"a": 2, "b": "x", "c": 0.5}]
    spec = {"config": {"font": "f"}, "description": "d", "mark": "bar"}
    charts = [ShownChart("f", name, {**spec, "datasets": {"data0": rows}}, "w") for name in "pq"]
    packed = packed_charts(charts)
    assert packed["rows"] == [
        {"n": 2, "same": {"b": "x"}, "columns": {"a": [1, 2], "c": [None, 0.5]}}
    ]
    assert packed["charts"]["chart-q"]["data"] == {"data0": 0}
    assert packed["config"] == {"font": "f"}
    assert unpacked(compressed(packed)) == packed
    assert in_columns([]) == {"n": 0, "same": {}, "columns": {}}


def test_a_facet_has_the_values_that_rows_have() -> None:
    frame = pd.DataFrame({"task": ["a", "b", "a"], "seed": [1, 2, pd.NA], "criterion": ""})
    assert facets_of(frame) == {"task": ("a", "b"), "seed": ("1", "2")}


def test_every_line_of_a_tooltip_is_known_by_its_title() -> None:
    lines = tip_lines()
    for line, columns in LINES.items():
        for each in tooltip(columns):
            assert lines[each.to_dict()["title"]] == line
    assert max(lines.values()) == 4


def test_what_is_taken_along_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = scored(row(**DENSE, score=0.843), row(score=0.84))
    study = Study(name="a {study}", recipe="seeds: [1]", whole_recipe="seeds: [1]\nthreads: 1")
    files = files_of(study, tables, ["Prasanna et al. 2020, table 2"])
    held = unpacked(files.data)
    assert isinstance(held, dict)
    assert held["scores.csv"][1] == tables.scores.to_csv(index=False)
    assert {"recipe.yaml", "recipe-with-defaults.yaml", "cite.bib", "scores.tex"} <= set(held)
    assert "prasanna2020bert" in held["cite.bib"][1]
    assert "movva2020" not in held["cite.bib"][1]
    monkeypatch.setattr("tombola.report.page.downloads.MOST", 0)
    small = files_of(study, tables, [])
    assert [each.file for each in small.tables] == [""] * len(small.tables)


def test_bibtex_is_balanced_whatever_a_study_is_called() -> None:
    text = bibtex(Study(title="}{\\", name="<b>", signature="}"), [])
    assert text.count("{") == text.count("}")


def test_a_large_study_stays_small() -> None:
    numbers = np.random.default_rng(0).random((120, 40))
    charts = [
        ShownChart(
            "f", str(i), {"description": "", "datasets": {"d": pd.DataFrame(
                {"kind": "magnitude", "round": range(40), "mean": np.round(some, 5)}
            ).to_dict("records")}}, "w",
        )
        for i, some in enumerate(numbers)
    ]  # fmt: skip
    assert len(compressed(packed_charts(charts))) < 60_000
