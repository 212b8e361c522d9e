"""Where a ticket comes from, kept true: what was said of one model is not said of the next."""

from collections.abc import Mapping
from typing import Any

STAYS = ("task",)
"""What is still true of a model that was pruned or cut: the task that it was trained on."""


def after(before: Mapping[str, Any], **new: Any) -> dict[str, Any]:
    """The provenance of a model that was made of another, by what `new` says.

    Scores, stage and facts of the other stand under `before`: they are not of this one.
    """
    stays = {key: before[key] for key in STAYS if key in before}
    return {**stays, **new, **({"before": dict(before)} if before else {})}
