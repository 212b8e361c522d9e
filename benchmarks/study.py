"""Ten thousand stages, planned and looked at; a study beside its stages; light verbs' CPU time."""

import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks._measure import header, table
from tombola.files import write_json
from tombola.study import clean, parse_recipe, run_study, status
from tombola.study.claim import claim
from tombola.study.library import Library
from tombola.study.plan import plan
from tombola.study.store import STAGE_FILE

RECIPE = """
name: many
title: Many stages
seeds: [{seeds}]
tasks: {{toy: {{name: builtin-acceptability, train: {train}, dev: 50}}}}
models: {{bert: {{new: {{model_type: bert, hidden_size: 32, num_hidden_layers: 2,
  num_attention_heads: 2, intermediate_size: 64}}}}}}
steps:
  dense: {{do: train, model: bert, task: toy, training: {{steps: {steps}}}}}
  tickets: {{do: rounds, of: dense, criterion: [magnitude, random], pruning: {{amount: 0.2}},
    rewind: [{{weights: start}}, {{learning-rate: 0.5}}], rounds: {rounds}}}
  layers: {{do: similarity, of: tickets, to: dense}}
"""
REPEATS = 5


def recipe(**sizes: int) -> Any:
    seeds = ",".join(map(str, range(sizes.pop("seeds"))))
    return parse_recipe(RECIPE.format(seeds=seeds, **sizes), "benchmark")


def planning() -> tuple[int, float]:
    many = recipe(seeds=125, rounds=10, train=50, steps=10)
    library = Library(many)
    library.task_facts("toy")  # the text is read once, however many stages there are
    seconds, stages = [], 0
    for _ in range(REPEATS):
        start = time.perf_counter()
        stages = len(plan(many, library))
        seconds.append(time.perf_counter() - start)
    return stages, median(seconds)


def finished(folder: Path) -> list[tuple[str, float]]:
    """CPU seconds of looks at as many stages that are done, once what they need is imported."""
    many = recipe(seeds=125, rounds=10, train=50, steps=10)
    stages = plan(many, Library(many))
    claim(folder, many, stages)
    for stage in stages:
        write_json(
            folder / "stages" / stage.name / STAGE_FILE,
            {**stage.to_dict(), "seconds": 1.0, "versions": {}, "files": {}},
        )
    looks = {"status": lambda: status(folder).left, "clean": lambda: clean(folder, keep="tables")}
    taken = []
    for name, look in looks.items():
        look()
        start = time.process_time()
        look()
        taken.append((f"{name} of {len(stages):,} finished stages", time.process_time() - start))
    return taken


def overhead() -> tuple[float, float]:
    """Seconds of a study in one process, and of its stages' own work."""
    with TemporaryDirectory() as folder:
        small = recipe(seeds=1, rounds=2, train=2000, steps=200)
        start = time.perf_counter()
        run_study(small, Path(folder) / "out", engine="serial")
        whole = time.perf_counter() - start
        return whole, status(Path(folder) / "out").seconds_spent


def cpu(*arguments: str) -> float:
    """CPU seconds of a verb in a process of its own, median."""
    seconds = []
    for _ in range(REPEATS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [sys.executable, "-m", "tombola.cli", *arguments]
        subprocess.run(command, check=True, capture_output=True, env={**os.environ})
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return median(seconds)


def main() -> None:
    header("Studies")
    stages, seconds = planning()
    whole, own = overhead()
    with TemporaryDirectory() as folder:
        tiny = recipe(seeds=1, rounds=1, train=50, steps=1)
        run_study(tiny, Path(folder) / "out", engine="serial")
        verbs = {
            "tombola --help": cpu("--help"),
            "tombola recipes": cpu("recipes"),
            "tombola status": cpu("status", str(Path(folder) / "out")),
        }
        looks = finished(Path(folder) / "many")
    table(
        ("what", "measured", "aim"),
        [
            (f"planning {stages:,} stages", f"{seconds:.2f} s", "under 2 s"),
            (f"a study of {own:.1f} s of work beyond it", f"{whole / own - 1:.1%}", "under 3%"),
            *((name, f"{taken:.2f} s of CPU", "under 0.5 s") for name, taken in verbs.items()),
            *((name, f"{taken:.2f} s of CPU", "about 1 s") for name, taken in looks),
        ],
    )


if __name__ == "__main__":
    main()
