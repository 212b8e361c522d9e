"""What a score must not fall below while a loop prunes, and on which examples."""

import re

from tombola.errors import UserError
from tombola.study.library import Library
from tombola.tasks import METRICS


def floor_of(share: float, full: float) -> float:
    """A share of the full model's score.

    Raises UserError where that score is undefined (dev has one class, say) or not above 0: a share
    of it is then no measure of what is kept.
    """
    if not full > 0:
        raise UserError(
            f"the full model scores {full}: a share of that is no measure of what is kept"
        )
    return share * full


def check_share(task: str, library: Library) -> None:
    """Raise UserError where a task is scored by what is better lower: no share of it is kept."""
    known = library.task_facts(task).get("metric")
    if known is not None and METRICS[known["name"]].better == "lower":
        raise UserError(
            f"{task} is scored by {known['name']}, of which less is better: a share of it is no "
            "measure of what is kept; give the task another `metric`"
        )


def check_split(split: str, task: str, library: Library) -> None:
    """Raise UserError where a task holds no examples apart."""
    if split == "held" and library.choice(task).held is None:
        raise UserError(f"split: task {task} holds no examples apart; give it `held: 0.5`, say")


PER_CENT = re.compile(r"(\d+(?:\.\d+)?) ?%")


def known_loss(value: str | float) -> str | float:
    """A loss as people write it: `1%` of a score, or 0.01 in its own units, also as text.

    Raises ValueError for anything else.
    """
    text = str(value).strip()
    found = PER_CENT.fullmatch(text)
    try:
        size = float(found[1] if found else text)
    except ValueError:
        size = 0.0
    if not 0 < size < float("inf") or (found and size >= 100):
        raise ValueError(f"a loss is 1% (of the score), say, or 0.01 (in its units): not {text!r}")
    return f"{size:g}%" if found else size


def allowed_loss(loss: str | float, full: float) -> float:
    """A loss in the units of a score, of which `full` is that of the full model.

    Raises UserError where a share is asked of a score that is not above 0.
    """
    if not isinstance(loss, str):
        return loss
    if not full > 0:
        raise UserError(
            f"the full model scores {full:.4g}, of which {loss} is no measure of what is lost: "
            "name the loss in units of the score, such as 0.01"
        )
    return float(loss.removesuffix("%")) / 100 * full
