"""The versions of what computes the numbers, and the device."""

from functools import cache
from importlib.metadata import PackageNotFoundError, version

from tombola.version import __version__

NAMES = ("torch", "transformers", "tokenizers", "numpy", "scikit-learn", "sacrebleu")


def versions() -> dict[str, str]:
    """By name, `?` where a package says none; `device` is what models run on.

    Another device gives other last digits, so that signatures name it; it is in no hash, for a
    study may go on where there is another one.
    """
    from tombola.training.device import best_device, called  # torch is not loaded before

    return {**_libraries(), "device": called(best_device())}


@cache
def _libraries() -> dict[str, str]:
    found = {"tombola": __version__}
    for name in NAMES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "?"
    return found
