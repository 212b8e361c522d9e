"""Tasks of one label per word: parts of speech, supertags, semantic tags, errors."""

from collections.abc import Sequence

from tombola.errors import UserError
from tombola.tasks.words.task import WORD_TASKS, Target, WordTask
from tombola.text.annotated import Annotated


def part_of_speech(text: Annotated, seed: int = 0) -> tuple[Target, ...]:
    """The treebank's part of speech of each word; the universal one where there is none."""
    return _each(text, text.universal_tags if text.tags is None else text.tags, "parts of speech")


def supertag(text: Annotated, seed: int = 0) -> tuple[Target, ...]:
    """The category of each word in categorial grammar, without a cut by frequency."""
    return _each(text, text.supertags, "supertags")


def semantic_tag(text: Annotated, seed: int = 0) -> tuple[Target, ...]:
    """The semantic tag of each word."""
    return _each(text, text.semantic_tags, "semantic tags")


def error(text: Annotated, seed: int = 0) -> tuple[Target, ...]:
    """Whether each word is correct (`c`) or incorrect (`i`) where it stands."""
    correct = text.correct
    labels = None if correct is None else ["c" if right else "i" for right in correct]
    return _each(text, labels, "errors")


def _each(text: Annotated, labels: Sequence[str] | None, what: str) -> tuple[Target, ...]:
    if labels is None:
        raise UserError(f"{text.where}: a text without {what}")
    return tuple(Target((i,), label) for i, label in enumerate(labels))


WORD_TASKS.add(
    WordTask(
        name="pos",
        about="part of speech of a word, the treebank's own where it has one",
        shape="word",
        numbers=False,
        metric="accuracy",
        layers=("tags", "universal_tags"),
        derive=part_of_speech,
        source="Penn Treebank (Marcus et al. 1993) in Liu et al. 2019",
        group="part of speech",
    )
)
WORD_TASKS.add(
    WordTask(
        name="ccg",
        about="category of a word in combinatory categorial grammar",
        shape="word",
        numbers=False,
        metric="accuracy",
        layers=("supertags",),
        derive=supertag,
        source="CCGbank (Hockenmaier & Steedman 2007)",
        group="syntax",
    )
)
WORD_TASKS.add(
    WordTask(
        name="semtag",
        about="semantic tag of a word",
        shape="word",
        numbers=False,
        metric="accuracy",
        layers=("semantic_tags",),
        derive=semantic_tag,
        source="Bjerva et al. 2016; Abzianidze & Bos 2017",
        group="semantics",
    )
)
WORD_TASKS.add(
    WordTask(
        name="ged",
        about="whether a word is a grammatical error (i) or correct (c); F1 of i",
        shape="word",
        numbers=False,
        metric="f1",  # of class 1: i comes after c
        layers=("correct",),
        derive=error,
        source="FCE-public (Yannakoudakis et al. 2011) in Rei & Yannakoudakis 2016",
        group="syntax",
    )
)
