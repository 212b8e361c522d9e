"""`tombola status`: how a study stands."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tombola import verbs
from tombola.cli.terminal.answer import answer
from tombola.cli.terminal.app import app
from tombola.cli.terminal.options import Json, Plugins
from tombola.cli.terminal.screen import line, pair, table
from tombola.durations import duration

if TYPE_CHECKING:
    from tombola.study import Status
    from tombola.study.standing import StageStatus

MOST = 12
"""Lines of each kind that are printed; --json has all."""


@app.command()
def status(
    out: Annotated[Path, typer.Argument(help="A study's folder.")],
    plugins: Plugins = None,
    as_json: Json = False,
) -> None:
    """What of a study is done, running, failed and left, and how long it takes."""
    found = verbs.status(out, plugins=tuple(plugins or ()))
    answer(found, as_json, _status)


def _status(found: "Status") -> None:
    """The sums, the steps, what is at work, the last scores, what failed."""
    words = {"left": "waiting"}
    said = ", ".join(f"{n:,} {words.get(s, s)}" for s, n in found.counts.items() if n)
    line(f"{found.out}: {said} of {len(found.stages):,} stages")
    _time(found)
    line("")
    _steps(found)
    running = [each for each in found.stages if each.state == "running"]
    _listed("at work", [(each.stage.title, _doing(each)) for each in running])
    _listed("last scores", [(stage.title, news.words()) for stage, news in found.scores])
    failed = [each for each in found.stages if each.state == "failed"]
    if failed:
        line("\nfailed")
    for each in failed[:MOST]:
        line(f"  {each.stage.title}: {each.why}")
    if len(failed) > MOST:
        line(f"  … and {len(failed) - MOST:,} more: --json lists them")
    unfinished = found.count("left") + found.count("failed")
    if unfinished and not running:
        again = found.command or "the command that began it"
        line(f"\nnobody works on it now; {again} goes on from here")


def _time(found: "Status") -> None:
    """What was spent, what is left, and what that rests on."""
    left, running = found.left, found.count("running")
    since = found.seconds_since
    ago = "" if since is None else f"; the last stage ended {duration(since)} ago"
    line(f"work done: {duration(found.seconds_spent)}{ago}")
    at_once = ""
    if running > 1 and left.seconds:
        at_once = f"; {duration(left.seconds / running)} with {running} at a time"
    line(f"work left: {left.words()}{at_once}")
    if left.basis():
        line(f"  {left.basis()}")


def _steps(found: "Status") -> None:
    """A row for each step; blocked stages have a column where there are any."""
    blocked = bool(found.count("blocked"))
    rows = [
        (
            each.step,
            *(str(each.counts[state] or "") for state in ("done", "running", "failed")),
            *([str(each.counts["blocked"] or "")] if blocked else []),
            str(each.counts["left"] or ""),
            "" if each.each is None else duration(each.each),
            "" if not each.left.stages else _short(each.left.seconds, each.left.unknown),
        )
        for each in found.steps()
    ]
    heads = ("step", "done", "running", "failed", *(["blocked"] if blocked else []), "waiting")
    heads = (*heads, "each took", "left")
    table(heads, rows, right=tuple(range(1, len(heads))))


def _short(seconds: float, unknown: int) -> str:
    return "unknown" if unknown and not seconds else duration(seconds)


def _doing(each: "StageStatus") -> str:
    """How far a stage is, and how long it may still take."""
    at = each.progress
    if at is None:
        return "has not said yet"
    left = at.seconds_left
    return at.words() + ("" if left is None else f", {duration(left)} left")


def _listed(head: str, rows: list[tuple[str, str]]) -> None:
    if rows:
        line(f"\n{head}")
    for title, said in rows[:MOST]:
        line(pair(f"  {title}", said))
    if len(rows) > MOST:
        line(f"  … and {len(rows) - MOST:,} more: --json lists them")
