"""A short string that says how a number came about."""

from typing import Any

from tombola.study.plan import Stage
from tombola.study.recipe import Recipe
from tombola.version import __version__


def signature(
    recipe: Recipe,
    stage: Stage,
    model_digest: str,
    text_digest: str,
    mask_digest: str,
    **more: Any,
) -> str:
    """Every setting that determines a number of a study, as `key:value` joined by `|`."""
    experiment = recipe.experiments[stage.experiment]
    training, pruning = experiment.training, experiment.pruning
    length = f"{training.steps}steps" if training.steps else f"{training.epochs:g}epochs"
    parts: dict[str, Any] = {
        "task": experiment.task.name,
        "text": text_digest,
        "model": model_digest,
        "train": f"{length},batch{training.batch_size},lr{training.learning_rate:g}"
        f",{training.schedule}",
        "seed": stage.seed,
    }
    if stage.round:
        to = next(r.to for r in experiment.rewinding if r.what == stage.rewinding)
        parts |= {
            "criterion": stage.criterion,
            "sets": "+".join([*pruning.sets, *pruning.also]),
            "scope": pruning.scope,
            "amount": f"{pruning.amount:g}-of-{pruning.of}",
            "rewind": f"{stage.rewinding}@{to:g}",
            "round": stage.round,
            "mask": mask_digest,
        }
    parts |= more
    parts |= {"threads": recipe.threads, "tombola": __version__}
    return "|".join(f"{key}:{value}" for key, value in parts.items())
