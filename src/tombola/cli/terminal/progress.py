"""How a running study shows itself: as it moves in a terminal, in plain lines elsewhere."""

import threading
from types import TracebackType
from typing import TYPE_CHECKING, Protocol

from rich.console import Console

from tombola import verbs
from tombola.cli.terminal.live import Screen
from tombola.cli.terminal.log import Log

if TYPE_CHECKING:
    from tombola.study import Event, Planned
    from tombola.verbs import Ended, Moment

SECONDS_BETWEEN_LOOKS = 0.5


class Shows(Protocol):
    """A way of showing a run."""

    def begin(self, name: str) -> None:
        """Nothing is known but what is to be run."""

    def planned(self, moment: "Moment") -> None:
        """It is known what there is to do."""

    def ended(self, end: "Ended", moment: "Moment") -> None:
        """A stage ended."""

    def tick(self, moment: "Moment | None") -> None:
        """Some time has passed."""

    def close(self) -> None:
        """Nothing more comes."""


class Progress:
    """Passes on to a screen or a log what a run says; looks now and then how far it is."""

    def __init__(self, name: str, quiet: bool = False) -> None:
        """`name` is what is run; `quiet` shows nothing, for output that programs read."""
        console = Console(stderr=True, quiet=quiet, highlight=False)
        moves = console.is_terminal and not console.is_dumb_terminal
        self._shows: Shows = Screen(console) if moves and not quiet else Log(console)
        self._name = name
        self._watching: verbs.Watching | None = None
        self._ended = threading.Event()
        self._guard = threading.Lock()
        self._thread = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> "Progress":
        self._shows.begin(self._name)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()
        self._shows.close()

    def on_plan(self, planned: "Planned") -> None:
        """The plan is made."""
        watching = verbs.Watching(planned)
        with self._guard:
            self._watching = watching
            self._shows.planned(watching.moment())

    def watch(self, event: "Event") -> None:
        """A stage started, ended or failed."""
        assert self._watching is not None  # a plan comes before its stages
        end = self._watching.hear(event)
        if end is not None:
            with self._guard:
                self._shows.ended(end, self._watching.moment())

    def _tick(self) -> None:
        while not self._ended.wait(SECONDS_BETWEEN_LOOKS):
            with self._guard:
                self._shows.tick(self._watching.moment() if self._watching else None)
