"""What a task is made of: examples with their labels."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SentenceExample:
    """A sentence, or a pair, and its label: a class index, a number, or None where it is hidden."""

    text: str
    pair: str | None
    label: int | float | None


@dataclass(frozen=True)
class TranslationExample:
    """A sentence and its translation."""

    source: str
    target: str


@dataclass(frozen=True)
class TaggedSentence:
    """Words and a tag for each of them."""

    words: tuple[str, ...]
    tags: tuple[str, ...]
