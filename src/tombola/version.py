"""The one place of the version number."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("tombola")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0+unknown"
