"""What a score must not fall below while a loop prunes, and on which examples."""

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
