"""What was met when a corpus was read, said to a person."""

from collections.abc import Sequence

import typer


def met(where: str, odd: Sequence[str], n_bad: int, bad: Sequence[str], beside: bool) -> None:
    """Say what is odd and what cannot be read, `beside` the answer: on standard error."""
    for each in odd:
        typer.echo(f"{where}: odd: {each}", err=beside)
    if n_bad:
        typer.echo(f"{where}: {n_bad:,} cannot be read:", err=beside)
        for each in bad:
            typer.echo(f"  {each}", err=beside)
        if n_bad > len(bad):
            typer.echo(f"  … and {n_bad - len(bad):,} more", err=beside)
