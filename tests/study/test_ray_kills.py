"""Whatever of Ray is killed: nothing is lost, nothing is done twice, nothing stays behind."""

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import napping
import psutil
import pytest
import yaml
from napping import PLUGIN
from small import bytes_of

from tombola.plugins import load_plugins
from tombola.study import Event, Recipe, run_study, status

ray = pytest.importorskip("ray")
pytestmark = pytest.mark.long
PATIENCE = 600
"""Seconds for what takes some on an idle machine."""


@pytest.fixture
def recipe(tmp_path: Path) -> Recipe:
    load_plugins(PLUGIN)
    return napping.recipe(tmp_path, "first.seconds=4", "first.turn=[1, 2, 3]", "then.seconds=1")


def until(true: Any) -> None:
    started = time.monotonic()
    while not true():
        assert time.monotonic() - started < PATIENCE
        time.sleep(0.2)


def check(folder: Path, recipe: Recipe, before: set[str]) -> None:
    """All is done; what was finished `before` the second run did not begin in it."""
    assert status(folder / "out").counts["done"] == 6
    again = napping.notes_of(folder, "begin")
    assert not before & set(again[again.index("restart") + 1 :])
    run_study(recipe, folder / "serial", engine="serial")
    found = bytes_of(folder / "out")
    found.pop("stages.csv", None)  # what each took, which the command line writes beside the others
    assert found == bytes_of(folder / "serial")


@pytest.mark.parametrize("what", ["driver", "raylet", "gcs_server", "SIGTERM", "SIGINT"])
def test_a_run_goes_on_after_a_part_of_it_was_killed(what: str, recipe: Recipe, tmp_path: Path):
    plain = recipe.model_dump(mode="json", exclude_defaults=True)
    (tmp_path / "r.yaml").write_text(yaml.safe_dump(plain, sort_keys=False))
    out = tmp_path / "out"
    command = [sys.executable, "-m", "tombola.cli", "run", str(tmp_path / "r.yaml"), "--out", out,
               "--engine", "ray", "--workers", "2", "--plugin", str(PLUGIN[0])]  # fmt: skip
    with (tmp_path / "said").open("w") as said:
        run = subprocess.Popen(command, stdout=said, stderr=said)
        until(lambda: napping.notes_of(tmp_path, "end") or run.poll() is not None)
        assert run.poll() is None, (tmp_path / "said").read_text()
        family = psutil.Process(run.pid).children(recursive=True)
        if what.startswith("SIG"):
            run.send_signal(signal.Signals[what])
        elif what == "driver":
            run.kill()
        else:
            next(each for each in family if each.name().startswith(what)).kill()
        assert run.wait(PATIENCE) != 0
    until(lambda: not psutil.wait_procs(family, timeout=1)[1])
    before = {path.name for path in (out / "stages").iterdir()}
    with (tmp_path / "notes").open("a") as notes:
        notes.write("begin restart 0\n")
    subprocess.run(command, check=True, capture_output=True)
    check(tmp_path, recipe, before)


def test_a_machine_that_dies_has_its_stages_done_by_another(
    recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    node = cluster.add_node(num_cpus=1)
    monkeypatch.setenv("RAY_ADDRESS", cluster.address)
    started: list[str] = []

    def watch(event: Event) -> None:
        started.append(event.kind)
        if started.count("done") == 1 and event.kind == "done":
            cluster.remove_node(node, allow_graceful=False)

    try:
        outcome = run_study(recipe, tmp_path / "out", engine="ray", plugins=PLUGIN, watch=watch)
    finally:
        cluster.shutdown()
    assert outcome.done == 6
    with (tmp_path / "notes").open("a") as notes:
        notes.write("begin restart 0\n")
    check(tmp_path, recipe, set())
