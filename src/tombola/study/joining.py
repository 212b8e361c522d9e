"""From the references of a step to its points: what they lead to meets on shared axes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import Any, TypeVar

from tombola.errors import UserError
from tombola.study.axes import refers
from tombola.study.folding import fold
from tombola.study.kind import KINDS, Kind, Step
from tombola.study.meeting import Meeting
from tombola.study.point import Node, Point
from tombola.study.recipe import Recipe
from tombola.study.references import Reference, Scalar
from tombola.study.stage import Stage

S = TypeVar("S", bound=Step)


class Joining:
    """Joins what references lead to: models of a recipe, and the stages above a step."""

    def __init__(self, recipe: Recipe, stages: Mapping[str, list[Stage]]) -> None:
        """`stages` are those of the steps above, by step; they grow as steps are planned."""
        self.recipe = recipe
        self._stages = stages

    def points(
        self,
        name: str,
        kind: Kind[S],
        settings: S,
        own: dict[str, Scalar],
        raw: Mapping[str, Any],
    ) -> Iterator[Point[S]]:
        """Joins what the references lead to, on the axes that they share."""
        fields_ = [key for key, f in kind.settings.model_fields.items() if refers(f.annotation)]
        choices: list[list[tuple[str, Reference, bool]]] = []
        for key in fields_:
            value = getattr(settings, key)
            several = isinstance(value, tuple) and isinstance(raw.get(key), list)
            references = value if isinstance(value, tuple) else (value,)
            if value is not None:
                choices.append([(key, reference, several) for reference in references])
        joined: list[Point[S]] = []
        for chosen in product(*choices):
            joined += self._join(name, kind, settings, own, chosen)
        across = getattr(settings, "across", None)
        if across is None:
            yield from joined
        else:
            yield from fold(name, joined, across)

    def _join(
        self,
        name: str,
        kind: Kind[S],
        settings: S,
        own: dict[str, Scalar],
        chosen: Iterable[tuple[str, Reference, bool]],
    ) -> list[Point[S]]:
        # A seed alone does not come from the recipe where what is read has one.
        start = dict(own)
        if kind.makes_models and getattr(settings, "task", None) is not None:
            start["task"] = settings.task  # type: ignore[attr-defined]  # named, so an axis of one
        found: list[tuple[dict[str, Scalar], frozenset[str], dict[str, Node]]] = [
            (start, frozenset(), {})
        ]
        ordered = sorted(chosen, key=lambda each: each[0] != kind.main)
        for key, reference, several in ordered:
            nodes = self._nodes(name, key, reference)
            if several and kind.makes_models:
                axis = kind.axis_of.get(key, key)
                nodes = [replace(node, at={**node.at, axis: reference.of}) for node in nodes]
            pinned = frozenset(reference.rename.get(axis, axis) for axis in reference.pinned)
            longer, meeting = [], Meeting(nodes)
            for at, loose, roles in found:
                for node in meeting.with_(at, loose | pinned):
                    at_both = {**node.at, **at} if key != kind.main else {**at, **node.at}
                    longer.append((at_both, loose | pinned, {**roles, key: node}))
            if not longer:
                raise UserError(f"step {name}: {key}: {_apart(reference.of, found[0][0], nodes)}")
            found = longer
        points_: list[Point[S]] = []
        for at, _, nodes_of in found:
            for seed in [at["seed"]] if "seed" in at else self._seeds(kind, nodes_of):
                with_seed = at if seed is None else {"seed": seed, **at}
                points_.append(Point(name, kind, settings, _ordered(with_seed), nodes_of))
        return points_

    def _seeds(self, kind: Kind[Any], nodes: Mapping[str, Node]) -> list[Any]:
        """The recipe's seeds; none for what reads stages whose seeds were folded.

        What is made of one of the recipe's models has seeds again, whatever mask it is given.
        """
        if not nodes and not kind.seeded:
            return [None]
        read = [node.stage is not None for node in nodes.values()]
        folded = all(read) if kind.makes_models else any(read)
        return [None] if read and folded else list(self.recipe.seeds)

    def _nodes(self, step: str, key: str, reference: Reference) -> list[Node]:
        """What a reference leads to. Raises UserError where that is nothing."""
        if reference.of in self.recipe.models:
            if reference.where or reference.rename or reference.at is not None:
                raise UserError(f"step {step}: {key}: {reference.of} is a model and has no axes")
            return [Node({}, model=reference.of)]
        if reference.of not in self._stages:
            below = reference.of in self.recipe.steps
            allowed = ", ".join([*self.recipe.models, *self._stages])
            why = f"is neither a model nor a step; allowed: {allowed}"
            if below:
                why = "stands below it, or is the step itself: a step reads what is above"
            raise UserError(f"step {step}: {key}: {reference.of!r} {why}")
        stages = self._stages[reference.of]
        axes = sorted({axis for stage in stages for axis in stage.at})
        for axis in {*reference.where, *reference.rename}:
            if axis not in axes:
                said = f"{reference.of} has no axis {axis!r}; it has: {', '.join(axes)}"
                raise UserError(f"step {step}: {key}: {said}")
        for axis in reference.where:
            known = list(dict.fromkeys(stage.at[axis] for stage in stages if axis in stage.at))
            for value in reference.values(axis):
                if value not in known:
                    allowed = ", ".join(map(str, known))
                    said = f"no stage of {reference.of} has {axis} {value}; allowed: {allowed}"
                    raise UserError(f"step {step}: {key}: {said}")
        found = [
            Node(
                {reference.rename.get(axis, axis): value for axis, value in stage.at.items()},
                stage,
                moment=reference.at,
            )
            for stage in stages
            if reference.chooses(dict(stage.at))
        ]
        if not found:
            said = f"{reference.of} has no stage where all of these hold"
            raise UserError(f"step {step}: {key}: {said}: {dict(reference.where)}")
        if reference.at is not None and not KINDS[stages[0].kind].makes_models:
            raise UserError(f"step {step}: {key}: {reference.of} trains nothing, so it has no `at`")
        return found


def _apart(of: str, at: Mapping[str, Scalar], nodes: list[Node]) -> str:
    """Why two references do not meet: the axis that keeps them apart."""
    for axis in at:
        values = dict.fromkeys(str(node.at[axis]) for node in nodes if axis in node.at)
        if values and str(at[axis]) not in values:
            return (
                f"no stage of {of} has {axis} {at[axis]}, as what it should meet has; it has: "
                f"{', '.join(values)}. Name the one that is meant: {{of: {of}, {axis}: …}}"
            )
    return f"no stage of {of} meets the others on all axes that they share"


def _ordered(at: dict[str, Scalar]) -> dict[str, Scalar]:
    """Axes in an order that does not depend on which reference brought them."""
    first = [axis for axis in ("task", "seed") if axis in at]
    last = [axis for axis in ("round",) if axis in at]
    middle = [axis for axis in at if axis not in {*first, *last}]
    return {axis: at[axis] for axis in (*first, *middle, *last)}
