"""What prepositions and possessives mean: function and role."""

from tombola.errors import UserError
from tombola.tasks.words.task import WORD_TASKS, Target, WordTask
from tombola.text.annotated import Adposition, Annotated

SOURCE = "Schneider et al. 2018; Liu et al. 2019"


def functions(text: Annotated, seed: int) -> tuple[Target, ...]:
    """What each preposition or possessive means by itself; `seed` has no use here."""
    return tuple(Target((one.word,), one.function) for one in _layer(text) if one.function)


def roles(text: Annotated, seed: int) -> tuple[Target, ...]:
    """What each preposition or possessive marks in its scene; `seed` has no use here."""
    return tuple(Target((one.word,), one.role) for one in _layer(text) if one.role)


def _layer(text: Annotated) -> tuple[Adposition, ...]:
    if text.adpositions is None:
        raise UserError(f"{text.where}: no supersenses of adpositions are annotated")
    return text.adpositions


for _name, _about, _derive in (
    ("ps-function", "what a preposition or possessive means by itself", functions),
    ("ps-role", "what a preposition or possessive marks in its scene", roles),
):
    WORD_TASKS.add(
        WordTask(
            name=_name,
            about=_about,
            shape="word",
            numbers=False,
            metric="accuracy",
            layers=("adpositions",),
            derive=_derive,
            source=SOURCE,
            group="semantics",
        )
    )
