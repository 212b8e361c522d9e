"""A study's folder: it may grow by seeds, chains, tasks and steps, but what it holds stays true."""

import json
from pathlib import Path
from typing import Any

from tombola.errors import UserError
from tombola.files import atomic_file, read_json
from tombola.study.recipe import Recipe
from tombola.study.signature import flat
from tombola.study.stage import Stage

PLAN_FILE = "plan.json"
SHOWN = 60
"""Characters of a fact that an error message shows."""


def claim(out: Path, recipe: Recipe, stages: tuple[Stage, ...]) -> tuple[Stage, ...]:
    """Make `out` this study's folder; return all of its stages, those of earlier plans too.

    A stage that an earlier plan had and this one lacks (a seed fewer, a step that was not asked for
    this time) stays. One whose own facts are others now is another study. One that differs only in
    what it reads, since an axis that it folds has grown, takes the old one's place.

    Raises UserError where the folder belongs to another study or holds something else.
    """
    path = out / PLAN_FILE
    held: tuple[Stage, ...] = ()
    if path.is_file():
        name, held = _read(path)
        if name != recipe.name:
            raise UserError(
                f"{out}: belongs to the study {name!r}; choose another --out, or run it with the "
                "recipe it began with"
            )
    elif out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UserError(f"{out}: exists and is no study's folder; choose another --out")
    every = _grown(out, held, stages)
    value = {"recipe": recipe.name, "stages": [stage.to_dict() for stage in every]}
    try:
        with atomic_file(path) as draft:
            draft.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    except OSError as problem:
        if not isinstance(problem, NotADirectoryError | PermissionError | FileExistsError):
            raise
        raise UserError(f"{out}: cannot be written: {problem.strerror}") from problem
    return every


def read_plan(out: Path) -> tuple[Stage, ...]:
    """The stages of a study's folder. Raises UserError where it is no such folder."""
    path = out / PLAN_FILE
    if not path.is_file():
        raise UserError(f"{out}: no study here (there is no {PLAN_FILE})")
    return _read(path)[1]


def _read(path: Path) -> tuple[str, tuple[Stage, ...]]:
    try:
        found: dict[str, Any] = read_json(path)
        return found["recipe"], tuple(Stage.from_dict(stage) for stage in found["stages"])
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise UserError(
            f"{path}: damaged, or of an older tombola, whose studies had another form: choose "
            "another --out (its report can still be built)"
        ) from problem


def _grown(out: Path, held: tuple[Stage, ...], stages: tuple[Stage, ...]) -> tuple[Stage, ...]:
    ours = {(stage.step, _key(stage)): stage for stage in stages}
    names = {stage.name for stage in stages}
    kept: list[Stage] = []
    for old in held:
        if old.name in names:
            continue
        new = ours.get((old.step, _key(old)))
        if new is None:
            kept.append(old)
            continue
        why = _differs(old, new)
        if why:
            raise UserError(
                f"{out}: belongs to a study with other settings ({new.title}: {why}); choose "
                "another --out, or run it with the recipe it began with"
            )
    # What is kept reads only what is kept or named: its place is before what was added.
    return (*kept, *stages)


def _key(stage: Stage) -> str:
    return json.dumps(dict(stage.at), sort_keys=True)


def _differs(old: Stage, new: Stage) -> str:
    """Which fact of a stage is another one now; empty where only what it reads is."""
    one, other = (dict(flat(each.facts)) for each in (old, new))
    folded = {"values"}  # an axis that grew
    for key in [*one, *(key for key in other if key not in one)]:
        if key.partition(".")[0] not in folded and one.get(key) != other.get(key):
            was, now = (str(facts.get(key, "not set"))[:SHOWN] for facts in (one, other))
            return f"{key} was {was}, is {now}"
    return ""
