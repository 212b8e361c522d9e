"""A step at one point of its axes, and what it reads there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from tombola.errors import UserError
from tombola.study.kind import KINDS, Kind, Step
from tombola.study.references import Scalar
from tombola.study.stage import Stage

S = TypeVar("S", bound=Step)


@dataclass(frozen=True)
class Node:
    """What a reference leads to: a stage, or a model of the recipe."""

    at: Mapping[str, Scalar]
    stage: Stage | None = None
    model: str = ""
    moment: float | None = None
    """The share of the stage's training after which its model is meant."""

    @property
    def ends_in_model(self) -> bool:
        """Whether it is a stage that ends in a model."""
        return self.stage is not None and KINDS[self.stage.kind].makes_models


@dataclass(frozen=True)
class Point(Generic[S]):
    """A step at one point of its axes, with what it reads there."""

    step: str
    kind: Kind[S]
    settings: S
    at: dict[str, Scalar]
    nodes: dict[str, Node]
    """Role (the name of a reference among the settings) to what is read."""
    folded: tuple[tuple[Scalar, dict[str, Node]], ...] = ()
    """Along the axis that `across` names: its values, with what is read for each."""

    def task(self, name: str = "task") -> str:
        """The task that a setting names, or else that of the axis `task`.

        Raises UserError where there is neither.
        """
        named = getattr(self.settings, name, None)
        if named is not None:
            return str(named)
        if self.kind.follows_task and "task" in self.at:
            return str(self.at["task"])
        raise UserError(f"step {self.step}: name a task")

    @property
    def main(self) -> Node:
        """What the main reference leads to; of a folded axis, for its first value."""
        nodes = self.folded[0][1] if self.folded else self.nodes
        return nodes[self.kind.main]
