"""`tombola run`: a whole study."""

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tombola import verbs
from tombola.cli.terminal.answer import answer, plain
from tombola.cli.terminal.app import app
from tombola.cli.terminal.options import Json, Plugins
from tombola.cli.terminal.progress import Progress
from tombola.cli.terminal.screen import columns, line

if TYPE_CHECKING:
    from tombola.study import Preview

EXAMPLES = f"""Shipped recipes (`tombola recipes` says what each does):

\b
{columns(verbs.recipe_names())}

Examples:

\b
tombola run first-look                  small, needs no model and no data
tombola run first-look --dry-run        what would be done, how long
tombola run my.yaml --set seeds=[1,2]   your own recipe, with other seeds
tombola status runs/first-look          how it stands, from another terminal
"""


def _begun(given: str) -> list[str]:
    """Recipes that begin so, for completion in a shell."""
    return [name for name in verbs.recipe_names() if name.startswith(given)]


@app.command(epilog=EXAMPLES)
def run(
    recipe: Annotated[
        str,
        typer.Argument(help="A YAML file, or the name of a shipped one.", autocompletion=_begun),
    ],
    out: Annotated[Path | None, typer.Option(help="The study's folder [runs/NAME].")] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Replace a setting; repeatable."),
    ] = None,
    engine: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Who does the stages: serial, processes, ray, slurm."),
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Stages at the same time.")] = None,
    device: Annotated[
        str | None, typer.Option(help="cpu, cuda, cuda:1, mps [a GPU of CUDA if any].")
    ] = None,
    plugins: Plugins = None,
    energy: Annotated[
        bool, typer.Option("--energy", help="Estimate energy, too (needs codecarbon).")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")
    ] = False,
    as_json: Json = False,
) -> int:
    """Run a whole study; what is done already is not done again.

    Stop it when you like: the same command goes on from there. Progress is shown on standard error:
    as it moves in a terminal, in short lines in a file or a pipe.
    """
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
            device=device,
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
    then = found["handed"] or f"report: {found['report']}"
    typer.echo(f"{found['done']} of {found['stages']} stages done; {then}")
