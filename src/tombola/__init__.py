"""tombola draws lottery tickets from Transformers and shows what pruning took from them.

Names are loaded when they are first used, so that `import tombola` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tombola.anatomy import Gates as Gates
    from tombola.anatomy import gated as gated
    from tombola.anatomy import push_to_hub as push_to_hub
    from tombola.anatomy import remove as remove
    from tombola.anatomy import save as save
    from tombola.dissect import layer_similarity as layer_similarity
    from tombola.errors import UserError as UserError
    from tombola.masks import Mask as Mask
    from tombola.masks.trainer import MaskCallback as MaskCallback
    from tombola.report import Tables as Tables
    from tombola.report import figure as figure
    from tombola.tasks import load_task as load_task
    from tombola.tickets import Ticket as Ticket
    from tombola.tickets import load as load
    from tombola.verbs import build_report as build_report
    from tombola.verbs import check_data as check_data
    from tombola.verbs import compare as compare
    from tombola.verbs import compare_masks as compare_masks
    from tombola.verbs import count_data as count_data
    from tombola.verbs import data as data
    from tombola.verbs import inspect as inspect
    from tombola.verbs import measure as measure
    from tombola.verbs import probe as probe
    from tombola.verbs import prune as prune
    from tombola.verbs import recipes as recipes
    from tombola.verbs import run as run
    from tombola.verbs import show_data as show_data
    from tombola.verbs import status as status
    from tombola.verbs import write_data as write_data
    from tombola.version import __version__ as __version__

_HOMES = {
    "Gates": "tombola.anatomy",
    "Mask": "tombola.masks",
    "MaskCallback": "tombola.masks.trainer",
    "Tables": "tombola.report",
    "Ticket": "tombola.tickets",
    "UserError": "tombola.errors",
    "__version__": "tombola.version",
    "build_report": "tombola.verbs",
    "compare": "tombola.verbs",
    "compare_masks": "tombola.verbs",
    "check_data": "tombola.verbs",
    "count_data": "tombola.verbs",
    "data": "tombola.verbs",
    "show_data": "tombola.verbs",
    "write_data": "tombola.verbs",
    "figure": "tombola.report",
    "gated": "tombola.anatomy",
    "inspect": "tombola.verbs",
    "layer_similarity": "tombola.dissect",
    "load": "tombola.tickets",
    "load_task": "tombola.tasks",
    "measure": "tombola.verbs",
    "probe": "tombola.verbs",
    "prune": "tombola.verbs",
    "push_to_hub": "tombola.anatomy",
    "recipes": "tombola.verbs",
    "remove": "tombola.anatomy",
    "run": "tombola.verbs",
    "save": "tombola.anatomy",
    "status": "tombola.verbs",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'tombola' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
