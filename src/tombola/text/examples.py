"""What a task is made of: examples with their labels."""

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, runtime_checkable


@runtime_checkable
class Example(Protocol):
    """A dataclass of text and what is right about it."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def lines(self) -> tuple[str, ...]:
        """Its text, line by line."""

    @property
    def answer(self) -> Any:
        """What a model should say, as metrics take it; None where that is hidden."""


@dataclass(frozen=True)
class SentenceExample:
    """A sentence, or a pair, and its label: a class index, a number, or None where it is hidden."""

    text: str
    pair: str | None
    label: int | float | None

    @property
    def lines(self) -> tuple[str, ...]:
        """The sentence, or both."""
        return (self.text,) if self.pair is None else (self.text, self.pair)

    @property
    def answer(self) -> int | float | None:
        """The label."""
        return self.label


@dataclass(frozen=True)
class TranslationExample:
    """A sentence and its translation."""

    source: str
    target: str

    @property
    def lines(self) -> tuple[str, ...]:
        """Both sides."""
        return self.source, self.target

    @property
    def answer(self) -> str:
        """The translation."""
        return self.target

    def written(self, said: str) -> str:
        """What a model says, as translations are scored: as it is."""
        return said


@dataclass(frozen=True)
class TaggedSentence:
    """Words and a tag for each of them."""

    words: tuple[str, ...]
    tags: tuple[str, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """The words, with blanks between them."""
        return (" ".join(self.words),)

    @property
    def answer(self) -> tuple[str, ...]:
        """The tags."""
        return self.tags


@dataclass(frozen=True)
class Passage:
    """A passage of running text, which is its own answer: nobody has labelled it."""

    text: str

    @property
    def lines(self) -> tuple[str, ...]:
        """The passage."""
        return (self.text,)

    @property
    def answer(self) -> None:
        """None."""
        return None
