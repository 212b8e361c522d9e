"""Moses tokenisation: words and punctuation with blanks between them, and back."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from tombola.extras import extra
from tombola.text.examples import TranslationExample

Moses = Literal["plain", "as_published"]
"""`plain` splits what stands together and writes every sign as it is. `as_published` is what
training text of WMT was given: hyphens within words stand apart as `@-@`, and signs with a meaning
to Moses' phrase tables are written as entities (`&apos;`)."""


@dataclass(frozen=True)
class MosesPair(TranslationExample):
    """A sentence and its translation that a model reads, and writes, as Moses tokenises them.

    The sentences are kept as they are: what is scored is the translation put back together.
    """

    languages: tuple[str, str]
    """Codes of both, for their abbreviations and quotation marks."""
    moses: Moses

    @property
    def lines(self) -> tuple[str, ...]:
        """Both sides, tokenised."""
        sides = zip((self.source, self.target), self.languages, strict=True)
        return tuple(tokenised(text, language, self.moses) for text, language in sides)

    def written(self, said: str) -> str:
        """A translation in tokens as people write it."""
        return put_together(said, self.languages[1])


def tokenised(text: str, language: str, moses: Moses = "plain") -> str:
    """Tokens with blanks between them, by sacremoses; line ends and doubled blanks go."""
    published = moses == "as_published"
    found: str = _tokenizer(language).tokenize(
        text, aggressive_dash_splits=published, escape=published, return_str=True
    )
    return found


def put_together(text: str, language: str) -> str:
    """The reverse, as far as it can be told: entities and split hyphens are undone, too."""
    found: str = _detokenizer(language).detokenize(text.split(), return_str=True, unescape=True)
    return found


@cache
def _tokenizer(language: str) -> Any:
    with extra("data"):
        from sacremoses import MosesTokenizer
    return MosesTokenizer(language)


@cache
def _detokenizer(language: str) -> Any:
    with extra("data"):
        from sacremoses import MosesDetokenizer
    return MosesDetokenizer(language)
