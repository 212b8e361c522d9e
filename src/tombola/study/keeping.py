"""What a study keeps on disk of stages that nothing waits for any more."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from tombola.study.kind import KINDS
from tombola.study.parts import Keep, Part, is_within
from tombola.study.stage import Stage
from tombola.study.store import Store

GIVEN_UP: Mapping[Keep, tuple[Part, ...]] = {
    "all": (),
    "masks": ("weights",),
    "tables": ("weights", "ticket"),
}


class Keeper:
    """Gives up parts of finished stages as soon as no stage of the plan will read them."""

    def __init__(
        self, stages: tuple[Stage, ...], store: Store, keep: Keep, again: Iterable[str]
    ) -> None:
        """`again` are stages that are to be done again: as if they were not done yet."""
        self._store, self._keep = store, keep
        self._again = set(again)
        self._stages = {stage.name: stage for stage in stages}
        self._readers: dict[str, list[Stage]] = {stage.name: [] for stage in stages}
        for stage in stages:
            for name in reads_from(stage, self._stages):
                self._readers.setdefault(name, []).append(stage)

    def tidy(self) -> int:
        """Look at every stage; return the bytes that are free then."""
        if self._keep == "all":
            return 0
        done, states = self._done(), self._store.all_states()
        return sum(self._give_up(name, done, states.get(name, [])) for name in self._stages)

    def ended(self, name: str) -> None:
        """A stage has been done: look at it and at what it read.

        What cannot be removed now is at the next look. Of a study of thousands it looks at no more
        than those that read the same.
        """
        if self._keep == "all":
            return
        self._again.discard(name)
        near = (name, *reads_from(self._stages[name], self._stages))
        asked = {*near, *(stage.name for each in near for stage in self._readers[each])}
        done = {each for each in asked if self._store.is_done(each)} - self._again
        for each in near:
            with suppress(OSError):
                self._give_up(each, done, self._store.states(each))

    def spare(self) -> dict[str, tuple[Part, ...]]:
        """The parts of each finished stage that nothing waits for, of those not to be kept."""
        done = self._done()
        return {name: self._spare(name, done) for name in self._stages}

    def _done(self) -> set[str]:
        return self._store.finished() - self._again

    def _spare(self, name: str, done: set[str]) -> tuple[Part, ...]:
        if name not in done or name not in self._stages:
            return ()
        left = [stage for stage in self._readers[name] if stage.name not in done]
        if self._keep == "masks" and not self._continued(name):
            return ()  # the last of a chain
        return tuple(
            part
            for part in GIVEN_UP[self._keep]
            if not any(is_within(part, part_read(stage)) for stage in left)
        )

    def _give_up(self, name: str, done: set[str], states: list[Path]) -> int:
        """`states` are those of the stage's training."""
        spare = self._spare(name, done)
        if not spare:
            return 0
        states = states if "weights" in spare else []
        freed = sum(path.stat().st_size for path in states)
        for path in states:
            path.unlink(missing_ok=True)
        if set(spare) <= set(self._store.dropped(name)):
            return freed
        return freed + self._store.drop(name, spare)

    def _continued(self, name: str) -> bool:
        return any(KINDS[stage.kind].makes_models for stage in self._readers[name])


def part_read(stage: Stage) -> Part:
    """The largest part that a stage reads of others."""
    return KINDS[stage.kind].reads_part


def reads_from(stage: Stage, stages: Mapping[str, Stage]) -> tuple[str, ...]:
    """Names of the stages whose folders a stage looks into."""
    return KINDS[stage.kind].reads_from(stage, stages)


def done_again(stages: tuple[Stage, ...], store: Store) -> set[str]:
    """Finished stages that must be done again: they gave up what an unfinished one will read."""
    by_name, done = {stage.name: stage for stage in stages}, store.finished()
    again: set[str] = set()
    for stage in reversed(stages):  # what is read comes before what reads it
        if stage.name in done and stage.name not in again:
            continue
        for name in reads_from(stage, by_name):
            gone = store.dropped(name) if name in done else ()
            if any(is_within(part, part_read(stage)) for part in gone):
                again.add(name)
    return again
