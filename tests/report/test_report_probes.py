"""Figures and sentences about probes of many tasks."""

import pandas as pd
import probe_tables
import pytest
from test_report_figures import marks, svg

from tombola.report import Tables
from tombola.report.claims.claim import CLAIMS
from tombola.report.exports import paper_files
from tombola.report.figures import drawings
from tombola.report.parts import PARTS
from tombola.report.style import DOUBLE_PT

TASKS = ("pos", "ner", "chunk", "coreference", "semtag")


@pytest.fixture(scope="module")
def study() -> Tables:
    return probe_tables.study(TASKS)


def test_tasks_share_a_figure_and_kinds_of_probes_do_not(study: Tables) -> None:
    for name, mark, n in (("probe", "line", 5 * 5), ("difference", "rect", 5 * 3 * 7)):
        found = list(drawings(name, study))
        assert [one.which["by"] for one in found] == ["linear", "MLP 1024"]
        picture = svg(found[0].picture.spec)
        assert float(picture.get("width", "")) <= DOUBLE_PT + 0.5
        assert len(marks(picture, mark)) == n  # dense, three tickets and the random encoder
        text = "".join(picture.itertext())
        for task in ("part of speech", "names", "chunks", "coreference", "semantic tags"):
            assert task in text
    assert "span F1" in text


def test_a_map_of_best_layers_and_maps_of_groups(study: Tables) -> None:
    best, layers = (next(iter(drawings(name, study))) for name in ("probe-best", "probe-layers"))
    picture = svg(best.picture.spec)
    assert len(marks(picture, "rect")) == 5 * 4
    groups = [{row["group"] for row in rows} for rows in best.picture.rows.values()]
    assert groups == [{"part of speech"}, {"syntax"}, {"semantics"}]
    picture = svg(layers.picture.spec)
    assert len(marks(picture, "rect")) == 3 * 6 * 4  # without the embedding output
    text = "".join(picture.itertext())
    for group in ("part of speech (1 task)", "syntax (2 tasks)", "semantics (2 tasks)"):
        assert group in text
    dense = study.where(criterion="dense")
    assert list(drawings("probe-best", dense)) == list(drawings("probe-layers", dense)) == []


def test_tasks_are_sorted_with_their_intervals(study: Tables) -> None:
    (drawing,) = drawings("probe-trends", study)
    picture = svg(drawing.picture.spec)
    assert len(marks(picture, "symbol")) == 5 * 2
    linear, wide = PARTS["probe-trends"].say(study)
    assert "degrading: part of speech −0.047 (−0.057 to −0.037), coreference" in linear
    assert "invariant: names 0.002 (−0.008 to 0.012), semantic tags" in linear
    assert "improving: chunks 0.023 (0.013 to 0.033) (4 models, 2 seeds with 1 repl" in linear
    assert wide.startswith("toy, magnitude, MLP 1024 probes")


def test_of_two_steps_the_line_through_most_models_is_shown(study: Tables) -> None:
    """One that holds the last ticket to what trained as long is a difference, and no line."""
    trends = study["probe-trends"]
    short = trends.assign(step="pruned", models=2, change=0.5, low=0.4, high=0.6)
    both = Tables({**study, "probe-trends": pd.concat([short, trends], ignore_index=True)})
    assert PARTS["probe-trends"].say(both) == PARTS["probe-trends"].say(study)
    assert CLAIMS["mz-degrade"].test(both) == CLAIMS["mz-degrade"].test(study)


def test_sentences_say_scores_beside_dense_and_random(study: Tables) -> None:
    said = PARTS["probes"].say(study)
    assert len(said) == 2 * 2  # four tasks in a sentence
    assert said[0].startswith("toy, linear probes: at 78.4% sparsity (magnitude) the best layers")
    assert "against 0.8" in said[0]
    assert "random encoder at most 0.6" in said[0]
    assert "no ticket was probed" in PARTS["probes"].say(study.where(criterion="dense"))[0]


def test_foreign_texts_and_unseen_labels_are_said(study: Tables) -> None:
    assert "does not know" not in " ".join(PARTS["probes"].say(study))
    names = study.probes["asked"] == "ner"
    rows = study.probes.assign(unknown=0.009, n_unseen=0)
    rows.loc[names, ["unknown", "n_unseen"]] = 0.127, 31
    *_, foreign, unseen = PARTS["probes"].say(Tables({**study, "probes": rows}))
    assert "sub-tokens (names 12.7%)" in foreign
    assert "training has not count as wrong: names 31." in unseen


def test_maps_and_best_scores_are_files(study: Tables) -> None:
    files = dict(paper_files(study))
    best = files["probe-best"]
    assert len(best) == 5 * 2 * 4
    assert {"asked", "by", "kind", "round", "layer", "mean", "z", "layer_as_published"} <= set(best)
    cells = files["probe-cells"]
    assert len(cells) == 5 * 2 * 4 * 7
    maps = files["probe-maps"]
    assert len(maps) == 3 * 2 * 4 * 6
