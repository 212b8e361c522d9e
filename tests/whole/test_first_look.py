"""The whole path of a newcomer: the demo's study, killed and started again, and its report."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock

from tombola import tables
from tombola.study import shipped, status

pytestmark = pytest.mark.whole

KILLS = 1


def start(out: Path) -> subprocess.Popen[bytes]:
    """The demo's study in a process group of its own, shortened by its settings alone."""
    changes = ["seeds=[1]", "tasks.translation.train=800", "tasks.acceptability.train=800"]
    changes += ["tasks.pos.train=300", "tasks.pos-simple.train=300"]
    for kind, rounds in (("translator", 1), ("classifier", 2)):
        changes += [f"dense-{kind}.training.steps=60", f"{kind}-tags.training.epochs=3"]
        tickets = f"{{of: {kind}s, criterion: [magnitude, random]}}"
        changes += [f"{kind}s.rounds={rounds}", f"{kind}-tags.of=[dense-{kind}, {tickets}]"]
    command = [sys.executable, "-m", "tombola.cli", "run", "first-look", "--out", str(out)]
    command += [part for change in changes for part in ("--set", change)]
    return subprocess.Popen(
        command, start_new_session=True, stderr=subprocess.PIPE, preexec_fn=_hear_ctrl_c
    )


def _hear_ctrl_c() -> None:
    """A shell that starts these tests in the background has its children ignore SIGINT."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL the command and all of its workers at once."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The study, run without interruption: once, whichever worker of pytest comes first."""
    folder = tmp_path_factory.mktemp("whole")
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent.parent  # that of all workers of this session
    out = folder / "first-look"
    with FileLock(folder / "first-look.lock"):
        if not (out / "report.html").exists():
            process = start(out)
            _, errors = process.communicate()
            assert process.returncode == 0, errors.decode()
    return out


def test_it_ends_with_tables_figures_and_a_report(whole: Path):
    assert status(whole).count("done") == len(status(whole).stages)
    assert set(tables.names(whole / "tables")) == {
        "differences", "models", "probes", "scores", "similarity", "sizes", "sparsity",
        "stages", "training-losses",
    }  # fmt: skip
    for name in tables.names(whole / "tables"):
        assert len(tables.read(whole / "tables", name)) > 0
    assert (whole / "report.html").stat().st_size < 5_000_000
    assert list((whole / "figures").glob("*.pdf"))
    assert list((whole / "figures").glob("*.png"))
    assert json.loads((whole / "study.json").read_text())["failures"] == []


def test_killed_at_any_moment_it_ends_with_the_same_tables_and_repeats_no_stage(
    whole: Path, tmp_path: Path
):
    out, rng = tmp_path / "out", random.Random(1)
    written: dict[str, float] = {}
    for _ in range(KILLS):
        process = start(out)
        deadline = time.monotonic() + 300
        already = len(_finished(out))
        # Wait for some progress, then strike at an arbitrary moment.
        while len(_finished(out)) <= already and process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        time.sleep(rng.uniform(0, 4))
        kill(process)
        for path in _finished(out):
            moment = path.stat().st_mtime_ns
            assert written.setdefault(path.name, moment) == moment
    process = start(out)
    _, errors = process.communicate()
    assert process.returncode == 0, errors.decode()
    for path in _finished(out):
        assert written.get(path.name, path.stat().st_mtime_ns) == path.stat().st_mtime_ns
    for name in tables.names(whole / "tables"):
        file = f"tables/{name}.parquet"
        assert (out / file).read_bytes() == (whole / file).read_bytes()


def test_ctrl_c_ends_it_in_one_line_with_its_workers_and_keeps_what_is_done(tmp_path: Path):
    process = start(tmp_path / "out")
    while not _finished(tmp_path / "out"):
        assert process.poll() is None
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the command and its workers
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in errors.decode()
    assert errors.decode().strip().splitlines()[-1].startswith("tombola: stopped")
    assert len(tables.read(tmp_path / "out" / "tables", "scores")) > 0


def test_the_report_comes_from_the_tables_alone(whole: Path, tmp_path: Path):
    """With nothing but tables and study.json, the report is the same."""
    alone = tmp_path / "alone"
    (alone / "tables").mkdir(parents=True)
    for path in (whole / "tables").glob("*.parquet"):
        (alone / "tables" / path.name).write_bytes(path.read_bytes())
    (alone / "study.json").write_bytes((whole / "study.json").read_bytes())
    command = [sys.executable, "-m", "tombola.cli", "report", str(alone)]
    assert subprocess.run(command, check=False).returncode == 0
    assert (alone / "report.html").read_bytes() == (whole / "report.html").read_bytes()


def test_the_demo_is_a_shipped_recipe():
    assert "first-look" in shipped()
    makefile = (Path(__file__).parents[2] / "Makefile").read_text()
    assert "tombola run first-look" in makefile


def _finished(out: Path) -> list[Path]:
    folder = out / "stages"
    return sorted(folder.iterdir()) if folder.is_dir() else []
