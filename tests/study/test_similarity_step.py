"""A step that compares layers: its tables, and what it refuses."""

from pathlib import Path
from typing import Any

import pytest
import small
from test_probe_step import learners

from tombola import tables
from tombola.errors import UserError
from tombola.study.library import Library
from tombola.study.plan import plan


def raw(folder: Path, **step: Any) -> dict[str, Any]:
    """The small study with one chain of tickets and a step of similarity."""
    value = small.raw(small.cola_folder(folder))
    value["steps"]["tickets"] |= {"criterion": "magnitude", "rewind": {"weights": "start"}}
    del value["steps"]["held"]
    value["steps"]["layers"] = {"do": "similarity", "of": "tickets", "to": "dense", **step}
    return value


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished study with measures of one pass."""
    folder = tmp_path_factory.mktemp("similarity")
    value = raw(folder / "text", measures=["debiased", "neurons", "neurons_back"])
    maps = ["between", "of", "to", "pairs"]
    value["steps"]["maps"] = {
        "do": "similarity", "of": "tickets", "to": "dense", "across": "round", "maps": maps,
    }  # fmt: skip
    value["steps"]["looks"] = {
        "do": "similarity", "of": {"of": "tickets", "round": 2}, "to": "dense",
        "measures": ["attention", "heads_jensen"],
    }  # fmt: skip
    errors = learners(folder / "fce")
    value["tasks"]["errors"] = {"name": "ged", "folder": str(errors), "format": "errors"}
    value["steps"]["words"] = {
        "do": "word-similarity", "of": {"of": "tickets", "round": 2}, "to": "dense",
        "text": ["toy", "errors"], "ranks": [3, 8], "measures": ["debiased", "neurons"],
    }  # fmt: skip
    value["steps"]["peaks"] = {"do": "attention-peaks", "of": ["dense", "tickets"], "bar": 0.4}
    value["steps"]["simple"] = {"do": "complexity", "of": ["dense", "tickets"]}
    small.ran(value, folder / "out")
    return folder / "out"


def test_details_stand_in_a_table_of_their_own(done: Path) -> None:
    found = tables.read(done / "tables", "similarity-details")
    found = found[found["measure"].str.startswith("Neuron")]
    assert set(found["map"]) == {"between"}
    rounds, measures, layers = 2, 2, 2
    beside = found.query("detail == 'p50'")
    assert len(beside) == rounds * measures * layers
    assert (beside["dense_layer"] == beside["sparse_layer"]).all()
    assert len(found.query("detail == 'itself'")) == rounds * measures * layers**2
    assert found["value"].notna().all()
    assert set(found["measure"]) == {"NeuronSim", "NeuronSim, back"}
    whole = tables.read(done / "tables", "similarity")
    shared = ["model", "map", "measure", "dense_layer", "sparse_layer", "n", "signature"]
    assert len(beside.merge(whole, on=shared)) == len(beside)


def test_maps_along_an_axis_are_of_one_stage_and_the_numbers_of_single_ones(done: Path) -> None:
    found = tables.read(done / "tables", "similarity").query("measure == 'linear CKA, debiased'")
    together = found[found["signature"].str.contains("step:maps")]
    single = found[found["signature"].str.contains("step:layers")]
    pairs = together.drop_duplicates(["against", "model"])
    first, second = single["model"].unique()
    dense = single["against"].iloc[0]
    assert {tuple(row) for row in pairs[["map", "against", "model"]].to_numpy()} == {
        ("between", dense, first), ("between", dense, second),
        ("of", first, first), ("of", second, second),
        ("to", dense, dense), ("pairs", first, second),
    }  # fmt: skip
    keys = ["map", "against", "model", "dense_layer", "sparse_layer", "n"]
    both = single.merge(together, on=keys)
    assert len(both) == len(single)
    assert (both["value_x"] == both["value_y"]).all()
    own = together.query("map == 'of' and dense_layer == sparse_layer")
    assert own["value"].tolist() == pytest.approx([1] * len(own))


def test_complexity_has_a_row_for_every_number(done: Path) -> None:
    found = tables.read(done / "tables", "complexity")
    layers = found.groupby(["model", "layer", "about"])
    assert len(layers) == 3 * 2 * 2
    ks = found.query("measure == 'k'")
    assert sorted(ks["given"].unique()) == [0.5, 0.8, 0.9, 0.95, 0.99]
    assert (ks.groupby(["model", "layer", "about"])["value"].diff().dropna() >= 0).all()
    curve = found.query("measure == 'explained'")
    assert set(curve["given"]) == set(range(1, 17))
    assert curve.query("given == 16")["value"].tolist() == pytest.approx([1] * 12)
    assert set(found["measure"]) == {
        "k", "explained", "effective-rank", "participation-ratio", "constant-neurons",
    }  # fmt: skip
    assert (found["n"] > found["width"]).all()
    assert (found["note"] == "").all()
    assert found["signature"].str.contains("kind:complexity").all()


def test_words_are_compared_by_kind(done: Path) -> None:
    found = tables.read(done / "tables", "word-similarity")
    assert set(found["measure"]) == {"linear CKA, debiased", "NeuronSim"}
    assert set(found["centre"]) == {"kind"}
    one = found[found["measure"] == "NeuronSim"]
    for text, by in (("CoLA", {"frequency"}), ("ged", {"frequency", "errors"})):
        own = one[one["text"] == text]
        assert set(own["by"]) == by
        assert set(own["layer"]) == {1}
        assert ((own["note"] != "") == (own["n"] < own["width"])).all()
        for _, rows in own.groupby("by"):
            assert rows["words"].iloc[0] == "all"
            assert rows["n"].iloc[0] == rows["n"].iloc[1:].sum()
        bins = own.loc[own["by"] == "frequency", ["words", "place"]].to_numpy().tolist()
        assert bins[:3] == [["all", -1], ["1 to 3", 0], ["4 to 8", 1]]
    assert set(one.loc[one["by"] == "errors", "words"]) == {"all", "c", "i"}
    both = one.query("by == 'frequency' and words == '1 to 3'")
    assert both["signature"].str.contains("words:1 to 3").all()


def test_attention_is_compared_and_its_peaks_are_counted(done: Path) -> None:
    found = tables.read(done / "tables", "similarity").query("measure == 'AttentionSim'")
    assert found[["stack", "dense_layer", "sparse_layer"]].to_numpy().tolist() == [
        ["encoder", 1, 1]
    ]
    assert found["width"].tolist() == [2]
    details = tables.read(done / "tables", "similarity-details")
    heads = details[details["measure"].str.startswith("heads by row")]
    assert set(heads["detail"]) == {"head-0", "head-0-match", "head-1", "head-1-match", "itself"}
    peaks = tables.read(done / "tables", "attention-peaks")
    assert len(peaks) == 3 * (2 + 1 + 1) * 2  # models, heads and what is together, ways of counting
    assert set(peaks["bar"]) == {0.4}
    assert (peaks["low"] <= peaks["share"]).all()
    whole = peaks.query("layer == 0 and rows == 'all'").set_index("model")["n"]
    one = peaks.query("head == 0 and rows == 'all'").set_index("model")["n"]
    assert (whole == 2 * one).all()


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ({"to": None}, "to is missing"),
        ({"maps": ["pairs"]}, "maps: pairs needs an axis"),
        ({"measures": ["nothing"]}, "no measure 'nothing'; allowed: across_blocks"),
        ({"maps": ["all"]}, "maps.0"),
        ({"do": "word-similarity", "measures": ["attention"]}, "no 'attention' of words"),
        ({"do": "word-similarity", "measures": ["svcca"], "centre": "all"}, "no form about"),
        ({"do": "word-similarity", "ranks": [5, 5]}, "ranks"),
    ],
)
def test_what_cannot_be_compared_is_said(tmp_path: Path, step: dict[str, Any], words: str) -> None:
    recipe = small.of(raw(tmp_path / "text", **step))
    with pytest.raises(UserError, match=words) as problem:
        plan(recipe, Library(recipe))
    assert "\n" not in str(problem.value)
