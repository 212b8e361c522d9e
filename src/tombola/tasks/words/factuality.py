"""Event factuality: whether what a predicate says has happened."""

from tombola.errors import UserError
from tombola.tasks.words.task import WORD_TASKS, Target, WordTask
from tombola.text.annotated import Annotated


def factuality(text: Annotated, seed: int) -> tuple[Target, ...]:
    """How certain each predicate's event is, from -3 to 3; `seed` has no use here."""
    if text.events is None:
        raise UserError(f"{text.where}: no factuality of events is annotated")
    return tuple(Target((event.word,), event.factuality) for event in text.events)


WORD_TASKS.add(
    WordTask(
        name="factuality",
        about="how certain it is that an event happened, from -3 (not) to 3 (yes)",
        shape="word",
        numbers=True,
        metric="pearson",
        layers=("events",),
        derive=factuality,
        source="Rudinger et al. 2018; Liu et al. 2019",
        group="semantics",
    )
)
