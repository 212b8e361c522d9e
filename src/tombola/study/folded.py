"""What steps share that fold an axis of tickets: the masks along it, two at least."""

from typing import TYPE_CHECKING, Any

from tombola import masks, tickets
from tombola.errors import UserError
from tombola.study.job import MODEL, Job
from tombola.study.plan import Point

if TYPE_CHECKING:
    from tombola.masks import Mask


def check_masks(point: Point[Any], why_two: str) -> None:
    """Raise UserError where fewer than two tickets stand along the axis, or what is no ticket.

    `why_two` says what two masks are needed for.
    """
    if len(point.folded) < 2:
        only = point.folded[0][0] if point.folded else "none"
        raise UserError(f"across {point.settings.across}: {why_two}; there is one ({only})")
    if not point.main.ends_in_model:
        raise UserError("of is a step that ends in tickets")


def masks_along(job: Job[Any]) -> "list[Mask]":
    """The masks of the tickets that `of` leads to, in the order of the axis.

    Raises UserError where one was never pruned.
    """
    read = []
    for role in job.roles("of"):
        path = job.folder(role) / MODEL / tickets.MASK_FILE
        if not path.exists():
            raise UserError(f"{job.read_stage(role).title} has no mask: nothing was pruned")
        read.append(masks.load(path))
    return read
