"""A running study in a file or a pipe: short plain lines, not too many of them."""

import time
from typing import TYPE_CHECKING

from rich.console import Console

from tombola.cli.terminal.screen import shortened
from tombola.durations import duration

if TYPE_CHECKING:
    from tombola.verbs import AtWork, Ended, Moment

BEFORE_FIRST = 2.0
"""Seconds before the first line."""
BETWEEN_LINES = 1.0
"""Seconds: of stages that end sooner after each other one is named, the others are counted."""
WIDTH = 100
"""Characters of a line, as far as titles allow."""
FIRST_WORD = 30.0
"""Seconds after which a stage that goes on is named."""
BETWEEN_WORDS = 60.0
"""Seconds between lines about the same stage."""


class Log:
    """Prints what ended, and now and then what still goes on."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began = self._printed = time.monotonic()
        self._held: tuple[Ended, Moment] | None = None
        self._more = 0
        self._beginning = ""
        self._told: dict[str, float] = {}
        """Stages at work, and at which of their seconds something was said of them last."""

    def begin(self, name: str) -> None:
        """Remember what to say soon: what is refused at once is one line alone."""
        self._beginning = f"reading text and models of {name}, planning"

    def planned(self, moment: "Moment") -> None:
        """What there is to do."""
        self._beginning = ""
        n = len(moment.workers)
        at_once = f", {n} at a time" if n > 1 else ""
        left = f"; {moment.left}" if moment.left else ""
        self._say(f"{moment.total:,} stages, {moment.done:,} done already{at_once}{left}")

    def ended(self, end: "Ended", moment: "Moment") -> None:
        """A failure is said at once, with its reason; others when there is room for a line."""
        self._told.pop(end.title, None)
        if end.problem:
            self._flush()
            self._say(f"failed: {end.title}: {end.problem}", cut=False)
        else:
            self._more += self._held is not None
            self._held = (end, moment)
            self._flush_slowly()
        if moment.over:
            self._flush()
            self._say("writing tables and the report")

    def tick(self, moment: "Moment | None") -> None:
        """What was held back, and what takes long."""
        if self._beginning and time.monotonic() - self._began >= BEFORE_FIRST:
            self._say(self._beginning)
            self._beginning = ""
        self._flush_slowly()
        for each in moment.workers if moment is not None else ():
            if each is not None:
                self._still(each)

    def close(self) -> None:
        """Say what was held back."""
        self._flush()

    def _still(self, each: "AtWork") -> None:
        last = self._told.get(each.title)
        if each.seconds < (FIRST_WORD if last is None else last + BETWEEN_WORDS):
            return
        self._told[each.title] = each.seconds
        words = each.words or "at work"
        left = f", {each.left}" if each.left else ""
        self._say(f"… {each.title}", f": {words}{left}")

    def _flush_slowly(self) -> None:
        if time.monotonic() - self._printed >= BETWEEN_LINES:
            self._flush()

    def _flush(self) -> None:
        if self._held is None:
            return
        (end, moment), more = self._held, self._more
        self._held, self._more = None, 0
        others = f" and {more} more" if more else ""
        score = f": {end.score}" if end.score else ""
        left = f"; {moment.left}" if moment.left else ""
        self._say(f"{moment.done}/{moment.total} {end.title}", f"{others}{score}{left}")

    def _say(self, text: str, after: str = "", cut: bool = True) -> None:
        """Print a line behind the time; the text is cut in its middle to fit, the rest never is."""
        self._printed = time.monotonic()
        head = f"[{duration(self._printed - self._began)}] "
        if cut:
            text = shortened(text, max(WIDTH - len(head) - len(after), 24))
        self._console.print(f"{head}{text}{after}", markup=False, soft_wrap=True)
