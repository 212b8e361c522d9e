"""Which weights survive?

A `Mask` is a value; `prunable` says which parameters compete, `groups` among which, a criterion
scores them, `select` prunes the lowest, and an `Enforcer` holds training to the outcome.
"""

from typing import Any

from tombola.masks.criteria import CRITERIA, Criterion
from tombola.masks.enforce import Enforcer, apply
from tombola.masks.files import MaskFile, load, read, save
from tombola.masks.mask import Mask
from tombola.masks.overlaps import Overlap, overlap
from tombola.masks.schedules import OFS, cubic, n_pruned_after, n_to_prune
from tombola.masks.scopes import SCOPES, Region, groups
from tombola.masks.selection import select
from tombola.masks.sets import prunable

__all__ = [
    "CRITERIA",
    "OFS",
    "SCOPES",
    "Criterion",
    "Enforcer",
    "Mask",
    "MaskCallback",
    "MaskFile",
    "Overlap",
    "Region",
    "apply",
    "cubic",
    "groups",
    "load",
    "n_pruned_after",
    "n_to_prune",
    "overlap",
    "prunable",
    "read",
    "save",
    "select",
]


def __getattr__(name: str) -> Any:
    if name == "MaskCallback":  # its import brings the Trainer's machinery, which few need
        from tombola.masks.trainer import MaskCallback

        return MaskCallback
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
