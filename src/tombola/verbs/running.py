"""A study from a recipe to its report."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from tombola import report as reports
from tombola import study
from tombola.files import as_path
from tombola.plugins import load_plugins

if TYPE_CHECKING:
    from tombola.study import Outcome, Preview


@overload
def run(
    recipe: "str | study.Recipe",
    out: str | Path | None = None,
    *,
    dry_run: Literal[True],
    **settings: Any,
) -> "Preview": ...


@overload
def run(
    recipe: "str | study.Recipe",
    out: str | Path | None = None,
    *,
    dry_run: Literal[False] = False,
    **settings: Any,
) -> "Outcome": ...


def run(
    recipe: "str | study.Recipe",
    out: str | Path | None = None,
    *,
    changes: tuple[str, ...] = (),
    engine: Literal["serial", "processes"] | None = None,
    workers: int | None = None,
    plugins: tuple[str | Path, ...] = (),
    dry_run: bool = False,
    energy: bool = False,
    command: str = "",
    **watchers: Any,
) -> "Outcome | Preview":
    """Run a study from text to report; what is done already is not done again.

    Args:
        recipe: a shipped recipe's name, a YAML file, or a `Recipe`.
        out: the study's folder, by default `runs/NAME`.
        changes: `key=value` settings that replace the recipe's.
        engine: `serial` or `processes`; by default what suits the machine.
        workers: processes at the same time.
        plugins: files of one's own criteria, steps, figures.
        dry_run: say what would be done, and do nothing.
        energy: estimate the energy of each stage, too (needs codecarbon).
        command: how the study was started, for the record.
        watchers: `watch` and `on_plan` of `tombola.study.run_study`.

    Raises:
        UserError: bad input; nothing that was done is lost.
    """
    load_plugins(plugins)
    if isinstance(recipe, str):
        recipe = study.read_recipe(recipe, changes)
    reports.check_claims(recipe.claims)
    out = as_path(out) if out is not None else Path("runs") / recipe.name
    if dry_run:
        return study.preview(recipe, out, plugins=plugins)
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
    reports.report(out)
    return outcome
