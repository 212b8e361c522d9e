"""A whole study: from a recipe to tables."""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

import yaml

from tombola.errors import UserError
from tombola.files import read_json, write_json
from tombola.study.collect import collect, write_tables
from tombola.study.engines import Event, run_processes, run_serial
from tombola.study.inputs import Inputs, read_inputs
from tombola.study.plan import Stage, plan
from tombola.study.recipe import Recipe
from tombola.study.store import Store
from tombola.version import __version__

Engine = Literal["serial", "processes"]


@dataclass(frozen=True)
class Outcome:
    """What a run left behind."""

    out: Path
    stages: int
    done: int
    failures: tuple[dict[str, str], ...]


def run_study(
    recipe: Recipe,
    out: Path,
    *,
    engine: Engine | None = None,
    workers: int | None = None,
    command: str = "",
    watch: Callable[[Event], None] = lambda event: None,
    on_plan: Callable[[int, int], None] = lambda total, done: None,
) -> Outcome:
    """Do every stage of a study that is not done yet, and write its tables.

    Args:
        recipe: what to do.
        out: the study's folder; finished stages in it are kept and never done again.
        engine: `serial` or `processes`; by default processes where more than one fits.
        workers: processes; by default as many as the recipe's threads leave room for.
        command: how the study was started, for the record.
        watch: told about stages as they start, end or fail.
        on_plan: told the number of all stages and of those that are done, once.

    Raises:
        UserError: bad input, a folder that belongs to another study, a full disk.
    """
    inputs = read_inputs(recipe)
    stages = plan(recipe, inputs)
    store = Store(out)
    _claim(out, recipe, stages)
    on_plan(len(stages), sum(store.is_done(stage.name) for stage in stages))
    workers = workers if workers is not None else default_workers(recipe)
    try:
        if engine == "serial" or (engine is None and workers == 1):
            run_serial(stages, recipe, inputs, store, watch)
        else:
            run_processes(stages, recipe, store, watch, workers)
    except BaseException:
        # Also after Ctrl-C what is done can be read; a disk that is full must not hide why.
        with suppress(OSError):
            write_results(recipe, stages, inputs, store, command)
        raise
    return write_results(recipe, stages, inputs, store, command)


def default_workers(recipe: Recipe) -> int:
    """As many processes as fit on the CPU; one where a GPU does the work."""
    import torch

    if torch.cuda.is_available():
        return 1
    return max(1, len(os.sched_getaffinity(0)) // recipe.threads)


def write_results(
    recipe: Recipe, stages: tuple[Stage, ...], inputs: Inputs, store: Store, command: str
) -> Outcome:
    """Write the tables and `study.json` of what is done so far."""
    write_tables(store.root / "tables", collect(recipe, stages, inputs, store))
    failures = tuple(f for stage in stages if (f := store.failure(stage.name)) is not None)
    done = sum(store.is_done(stage.name) for stage in stages)
    study = {
        "name": recipe.name,
        "title": recipe.title,
        "description": recipe.description,
        "recipe": recipe_text(recipe),
        "seeds": list(recipe.seeds),
        "versions": versions(),
        "failures": [{"what": f["what"], "why": f["why"]} for f in failures],
        "stages": len(stages),
        "done": done,
        "command": command,
        "signature": f"study:{recipe.name}|seeds:{'+'.join(map(str, recipe.seeds))}"
        f"|threads:{recipe.threads}|tombola:{__version__}",
    }
    write_json(store.root / "study.json", study)
    return Outcome(store.root, len(stages), done, failures)


def recipe_text(recipe: Recipe) -> str:
    """A recipe as YAML, without what has its default value."""
    plain = recipe.model_dump(mode="json", exclude_defaults=True)
    text: str = yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=100)
    return text


def versions() -> dict[str, str]:
    """The versions of what computes the numbers."""
    found = {}
    for name in ("tombola", "torch", "transformers", "tokenizers", "numpy", "scikit-learn"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "?"
    return found


def read_plan(out: Path) -> tuple[Stage, ...]:
    """The stages of a study's folder. Raises UserError where it is no such folder."""
    path = out / "plan.json"
    if not path.is_file():
        raise UserError(f"{out}: no study here (there is no plan.json)")
    return tuple(Stage.from_dict(stage) for stage in read_json(path)["stages"])


def _claim(out: Path, recipe: Recipe, stages: tuple[Stage, ...]) -> None:
    """Make `out` this study's folder. A study may grow by seeds or rounds, but not change.

    Raises UserError where the folder belongs to another study or holds something else.
    """
    path = out / "plan.json"
    if path.is_file():
        held: dict[str, Any] = read_json(path)
        ours = {stage.name for stage in stages}
        lost = [s for s in held["stages"] if s["name"] not in ours]
        if held["recipe"] != recipe.name or lost:
            why = f"{held['recipe']!r}" if held["recipe"] != recipe.name else "other settings"
            what = f" ({Stage.from_dict(lost[0]).title} is not the same)" if lost else ""
            raise UserError(
                f"{out}: belongs to a study with {why}{what}; choose another --out, "
                "or run it with the recipe it began with"
            )
    elif out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UserError(f"{out}: exists and is no study's folder; choose another --out")
    value = {"recipe": recipe.name, "stages": [stage.to_dict() for stage in stages]}
    write_json(path, value)
