"""What one job of a study does, by itself: `python -m tombola.study.portion FOLDER ARRAY INDEX`."""

import sys
from pathlib import Path
from typing import Any

from tombola.errors import UserError
from tombola.files import read_json
from tombola.plugins import load_plugins
from tombola.study.attempt import attempt
from tombola.study.claim import read_plan
from tombola.study.engines.slurm import RECIPE_FILE, STUDY_FILE, TABLES
from tombola.study.keeping import Keeper, done_again
from tombola.study.library import Library
from tombola.study.plan import plan
from tombola.study.recipe import Recipe, read_recipe
from tombola.study.results import write_results
from tombola.study.stopping import stoppable
from tombola.study.store import Store


def main(arguments: list[str]) -> int:
    """Do the stages of one job of an array, or write the tables at the end.

    Returns 0 where all went well, 1 where a stage failed or could not be begun, 2 where nothing
    can.
    """
    folder, name, *index = arguments
    try:
        told = read_json(Path(folder) / STUDY_FILE)
        load_plugins(told["plugins"])
        recipe = read_recipe(str(Path(folder) / RECIPE_FILE))
        store = Store(Path(told["out"]), told["energy"])
        if name == TABLES:
            every = read_plan(store.root)
            return 1 if write_results(recipe, every, store, told["command"]).failures else 0
        return _stages(told["portions"][name][int(index[0])], recipe, store)
    except UserError as problem:
        _say(f"tombola: {problem}")
        return 2


def _stages(names: list[str], recipe: Recipe, store: Store) -> int:
    library = Library(recipe)
    stages = {stage.name: stage for stage in plan(recipe, library, check=False)}
    again = done_again(tuple(stages.values()), store)
    keeper, failed = Keeper(read_plan(store.root), store, recipe.keep, again), 0
    with stoppable() as stop:
        for name in names:
            stop.check()
            stage = _known(stages, name)
            missing = [read for read in stage.reads.values() if not store.is_done(read)]
            problem = f"waits for {missing[0]}" if missing else None
            problem = problem or attempt(stage, stages, library, store)
            _say(f"{stage.title}: {problem or 'done'}")
            if problem is None:
                keeper.ended(name)
            failed += problem is not None
    return 1 if failed else 0


def _known(stages: dict[str, Any], name: str) -> Any:
    if name not in stages:
        raise UserError(
            f"{name}: not planned on this machine: a text, a model, a plug-in or tombola itself is "
            "another one here than where the study was submitted"
        )
    return stages[name]


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
