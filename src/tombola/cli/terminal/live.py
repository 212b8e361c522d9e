"""A running study in a terminal: how much is done, a line for each worker, the last scores."""

import time
from typing import TYPE_CHECKING

from rich.console import Console, RenderableType
from rich.live import Live
from rich.text import Text

from tombola.cli.terminal.screen import pair, shortened
from tombola.durations import duration

if TYPE_CHECKING:
    from tombola.verbs import AtWork, Ended, Moment

BAR = 20
"""Characters of the bar at most: what is beside it says more, and goes first."""


class Screen:
    """Redraws a few lines in place; what is to stay is printed above them."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began = time.monotonic()
        self._doing = ""
        self._moment: Moment | None = None
        self._live = Live(
            console=console,
            get_renderable=self._draw,
            refresh_per_second=2,
            transient=True,
            vertical_overflow="crop",
        )

    def begin(self, name: str) -> None:
        """Say at once that something happens."""
        self._doing = f"reading text and models of {name}, planning"
        self._live.start(refresh=True)

    def planned(self, moment: "Moment") -> None:
        """Draw what there is to do."""
        self._doing = ""
        self._moment = moment

    def ended(self, end: "Ended", moment: "Moment") -> None:
        """A failure stays to be read; the rest moves on."""
        self._moment = moment
        if end.problem:
            self._console.print(f"failed: {end.title}: {end.problem}", markup=False)

    def tick(self, moment: "Moment | None") -> None:
        """Draw how it stands now."""
        self._moment = moment

    def close(self) -> None:
        """Leave what was printed, and no moving lines."""
        self._live.stop()

    def _draw(self) -> RenderableType:
        """At most as wide as the terminal: a line that wraps moves all below it."""
        width = self._console.width - 1
        lines = drawn(self._moment, time.monotonic() - self._began, width, self._doing)
        return Text("\n").join(Text(line, no_wrap=True, overflow="crop") for line in lines)


def drawn(moment: "Moment | None", seconds: float, width: int, doing: str = "") -> list[str]:
    """Lines of at most `width` characters."""
    if moment is None:
        return [shortened(f"{duration(seconds)}  {doing}", width)]
    failed = f", {moment.failed} failed" if moment.failed else ""
    left = f", {moment.left}" if moment.left else ""
    head = f"{moment.done}/{moment.total} stages{failed}  {duration(seconds)}{left}"
    bar = max(min(BAR, width - len(head) - 1), 0)
    filled = bar * (moment.done + moment.failed) // max(moment.total, 1)
    lines = [f"{'━' * filled}{'─' * (bar - filled)} {head}".strip()]
    if moment.over:
        lines.append("writing tables and the report")
    else:
        lines += [_worker(n, each, width) for n, each in enumerate(moment.workers, 1)]
    lines += [pair(f"  {title}", score, width) for title, score in moment.scores]
    return [shortened(line, width) for line in lines]


def _worker(number: int, each: "AtWork | None", width: int) -> str:
    if each is None:
        return f"{number} waits for others"
    if not each.words:
        return pair(f"{number} {each.title}", f"{duration(each.seconds)}", width)
    said = each.words + (f", {each.left}" if each.left else "")
    return pair(f"{number} {each.title}", said, width)
