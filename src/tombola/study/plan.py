"""From a recipe to stages: every step at every point of its axes, each named by its facts."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from tombola.errors import UserError
from tombola.study.axes import opened, points
from tombola.study.joining import Joining
from tombola.study.kind import KINDS, Kind
from tombola.study.library import Library
from tombola.study.point import Point
from tombola.study.recipe import Recipe
from tombola.study.references import Scalar
from tombola.study.stage import Stage, digest_of

T = TypeVar("T")
ALL = "all"
"""In place of a task's name: each of the recipe's tasks that a kind of step takes."""


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
        self._joining = Joining(recipe, self._stages)
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
            for point in self._joining.points(name, kind, settings, at, raw):
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


def _beside_seed(point: Point[Any]) -> list[Any]:
    """What a check can depend on: a point, whatever its seed."""
    return [
        {axis: value for axis, value in point.at.items() if axis not in {"seed", "round"}},
        sorted((role, node.model) for role, node in point.nodes.items()),
        point.settings.model_dump(mode="json"),
    ]
