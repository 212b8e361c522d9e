"""Semantic dependencies: whether there is one between two words, and which."""

from tombola.errors import UserError
from tombola.tasks.words.arcs import classes, predictions
from tombola.tasks.words.task import WORD_TASKS, Target, WordTask
from tombola.text.annotated import Annotated, Arc

SOURCE = "Oepen et al. 2015; Liu et al. 2019"


def semantic_predictions(text: Annotated, seed: int) -> tuple[Target, ...]:
    """Each semantic arc and as many pairs without one, drawn by `seed` (`arcs.predictions`).

    A word may depend on several; a negative is none of all those.
    """
    return predictions(text.words, _layer(text), seed)


def semantic_classes(text: Annotated, seed: int) -> tuple[Target, ...]:
    """The label of each semantic arc; `seed` has no use here."""
    return classes(_layer(text))


def _layer(text: Annotated) -> tuple[Arc, ...]:
    if text.semantic_arcs is None:
        raise UserError(f"{text.where}: no semantic dependencies are annotated")
    return text.semantic_arcs


for _name, _about, _derive in (
    (
        "sem-arc-prediction",
        "whether a word is a semantic argument of another",
        semantic_predictions,
    ),
    ("sem-arc-class", "what a word is to the word that it is an argument of", semantic_classes),
):
    WORD_TASKS.add(
        WordTask(
            name=_name,
            about=_about,
            shape="pair",
            numbers=False,
            metric="accuracy",
            layers=("semantic_arcs",),
            derive=_derive,
            source=SOURCE,
            group="semantics",
        )
    )
