"""The one place of the version number."""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def _of_source(project: Path) -> str:
    import tomllib  # only a source tree needs it

    try:
        return f"{tomllib.loads(project.read_text('utf-8'))['project']['version']}+source"
    except OSError:
        return "0+unknown"


try:
    __version__ = version("tombola")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = _of_source(Path(__file__).parents[2] / "pyproject.toml")
