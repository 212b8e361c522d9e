"""Two runs of one study in one folder at the same time."""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import napping
from small import bytes_of

from tombola.plugins import load_plugins
from tombola.study import Outcome, run_study
from tombola.study.library import Library
from tombola.study.plan import plan
from tombola.study.store import Store

TURNS = "first.turn=[1, 2, 3, 4]"


def test_two_runs_share_the_stages_and_do_none_twice(tmp_path: Path):
    load_plugins(napping.PLUGIN)
    recipe = napping.recipe(tmp_path, TURNS, "first.seconds=0.05")
    out = tmp_path / "out"

    def run(_: int) -> Outcome:
        return run_study(recipe, out, engine="serial", plugins=napping.PLUGIN)

    with ThreadPoolExecutor(2) as both:  # locks keep threads apart as they do processes
        outcomes = list(both.map(run, range(2)))
    assert [(each.done, each.stages, each.failures) for each in outcomes] == [(8, 8, ())] * 2
    begun = napping.notes_of(tmp_path, "begin")
    assert len(begun) == len(set(begun)) == 8
    assert json.loads((out / "study.json").read_text())["done"] == 8
    before = bytes_of(out)
    run(0)
    assert bytes_of(out) == before
    assert len(napping.notes_of(tmp_path, "begin")) == 8


def test_what_another_run_is_at_comes_last(tmp_path: Path):
    """While one stage is held elsewhere, all that do not read it are done."""
    load_plugins(napping.PLUGIN)
    out = tmp_path / "out"

    def run(turns: str) -> Outcome:
        recipe = napping.recipe(tmp_path, turns, "first.seconds=0")
        return run_study(recipe, out, engine="serial", plugins=napping.PLUGIN)

    run("first.turn=[4]")
    other = napping.recipe(tmp_path, TURNS, "first.seconds=0")
    stages = plan(other, Library(other))
    held = next(stage for stage in stages if stage.step == "first")
    reads_it = {stage.name for stage in stages if held.name in stage.reads.values()}
    store = Store(out)
    with ThreadPoolExecutor(1) as beside:
        with store.lock(held.name):
            outcome = beside.submit(run, TURNS)
            free = {stage.name for stage in stages} - {held.name} - reads_it
            assert within(20, lambda: free <= store.finished())
            assert not outcome.done()
        assert outcome.result().done == len(stages)


def within(seconds: float, true: Callable[[], bool]) -> bool:
    """Whether it comes true in time."""
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True
