"""Options that several verbs share."""

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Folder = Annotated[Path | None, typer.Option(help="Folder with the task's files.")]
Seed = Annotated[int, typer.Option(help="Seed of everything random.")]
