"""`tombola measure` and `tombola inspect --svg` as a person meets them."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import tombola
import toys
from tombola.cli import main

QUICK = ("--batch-sizes", "1", "--lengths", "3,5", "--repeats", "6", "--warmup", "1")


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model and a ticket of it."""
    folder = tmp_path_factory.mktemp("measured")
    toys.bert().save_pretrained(folder / "dense")
    tombola.prune(folder / "dense", 0.5).save(folder / "ticket")
    return folder


@pytest.fixture
def call(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Run a verb: exit code, standard output, standard error."""

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setenv("COLUMNS", "100")
        monkeypatch.setattr(sys, "argv", ["tombola", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            main()
        return int(stop.value.code or 0), *capsys.readouterr()

    return run


Call = Callable[..., tuple[int, str, str]]


def refused(call: Call, *arguments: str | Path) -> str:
    """A verb that must end in one clear line and exit code 2; the line."""
    code, _, said = call(*arguments)
    assert code == 2
    assert said.startswith("tombola: ")
    assert said.count("\n") == 1
    return said


def test_measure(models: Path, call: Call) -> None:
    code, shown, _ = call("measure", models / "ticket", "--against", models / "dense", *QUICK)
    assert code == 0
    assert "50% of the matrices' weights are zero" in shown
    assert "times as fast" in shown
    assert max(len(line) for line in shown.splitlines()[3:-3]) <= 100
    code, shown, _ = call("measure", models / "ticket", "--filled", *QUICK, "--json")
    found = json.loads(shown)
    assert [ratio["workload"]["length"] for ratio in found["ratios"]] == [3, 5]
    assert found["against"]["sets"]["matrices"]["zeros"] == 0
    assert len(found["timings"][0]["seconds"]) == 6
    assert found["machine"]["device"]


def test_wrong_measurements_are_one_line(models: Path, call: Call) -> None:
    dense = models / "dense"
    assert "--lengths: whole numbers" in refused(call, "measure", dense, "--lengths", "1,x")
    assert "no device" in refused(call, "measure", dense, "--device", "tpu")
    assert "64 positions" in refused(call, "measure", dense, "--lengths", "65")
    assert "no such file" in refused(call, "measure", dense, "--against", "./nowhere")
    assert "not both" in refused(call, "measure", dense, "--against", dense, "--filled")


def test_inspect_draws(models: Path, tmp_path: Path, call: Call) -> None:
    path = tmp_path / "new" / "ticket.svg"
    code, shown, _ = call("inspect", models / "ticket", "--svg", path)
    assert code == 0
    assert "└─ layer 0" in shown
    assert ET.fromstring(path.read_text(encoding="utf-8")).tag.endswith("svg")
    assert "cannot be written" in refused(call, "inspect", models / "ticket", "--svg", tmp_path)
