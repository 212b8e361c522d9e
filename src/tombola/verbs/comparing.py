"""Two models on the same text: their answers, and their layers."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from tombola import anatomy, dissect, tasks
from tombola.errors import UserError
from tombola.results import Record, Result
from tombola.verbs.asked import chosen, said
from tombola.verbs.evaluating import answers_of, scores_of
from tombola.verbs.functions import by_function
from tombola.verbs.given import Given, given
from tombola.verbs.posed import Posed, posed

if TYPE_CHECKING:
    from tombola.statistics.seeds import Difference


@dataclass(frozen=True)
class NumbersAlike:
    """How alike the numbers are that two models answer."""

    unit: Literal["number"]
    n: int
    pearson: float
    """Of the numbers of both; NaN where one of them says the same throughout."""
    low: float
    """Lower end of its 95% interval."""
    high: float
    spearman: float
    mean_absolute_difference: float


@dataclass(frozen=True, repr=False)
class Comparison(Result):
    """How two models differ on the same examples."""

    behaviour: Any | None
    """Agreement of their answers; None where one of them cannot do the task."""
    layers: list[Any]
    """Similarity of every pair of their layers."""
    scores: "tuple[tasks.Score, ...]" = ()
    """Of the first and of the second, by the task's metric."""
    difference: "Difference | None" = None
    """The second's score less the first's, paired over examples."""
    notes: tuple[str, ...] = ()
    """What a person should know: what was cut, guessed, unknown, or could not be compared."""

    shown = ("stack", "dense_layer", "value", "low", "high", "noise_floor", "n")

    def lines(self) -> tuple[str, ...]:
        """How far their answers agree, what they score, and what is to be known."""
        said = []
        if self.behaviour is not None:
            told = [
                f"{key.replace('_', ' ')} {value:.4g}"
                for key, value in asdict(self.behaviour).items()
                if isinstance(value, int | float)
            ]
            said.append(", ".join(told))
        if self.difference is not None:
            first, second, gap = *(one.value for one in self.scores), self.difference
            said.append(
                f"{self.scores[0].metric} {first:.4f} and {second:.4f}, difference "
                f"{gap.value:+.4f} (95% {gap.low:+.4f} to {gap.high:+.4f}), n = {gap.n:,}"
            )
        return (*said, *self.notes) or ("layers alone are compared",)

    def records(self) -> list[Record]:
        """A row for every pair of layers."""
        return [asdict(row) for row in self.layers]

    def printed(self) -> list[Record]:
        """Layers beside their own number."""
        return [row for row in self.records() if row["dense_layer"] == row["sparse_layer"]]

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        behaviour = None if self.behaviour is None else asdict(self.behaviour)
        return {
            "behaviour": behaviour,
            "layers": [asdict(row) for row in self.layers],
            "scores": [asdict(score) for score in self.scores],
            "difference": None if self.difference is None else asdict(self.difference),
            "notes": list(self.notes),
        }


@by_function
def compare(
    a: Any,
    b: Any,
    task: Any = None,
    folder: str | Path | None = None,
    *,
    tokenizer: Any = None,
    measure: str = "debiased",
    batch_size: int = 32,
    **asked: Any,
) -> Comparison:
    """Compare two models on the dev split of a task: their scores, answers, and layers.

    Args:
        a: where to load the first model from, a ticket, or a model; its tokenizer reads the text
            for both.
        b: the second model.
        task: the name of a task, a `Task`, or data of your own; by default the task that the first
            (or else the second) ticket was trained on.
        folder: a named task's files.
        tokenizer: what reads the text for models in memory.
        measure: estimator of linear CKA: debiased or as_published.
        batch_size: examples at a time.
        asked: what else there is to say of the task: see `tombola.verbs.Asked`.

    Classes are matched by name. Where one of the models has no head for the task, layers alone are
    compared.

    Raises:
        UserError: missing or malformed text, no such model, models of different vocabularies, names
            of classes that do not fit, answers that are not numbers.
    """
    words = said(asked)
    first, second = given(a, tokenizer), given(b, tokenizer)
    if first.tokenizer.get_vocab() != second.tokenizer.get_vocab():
        raise UserError(
            f"{first.called} and {second.called} have different vocabularies: they cannot read "
            "the same text"
        )
    remembers = second if task is None and not first.provenance.get("task") else first
    regress = first.regresses and second.regresses
    one = chosen(task, folder, words, remembers.provenance, regression=regress)
    lacking = [about.called for about in (first, second) if not _does(about, one.task)]
    found, other = (
        posed(one, about, head=not lacking, batch_size=batch_size, max_tokens=words.max_tokens)
        for about in (first, second)
    )
    notes = list(dict.fromkeys([*found.notes, *other.notes]))
    layers = dissect.layer_similarity(first.model, second.model, found.batches.in_order(), measure)
    if lacking:
        notes.append(f"layers alone: no head for {one.task.name} in {' and in '.join(lacking)}")
        return Comparison(None, layers, notes=tuple(notes))
    ours, right = _answers(found, first, "first")
    theirs, _ = _answers(other, second, "second")
    scores = [scores_of(one.task, said_, right, x.called)[0]
              for said_, x in ((ours, first), (theirs, second))]  # fmt: skip
    metric = tasks.METRICS[one.task.metric]
    difference = metric.difference(*([metric.counts(side, right)] for side in (theirs, ours)))
    if isinstance(right[0], float):
        behaviour: Any = _numbers(ours, theirs)
    else:
        behaviour = dissect.compare(
            first.model, second.model, found.batches.in_order(), _order(found, other)
        )
    return Comparison(behaviour, layers, tuple(scores), difference, tuple(notes))


def _answers(own: Posed, about: Given, which: str) -> Any:
    """What a model answers, and what is right. Raises UserError, which says which model it is."""
    try:
        return answers_of(own, about)
    except UserError as problem:
        raise UserError(f"the {which} model: {problem}") from problem


def _does(about: Given, task: "tasks.Task") -> bool:
    """Whether a model has the head that a task needs."""
    return anatomy.has_head(about.model, tasks.TASK_KINDS[task.kind].head)


def _order(found: Posed, other: Posed) -> tuple[int, ...] | None:
    """The second model's id of each class of the first. Raises UserError for other classes."""
    ours, theirs = found.by_model.task.labels, other.by_model.task.labels
    if ours is None or theirs is None or ours == theirs:
        return None
    if set(ours) != set(theirs):
        raise UserError(
            f"the models tell other classes apart: {', '.join(ours)[:100]}; "
            f"{', '.join(theirs)[:100]}"
        )
    return tuple(theirs.index(name) for name in ours)


def _numbers(ours: Sequence[float], theirs: Sequence[float]) -> NumbersAlike:
    """Correlations of the numbers of two models. Raises UserError for what is no number."""
    for which, own in (("first", ours), ("second", theirs)):
        if not np.isfinite(own).all():
            raise UserError(f"what the {which} model answers is not a number (NaN)")
    linear, ranked = (tasks.METRICS[name](ours, theirs) for name in ("pearson", "spearman"))
    return NumbersAlike(
        unit="number",
        n=len(ours),
        pearson=linear.value,
        low=linear.low,
        high=linear.high,
        spearman=ranked.value,
        mean_absolute_difference=float(np.abs(np.subtract(ours, theirs)).mean()),
    )
