"""The options by which a user names a task or their own data: the same for all verbs."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial, wraps
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from tombola.cli.data.knobs import parse_knobs
from tombola.reach import at_hand

T = TypeVar("T")


@dataclass(frozen=True)
class Said:
    """What stands on the command line of a task."""

    task: str | None
    folder: Path | None
    more: Mapping[str, Any]
    """Keywords of a verb, by the fields of `tombola.verbs.Asked`."""


PANEL = "Task or your own data"


def _data_here(given: str | None) -> str | None:
    """Data as they were named. Raises UserError at once for what would have to be fetched now."""
    return None if given is None else at_hand(given, "dataset")


OPTIONS: Mapping[str, Any] = {
    "task": Annotated[
        str | None,
        typer.Option(metavar="NAME", help="A task by its name [the one a ticket was trained on]."),
    ],
    "folder": Annotated[Path | None, typer.Option(help="Folder with the task's files.")],
    "data": Annotated[
        str | None,
        typer.Option(
            metavar="FILE|DIR|HUB-ID",
            callback=_data_here,
            help="Your own table in place of a task: CSV, TSV, JSON lines, Parquet, or OWNER/NAME.",
        ),
    ],
    "text": Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Its text [what is called so].")
    ],
    "pair": Annotated[str | None, typer.Option(metavar="COLUMN", help="The text paired with it.")],
    "label": Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Its labels [what is called so].")
    ],
    "target": Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Translations, in place of labels.")
    ],
    "classes": Annotated[
        str | None,
        typer.Option(metavar="A,B,…", help="Classes in the order of their ids [as data say]."),
    ],
    "kind": Annotated[
        str | None,
        typer.Option(help="classification, regression, tagging or translation [by the labels]."),
    ],
    "metric": Annotated[str | None, typer.Option(help="Another metric than the task's own.")],
    "split": Annotated[
        str | None, typer.Option(metavar="NAME", help="Split of your data [dev, or else test].")
    ],
    "form": Annotated[
        str | None, typer.Option("--format", help="csv, tsv, jsonl or parquet [by the ending].")
    ],
    "skip_bad": Annotated[
        bool | None,
        typer.Option("--skip-bad", help="Leave out what cannot be read; say how much and which."),
    ],
    "examples": Annotated[int | None, typer.Option(min=1, help="Examples to read [all].")],
    "max_tokens": Annotated[
        int | None,
        typer.Option(min=3, help="Longer ones are cut [as trained, else as the model takes]."),
    ],
    "seed": Annotated[int | None, typer.Option(help="Seed of what is drawn or made [0].")],
    "knobs": Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KNOB=VALUE", help="Of the built-in language; repeatable."),
    ],
}
"""Parameter of a command to how it is asked for; all are None where nothing is said."""

for _each in OPTIONS.values():
    _each.__metadata__[0].rich_help_panel = PANEL

_FIELDS = {"form": "format"}
"""Parameters that are keywords of verbs under another name."""


def asking(*without: str) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Give a command all of these options as one argument `said`, but for some.

    A parameter of the command's own, of the same name, takes the place of an option.
    """
    return partial(_asking, without)


def _asking(without: tuple[str, ...], command: Callable[..., T]) -> Callable[..., T]:
    own = inspect.signature(command, eval_str=True)
    left_out = {*own.parameters, *without}
    added = {name: one for name, one in OPTIONS.items() if name not in left_out}

    @wraps(command)
    def run(**given: Any) -> T:
        options = {name: given.pop(name, None) for name in added}
        return command(**given, said=_said(options))

    kept = [each for name, each in own.parameters.items() if name != "said"]
    place = inspect.Parameter.KEYWORD_ONLY
    kept = [each.replace(kind=place) for each in kept]
    made = [inspect.Parameter(n, place, default=None, annotation=a) for n, a in added.items()]
    # What is to be done on stands first, then the task, then what is the verb's own.
    first = [each for each in kept if each.default is inspect.Parameter.empty]
    rest = [each for each in kept if each not in first]
    parameters = [*first, *made, *rest]
    run.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]  # typer reads it
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    return run


def _said(options: dict[str, Any]) -> Said:
    task, folder = options.pop("task", None), options.pop("folder", None)
    more = {_FIELDS.get(name, name): v for name, v in options.items() if v is not None}
    if "classes" in more:
        more["classes"] = tuple(name.strip() for name in more["classes"].split(","))
    if "knobs" in more:
        more["knobs"] = parse_knobs(more["knobs"])
    return Said(task, folder, more)
