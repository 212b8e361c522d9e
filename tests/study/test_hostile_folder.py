"""The folder of a study that anyone may have made: what is outside of it is left alone."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tombola.errors import UserError
from tombola.files import write_json
from tombola.study import clean, status
from tombola.study.stage import Stage

STAGE = Stage("dense", "train", {"seed": 1}, {"version": 1}).named()


@pytest.fixture
def precious(tmp_path: Path) -> Path:
    """A file of the user's own."""
    path = tmp_path / "precious"
    path.write_text("mine")
    return path


def study(out: Path, files: Mapping[str, Any] | None = None, **plan: Any) -> Path:
    """A study of one finished stage."""
    stage = STAGE.to_dict() | plan
    write_json(out / "plan.json", {"recipe": "small", "stages": [stage]})
    folder = out / "stages" / STAGE.name
    (folder / "model").mkdir(parents=True)
    (folder / "model" / "model.safetensors").write_bytes(b"weights")
    record = {"seconds": 1.0, "versions": {}, "files": files or {"model/model.safetensors": "7-ab"}}
    write_json(folder / "stage.json", STAGE.to_dict() | record)
    return out


@pytest.mark.parametrize(
    "plan",
    [{"name": "../../precious"}, {"name": ".."}, {"name": "/etc"}, {"name": "a\\b"},
     {"reads": {"of": "../dense"}}],
)  # fmt: skip
def test_a_stage_is_called_by_no_way_out(tmp_path: Path, plan: dict[str, Any]):
    out = study(tmp_path / "out", **plan)
    for verb in (status, clean):
        with pytest.raises(UserError, match=r"plan.json: .* is no name of a stage"):
            verb(out)


@pytest.mark.parametrize(
    "files",
    [
        {"model/../../../../precious": "4-ab"},
        {"/model/x": "4-ab"},
        {"model/./x": "4-ab"},
        {"model/model.safetensors": "7-/../../../precious"},
        {"model/model.safetensors": "../../precious"},
        {"model/model.safetensors": 7},
        ["model/model.safetensors"],
    ],
)
def test_what_a_stage_says_are_its_files_are_in_it(tmp_path: Path, precious: Path, files: Any):
    out = study(tmp_path / "out", files)
    (out / "shared" / "7-").mkdir(parents=True)
    with pytest.raises(UserError, match=r"its record (names|states) .*; remove the folder"):
        clean(out, keep="tables", really=True)
    assert precious.read_text() == "mine"


@pytest.mark.parametrize(
    "record", [[], {}, {"seconds": [1.0, 2.0], "versions": {}}, {"seconds": 1.0, "versions": "3"}]
)
def test_a_record_that_no_stage_writes_is_named(tmp_path: Path, record: Any):
    out = study(tmp_path / "out")
    path = out / "stages" / STAGE.name / "stage.json"
    path.write_text(json.dumps(record))
    with pytest.raises(UserError, match=r"stage\.json: damaged: not what .*; remove the folder"):
        status(out)


@pytest.mark.parametrize("name", ["states", "working", "stages", "encoded", "shared"])
def test_folders_that_links_lead_to_are_not_cleaned(tmp_path: Path, precious: Path, name: str):
    out, own = study(tmp_path / "out"), tmp_path / "own"
    own.mkdir()
    (own / "model-3.safetensors").write_bytes(b"mine")
    if (out / name).exists():
        (out / name).rename(tmp_path / "away")
    (out / name).symlink_to(own)
    clean(out, keep="tables", really=True)
    assert [path.name for path in own.iterdir()] == ["model-3.safetensors"]


def test_weights_that_a_link_leads_to_are_not_given_up(tmp_path: Path):
    out, own = study(tmp_path / "out"), tmp_path / "own"
    model = out / "stages" / STAGE.name / "model"
    model.rename(own)
    model.symlink_to(own)
    assert clean(out, keep="tables", really=True).bytes == 0
    assert (own / "model.safetensors").read_bytes() == b"weights"
    model.unlink()
    own.rename(model)
    assert clean(out, keep="tables", really=True).bytes == 7
