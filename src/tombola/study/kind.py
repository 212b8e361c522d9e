"""What a kind of step is. One file in `kinds/`, or in a plug-in, enters one."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from tombola.registry import Registry
from tombola.settings import Settings
from tombola.study.facts import facts_of
from tombola.study.parts import Part
from tombola.study.stage import Stage

if TYPE_CHECKING:
    from tombola.study.finished import Finished
    from tombola.study.job import Job
    from tombola.study.library import Library
    from tombola.study.plan import Planner
    from tombola.study.point import Point
    from tombola.tables import Table


class Step(Settings):
    """What every step says."""

    do: str
    """The kind of step."""


S = TypeVar("S", bound=Step)
NO_HEAD = "bare"
"""What a kind of task says that no model is trained on: its words are read off layers."""
Row = tuple["Table", dict[str, Any]]
"""A table, and a row of it."""


class Kind(Generic[S]):
    """A kind of step: its settings, what stages it opens, what they do, the rows they leave.

    A subclass says `name`, `version`, `settings` and `tables`, and does `work` and `rows`; the rest
    has a plain default. `study` knows no kind by name.
    """

    name: ClassVar[str]
    version: ClassVar[int]
    """Raised when its numbers change; the package's own version is in no hash."""
    settings: type[S]
    tables: "tuple[Table, ...]" = ()
    makes_models: ClassVar[bool] = False
    """Whether its stages end in a model that other steps may refer to."""
    task_fields: ClassVar[tuple[str, ...]] = ()
    """Settings that name a task of the recipe."""
    windows: ClassVar[bool] = False
    """Whether texts longer than a model has positions are read in windows, as a setting says."""
    main: ClassVar[str] = "of"
    """The reference whose axes a stage has first of all."""
    axis_of: ClassVar[Mapping[str, str]] = {}
    """Axes that several references of a setting open, where not of its own name."""
    seeded: ClassVar[bool] = True
    """Whether what reads no other step is done once for each seed of the recipe."""
    reads_part: ClassVar[Part] = "weights"
    """The largest part that its stages read of others: their models' `weights`, the rest of the
    `ticket` (mask, configuration), or their `records` alone."""
    follows_task: ClassVar[bool] = True
    """Whether the task that is not named is that of the main reference's axis `task`."""

    def check(self, point: "Point[S]", library: "Library") -> None:
        """Raise UserError for all that can be known to be wrong before work begins.

        Called once for each point of the step's axes, with seeds left aside.
        """

    def tasks(self, point: "Point[S]", field: str, library: "Library") -> tuple[str, ...]:
        """The tasks that one of `task_fields` names at a point; by default the one.

        Raises UserError where there is none.
        """
        return (point.task(field),)

    def takes(self, task: str, library: "Library") -> bool:
        """Whether a task of the recipe is among those that `all` stands for.

        By default those that a model can be trained on; one whose text is not here counts in.
        """
        from tombola.tasks import TASK_KINDS

        kind = library.task_facts(task).get("kind")
        return kind is None or TASK_KINDS[kind["name"]].head != NO_HEAD

    def facts(self, settings: S) -> dict[str, Any]:
        """What of the settings determines the numbers."""
        return facts_of(settings, frozenset({"do", "across", *self.task_fields}))

    def expand(self, point: "Point[S]", planner: "Planner") -> Iterator[Stage]:
        """The stages of one point, each after what it reads; by default the one."""
        yield planner.stage(self, point)

    def reads_from(self, stage: Stage, stages: Mapping[str, Stage]) -> tuple[str, ...]:
        """Names of the stages whose folders one of its stages looks into; by default its reads."""
        return tuple(dict.fromkeys(stage.reads.values()))

    def work(self, job: "Job[S]", folder: Path) -> None:
        """Do a stage: read what `job` offers, write files into `folder`.

        The folder is the same one again after an interruption. What begins with `resume`, and
        `progress.json`, is removed at the end. Raises UserError or DivergedError where this stage
        alone cannot be done.
        """
        raise NotImplementedError

    def rows(self, done: "Finished") -> Iterable[Row]:
        """The rows that a finished stage gives, in a fixed order."""
        return ()

    def cost(self, point: "Point[S]", library: "Library") -> Mapping[str, float]:
        """About what one stage takes, from configurations alone: `bytes` and `flops`."""
        return {}


KINDS: Registry[Kind[Any]] = Registry("kind of step", "tombola.study.kinds")
"""Kinds of steps by name."""
