"""How well a model does a task."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tombola import tasks, training
from tombola.errors import UserError
from tombola.extras import extra
from tombola.files import atomic_file
from tombola.results import Record, Result
from tombola.verbs.asked import chosen, said
from tombola.verbs.functions import by_function
from tombola.verbs.given import Given, given
from tombola.verbs.posed import Posed, posed

if TYPE_CHECKING:
    import pandas as pd
    import torch

    from tombola.tickets import Ticket


@dataclass(frozen=True, repr=False)
class Evaluation(Result):
    """The score of one model on one task, and what it rests on."""

    model: str
    task: str
    split: str
    score: "tasks.Score"
    further: "tuple[tasks.Score, ...]"
    """By the task's further metrics."""
    cut: int
    """Examples that were cut to `max_tokens`."""
    max_tokens: int
    unknown: float
    """Share of sub-tokens that the tokenizer does not know."""
    notes: tuple[str, ...]
    """What a person should know: what was cut, guessed, or is unknown."""
    answers: tuple[Any, ...] = field(default=())
    """The model's, example by example: names of classes, numbers, translations, tags."""
    references: tuple[Any, ...] = field(default=())
    texts: tuple[tuple[str, ...], ...] = field(default=())

    @property
    def value(self) -> float:
        """The score; NaN where it is undefined."""
        return self.score.value

    @property
    def n(self) -> int:
        """Examples scored."""
        return self.score.n

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it, without the answers."""
        return {
            "model": self.model, "task": self.task, "split": self.split,
            **asdict(self.score), "further": [asdict(each) for each in self.further],
            "cut": self.cut, "max_tokens": self.max_tokens, "unknown": self.unknown,
            "notes": list(self.notes),
        }  # fmt: skip

    def to_frame(self) -> "pd.DataFrame":
        """One row for each example: its text, the right answer, and the model's."""
        with extra("report"):
            import pandas as pd
        columns = [list(column) for column in zip(*self.texts, strict=True)]
        if len(columns) > 1 and columns[1] == list(self.references):
            del columns[1]  # of a translation, which is what is right
        texts = dict(zip(("text", "pair"), columns, strict=False))  # none of packed text
        return pd.DataFrame({**texts, "reference": self.references, "answer": self.answers})

    shown = ("metric", "value", "low", "high", "chance", "n")

    def lines(self) -> tuple[str, ...]:
        """The score in words, and what a person should know."""
        return (f"{self.model}: {self.sentence()}", *self.notes)

    def printed(self) -> list[Record]:
        """A row for each metric; `to_frame` has one for each example."""
        return [asdict(each) for each in (self.score, *self.further)]

    def sentence(self) -> str:
        """The score in words."""
        one = self.score
        if math.isnan(one.value):
            return f"{one.metric} is undefined on {one.n:,} examples of {self.task}: {one.reason}"
        chance = "" if one.chance is None else f", chance {one.chance:.4f}"
        return (
            f"{one.metric} {one.value:.4f} (95% {one.low:.4f}–{one.high:.4f}{chance}) on "
            f"{one.n:,} examples of {self.task}"
        )


@by_function
def evaluate(
    model: "torch.nn.Module | Ticket | str | Path",
    task: Any = None,
    folder: str | Path | None = None,
    *,
    tokenizer: Any = None,
    batch_size: int = 32,
    predictions: str | Path | None = None,
    **asked: Any,
) -> Evaluation:
    """Score a model on a task: the score, its interval, chance, and what was cut or unknown.

    Args:
        model: where to load the model from, a ticket, or a model, which is left as it is.
        task: data of your own (a file, folder, hub id, frame, `datasets.Dataset` or records), the
            name of a task, or a `Task`; by default the task that a ticket was trained on.
        folder: a named task's files.
        tokenizer: what reads the text for a model in memory.
        batch_size: examples at a time.
        predictions: file for the answers, example by example: .csv, .jsonl or .parquet.
        asked: what else there is to say of the task, such as `text="review", label="stars"`: see
            `tombola.verbs.Asked`.

    Classes are the model's by name, whatever order it has them in.

    Raises:
        UserError: no such model or task, data that cannot be read, a model that does not do the
            task, names of classes that do not fit, a file that exists already.
    """
    words = said(asked)
    target = None if predictions is None else _target(Path(predictions))
    about = given(model, tokenizer)
    one = chosen(task, folder, words, about.provenance, regression=about.regresses)
    found = posed(one, about, batch_size=batch_size, max_tokens=words.max_tokens)
    result = scored(found, about)
    if target is not None:
        _write(result, target)
    return result


def answers_of(found: Posed, about: Given) -> tuple[list[Any], list[Any]]:
    """A model's answers, and what is right, by the task's ids; it comes out in the mode it had."""
    learning = about.model.training
    try:
        raw = training.answers(
            about.model, found.by_model.task, found.batches, about.tokenizer, found.examples
        )
    finally:
        about.model.train(learning)
    every = tasks.answered(found.task, found.encoded, found.examples)
    return found.by_model.said(raw), [example.answer for example in every]


def scores_of(
    task: "tasks.Task", answers: Sequence[Any], right: Sequence[Any], called: str
) -> "list[tasks.Score]":
    """By the task's metric, and by its further ones. Raises UserError where they do not fit."""
    try:
        return [tasks.METRICS[name](answers, right) for name in (task.metric, *task.further)]
    except ValueError as problem:
        raise UserError(f"{called}: {task.name}: {problem}") from problem


def scored(found: Posed, about: Given) -> Evaluation:
    """The evaluation of a model on a split."""
    answers, right = answers_of(found, about)
    score, *further = scores_of(found.task, answers, right, about.called)
    every = tasks.answered(found.task, found.encoded, found.examples)
    return Evaluation(
        model=about.called,
        task=found.task.name,
        split=found.split,
        score=score,
        further=tuple(further),
        cut=found.cut,
        max_tokens=found.max_tokens,
        unknown=found.unknown,
        notes=found.notes,
        answers=tuple(_named(answers, found.by_model)),
        references=tuple(_named(right, found.by_model)),
        texts=tuple(example.lines for example in every),
    )


def _named(answers: Sequence[Any], by_model: "tasks.ByModel") -> list[Any]:
    """Classes by their names; all else as it is."""
    names = by_model.names or by_model.task.labels or ()
    told = [names[each] if isinstance(each, int) and names else each for each in answers]
    return [list(each) if isinstance(each, tuple) else each for each in told]


_WRITERS = {
    ".csv": lambda frame, path: frame.to_csv(path, index=False),
    ".jsonl": lambda frame, path: frame.to_json(
        path, orient="records", lines=True, force_ascii=False
    ),
    ".parquet": lambda frame, path: frame.to_parquet(path, index=False),
}


def _target(path: Path) -> Path:
    """A file that answers may be written to. Raises UserError before any work."""
    path = path.expanduser()
    if path.suffix not in _WRITERS:
        raise UserError(f"{path}: predictions are written as {', '.join(_WRITERS)}")
    if path.exists():
        raise UserError(f"{path}: exists already; choose another file")
    if not path.parent.is_dir():
        raise UserError(f"{path}: no folder {path.parent}")
    return path


def _write(result: Evaluation, path: Path) -> None:
    with atomic_file(path) as draft:
        _WRITERS[path.suffix](result.to_frame(), draft)
