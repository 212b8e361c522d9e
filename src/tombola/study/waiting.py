"""Which stages can be done now."""

from collections import deque
from collections.abc import Callable

from tombola.study.attempt import Ended
from tombola.study.engine import Event, Undone, Watch
from tombola.study.stage import Stage


class Queue:
    """Which stages can be done now: those whose reads are done. Each is looked at once."""

    def __init__(self, stages: tuple[Stage, ...], done: frozenset[str]) -> None:
        self._left: dict[str, set[str]] = {}
        self._after: dict[str, list[Stage]] = {}
        self._ready: deque[Stage] = deque()
        self._stuck: set[str] = set()
        for stage in stages:
            if stage.name in done:
                continue
            missing = set(stage.reads.values()) - done
            self._left[stage.name] = missing
            for name in missing:
                self._after.setdefault(name, []).append(stage)
            if not missing:
                self._ready.append(stage)

    def next(self, busy: Callable[[str], bool]) -> Stage | None:
        """A stage that can be done, in the plan's order as far as its reads allow.

        One that is `busy`, by its name, comes after all others: who takes it can only wait.
        """
        if not self._ready:
            return None
        free = (i for i, stage in enumerate(self._ready) if not busy(stage.name))
        place = next(free, 0)
        stage = self._ready[place]
        del self._ready[place]
        return stage

    def done(self, name: str) -> None:
        """A stage ended well: what waited for it alone is ready, before what is elsewhere."""
        opened = []
        for stage in self._after.get(name, ()):
            self._left[stage.name].discard(name)
            if not self._left[stage.name]:
                opened.append(stage)
        self._ready.extend(opened)

    def failed(self, name: str) -> None:
        """A stage failed: what reads it is never ready."""
        self._stuck.add(name)


class Course:
    """The stages of a study as an engine does them, told to who watches."""

    def __init__(self, undone: Undone, watch: Watch) -> None:
        self._stages = {stage.name: stage for stage in undone.stages}
        self._waiting = Queue(undone.stages, undone.done)
        self._watch = watch
        self._busy = undone.store.is_running
        self.running: set[str] = set()
        """Names of those that were begun and have not ended."""

    def next(self) -> Stage | None:
        """The next stage that can be done; None where all others wait for one that runs or fails.

        Whoever calls it does the stage. What another run is at comes last, so that two runs on one
        folder share its stages and do not wait for each other.
        """
        return self._waiting.next(self._busy)

    def begin(self, stage: Stage) -> None:
        """A stage is begun."""
        self.running.add(stage.name)
        self._watch(Event("started", stage))

    def end(self, ended: Ended) -> None:
        """A stage ended. Raises what stops the whole study."""
        stage = self._stages[ended.name]
        self.running.remove(ended.name)
        ended.check(stage.title)
        if ended.problem is None:
            self._waiting.done(ended.name)
            self._watch(Event("done", stage))
        else:
            self._waiting.failed(ended.name)
            self._watch(Event("failed", stage, ended.problem))
