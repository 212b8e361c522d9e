"""The tasks of the built-in language: acceptability, translation, parts of speech."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random

from tombola.errors import UserError
from tombola.registry import Registry
from tombola.tasks.examples import SentenceExample, TaggedSentence, TranslationExample
from tombola.tasks.language import (
    TAGS,
    Fresh,
    Language,
    Split,
    corrupt,
    grammar,
    sentences,
    text,
    translator,
    words,
)
from tombola.tasks.language.chance import shuffled
from tombola.tasks.task import TASKS, Task, check_count

TRAIN, DEV = 10_000, 1_000
"""How many examples a task has unless told otherwise."""

BUILTIN: Registry[Callable[[int, int, int, Language], Task]] = Registry("built-in task")
"""The tasks by their name: from counts of examples (train, dev), seed and language."""


def load_builtin(
    name: str,
    n_train: int = TRAIN,
    n_dev: int = DEV,
    seed: int = 0,
    language: Language | None = None,
) -> Task:
    """The built-in task `name`, made by `seed`; train and dev share no sentence.

    Raises UserError for an unknown name, and where the language has not that many sentences.
    """
    make = BUILTIN[name]
    check_count(n_train, f"{name} train")
    check_count(n_dev, f"{name} dev")
    return make(n_train, n_dev, seed, language or Language())


@BUILTIN.register("builtin-acceptability")
def _acceptability(n_train: int, n_dev: int, seed: int, language: Language) -> Task:
    return Task(
        name="builtin-acceptability",
        kind="classification",
        labels=("unacceptable", "acceptable"),
        metric="accuracy",
        train=_judged(n_train, seed, "train", language),
        dev=_judged(n_dev, seed, "dev", language),
    )


@BUILTIN.register("builtin-translation")
def _translation(n_train: int, n_dev: int, seed: int, language: Language) -> Task:
    return Task(
        name="builtin-translation",
        kind="translation",
        labels=None,
        metric="bleu",
        train=_translated(n_train, seed, "train", language),
        dev=_translated(n_dev, seed, "dev", language),
    )


@BUILTIN.register("builtin-pos")
def _pos(n_train: int, n_dev: int, seed: int, language: Language) -> Task:
    return Task(
        name="builtin-pos",
        kind="tagging",
        labels=TAGS,
        metric="accuracy",
        train=_tagged(n_train, seed, "train", language),
        dev=_tagged(n_dev, seed, "dev", language),
    )


def _judged(n: int, seed: int, split: Split, language: Language) -> tuple[SentenceExample, ...]:
    """Half of them sentences, half of them broken; no two come from the same sentence on purpose,
    so that examples are independent.
    """
    rules = grammar(language)
    rng = Random(f"acceptability/{split}/{seed}")
    fresh = Fresh(split)

    def draw(label: int) -> tuple[str, SentenceExample]:
        tree = rules.sentence(rng)
        sentence = text(tree) if label else corrupt(tree, rules, rng)
        return sentence, SentenceExample(sentence, None, label)

    labels = shuffled([i % 2 for i in range(n)], rng)
    return tuple(fresh.first(partial(draw, label)) for label in labels)


def _translated(
    n: int, seed: int, split: Split, language: Language
) -> tuple[TranslationExample, ...]:
    translate = translator(language).translate
    trees = sentences(n, seed, split, language)
    return tuple(TranslationExample(text(tree), translate(tree)) for tree in trees)


def _tagged(n: int, seed: int, split: Split, language: Language) -> tuple[TaggedSentence, ...]:
    examples = []
    for tree in sentences(n, seed, split, language):
        flat = words(tree)
        examples.append(TaggedSentence(tuple(w.form for w in flat), tuple(w.tag for w in flat)))
    return tuple(examples)


def _register(name: str) -> None:
    @TASKS.register(name)
    def load(*, folder: Path | None, n_train: int | None, n_dev: int | None, seed: int) -> Task:
        if folder is not None:
            raise UserError(f"task {name!r} is made, not read: it takes no folder ({folder})")
        return load_builtin(
            name, TRAIN if n_train is None else n_train, DEV if n_dev is None else n_dev, seed
        )


for _name in BUILTIN:
    _register(_name)
