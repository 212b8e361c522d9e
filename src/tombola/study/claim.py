"""A study's folder: it may grow by seeds, chains, tasks and steps, but what it holds stays true."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from tombola.errors import UserError
from tombola.files import atomic_file, is_full_disk, is_plain_name, read_json
from tombola.study.recipe import Recipe
from tombola.study.signature import flat
from tombola.study.stage import Stage
from tombola.study.store import STAGE_FILE, STAGES

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
    _refuse_impossible(out)
    held: tuple[Stage, ...] = ()
    if path.is_file():
        try:
            name, held = _read(path)
        except _DamagedError:
            name, held = recipe.name, _finished(out)
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
        if is_full_disk(problem):
            raise
        raise UserError(f"{out}: cannot be written: {problem.strerror}") from problem
    return every


def read_plan(out: Path) -> tuple[Stage, ...]:
    """The stages of a study's folder. Raises UserError where it is no such folder."""
    path = out / PLAN_FILE
    if not path.is_file():
        raise UserError(f"{out}: no study here (there is no {PLAN_FILE})")
    return _read(path)[1]


def check_still_there(out: Path) -> None:
    """Raise UserError where a study's folder has gone since it was claimed.

    Whoever writes into it would make a folder anew that has lost what was finished.
    """
    if not (out / PLAN_FILE).exists():
        raise UserError(
            f"{out}: the folder is gone, by another program or a disk that is no longer there: "
            "put it back, or run the same command again to begin anew"
        )


def _read(path: Path) -> tuple[str, tuple[Stage, ...]]:
    try:
        found: dict[str, Any] = read_json(path)
    except (OSError, ValueError) as problem:
        raise _DamagedError(
            f"{path}: damaged: run the study again into this folder: it is written anew, and what "
            "is finished is not done again"
        ) from problem
    try:
        stages = tuple(Stage.from_dict(stage) for stage in found["stages"])
        names = (name for stage in stages for name in (stage.name, *stage.reads.values()))
        away = next((name for name in names if not is_plain_name(name)), None)
        if away is not None:  # a folder may come from anyone
            raise UserError(f"{path}: {str(away)[:SHOWN]!r} is no name of a stage; do not trust it")
        return found["recipe"], stages
    except (KeyError, TypeError, AttributeError) as problem:
        raise UserError(
            f"{path}: of an older tombola, whose studies had another form: choose another --out "
            "(its report can still be built)"
        ) from problem


class _DamagedError(UserError):
    """A plan that ends before its end: power went, or a disk was full."""


def _finished(out: Path) -> tuple[Stage, ...]:
    """The finished stages of a folder as they say themselves, each behind those that it reads."""
    found: dict[str, Stage] = {}
    for path in sorted((out / STAGES).glob(f"*/{STAGE_FILE}")):
        with suppress(OSError, ValueError, KeyError, TypeError):
            stage = Stage.from_dict(read_json(path))
            if stage.name == path.parent.name:
                found[stage.name] = stage
    ordered: dict[str, Stage] = {}

    def add(stage: Stage) -> None:
        for name in stage.reads.values():
            if name in found and name not in ordered:
                add(found[name])
        ordered.setdefault(stage.name, stage)

    for stage in found.values():
        add(stage)
    return tuple(ordered.values())


def _refuse_impossible(out: Path) -> None:
    """Raise UserError for a name that no folder can have."""
    try:
        out.exists()
    except (OSError, ValueError) as problem:  # too long, not to be looked into, a null character
        raise UserError(
            f"{str(out)[:SHOWN]!r}…: cannot be a folder: choose another --out"
        ) from problem


def _grown(out: Path, held: tuple[Stage, ...], stages: tuple[Stage, ...]) -> tuple[Stage, ...]:
    names = {stage.name for stage in stages}
    others = [old for old in held if old.name not in names]
    ours = {(stage.step, _key(stage)): stage for stage in stages} if others else {}
    kept: list[Stage] = []
    for old in others:
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
