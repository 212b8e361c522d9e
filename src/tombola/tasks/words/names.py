"""Named entities."""

from tombola.errors import UserError
from tombola.tasks.words.task import WORD_TASKS, Target, WordTask
from tombola.text.annotated import Annotated


def name(text: Annotated, seed: int = 0) -> tuple[Target, ...]:
    """The names of a text, and of what kind. Raises UserError where it carries none."""
    if text.names is None:
        raise UserError(f"{text.where}: a text without names")
    return tuple(Target((start, end), label) for start, end, label in text.names)


WORD_TASKS.add(
    WordTask(
        name="ner",
        about="names, and of what kind",
        shape="span",
        numbers=False,
        metric="span_f1",
        layers=("names",),
        derive=name,
        scheme="IOB1",
        source="CoNLL-2003 (Tjong Kim Sang & De Meulder 2003)",
        group="syntax",
    )
)
