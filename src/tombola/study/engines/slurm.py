"""Stages as job arrays of SLURM: scripts are written into the study's folder, and submitted.

Each array holds the stages of one level of the plan, which read only levels above; it begins when
these have ended, well or not. What cannot be done since something it reads failed is left out.
The run returns when all is submitted: `tombola status` says how it stands.
"""

import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from tombola.errors import UserError
from tombola.files import make_folder, write_json
from tombola.study.cores import Takes, takes
from tombola.study.engine import ENGINES, Engine, Undone, Watch
from tombola.study.recipe import Recipe, recipe_text

LARGEST = 1000
"""Jobs of one array; SLURM's own default allows one more. Of more stages a job does several."""
FOLDER = "slurm"
STUDY_FILE = "study.json"
RECIPE_FILE = "recipe.yaml"
TABLES = "tables"
"""The job at the end."""


@dataclass(frozen=True)
class Array:
    """Jobs that may run at the same time and take the same."""

    name: str
    level: int
    needs: Takes
    portions: tuple[tuple[str, ...], ...]
    """Names of the stages that each job does, one after the other."""


class Slurm(Engine):
    """See the module."""

    name = "slurm"

    def run(self, undone: Undone, watch: Watch) -> str:
        """See `Engine`. Raises UserError where there is no `sbatch`, or it refuses."""
        found = arrays(undone)
        if not found:
            return ""
        folder = write(undone, found)
        submit = folder / "submit.sh"
        if not undone.library.recipe.resources.submit:
            return f"the scripts of {len(found)} job arrays are written; to submit: sh {submit}"
        if shutil.which("sbatch") is None:
            raise UserError(
                "engine slurm: there is no sbatch here; the scripts are written: where there is, "
                f"submit them by: sh {submit}"
            )
        done = subprocess.run(["sh", submit], capture_output=True, text=True, check=False)
        jobs = " ".join(done.stdout.split())
        if done.returncode:
            why = " ".join(done.stderr.split())[:300]
            kept = f"; submitted before: {jobs} (scancel ends them)" if jobs else ""
            raise UserError(f"engine slurm: sbatch refused: {why}{kept}")
        return f"submitted as jobs {jobs}: `tombola status {undone.store.root}` says how they stand"


def arrays(undone: Undone) -> list[Array]:
    """The arrays of what is not done, level by level."""
    recipe, levels = undone.library.recipe, dict[str, int]()
    every = {stage.name: stage for stage in undone.stages}
    sorted_: dict[tuple[int, Takes], list[str]] = {}
    for stage in undone.stages:
        if stage.name in undone.done:
            continue
        level = 1 + max((levels.get(name, 0) for name in stage.reads.values()), default=0)
        levels[stage.name] = level
        needs = takes(stage, every, recipe)
        needs = needs.model_copy(update={"gpus": ceil(needs.gpus or 0)})
        sorted_.setdefault((level, needs), []).append(stage.name)
    found: list[Array] = []
    for (level, needs), names in sorted(sorted_.items(), key=lambda item: item[0][0]):
        n = sum(each.level == level for each in found) + 1
        jobs = min(len(names), LARGEST)
        portions = tuple(tuple(names[i::jobs]) for i in range(jobs))
        found.append(Array(f"level-{level}-{n}", level, needs, portions))
    return found


def write(undone: Undone, found: list[Array]) -> Path:
    """Write scripts and what they read into a new folder of the study; return it."""
    recipe, root = undone.library.recipe, undone.store.root.absolute()
    folder = _new(root / FOLDER)
    (folder / RECIPE_FILE).write_text(recipe_text(recipe), encoding="utf-8")
    portions = {array.name: [list(names) for names in array.portions] for array in found}
    study = {"out": str(root), "energy": undone.store.energy, "plugins": list(undone.plugins)}
    write_json(folder / STUDY_FILE, {**study, "command": undone.command, "portions": portions})
    work = [sys.executable, "-m", "tombola.study.portion", str(folder)]
    for array in found:
        most = f"%{undone.asked}" if undone.asked else ""
        own = {"array": f"0-{len(array.portions) - 1}{most}"}
        end = f'exec {shlex.join([*work, array.name])} "$SLURM_ARRAY_TASK_ID"'
        _script(folder, array.name, recipe, {**own, **_sizes(array.needs)}, end)
    report = [sys.executable, "-m", "tombola.cli", "report", str(root)]
    plugins = [option for file in undone.plugins for option in ("--plugin", file)]
    end = f"{shlex.join([*work, TABLES])} && exec {shlex.join([*report, *plugins])}"
    _script(folder, TABLES, recipe, {}, end)
    (folder / "submit.sh").write_text(_submit(folder, found), encoding="utf-8")
    return folder


def _new(above: Path) -> Path:
    """A folder for one submission: jobs of an earlier one may still wait for their scripts."""
    make_folder(above)
    number = 1
    while True:
        try:
            (above / str(number)).mkdir()
            make_folder(above / str(number) / "logs")
            return above / str(number)
        except FileExistsError:
            number += 1


def _script(folder: Path, name: str, recipe: Recipe, own: dict[str, str], end: str) -> None:
    array = "-%a" if "array" in own else ""
    logs = str(folder / "logs").replace("%", "%%")
    options: dict[str, str | int | float | bool] = {
        "job-name": f"{recipe.name}-{name}",
        "output": f"{logs}/{name}{array}.txt",
        "open-mode": "append",
        "requeue": True,
        "cpus-per-task": recipe.threads,  # of the job at the end
        **own,
        **recipe.resources.slurm,
    }
    lines = [
        f"#SBATCH --{key}" + ("" if value is True else f"={shlex.quote(str(value))}")
        for key, value in options.items()
        if value is not False
    ]
    here = f"cd {shlex.quote(str(Path.cwd()))} || exit 2"
    text = "\n".join(["#!/bin/sh", *lines, here, end, ""])
    (folder / f"{name}.sbatch").write_text(text, encoding="utf-8")


def _sizes(needs: Takes) -> dict[str, str]:
    found = {"cpus-per-task": f"{needs.cpus}"}
    if needs.gpus:
        found["gres"] = f"gpu:{needs.gpus:g}"
    if needs.memory:
        found["mem"] = f"{ceil(needs.memory * 1024)}M"
    if needs.hours:
        minutes = ceil(needs.hours * 60)
        found["time"] = f"{minutes // 60}:{minutes % 60:02}:00"
    return found


def _submit(folder: Path, found: list[Array]) -> str:
    """A script that hands over all others and prints the numbers of the jobs."""
    lines = ["#!/bin/sh", "set -e", f"cd {shlex.quote(str(folder))}", 'before=""', 'level=""']
    for i, array in enumerate(found):
        lines.append(_handed(array.name))
        if i + 1 == len(found) or found[i + 1].level != array.level:
            lines += ['before="--dependency=afterany$level"', 'level=""']
    return "\n".join([*lines, _handed(TABLES), ""])


def _handed(name: str) -> str:
    return (
        f"job=$(sbatch --parsable $before {name}.sbatch); "
        'job=${job%%;*}; level="$level:$job"; echo "$job"'
    )


ENGINES.add(Slurm())
