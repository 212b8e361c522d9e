"""Hearing of what a study does while it does it: the sub-steps of its stages, as they end."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tombola.files import read_json

SECONDS_BETWEEN_LOOKS = 0.3
Heard = Callable[[Mapping[str, Any], int, int], None]
"""Told about each sub-step: its record, its number from 1 on, and about how many there are."""


@contextmanager
def listening(out: Path, heard: Heard) -> Iterator[None]:
    """Look for what is being scored, and tell of it as it comes; of what was done before, too.

    A sweep that had ended already is silent.
    """
    ended = threading.Event()
    told_of = len(_records(out)) if list(out.glob("stages/*")) else 0

    def look() -> None:
        nonlocal told_of
        for path in _records(out)[told_of:]:
            record = read_json(path)
            told_of += 1
            heard(record, told_of, max(told_of, int(record["of"])))

    def listen() -> None:
        while not ended.wait(SECONDS_BETWEEN_LOOKS):
            look()

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        look()


def _records(out: Path) -> list[Path]:
    """What is written of each model that was scored, in order."""
    found = [
        *out.glob("working/*/substeps/*/record.json"),
        *out.glob("stages/*/substeps/*/record.json"),
    ]
    return sorted(found, key=lambda path: path.parent.name)
