"""From a recipe to stages, each named by a hash of what determines it."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any, Literal

from tombola.settings import Settings
from tombola.study.inputs import Inputs
from tombola.study.recipe import Experiment, Recipe
from tombola.version import __version__

Kind = Literal["dense", "ticket", "similarity", "probe"]


@dataclass(frozen=True)
class Stage:
    """One unit of work: a folder that appears when it is done."""

    name: str
    """What it does, and a hash of what determines the result: the folder's name."""
    kind: Kind
    experiment: str
    seed: int
    criterion: str = "dense"
    rewinding: str = "none"
    round: int = 0
    after: tuple[str, ...] = ()
    """Names of the stages whose results it reads, in a fixed order of roles."""

    @property
    def title(self) -> str:
        """The stage in a person's words."""
        model = f"{self.experiment} seed {self.seed}"
        if self.round:
            model += f", {self.criterion}, rewinding {self.rewinding}, round {self.round}"
        doing = {"dense": "train", "ticket": "draw", "similarity": "compare", "probe": "probe"}
        return f"{doing[self.kind]} {model}"

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return asdict(self)

    @staticmethod
    def from_dict(value: dict[str, Any]) -> "Stage":
        """What `to_dict` gave."""
        return Stage(**{**value, "after": tuple(value["after"])})


def plan(recipe: Recipe, inputs: Inputs) -> tuple[Stage, ...]:
    """All stages of a study, each after the stages it reads."""
    stages: list[Stage] = []
    for name, experiment in recipe.experiments.items():
        for seed in recipe.seeds:
            stages += _stages_of(recipe, inputs, name, experiment, seed)
    return tuple(stages)


def _stages_of(
    recipe: Recipe, inputs: Inputs, name: str, experiment: Experiment, seed: int
) -> list[Stage]:
    stages: list[Stage] = []
    dissect = experiment.dissect

    def add(kind: Kind, label: str, facts: dict[str, Any], **which: Any) -> Stage:
        facts = {"kind": kind, "version": __version__, "after": which.get("after", ()), **facts}
        stage = Stage(f"{label}-{_digest(facts)}", kind, name, seed, **which)
        stages.append(stage)
        return stage

    def look_at(model: Stage, dense: Stage, label: str, **which: Any) -> None:
        if dissect.similarity is not None and model is not dense:
            facts = {"similarity": _facts(dissect.similarity), "seed": seed}
            add("similarity", f"similarity-{label}", facts, after=(dense.name, model.name), **which)
        if dissect.probe is not None:
            facts = {"probe": _facts(dissect.probe), "seed": seed}
            facts["text"] = inputs.probe_digest(name)
            add("probe", f"probe-{label}", facts, after=(model.name,), **which)

    run = f"{name}-s{seed}"
    facts = {
        "model": inputs.model_digest(name),
        "task": _facts(experiment.task),
        "text": inputs.task_digest(name),
        "training": _facts(experiment.training),
        "rewinding": [_facts(r) for r in experiment.rewinding],
        "seed": seed,
        "threads": recipe.threads,
    }
    dense = add("dense", f"dense-{run}", facts)
    look_at(dense, dense, run)
    for rewinding in experiment.rewinding:
        for criterion in experiment.criteria:
            before = dense
            for round_ in range(1, experiment.rounds + 1):
                which = {"criterion": criterion, "rewinding": rewinding.what, "round": round_}
                label = f"{run}-{rewinding.what}-{criterion}-r{round_}"
                facts = {"pruning": _facts(experiment.pruning), "rewind": _facts(rewinding)}
                facts |= {"criterion": criterion, "round": round_}
                after = (dense.name, before.name)
                before = add("ticket", f"ticket-{label}", facts, after=after, **which)
                if dissect.at(round_):
                    look_at(before, dense, label, **which)
    return stages


def _facts(settings: Settings) -> dict[str, Any]:
    """Settings as a part of a hash: without defaults, so that a new setting keeps old hashes.

    Where a folder stands does not count; what is in it has a digest of its own.
    """
    return settings.model_dump(mode="json", exclude_defaults=True, exclude={"folder"})


def _digest(facts: dict[str, Any]) -> str:
    return hashlib.blake2b(json.dumps(facts, sort_keys=True).encode(), digest_size=6).hexdigest()
