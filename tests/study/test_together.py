"""Two runs of one study in one folder at the same time."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import napping
from small import bytes_of

from tombola.plugins import load_plugins
from tombola.study import Outcome, run_study

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
