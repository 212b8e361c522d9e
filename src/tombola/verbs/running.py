"""A study from a recipe to its report."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from tombola import report as reports
from tombola import study
from tombola.files import as_path
from tombola.plugins import load_plugins
from tombola.study.recipe import recipe_text
from tombola.study.stopping import stoppable
from tombola.troubles import in_one_line

if TYPE_CHECKING:
    from tombola.study import Event, Outcome, Planned, Preview


@overload
def run(
    recipe: "str | Path | Mapping[str, Any] | study.Recipe",
    out: str | Path | None = None,
    *,
    dry_run: Literal[True],
    **settings: Any,
) -> "Preview": ...


@overload
def run(
    recipe: "str | Path | Mapping[str, Any] | study.Recipe",
    out: str | Path | None = None,
    *,
    dry_run: Literal[False] = False,
    **settings: Any,
) -> "Outcome": ...


def run(
    recipe: "str | Path | Mapping[str, Any] | study.Recipe",
    out: str | Path | None = None,
    *,
    changes: Sequence[str] | Mapping[str, Any] = (),
    engine: str | None = None,
    workers: int | None = None,
    device: str | None = None,
    plugins: tuple[str | Path, ...] = (),
    dry_run: bool = False,
    energy: bool = False,
    command: str = "",
    watch: "Callable[[Event], None] | None" = None,
    on_plan: "Callable[[Planned], None] | None" = None,
    **settings: Any,
) -> "Outcome | Preview":
    """Run a study from text to report; what is done already is not done again.

    Args:
        recipe: a shipped recipe's name, a YAML file, a mapping of the same keys, or a `Recipe`.
        out: the study's folder, by default `runs/NAME`.
        changes: `key=value` settings that replace the recipe's, or a mapping from keys to values.
        engine: `serial`, `processes`, `ray` or `slurm` (which only submits what is to be done); by
            default what suits the machine.
        workers: stages at the same time.
        device: where models run: `cpu`, `cuda`, `cuda:1`, `mps`; `auto`, the default, is the first
            GPU of CUDA where there is one.
        plugins: files of one's own criteria, steps, figures.
        dry_run: say what would be done, and do nothing.
        energy: estimate the energy of each stage, too (needs codecarbon).
        command: how the study was started, for the record.
        watch: told about stages as they start, end or fail.
        on_plan: told what is planned and what is done already, once.
        settings: keys of the recipe with other values, such as `seeds=[1]`.

    Raises:
        UserError: bad input; nothing that was done is lost.
    """
    load_plugins(plugins)
    recipe = _read(recipe, (*_written(changes), *_written(settings)))
    reports.check_claims(recipe.claims)
    out = as_path(out) if out is not None else Path("runs") / recipe.name
    if dry_run:
        return study.preview(recipe, out, plugins=plugins)
    told = {"watch": watch, "on_plan": on_plan}
    watchers: dict[str, Any] = {name: each for name, each in told.items() if each is not None}
    from tombola.training import on_device  # loads torch, which a dry run may do without

    # also while it plans, and while it writes the report
    with stoppable(), in_one_line(out), on_device(device):
        outcome = study.run_study(
            recipe,
            out,
            engine=engine,
            workers=workers,
            plugins=plugins,
            energy=energy,
            command=command,
            **watchers,
        )
        if not outcome.handed:
            reports.report(out)
    return outcome


def _read(
    recipe: "str | Path | Mapping[str, Any] | study.Recipe", changes: tuple[str, ...]
) -> study.Recipe:
    """The recipe with its changes."""
    if isinstance(recipe, study.Recipe):
        return study.parse_recipe(recipe_text(recipe), recipe.name, changes) if changes else recipe
    if isinstance(recipe, Mapping):
        return study.parse_recipe(json.dumps(dict(recipe), default=str), "the recipe", changes)
    return study.read_recipe(str(recipe), changes)


def _written(changes: Sequence[str] | Mapping[str, Any]) -> tuple[str, ...]:
    """Changes as the command line writes them; JSON is YAML."""
    if isinstance(changes, Mapping):
        return tuple(f"{key}={json.dumps(value, default=str)}" for key, value in changes.items())
    return (changes,) if isinstance(changes, str) else tuple(changes)
