"""Stages of a study by what people call them: `DIR:task/seed/round`, `DIR:step/…`."""

from collections.abc import Sequence
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from tombola import study
from tombola.errors import UserError
from tombola.files import MASK_FILE
from tombola.study.claim import PLAN_FILE
from tombola.study.parts import MODEL
from tombola.study.stage import Stage
from tombola.study.store import Store

SHOWN = 12
"""Stages that a message lists."""
MOST = 64
"""Masks that one name may stand for: every two are compared."""


def masks_of(source: str | Path) -> list[tuple[str, Path]] | None:
    """What to call the masks of a study that a source names, and their files; None for others.

    A source is a study's folder, for all of its masks; or the folder, a colon, and what a stage is
    called: parts of its title with slashes between them, in their order, each whole, as its
    beginning, or with `*`. Of numbers the first is the seed unless an axis is named, as in
    `round=2`. Folders of stages may be named likewise, and are a source by themselves.

    Raises UserError where nothing fits, or too much; it lists what there is.
    """
    if (named := _of_study(source)) is not None:
        return _found(*named)
    place = Path(source).expanduser()
    return [(place.name, _mask(place))] if place.is_dir() and _mask(place).is_file() else None


def model_of(source: Any) -> Any:
    """The folder of a stage's model, where a source names one as `masks_of` does.

    Anything else, a model in memory too, is as it was given. Raises UserError where no model that
    is here fits, or more than one do.
    """
    named = _of_study(source) if isinstance(source, str | Path) else None
    if named is None:
        return source
    folder, wanted = named
    store = Store(folder)
    here = [each for each in study.read_plan(folder) if _model(store.path(each.name)).is_dir()]
    fit = [stage for stage in here if fits(stage, wanted)] if wanted else []
    if len(fit) == 1:
        return _model(store.path(fit[0].name))
    if fit:
        raise UserError(f"{source}: {len(fit)} models fit; say more of one: {_listed(fit)}")
    there = f"there are: {_listed(here)}" if here else "there is none yet"
    if not wanted:
        raise UserError(f"{source}: a study; name one of its models as {folder}:step/…; {there}")
    raise UserError(f"{folder}: no stage with a model fits {wanted!r}; {there}")


def names_stage(source: str | Path) -> bool:
    """Whether a source is a study's folder, or says after a colon what of it is meant."""
    return _of_study(source) is not None


def _of_study(source: str | Path) -> tuple[Path, str] | None:
    """A study's folder, and what stands after the colon; None for other sources."""
    text = str(source)
    place = Path(text).expanduser()
    if place.exists():
        return (place, "") if (place / PLAN_FILE).is_file() else None
    for at, character in enumerate(text):  # a path may have a colon of its own
        folder = Path(text[:at]).expanduser()
        if character == ":" and at and folder.is_dir():
            return folder, text[at + 1 :]
    return None


def stages_begun(given: str) -> list[str]:
    """What `DIR:…` may go on with, for completion in a shell: titles as paths; never an error."""
    folder, colon, begun = given.rpartition(":")
    with suppress(UserError, OSError):
        if colon and Path(folder).is_dir():
            stages = study.read_plan(Path(folder))
            named = ["/".join([s.step, *map(str, s.at.values())]) for s in stages]
            return [f"{folder}:{name}" for name in named if name.startswith(begun)]
    return []


def _found(folder: Path, wanted: str) -> list[tuple[str, Path]]:
    stages, store = study.read_plan(folder), Store(folder)
    masked = [stage for stage in stages if _mask(store.path(stage.name)).is_file()]
    if not masked:
        raise UserError(f"{folder}: no stage with a mask is done yet")
    fit = [stage for stage in masked if fits(stage, wanted)]
    if not fit:
        without = [stage for stage in stages if fits(stage, wanted)]
        if without:
            raise UserError(
                f"{folder}:{wanted}: {without[0].title}: pruned nothing, is not done or not kept; "
                f"with a mask there are: {_listed(masked)}"
            )
        raise UserError(f"{folder}: no stage fits {wanted!r}; there are: {_listed(masked)}")
    if len(fit) > MOST:
        raise UserError(
            f"{folder}: {len(fit)} masks fit {wanted!r}, too many to compare every two; "
            f"say more of them: {_listed(fit)}"
        )
    return [(stage.title, _mask(store.path(stage.name))) for stage in fit]


def _model(folder: Path) -> Path:
    """Where a finished stage has its model, if it has one."""
    return folder / MODEL


def _mask(folder: Path) -> Path:
    """Where a finished stage has its mask, if it has one."""
    return _model(folder) / MASK_FILE


def fits(stage: Stage, wanted: str) -> bool:
    """Whether a stage is meant: by its folder's name, or by parts of its title in their order."""
    text = wanted.strip().strip("/").lower()
    if not text:
        return True
    if "/" not in text and (fnmatchcase(stage.name, text) or stage.name.startswith(text)):
        return True
    if text == stage.title.lower():
        return True
    places = [("step", stage.step), *((axis, value) for axis, value in stage.at.items())]
    return _fits([part.strip() for part in text.split("/")], places)


def _fits(parts: Sequence[str], places: Sequence[tuple[str, object]]) -> bool:
    """Each part at a place of its own, in order; a bare number at the first one there is."""
    if not parts:
        return True
    for i, (axis, value) in enumerate(places):
        if _is(parts[0], axis, value) and _fits(parts[1:], places[i + 1 :]):
            return True
        if _is_number(parts[0]) and isinstance(value, int):
            return False
    return False


def _is(part: str, axis: str, value: object) -> bool:
    """Whether a part says a value: `2`, `round=2`, `round 2`, `r2`; of words the beginning."""
    text = str(value).lower()
    if isinstance(value, str):
        return fnmatchcase(text, part) or text.startswith(part) or part == f"{axis}={text}"
    named = {text, f"{axis}={text}", f"{axis} {text}", f"{axis}{text}", f"{axis[:1]}{text}"}
    return part in named or ("*" in part and fnmatchcase(text, part))


def _is_number(part: str) -> bool:
    return part.replace(".", "", 1).isdigit()


def _listed(stages: Sequence[Stage]) -> str:
    more = f"; and {len(stages) - SHOWN} more" if len(stages) > SHOWN else ""
    return "; ".join(stage.title for stage in stages[:SHOWN]) + more
