"""The small form that all word tasks share: words, targets among them, labels."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from tombola.registry import Registry
from tombola.text.annotated import Annotated

Shape = Literal["word", "pair", "span"]
Group = Literal["part of speech", "syntax", "semantics", ""]


class Target(NamedTuple):
    """What is to be labelled, and its label."""

    at: tuple[int, ...]
    """A word: its position. A pair: dependent or later word first, then head or earlier word.
    A span: its start, and the position after its end."""
    label: str | float


@dataclass(frozen=True, slots=True)
class Labelled:
    """A sentence or a document with its targets, in the order of their positions."""

    words: tuple[str, ...]
    targets: tuple[Target, ...]
    where: str = field(compare=False)
    """File and line, for messages."""

    @property
    def lines(self) -> tuple[str, ...]:
        """The words, with blanks between them."""
        return (" ".join(self.words),)

    @property
    def answer(self) -> tuple[Target, ...]:
        """The targets."""
        return self.targets


@dataclass(frozen=True)
class WordTask:
    """A task whose targets are words, pairs of words, or spans."""

    name: str
    about: str
    """One line for a list of tasks."""
    shape: Shape
    numbers: bool
    """Whether labels are numbers; else they are classes."""
    metric: str
    """What it is scored by, one of `metrics`."""
    layers: tuple[str, ...]
    """Fields of `Annotated`, any one of which it can be derived from, the best first."""
    derive: Callable[[Annotated, int], tuple[Target, ...]]
    """Targets of a text; the integer seeds what is sampled (negatives of arcs), if anything is.
    Raises UserError where the text carries none of the layers."""
    scheme: Literal["BIO", "IOB1"] | None = None
    """How published results write spans as one tag per word."""
    texts_at_once: int = 80
    """Texts in a batch of the published probes."""
    source: str = ""
    """Where the task comes from."""
    group: Group = ""
    """What it is counted among where tasks are averaged, as in Movva & Zhao 2020 (section 4.1); the
    notebook that they published sorts some otherwise."""

    @property
    def metrics(self) -> tuple[str, ...]:
        """Metrics, one of which it must be scored by."""
        if self.numbers:
            return ("pearson", "spearman")
        return ("span_f1",) if self.shape == "span" else ("accuracy", "matthews", "f1")


WORD_TASKS: Registry[WordTask] = Registry("word task", "tombola.tasks.words")
"""The eighteen word tasks (Movva & Zhao 2020, section 4.1; Liu et al. 2019)."""
