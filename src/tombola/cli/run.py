"""`tombola run`: a whole study."""

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from tombola import verbs
from tombola.cli.terminal.answer import answer, plain
from tombola.cli.terminal.app import app
from tombola.cli.terminal.options import Json, Plugins
from tombola.cli.terminal.progress import Progress
from tombola.cli.terminal.screen import line

if TYPE_CHECKING:
    from tombola.study import Preview

_SHIPPED = ", ".join(verbs.recipe_names())


@app.command()
def run(
    recipe: Annotated[str, typer.Argument(help=f"{_SHIPPED}, or a YAML file.")],
    out: Annotated[Path | None, typer.Option(help="The study's folder [runs/NAME].")] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Replace a setting; repeatable."),
    ] = None,
    engine: Annotated[
        Literal["serial", "processes"] | None, typer.Option(help="Who does the stages.")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Stages at the same time.")] = None,
    plugins: Plugins = None,
    energy: Annotated[
        bool, typer.Option("--energy", help="Estimate energy, too (needs codecarbon).")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")
    ] = False,
    as_json: Json = False,
) -> int:
    """Run a whole study; what is done already is not done again."""
    chosen: dict[str, Any] = {"changes": tuple(changes or ()), "plugins": tuple(plugins or ())}
    if dry_run:
        answer(verbs.run(recipe, out, dry_run=True, **chosen), as_json, _preview)
        return 0
    with Progress(Path(recipe).stem, quiet=as_json) as progress:
        outcome = verbs.run(
            recipe,
            out,
            **chosen,
            engine=engine,
            workers=workers,
            energy=energy,
            command=shlex.join(["tombola", *sys.argv[1:]]),
            watch=progress.watch,
            on_plan=progress.on_plan,
        )
    found = {**plain(outcome), "report": str(outcome.out / "report.html")}
    answer(found, as_json, _outcome)
    return 1 if outcome.failures else 0


def _preview(found: "Preview") -> None:
    for text in found.lines():
        line(text)


def _outcome(found: dict[str, Any]) -> None:
    typer.echo(f"{found['done']} of {found['stages']} stages done; report: {found['report']}")
