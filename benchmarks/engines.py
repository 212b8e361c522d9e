"""What engines cost beside the stages' own work, and what a second worker gains."""

import os
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks._measure import header, table
from tombola.study import Event, parse_recipe, run_study, status
from tombola.study.ray_connection import imported

RECIPE = """
name: engines
title: Engines
seeds: [{seeds}]
tasks: {{toy: {{name: builtin-acceptability, train: {train}, dev: 20}}}}
models: {{bert: {{new: {{model_type: bert, hidden_size: {width}, num_hidden_layers: 2,
  num_attention_heads: 2, intermediate_size: {width}}}}}}}
steps:
  dense: {{do: train, model: bert, task: toy, training: {{steps: {steps}, batch_size: 16}}}}
"""
STAGES = 40
LONG, LONG_STEPS = 8, 400


def recipe(seeds: int, steps: int, width: int, train: int = 50) -> Any:
    """As many independent stages as seeds."""
    numbers = ",".join(map(str, range(seeds)))
    text = RECIPE.format(seeds=numbers, steps=steps, width=width, train=train)
    return parse_recipe(text, "benchmark")


def between(engine: str, workers: int, tiny: Any) -> tuple[float, float]:
    """Seconds from the first stage's end to the last's, and of the stages' own work in it.

    Whoever works is warm by then; one begins where another ends, so that the rest is overhead.
    """
    ends: list[float] = []

    def watch(event: Event) -> None:
        if event.kind == "done":
            ends.append(time.perf_counter())

    with TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        run_study(tiny, out, engine=engine, workers=workers, watch=watch)
        own = sorted(each.seconds or 0.0 for each in status(out).stages)
    return ends[-1] - ends[0], sum(own[:-1])  # the first, which imports, takes longest


def overhead(engine: str) -> float:
    """Seconds of a stage beside its own work, with one worker."""
    whole, own = between(engine, 1, recipe(STAGES, 1, 16))
    return (whole - own) / (STAGES - 1)


def gain(engine: str) -> float:
    """How many times faster two workers do independent stages than one, once they are warm."""
    many = recipe(LONG, LONG_STEPS, 64, 400)
    one, two = (between(engine, workers, many)[0] for workers in (1, 2))
    # the first of both is done at the same time: of the others one worker does all, two a half
    return one / two * (LONG - 2) / (LONG - 1)


def main() -> None:
    header(f"Engines ({os.cpu_count()} cores; load {os.getloadavg()[0]:.1f})")
    imported()
    aims = {"serial": "", "processes": "under 0.1 s", "ray": "under 0.5 s"}
    rows = [
        (f"{engine}: a stage beside its own work", f"{overhead(engine) * 1e3:.0f} ms", aim)
        for engine, aim in aims.items()
    ]
    for engine in ("processes", "ray"):
        rows.append((f"{engine}: two workers to one", f"{gain(engine):.2f} times", "1.8 times"))
    table(("what", "measured", "aim"), rows)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
