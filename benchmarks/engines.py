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
tasks: {{toy: {{name: builtin-acceptability, train: 400, dev: 20}}}}
models:
  small: {{new: &shape {{model_type: bert, hidden_size: 16, num_hidden_layers: 2,
    num_attention_heads: 2, intermediate_size: 16}}}}
  wide: {{new: {{<<: *shape, hidden_size: 64, intermediate_size: 64}}}}
steps:
  tiny: {{do: train, model: small, task: toy, training: {{steps: [{tiny}], batch_size: 16}}}}
  long: {{do: train, model: wide, task: toy, training: {{steps: {steps}, batch_size: 16}}}}
"""
LONG, LONG_STEPS = 6, 120
"""Stages that take most of a second, and their steps."""
TINY = 4
"""Stages of next to no work for each of these: they make whoever works warm, too."""


def recipe() -> Any:
    """Independent stages, the tiny ones first."""
    seeds = ",".join(map(str, range(LONG)))
    tiny = ",".join(map(str, range(1, TINY + 1)))
    return parse_recipe(RECIPE.format(seeds=seeds, tiny=tiny, steps=LONG_STEPS), "benchmark")


def measured(engine: str, workers: int) -> tuple[float, float]:
    """Seconds of a tiny stage beside its work; those from the first long one's end to the last's.

    One begins where another ends, so that with one worker what is not work is overhead.
    """
    ends: dict[str, list[float]] = {"tiny": [], "long": []}

    def watch(event: Event) -> None:
        if event.kind == "done":
            ends[event.stage.step].append(time.perf_counter())

    with TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        run_study(recipe(), out, engine=engine, workers=workers, watch=watch)
        stages = status(out).stages
        own = sorted(each.seconds or 0.0 for each in stages if each.stage.step == "tiny")
    tiny, long = ends["tiny"], ends["long"]
    work = sum(own[:-1])  # the first, which imports, takes longest
    return (tiny[-1] - tiny[0] - work) / (len(tiny) - 1), long[-1] - long[0]


def main() -> None:
    header(f"Engines ({os.cpu_count()} cores; load {os.getloadavg()[0]:.1f})")
    imported()
    aims = {"serial": "", "processes": "under 0.1 s", "ray": "under 0.5 s"}
    rows, gains = [], []
    for engine, aim in aims.items():
        overhead, one = measured(engine, 1)
        rows.append((f"{engine}: a stage beside its own work", f"{overhead * 1e3:.0f} ms", aim))
        if engine != "serial":
            # the first of both is done at the same time: of the rest one worker does all, two half
            gain = one / measured(engine, 2)[1] * (LONG - 2) / (LONG - 1)
            gains.append((f"{engine}: two workers to one", f"{gain:.2f} times", "1.8 times"))
    table(("what", "measured", "aim"), [*rows, *gains])
    sys.stdout.flush()


if __name__ == "__main__":
    main()
