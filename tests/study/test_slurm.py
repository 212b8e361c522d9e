"""Studies as job arrays: what is submitted, in which order, and what the jobs do."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import napping
import pytest
import yaml
from napping import PLUGIN
from small import bytes_of

from tombola.errors import UserError
from tombola.plugins import load_plugins
from tombola.study import Recipe, run_study, status
from tombola.study.engines import slurm
from tombola.study.portion import main

SBATCH = """#!/bin/sh
job=$(($(cat jobs 2>/dev/null | wc -l) + 101))
for last; do :; done
[ "$last" = "$REFUSED" ] && { echo "sbatch: error: Invalid partition" >&2; exit 1; }
echo "$job $*" >> jobs
echo "$job;cluster"
"""


@pytest.fixture(autouse=True)
def sbatch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that notes what it is given, in the folder where it is."""
    path = tmp_path / "bin" / "sbatch"
    path.parent.mkdir()
    path.write_text(SBATCH)
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{path.parent}:/usr/bin:/bin")
    load_plugins(PLUGIN)


def submit(recipe: Recipe, out: Path, **more: Any) -> Any:
    return run_study(recipe, out, engine="slurm", plugins=PLUGIN, **more)


def submitted(folder: Path) -> list[tuple[str, str]]:
    """Scripts and what they wait for, as they were handed over."""
    found = []
    for line in (folder / "jobs").read_text().splitlines():
        after = re.search(r"afterany:(\S+)", line)
        found.append((line.split()[-1], after[1] if after else ""))
    return found


def work_off(folder: Path) -> list[int]:
    """Do the jobs in this process, one after the other; return what they end with."""
    ended = []
    for script, _ in submitted(folder):
        text = (folder / script).read_text()
        array = re.search(r"#SBATCH --array=0-(\d+)", text)
        name = script.removesuffix(".sbatch")
        for index in range(int(array[1]) + 1) if array else (None,):
            ended.append(main([str(folder), name, *([] if index is None else [str(index)])]))
    return ended


def test_arrays_follow_the_levels_of_the_plan_and_give_the_same_bytes(tmp_path: Path):
    recipe, out = napping.recipe(tmp_path), tmp_path / "out"
    outcome = submit(recipe, out)
    assert (outcome.done, outcome.handed) == (0, f"submitted as jobs 101 102 103: `tombola status "
                                                 f"{out}` says how they stand")  # fmt: skip
    folder = out / "slurm" / "1"
    assert submitted(folder) == [
        ("level-1-1.sbatch", ""), ("level-2-1.sbatch", "101"), ("tables.sbatch", "102"),
    ]  # fmt: skip
    assert status(out).counts["left"] == 4
    assert set(work_off(folder)) == {0}
    assert status(out).counts["done"] == 4
    assert napping.notes_of(tmp_path, "begin") == napping.notes_of(tmp_path, "end")
    run_study(recipe, tmp_path / "serial", engine="serial")
    assert bytes_of(out) == bytes_of(tmp_path / "serial")
    assert submit(recipe, out).handed == ""


def test_what_failed_is_left_out_and_submitted_again_alone(tmp_path: Path):
    recipe, out = napping.recipe(tmp_path), tmp_path / "out"
    (tmp_path / "tired").write_text("2")
    submit(recipe, out)
    assert sorted(work_off(out / "slurm" / "1")) == [0, 0, 1, 1, 1]
    found = status(out)
    assert found.counts == {"done": 2, "failed": 1, "blocked": 1, "left": 0, "running": 0}
    assert "it cannot sleep" in next(each.why for each in found.stages if each.state == "failed")
    (tmp_path / "tired").unlink()
    (tmp_path / "notes").unlink()
    submit(recipe, out)
    assert set(work_off(out / "slurm" / "2")) == {0}
    assert len(napping.notes_of(tmp_path, "begin")) == 2
    assert status(out).counts["done"] == 4


def test_jobs_take_what_the_recipe_says(tmp_path: Path):
    resources = {
        "memory": 1.5, "gpus": 0, "hours": 1.25, "by_step": {"then": {"gpus": 0.5, "memory": 4}},
        "slurm": {"partition": "long one", "account": "mine", "exclusive": True, "requeue": False},
    }  # fmt: skip
    recipe = napping.recipe(
        tmp_path, f"resources={yaml.safe_dump(resources, width=10**6, default_flow_style=True)}"
    )
    submit(recipe, tmp_path / "out", workers=7)
    first, then = (
        (tmp_path / "out" / "slurm" / "1" / f"level-{n}-1.sbatch").read_text() for n in (1, 2)
    )
    wanted = ("array=0-1%7", "mem=1536M", "time=1:15:00", "partition='long one'", "account=mine",
              "exclusive\n", "cpus-per-task=1", "open-mode=append")  # fmt: skip
    assert all(f"#SBATCH --{each}" in first for each in wanted)
    assert "requeue" not in first
    assert "gres" not in first
    assert "--gres=gpu:1\n" in then
    assert "--mem=4096M\n" in then
    bad = {"by_step": {"nobody": {"gpus": 1}}}
    with pytest.raises(UserError, match="no step 'nobody'; allowed: first, then"):
        napping.recipe(tmp_path, f"resources={bad}")
    with pytest.raises(UserError, match="partition"):
        napping.recipe(tmp_path, 'resources.slurm={partition: "a\\nb"}')


def test_scripts_are_written_alone_where_that_is_asked_for_or_nobody_takes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    out = tmp_path / "out"
    written = submit(napping.recipe(tmp_path, "resources.submit=false"), out)
    assert written.handed.endswith(f"to submit: sh {out}/slurm/1/submit.sh")
    assert not (out / "slurm" / "1" / "jobs").exists()
    monkeypatch.setenv("REFUSED", "level-2-1.sbatch")
    with pytest.raises(UserError, match="Invalid partition; submitted before: 101"):
        submit(napping.recipe(tmp_path), out)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(UserError, match="there is no sbatch here"):
        submit(napping.recipe(tmp_path), out)


def test_many_stages_are_several_to_a_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(slurm, "LARGEST", 3)
    out = tmp_path / "out"
    submit(napping.recipe(tmp_path, "first.turn=[1, 2, 3, 4, 5]"), out)
    assert "--array=0-2\n" in (out / "slurm" / "1" / "level-1-1.sbatch").read_text()
    assert set(work_off(out / "slurm" / "1")) == {0}
    assert sorted(napping.notes_of(tmp_path, "end")) == sorted(
        p.name for p in (out / "stages").iterdir()
    )


@pytest.mark.long
def test_the_whole_path_with_an_sbatch_that_runs_what_it_is_given(tmp_path: Path):
    """The stand-in runs each array at once: those before it have ended by then."""
    (tmp_path / "bin" / "sbatch").write_text(
        "#!/bin/sh\nfor script; do :; done\n"
        "job=$(($(ls | grep -c ran-) + 1)); touch ran-$job\n"
        "last=$(sed -n 's/^#SBATCH --array=0-\\([0-9]*\\).*/\\1/p' $script)\n"
        "for i in $(seq 0 ${last:-0}); do SLURM_ARRAY_TASK_ID=$i sh $script >&2; done\necho $job\n"
    )
    text = yaml.safe_dump(napping.recipe(tmp_path).model_dump(mode="json", exclude_defaults=True))
    (tmp_path / "r.yaml").write_text(text)
    command = [sys.executable, "-m", "tombola.cli", "run", str(tmp_path / "r.yaml"), "--out",
               str(tmp_path / "out"), "--engine", "slurm", "--plugin", str(PLUGIN[0])]  # fmt: skip
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "submitted as jobs 1 2 3" in ran.stdout
    assert status(tmp_path / "out").counts["done"] == 4
    assert (tmp_path / "out" / "report.html").exists()
