"""What a stage needs of the machine that does it: nothing of it changes a number."""

from typing import Annotated

from pydantic import Field

from tombola.settings import Settings

Option = Annotated[str, Field(pattern=r"^[a-z][a-z-]*$", max_length=40)]
Text = Annotated[str, Field(pattern=r"^[^\n\r]*$", max_length=200)]
LONGEST = 24 * 366.0
"""Hours that no queue gives."""


class Needs(Settings):
    """What one stage takes, beside the recipe's threads."""

    gpus: float | None = Field(None, ge=0, le=1024)
    """GPUs; by default one, or one for each of a training's `processes`, where the machine that the
    study is started on has any, else none. A half lets two stages share one, where the engine can
    do that."""
    memory: float | None = Field(None, gt=0, le=2**20)
    """Gigabytes (2³⁰ bytes) of memory; by default the engine sees to none."""
    hours: float | None = Field(None, gt=0, le=LONGEST)
    """The longest that a job may take (`slurm`); by default the partition's."""


class Resources(Needs):
    """What stages take where engines hand them to other machines."""

    by_step: dict[str, Needs] = Field({})
    """Steps whose stages take something else, by name."""
    retries: int = Field(3, ge=0, le=1000)
    """How often a stage is begun again whose process or machine died (`ray`)."""
    slurm: dict[Option, bool | int | float | Text] = Field({})
    """Options of `sbatch` by their long names: `{partition: gpu, account: mine, qos: long}`."""
    submit: bool = True
    """Whether `slurm` submits its scripts, or only writes them."""

    def of(self, step: str) -> Needs:
        """What a stage of a step takes."""
        own = self.by_step.get(step, Needs())
        return Needs(**{key: getattr(self, key) for key in Needs.model_fields} | _said(own))


def _said(needs: Needs) -> dict[str, float]:
    return {key: value for key, value in needs.model_dump().items() if value is not None}


def gpus_of(needs: Needs, processes: int = 1) -> float:
    """How many GPUs a stage takes whose training is shared by so many processes."""
    if needs.gpus is not None:
        return needs.gpus
    import torch

    return float(processes) if torch.cuda.is_available() else 0.0
