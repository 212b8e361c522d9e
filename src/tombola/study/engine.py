"""What an engine is: who does the stages. One file in `engines/`, or in a plug-in, enters one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

from tombola.registry import Registry
from tombola.study.library import Library
from tombola.study.stage import Stage
from tombola.study.store import Store


@dataclass(frozen=True)
class Event:
    """Something that a watcher of the run may show."""

    kind: Literal["started", "done", "failed"]
    stage: Stage
    text: str = ""
    """Why it failed."""


Watch = Callable[[Event], None]


@dataclass(frozen=True)
class Undone:
    """The stages of a study that an engine is to do."""

    stages: tuple[Stage, ...]
    """All of the recipe, each after those that it reads."""
    done: frozenset[str]
    """Names of those that are finished already."""
    library: Library
    store: Store
    workers: int
    """How many are done at the same time on this machine."""
    asked: int | None = None
    """How many the user wants at the same time, wherever."""
    plugins: tuple[str, ...] = ()
    """Files of the user's own that who works elsewhere must load first."""
    command: str = ""
    """How the study was started."""


class Engine:
    """Does stages; what they come to is the same whoever does them.

    A subclass says `name` and does `run`.
    """

    name: ClassVar[str]
    alone: ClassVar[bool] = False
    """Whether one stage is done at a time, in this process."""

    def run(self, undone: Undone, watch: Watch) -> str:
        """Do every stage that is not done and can be; what reads a failed one cannot.

        Returns nothing where they are done; else, in a line, who does them now.

        Raises:
            UserError: this engine cannot work here; or what stops the whole study, a full disk.
            KeyboardInterrupt: someone stopped it; what is finished is kept.
        """
        raise NotImplementedError


ENGINES: Registry[Engine] = Registry("engine", "tombola.study.engines")
"""Engines by name."""
