"""The kinds of bad input there are."""

from collections.abc import Callable, Iterator
from pathlib import Path

from fuzz.data import data_files
from fuzz.judge import Case
from fuzz.recipes import recipes
from fuzz.saved import saved

KINDS: dict[str, Callable[[int, Path], Iterator[Case]]] = {
    "recipes": recipes,
    "data": data_files,
    "saved": saved,
}
"""Each gives cases without end, by seed; files go into the folder."""
