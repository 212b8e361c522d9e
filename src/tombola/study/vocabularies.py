"""What reads text for a new model."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from tombola import tasks
from tombola.errors import UserError
from tombola.study.facts import facts_of
from tombola.study.recipe import expand


def new_tokenizer(
    read: "Sequence[tasks.Task]",
    subwords: "tasks.Subwords | None",
    purpose: Literal["encoder", "translation", "decoder"],
) -> Any:
    """A tokenizer made of the text that tasks are learned from: of words, or of sub-words."""
    lines = _Lines(read)
    if subwords is None:
        return tasks.word_tokenizer(lines, purpose)
    if subwords.file is not None:
        subwords = subwords.model_copy(update={"file": Path(expand(subwords.file))})
    return tasks.subword_tokenizer(lines, subwords, purpose)


def subword_facts(subwords: "tasks.Subwords") -> dict[str, Any]:
    """What determines a vocabulary beside its text; of a file, what it holds.

    Raises UserError for a file that cannot be read.
    """
    facts = {"kind": subwords.kind, **facts_of(subwords)}
    if subwords.file is not None:
        file = Path(expand(subwords.file))
        try:
            facts["file"] = hashlib.blake2b(file.read_bytes(), digest_size=6).hexdigest()
        except OSError as problem:
            raise UserError(f"subwords.file: {file}: cannot be read: {problem}") from problem
    return {"subwords": facts}


class _Lines:
    """The lines of training text, one after the other, as often as one asks."""

    def __init__(self, read: "Sequence[tasks.Task]") -> None:
        self._tasks = read

    def __iter__(self) -> Iterator[str]:
        for task in self._tasks:
            for example in task.train:
                yield from example.lines
