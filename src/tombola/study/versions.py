"""The versions of what computes the numbers."""

from functools import cache
from importlib.metadata import PackageNotFoundError, version

NAMES = ("tombola", "torch", "transformers", "tokenizers", "numpy", "scikit-learn", "sacrebleu")


@cache
def versions() -> dict[str, str]:
    """By name; `?` where a package says none."""
    found = {}
    for name in NAMES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "?"
    return found
