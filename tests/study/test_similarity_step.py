"""A step that compares layers: its tables, and what it refuses."""

from pathlib import Path
from typing import Any

import pytest
import small

from tombola import tables
from tombola.study import run_study


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
    outcome = run_study(small.of(value), folder / "out", engine="serial")
    assert outcome.failures == ()
    return folder / "out"


def test_details_stand_in_a_table_of_their_own(done: Path) -> None:
    found = tables.read(done / "tables", "similarity-details")
    rounds, measures, layers = 2, 2, 2
    beside = found.query("detail == 'p50'")
    assert len(beside) == rounds * measures * layers
    assert (beside["dense_layer"] == beside["sparse_layer"]).all()
    assert len(found.query("detail == 'itself'")) == rounds * measures * layers**2
    assert found["value"].notna().all()
    assert set(found["measure"]) == {"NeuronSim", "NeuronSim, back"}
    whole = tables.read(done / "tables", "similarity")
    shared = ["model", "measure", "dense_layer", "sparse_layer", "n", "signature"]
    assert len(beside.merge(whole, on=shared)) == len(beside)
