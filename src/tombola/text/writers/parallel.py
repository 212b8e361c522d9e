"""Translations as two files, line by line."""

from collections.abc import Iterable
from pathlib import Path

from tombola.errors import UserError
from tombola.files import atomic_file
from tombola.text.examples import TranslationExample

SOURCE, TARGET = "source", "target"
"""Endings of the two files."""


def write_parallel(examples: Iterable[TranslationExample], folder: Path, split: str) -> list[Path]:
    """Write one split; return the files of its sources and of their translations.

    Raises UserError for a sentence that is no line: empty, or with a line end in it.
    """
    paths = [folder / f"{split}.{ending}" for ending in (SOURCE, TARGET)]
    with (
        atomic_file(paths[0]) as first,
        atomic_file(paths[1]) as second,
        first.open("w", encoding="utf-8", newline="\n") as source,
        second.open("w", encoding="utf-8", newline="\n") as target,
    ):
        for number, example in enumerate(examples, 1):
            for text, file in ((example.source, source), (example.target, target)):
                if not text.strip() or len(text.splitlines()) != 1:
                    raise UserError(f"{split} sentence {number}: {text[:40]!r} is not one line")
                file.write(f"{text}\n")
    return paths
