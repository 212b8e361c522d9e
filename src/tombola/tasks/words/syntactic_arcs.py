"""Tasks of syntactic dependencies: is there an arc, and which."""

from tombola.errors import UserError
from tombola.tasks.words.arcs import classes, predictions
from tombola.tasks.words.task import WORD_TASKS, Target, WordTask
from tombola.text.annotated import Annotated, Arc


def arc_prediction(text: Annotated, seed: int) -> tuple[Target, ...]:
    """Whether a word depends on another: each arc, and one pair without an arc for each."""
    return predictions(text.words, _arcs(text), seed)


def arc_class(text: Annotated, seed: int = 0) -> tuple[Target, ...]:
    """The relation of each word to its head; the root is left out."""
    return classes(_arcs(text))


def _arcs(text: Annotated) -> tuple[Arc, ...]:
    if text.arcs is None:
        raise UserError(f"{text.where}: a text without syntactic arcs")
    return text.arcs


WORD_TASKS.add(
    WordTask(
        name="syn-arc-prediction",
        about="whether a word depends on another",
        shape="pair",
        numbers=False,
        metric="accuracy",
        layers=("arcs",),
        derive=arc_prediction,
        source="dependencies of the Penn Treebank in Liu et al. 2019",
        group="syntax",
    )
)
WORD_TASKS.add(
    WordTask(
        name="syn-arc-class",
        about="relation of a word to its head",
        shape="pair",
        numbers=False,
        metric="accuracy",
        layers=("arcs",),
        derive=arc_class,
        source="dependencies of the Penn Treebank in Liu et al. 2019",
        group="syntax",
    )
)
