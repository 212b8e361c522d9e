"""From a recipe to stages: every step at every point of its axes, each named by its facts."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Generic, TypeVar

from tombola.errors import UserError
from tombola.study.axes import opened, points, refers
from tombola.study.kind import KINDS, Kind, Step
from tombola.study.library import Library
from tombola.study.meeting import Meeting
from tombola.study.recipe import Recipe
from tombola.study.references import Reference, Scalar
from tombola.study.stage import Stage, digest_of

S = TypeVar("S", bound=Step)
T = TypeVar("T")
ALL = "all"
"""In place of a task's name: each of the recipe's tasks that a kind of step takes."""


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


def plan(recipe: Recipe, library: Library, *, check: bool = True) -> tuple[Stage, ...]:
    """All stages of a study, each after the stages it reads.

    Raises UserError for a step of an unknown kind, a wrong setting, a reference that leads nowhere,
    and for whatever a kind's own check finds.
    """
    return Planner(recipe, library, check=check).plan()


class Planner:
    """Expands the steps of one recipe, in their order."""

    def __init__(self, recipe: Recipe, library: Library, *, check: bool = True) -> None:
        self.recipe = recipe
        self.library = library
        self._check = check
        self._stages: dict[str, list[Stage]] = {}
        self._keeps: dict[str, set[float]] = {}
        self._made: dict[tuple[Any, ...], tuple[Any, Any]] = {}
        self._roots: dict[str, frozenset[str]] = {}

    def plan(self) -> tuple[Stage, ...]:
        """All stages."""
        for name, raw in self.recipe.steps.items():
            self._stages[name] = list(self._step(name, raw))
            for stage in self._stages[name]:
                above = (self._roots[read] for read in stage.reads.values())
                self._roots[stage.name] = frozenset(stage.sources.values()).union(*above)
        every = [stage for stages in self._stages.values() for stage in stages]
        return tuple(self._with_keeps(stage) for stage in every)

    def stage(
        self,
        kind: Kind[Any],
        point: "Point[Any]",
        *,
        facts: Mapping[str, Any] | None = None,
        at: Mapping[str, Scalar] | None = None,
        reads: Mapping[str, Stage] | None = None,
        settings: Any = None,
    ) -> Stage:
        """A stage of a point, with all of its facts.

        Args:
            kind: of the step.
            point: where the step stands.
            facts: of the settings; by default what `kind.facts` says of the point's.
            at: further axes.
            reads: further stages that are read, by role.
            settings: those the work is done by; by default the point's.
        """
        chosen = settings if settings is not None else point.settings
        nodes = dict(point.nodes)
        for i, (_, folded) in enumerate(point.folded):
            nodes |= {f"{role}.{i}": node for role, node in folded.items()}
        stages = {role: node.stage for role, node in nodes.items() if node.stage is not None}
        stages |= dict(reads or {})
        sources = {role: node.model for role, node in nodes.items() if node.stage is None}
        where = {**point.at, **(at or {})}
        tasks = {field_: self._tasks(kind, point, field_) for field_ in kind.task_fields}
        models = {
            role: self.library.model_facts(
                model, min(kind.tasks(point, kind.task_fields[0], self.library))
            )
            for role, model in sources.items()
        }
        moments = {role: node.moment for role, node in nodes.items() if node.moment is not None}
        code = KINDS.digest(kind.name)
        every: dict[str, Any] = {
            "step": point.step,
            "kind": kind.name,
            "version": kind.version,
            **({"code": code} if code else {}),
            "threads": self.recipe.threads,
            **({"deterministic": True} if self.recipe.deterministic else {}),
            **({"seed": where["seed"]} if "seed" in where else {}),
            **(facts if facts is not None else self.once((chosen,), lambda: kind.facts(chosen))),
            **tasks,
            **({"models": models} if models else {}),
            **({"moments": moments} if moments else {}),
            **({"values": [value for value, _ in point.folded]} if point.folded else {}),
            "reads": {role: stage.digest for role, stage in stages.items()},
        }
        for role, moment in moments.items():
            self.keep(stages[role], moment)
        return Stage(
            step=point.step,
            kind=kind.name,
            at=where,
            facts=every,
            reads={role: stage.name for role, stage in stages.items()},
            settings=chosen,
            sources=sources,
        ).named()

    def _tasks(self, kind: Kind[Any], point: Point[Any], field_: str) -> dict[str, Any]:
        """Facts of the task that a setting names; by name where it names several."""
        names = kind.tasks(point, field_, self.library)
        if isinstance(getattr(point.settings, field_, None), tuple):
            return {name: self.library.task_facts(name) for name in names}
        return self.library.task_facts(names[0])

    def once(self, key: tuple[Any, ...], make: Callable[[], T]) -> T:
        """What `make` gives, made once for settings and whatever else is in `key`.

        The settings of a point are one object for all seeds, and are told apart as such.
        """
        known = (id(key[0]), *key[1:])
        if known not in self._made:
            self._made[known] = (key[0], make())  # held, so that its id stays its own
        found: T = self._made[known][1]
        return found

    def keep(self, stage: Stage, share: float) -> None:
        """Ask a stage to keep the state of its training after a share of the run."""
        self._keeps.setdefault(stage.name, set()).add(share)

    def _with_keeps(self, stage: Stage) -> Stage:
        keeps = self._keeps.get(stage.name)
        return replace(stage, keeps=tuple(sorted(keeps))) if keeps else stage

    def _step(self, name: str, raw: Mapping[str, Any]) -> Iterator[Stage]:
        kind = KINDS[self._kind(name, raw)]
        where = f"steps.{name}."
        raw = self._all_tasks(dict(raw), kind, where)
        axes = opened(kind.settings, raw, f"steps.{name}")
        for settings, at in points(kind.settings, raw, axes, where):
            checked: set[str] = set()
            for point in self._points(name, kind, settings, at, raw):
                if self._check and (which := digest_of(_beside_seed(point))) not in checked:
                    checked.add(which)
                    try:
                        for field_ in kind.task_fields:
                            for task in kind.tasks(point, field_, self.library):
                                self.library.choice(task)
                        kind.check(point, self.library)
                        self._check_reads(kind, point)
                    except UserError as problem:
                        said = str(problem)
                        clear = said.startswith(("step ", "steps."))
                        raise UserError(said if clear else f"step {name}: {said}") from problem
                yield from kind.expand(point, self)

    def _check_reads(self, kind: Kind[Any], point: Point[Any]) -> None:
        """The models that a point comes from can read the texts that it is given.

        Raises UserError where one cannot.
        """
        if kind.windows:
            return
        folded = (node for _, nodes in point.folded for node in nodes.values())
        models: set[str] = set()
        for node in (*point.nodes.values(), *folded):
            models |= {node.model} if node.stage is None else self._roots[node.stage.name]
        for field_ in kind.task_fields:
            for task in kind.tasks(point, field_, self.library):
                for model in sorted(models):
                    self.library.check_reads(model, task)

    def _kind(self, name: str, raw: Mapping[str, Any]) -> str:
        kind = raw.get("do")
        if not isinstance(kind, str) or kind not in KINDS:
            allowed = ", ".join(KINDS)
            raise UserError(f"steps.{name}.do: one of {allowed}, not {kind!r}")
        return kind

    def _all_tasks(self, raw: dict[str, Any], kind: Kind[Any], where: str) -> dict[str, Any]:
        for key in kind.task_fields:
            if raw.get(key) == ALL:
                raw[key] = [name for name in self.recipe.tasks if kind.takes(name, self.library)]
                if not raw[key]:
                    what = f"a step that does `{kind.name}`"
                    raise UserError(f"{where}{key}: all: no task of the recipe is for {what}")
        return raw

    def _points(
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
            yield from _folded(name, joined, across)

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


def _folded(
    step: str, points_: list[Point[S]], across: str | tuple[str, ...]
) -> Iterator[Point[S]]:
    """Points that differ along one axis only, or along several, and read the same steps, as one.

    The values of several axes stand together, joined by blanks.
    """
    axes = (across,) if isinstance(across, str) else across
    groups: dict[tuple[Any, ...], list[Point[S]]] = {}
    for point in points_:
        for axis in axes:
            if axis not in point.at:
                raise UserError(
                    f"step {step}: across {axis}: what it reads has no such axis; "
                    f"it has: {', '.join(sorted(point.at))}"
                )
        where = tuple((name, value) for name, value in point.at.items() if name not in axes)
        read = tuple(
            (role, n.stage.step if n.stage else n.model) for role, n in point.nodes.items()
        )
        groups.setdefault((where, read), []).append(point)
    for (where, _), group in groups.items():
        named = [(_value(point, across), point) for point in group]
        _once(step, named, " and ".join(axes))
        values = tuple((value, point.nodes) for value, point in named)
        yield replace(group[0], at=dict(where), nodes={}, folded=values)


def _value(point: Point[S], across: str | tuple[str, ...]) -> Scalar:
    """Where a point stands along what is folded."""
    if isinstance(across, str):
        return point.at[across]
    return " ".join(str(point.at[axis]) for axis in across)


def _read(node: Node) -> str:
    return node.model if node.stage is None else node.stage.step


def _once(step: str, group: list[tuple[Scalar, Point[S]]], axis: str) -> None:
    """Raise UserError where a value of a folded axis is there twice: a reference is not narrow."""
    seen: dict[Scalar, Point[S]] = {}
    for value, point in group:
        other = seen.setdefault(value, point)
        if other is point:
            continue
        for role, node in point.nodes.items():
            before = other.nodes[role]
            if node.stage != before.stage or node.model != before.model:
                a = next(a for a in node.at if node.at[a] != before.at.get(a))
                raise UserError(
                    f"step {step}: across {axis}: {role} leads to several models for {axis} "
                    f"{value} (of {a} {before.at.get(a)} and {node.at.get(a)}): name one"
                )


def _ordered(at: dict[str, Scalar]) -> dict[str, Scalar]:
    """Axes in an order that does not depend on which reference brought them."""
    first = [axis for axis in ("task", "seed") if axis in at]
    last = [axis for axis in ("round",) if axis in at]
    middle = [axis for axis in at if axis not in {*first, *last}]
    return {axis: at[axis] for axis in (*first, *middle, *last)}


def _beside_seed(point: Point[Any]) -> list[Any]:
    """What a check can depend on: a point, whatever its seed."""
    return [
        {axis: value for axis, value in point.at.items() if axis not in {"seed", "round"}},
        sorted((role, node.model) for role, node in point.nodes.items()),
        point.settings.model_dump(mode="json"),
    ]
