"""What a stage takes of a machine: the recipe's threads in each process of its training, GPUs."""

from collections.abc import Mapping

from pydantic import Field

from tombola.study.kind import KINDS
from tombola.study.recipe import Recipe
from tombola.study.resources import Needs, gpus_of
from tombola.study.stage import Stage


class Takes(Needs):
    """What one stage takes, its CPUs among it."""

    cpus: int = Field(1, gt=0)


def processes_of(stage: Stage, stages: Mapping[str, Stage]) -> int:
    """How many processes share the training of a stage: 1 where it trains nothing.

    What has no training of its own (rounds, a sweep) repeats one that it reads.
    """
    if not KINDS[stage.kind].makes_models:
        return 1
    training = getattr(stage.settings, "training", None)
    if training is not None:
        return int(getattr(training, "processes", 1))
    read = (stages[name] for name in set(stage.reads.values()) if name in stages)
    return max((processes_of(each, stages) for each in read), default=1)


def takes(stage: Stage, stages: Mapping[str, Stage], recipe: Recipe) -> Takes:
    """What a stage takes; by default a GPU for each process of its training, where there are GPUs.

    `stages` are those of the plan, by name.
    """
    needs, n = recipe.resources.of(stage.step), processes_of(stage, stages)
    said = {**needs.model_dump(), "gpus": gpus_of(needs, n)}
    return Takes(**said, cpus=recipe.threads * n)
