"""A probe task: how long each word is, in three classes.

    tombola probe MODEL --task word-length --plugin word_length.py

and in a recipe `{name: word-length}`, on text of the built-in language, or with a `folder` of
annotated text, whose words are all that it reads.
"""

from tombola.tasks.words.task import WORD_TASKS, Target, WordTask
from tombola.text.annotated import Annotated


def lengths(text: Annotated, seed: int) -> tuple[Target, ...]:
    """A class for each word: short (up to 3 letters), middle (up to 6), long."""
    return tuple(
        Target((at,), "short" if len(word) <= 3 else "middle" if len(word) <= 6 else "long")
        for at, word in enumerate(text.words)
    )


WORD_TASKS.add(
    WordTask(
        name="word-length",
        about="how long each word is",
        shape="word",
        numbers=False,
        metric="accuracy",
        layers=("words",),
        derive=lengths,
    )
)
