"""How `--help` reads: short paragraphs, options by what they are for, metavars people expect."""

from collections.abc import Callable
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

METAVARS = {
    **dict.fromkeys(("model", "a", "b", "against"), "MODEL"),
    **dict.fromkeys(("out", "folder", "cache"), "DIR"),
    **dict.fromkeys(("file", "files"), "FILE|DIR"),
    **dict.fromkeys(("labelled", "svg"), "FILE"),
    **dict.fromkeys(
        ("batch_size", "dev", "train", "test", "epochs", "examples", "hidden", "max_tokens", "n",
         "new_tokens", "repeats", "replicates", "threads", "warmup", "workers", "seed"),
        "N",
    ),
    **dict.fromkeys(("task", "labels", "name"), "TASK"),
    **dict.fromkeys(("batch_sizes", "lengths"), "N,…"),
    "amount": "SHARE", "learning_rate": "RATE", "sets": "SET,…", "recipe": "RECIPE",
    "criterion": "NAME", "metric": "METRIC", "measure": "MEASURE", "score": "SCORE",
    "scope": "SCOPE", "norm": "NORM", "per": "PER", "of": "OF", "split": "SPLIT",
    "stack": "STACK", "too_long": "HOW", "weighting": "WEIGHTING", "kind": "KIND",
    "form": "FORMAT", "forms": "FORMAT", "device": "DEVICE", "dtype": "TYPE",
}  # fmt: skip
"""Of parameters that say none themselves, by their names."""
OTHERS = "Options"


class Command(TyperCommand):
    """A verb."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        name_values(self.params)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """A section for each panel that options name; the rest at the end."""
        sections(self, ctx, formatter)


class Group(TyperGroup):
    """The program, and verbs that have verbs of their own."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        name_values(self.params)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Commands first, for they are what one looks for."""
        self.format_commands(ctx, formatter)
        sections(self, ctx, formatter)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Each with its first sentence, whole; by panels, in the order that they are met."""
        panels: dict[str, list[tuple[str, str]]] = {}
        for name in self.list_commands(ctx):
            command = self.get_command(ctx, name)
            if command is None or command.hidden:
                continue
            panel = getattr(command, "rich_help_panel", None)
            said = command.get_short_help_str(limit=300)
            panels.setdefault(panel or "Commands", []).append((name, said))
        for panel, rows in panels.items():
            with formatter.section(panel):
                formatter.write_dl(rows)


class Program(typer.Typer):
    """Commands that enter it read as all others do."""

    def __init__(self, **more: Any) -> None:
        super().__init__(cls=Group, rich_markup_mode=None, **more)

    def command(self, name: str | None = None, **more: Any) -> Callable[[Any], Any]:
        """As typer's."""
        return super().command(name, **{"cls": Command, **more})


def name_values(params: list[Any]) -> None:
    """Give parameters without a metavar the one that people expect; flags and choices have none."""
    for each in params:
        if each.metavar is None and not getattr(each, "is_flag", False):
            each.metavar = METAVARS.get(each.name)


def sections(command: Any, ctx: Any, formatter: Any) -> None:
    """Write parameters by panels: arguments, then those that are named, then the rest."""
    panels: dict[str, list[tuple[str, str]]] = {"Arguments": []}
    others: list[tuple[str, str]] = []
    for each in command.get_params(ctx):
        record = each.get_help_record(ctx)
        if record is None:
            continue
        panel = getattr(each, "rich_help_panel", None)
        if each.param_type_name == "argument":
            panels["Arguments"].append((record[0].partition(" <")[0], record[1]))  # no type
        elif panel:
            panels.setdefault(panel, []).append(record)
        else:
            others.append(record)
    for panel, rows in {**panels, OTHERS: others}.items():
        if rows:
            with formatter.section(panel):
                formatter.write_dl(rows)
