"""Rooms that have the name of a verb: `tombola.report` holds things, and can be called, too."""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

VERBS = {"tombola.masks": "compare_masks", "tombola.report": "build_report"}
"""A room to the function that a call of it stands for."""


class Room(ModuleType):
    """A module that does what the command line's verb of its name does."""

    def __call__(self, *given: Any, **more: Any) -> Any:
        """See the verb's function."""
        return getattr(import_module("tombola.verbs"), VERBS[self.__name__])(*given, **more)


def callable_room(name: str) -> None:
    """Let a module be called."""
    sys.modules[name].__class__ = Room
