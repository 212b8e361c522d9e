"""A few annotated examples of any task."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from tombola.errors import UserError
from tombola.language.knobs import Language
from tombola.tasks.data import draw
from tombola.tasks.data.source import corpora, from_language, whole_task, word_task
from tombola.tasks.words.read import find_texts, labelled
from tombola.tasks.words.task import Target, WordTask
from tombola.text.annotated import Annotated
from tombola.text.examples import (
    Example,
    Passage,
    SentenceExample,
    TaggedSentence,
    TranslationExample,
)
from tombola.text.reading import Reading

MORE = (1, 5, 50)
"""So many times the texts that are asked for are made, until enough hold what a task labels."""


@dataclass(frozen=True)
class Shown:
    """One example."""

    where: str
    """File and line, or what made it."""
    drawing: tuple[str, ...]
    """Lines for a person."""
    content: dict[str, Any]
    """The same for a program."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {"where": self.where, **self.content}


def show_data(
    task: str,
    path: Path | str | None = None,
    *,
    format: str | None = None,  # noqa: A002 — the word that users know
    n: int = 3,
    seed: int = 0,
    language: Language | None = None,
    skip_bad: bool = False,
) -> list[Shown]:
    """The first `n` examples of a task, of word tasks those that hold something to label.

    Word tasks read a file or a folder, of a format that is named or that its content tells; without
    a file they show the built-in language. Other tasks read a folder, or are made. `seed` draws
    what is made, and the negatives of arcs and coreference; `skip_bad` passes over texts that
    cannot be read. Raises UserError for unknown names and bad files.
    """
    if n < 1:
        raise UserError(f"{n} examples asked for, at least 1 is needed")
    path = None if path is None else Path(path).expanduser()
    found = word_task(task, path, format)
    reading = Reading(skip_bad)
    if found is None:
        if format is not None:
            raise UserError(f"task {task!r} takes no format: its folder tells")
        return _examples(task, path, n, seed, language, reading)
    if path is not None:
        (corpus, *_) = corpora(found, path, format)
        return _first(found, find_texts(found, corpus, format, reading).texts, n, seed, reading)
    for more in MORE:
        texts = from_language(found.layers, more * n, seed, "train", language)
        shown = _first(found, texts, n, seed, reading)
        if len(shown) == n:
            break
    return shown


def _first(
    task: WordTask, texts: Iterable[Annotated], n: int, seed: int, reading: Reading
) -> list[Shown]:
    chosen = islice((one for one in labelled(task, texts, seed, reading) if one[1]), n)
    return [_labelled(task, text, targets) for text, targets in chosen]


def _labelled(task: WordTask, text: Annotated, targets: Sequence[Target]) -> Shown:
    lines = draw.draw(text, targets, task.shape)
    layer = next(name for name in task.layers if getattr(text, name) is not None)
    if layer == "tree":
        lines += ["", *draw.tree(text)]
    content: dict[str, Any] = {
        "words": list(text.words),
        "targets": [{"at": list(target.at), "label": target.label} for target in targets],
    }
    name = f"  {text.name}" if text.name else ""
    return Shown(text.where + name, tuple(lines), content)


def _examples(
    task: str, path: Path | None, n: int, seed: int, language: Language | None, reading: Reading
) -> list[Shown]:
    loaded = whole_task(task, path, n, seed, language, reading)
    examples = loaded.train[:n]
    return [
        Shown(f"{task} train {i + 1}", *_example(example, loaded.labels))
        for i, example in enumerate(examples)
    ]


def _example(
    example: Example, labels: Sequence[str] | None
) -> tuple[tuple[str, ...], dict[str, Any]]:
    match example:
        case SentenceExample(text, pair, label):
            said = labels[int(label)] if labels and label is not None else label
            drawn = f"→ {draw.shown(said) if said is not None else 'hidden'}"
            lines = (text, drawn) if pair is None else (text, pair, drawn)
            return lines, {"text": text, "pair": pair, "label": said}
        case Passage(text):
            return (text,), {"text": text}
        case TranslationExample(source, target):
            return (source, f"→ {target}"), {"source": source, "target": target}
        case TaggedSentence(words, tags):
            targets = [Target((i,), tag) for i, tag in enumerate(tags)]
            return tuple(draw.tags(words, targets)), {"words": list(words), "tags": list(tags)}
        case _:
            return (*example.lines, f"→ {example.answer}"), asdict(example)
