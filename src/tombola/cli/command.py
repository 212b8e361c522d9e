"""A whole call of the command line, from arguments to an exit code."""

import pkgutil
import sys
import warnings
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import typer

from tombola.cli.terminal.app import app
from tombola.errors import UserError
from tombola.extras import lacking
from tombola.troubles import trouble

# Newer versions of typer carry a click of their own: only through typer do both have this name.
ClickException: Any = typer.BadParameter.__mro__[2]

BAD_INPUT = 2
INTERRUPTED = 130


def main() -> NoReturn:
    """Run a verb; bad input ends in one line on standard error and exit code 2."""
    find_verbs()
    with warnings.catch_warnings():
        warnings.showwarning = partial(_note, warnings.showwarning)
        code = _called()
    if code == INTERRUPTED:  # some versions of typer return it instead of raising
        _say("stopped; what is finished is kept: the same command goes on from there")
    sys.exit(code if isinstance(code, int) else 0)


def _called() -> Any:
    """What the verb of the arguments returns, or the exit code of what it raises."""
    try:
        return app(sys.argv[1:] or ["--help"], prog_name="tombola", standalone_mode=False)
    except UserError as problem:
        _say(str(problem))
    except ClickException as problem:
        _say(problem.format_message())
        return problem.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except ModuleNotFoundError as problem:
        missing = lacking(problem)
        if missing is None:
            raise
        _say(str(missing))
    except Exception as problem:
        said = trouble(problem)
        if said is None:
            raise
        _say(said)
    return BAD_INPUT


def find_verbs() -> None:
    """Import the files beside this one: each verb enters itself in the program."""
    package = __name__.rpartition(".")[0]
    for found in pkgutil.walk_packages([str(Path(__file__).parent)], f"{package}."):
        import_module(found.name)


def _note(
    otherwise: Callable[..., None], message: Warning | str, category: type[Warning], *where: Any
) -> None:
    """What tombola warns of is said to the user; what libraries warn of, as it always is."""
    if category.__module__.startswith("tombola."):
        typer.echo(f"note: {' '.join(str(message).split())}", err=True)
    else:
        otherwise(message, category, *where)


def _say(message: str) -> None:
    typer.echo(f"tombola: {' '.join(message.split())}", err=True)
