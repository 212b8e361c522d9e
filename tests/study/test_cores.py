"""How much of a machine a stage takes, where several processes share its training."""

import os
from pathlib import Path

import pytest

from study.small import cola_folder, of, raw
from tombola.study import Recipe
from tombola.study.cores import takes
from tombola.study.engine import Undone
from tombola.study.engines.slurm import arrays
from tombola.study.library import Library
from tombola.study.plan import plan
from tombola.study.run import default_workers
from tombola.study.stage import Stage
from tombola.study.store import Store
from tombola.training import on_device


@pytest.fixture
def recipe(tmp_path: Path) -> Recipe:
    """A dense model that two processes train, with three threads each; its tickets; layers."""
    value = raw(cola_folder(tmp_path / "text")) | {"threads": 3}
    value["steps"]["dense"]["training"] |= {"processes": 2}
    del value["steps"]["held"]
    return of(value)


@pytest.fixture
def stages(recipe: Recipe) -> tuple[Stage, ...]:
    return plan(recipe, Library(recipe))


def test_a_shared_training_takes_the_cores_of_all_its_processes(
    recipe: Recipe, stages: tuple[Stage, ...]
):
    by_name = {stage.name: stage for stage in stages}
    taken = {stage.step: takes(stage, by_name, recipe).cpus for stage in stages}
    assert taken == {"dense": 6, "tickets": 6, "layers": 3}  # rounds repeat the dense training


@pytest.mark.parametrize(("cores", "workers"), [(1, 1), (6, 1), (11, 1), (12, 2), (64, 10)])
def test_no_more_stages_at_a_time_than_their_processes_have_cores(
    recipe: Recipe, stages: tuple[Stage, ...], cores: int, workers: int,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(cores)), raising=False)
    with on_device("cpu"):
        assert default_workers(recipe, stages) == workers


def test_a_job_of_slurm_asks_for_all_of_them(
    recipe: Recipe, stages: tuple[Stage, ...], tmp_path: Path
):
    undone = Undone(stages, frozenset(), Library(recipe), Store(tmp_path), 1)
    found = {(array.level, array.needs.cpus): len(array.portions) for array in arrays(undone)}
    assert found == {(1, 6): 1, (2, 6): 4, (3, 6): 4, (3, 3): 4, (4, 3): 4}
