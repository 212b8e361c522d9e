"""What stages cost: seconds, and where it is asked for energy."""

import json
import sys
from pathlib import Path

import pytest
import small

from tombola.errors import UserError
from tombola.report.study import Study
from tombola.study import run_study
from tombola.study.effort import effort


def recipe(folder: Path) -> small.Recipe:
    value = small.raw(small.cola_folder(folder / "text"))
    value["steps"] = {"dense": value["steps"]["dense"]}
    return small.of(value)


def test_energy_is_estimated_where_it_is_asked_for(tmp_path: Path) -> None:
    pytest.importorskip("codecarbon")
    out = tmp_path / "out"
    run_study(recipe(tmp_path), out, engine="serial", energy=True)
    found = json.loads((out / "study.json").read_text())["effort"]["dense"]
    assert found["stages"] == 1
    assert found["seconds"] > 0
    assert 0 < found["kwh"] < 1
    assert "kWh (codecarbon's estimate)" in Study.read(out / "study.json").effort


def test_without_it_only_seconds_are_said(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run_study(recipe(tmp_path), out, engine="serial")
    study = Study.read(out / "study.json")
    assert study.kwh is None
    assert study.effort.endswith("of work, one stage after the other")


def test_time_is_measured_also_where_the_work_fails() -> None:
    with pytest.raises(ValueError, match="x"), effort() as spent:
        raise ValueError("x")
    assert spent.seconds > 0
    assert spent.kwh is None


def test_energy_without_the_library_is_refused_before_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "codecarbon", None)
    with pytest.raises(UserError, match=r"pip install 'tombola\[energy\]'"):
        run_study(recipe(tmp_path), tmp_path / "out", energy=True)
    assert not (tmp_path / "out").exists()
