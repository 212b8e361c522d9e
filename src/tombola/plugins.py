"""A user's own criterion, kind of step, task, measure or figure, from a file or a package.

A plug-in is Python that enters things in tombola's registries when it is imported, as tombola's own
files do. Everything it enters is marked with the hash of its content, which goes into the hash of
whatever it computes.
"""

import hashlib
import sys
from collections.abc import Iterable
from importlib import util
from importlib.metadata import entry_points
from pathlib import Path

from tombola.errors import UserError
from tombola.registry import ENTERED_BY

GROUP = "tombola.plugins"
"""Entry points of this group are modules that are imported as plug-ins."""
MODULE = "tombola_plugin_"
"""What names of modules begin with that are plug-ins' files."""


def load_plugins(files: Iterable[str | Path] = ()) -> None:
    """Import plug-ins: those of installed packages, then files. Each is imported once.

    Running a file's code is what naming it asks for; nothing is imported that was not installed or
    named.

    Raises UserError where a file is missing or fails when it is imported.
    """
    for point in entry_points(group=GROUP):
        spec = util.find_spec(point.module)
        if spec is None or spec.origin is None or point.module in sys.modules:
            continue
        token = ENTERED_BY.set(_digest(Path(spec.origin)))
        try:
            point.load()
        except Exception as problem:
            raise _refused(f"plug-in {point.name}", problem) from problem
        finally:
            ENTERED_BY.reset(token)
    for file in files:
        _load(Path(file))


def loaded_files() -> tuple[str, ...]:
    """The plug-ins that were imported from files, for other processes to import, too."""
    found = [module for name, module in sys.modules.items() if name.startswith(MODULE)]
    return tuple(str(module.__file__) for module in found)


def _load(path: Path) -> None:
    if not path.is_file():
        raise UserError(f"{path}: no such plug-in")
    digest = _digest(path)
    name = f"{MODULE}{digest}"
    if name in sys.modules:
        return
    spec = util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise UserError(f"{path}: a plug-in is a Python file, FILE.py")
    module = util.module_from_spec(spec)
    sys.modules[name] = module  # what it defines can then be sent to worker processes
    token = ENTERED_BY.set(digest)
    try:
        spec.loader.exec_module(module)
    except Exception as problem:
        del sys.modules[name]
        raise _refused(str(path), problem) from problem
    finally:
        ENTERED_BY.reset(token)


def _digest(path: Path) -> str:
    return hashlib.blake2b(path.read_bytes(), digest_size=6).hexdigest()


def _refused(what: str, problem: Exception) -> UserError:
    if isinstance(problem, UserError):
        return UserError(f"{what}: {problem}")
    said = " ".join(f"{type(problem).__name__}: {problem}".split())[:300]
    return UserError(f"{what}: the plug-in could not be loaded: {said}")
