"""What steps share that fold an axis of models: what stands along it, and masks of tickets."""

from typing import TYPE_CHECKING, Any

from tombola import anatomy, masks
from tombola.errors import UserError
from tombola.files import MASK_FILE
from tombola.study.job import Job
from tombola.study.point import Point

if TYPE_CHECKING:
    from tombola.masks import Mask


def check_models(point: Point[Any]) -> None:
    """Raise UserError where something along the axis is no step that ends in models."""
    for _, nodes in point.folded:
        for role, node in nodes.items():
            if not node.ends_in_model:
                raise UserError(f"{role} is a step that ends in models")


def check_masks(point: Point[Any], why_two: str) -> None:
    """Raise UserError where fewer than two tickets stand along the axis, or what is no ticket.

    `why_two` says what two masks are needed for.
    """
    if len(point.folded) < 2:
        only = point.folded[0][0] if point.folded else "none"
        raise UserError(f"across {point.settings.across}: {why_two}; there is one ({only})")
    if not point.main.ends_in_model:
        raise UserError("of is a step that ends in tickets")


def masks_along(job: Job[Any], unit: "masks.Unit" = "weights") -> "list[Mask]":
    """The masks of the tickets that `of` leads to, in the order of the axis.

    Raises UserError where one was never pruned, and where parts are asked for of tickets of
    different bodies.
    """
    return [mask_of(job, role, unit) for role in job.roles("of")]


def mask_of(job: Job[Any], role: str, unit: "masks.Unit" = "weights") -> "Mask":
    """The mask of the ticket that a role leads to. Raises UserError where it was never pruned."""
    folder = job.ticket_folder(role)
    if not (folder / MASK_FILE).exists():
        raise UserError(f"{job.read_stage(role).title} has no mask: nothing was pruned")
    mask = masks.load(folder / MASK_FILE)
    if unit == "weights":
        return mask
    return masks.in_units(mask, unit, anatomy.anatomy(anatomy.empty_model(str(folder))))
