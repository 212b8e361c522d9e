"""How a running study shows itself in a terminal, or in a log."""

from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

if TYPE_CHECKING:
    from tombola.study.engines import Event


class Progress:
    """A bar over all stages in a terminal; elsewhere one line for each stage that ends."""

    def __init__(self, quiet: bool = False) -> None:
        """`quiet` shows nothing, for output that programs read."""
        self._console = Console(stderr=True, quiet=quiet, highlight=False, soft_wrap=True)
        self._bar = Bar(
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.description}", markup=False),
            console=self._console,
            disable=quiet or not self._console.is_terminal,
        )
        self._task = self._bar.add_task("")
        self._running: list[str] = []
        self._total = self._done = 0

    def __enter__(self) -> "Progress":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def on_plan(self, total: int, done: int) -> None:
        """The plan is made. Only now the bar appears: what is refused before is one line alone."""
        self._total, self._done = total, done
        self._bar.update(self._task, total=total, completed=done)
        self._bar.start()

    def watch(self, event: "Event") -> None:
        """A stage started, ended or failed."""
        title = event.stage.title
        if event.kind == "started":
            self._running.append(title)
        else:
            self._running.remove(title)
            self._done += 1
            self._bar.update(self._task, completed=self._done)
        if event.kind == "failed":
            self._console.print(f"failed: {title}: {event.text}", markup=False)
        elif event.kind == "done" and not self._console.is_terminal:
            self._console.print(f"{self._done}/{self._total} {title}", markup=False)
        self._bar.update(self._task, description=" · ".join(self._running))
