"""A function of a user's as a task of words: it says a label for each word of a sentence."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tombola.errors import UserError

TOKENS, TAGS = "tokens", "tags"
"""Columns of the table that is made."""


def tagged(function: Callable[[list[str]], Sequence[Any]], data: Any) -> list[dict[str, Any]]:
    """A table of words and what the function says of them.

    Args:
        function: of the words of a sentence; gives as many labels.
        data: sentences, as text (words are what stands between blanks) or as lists of words; or a
            file with one in each line; or rows that have `tokens`, `words` or `text`.

    Raises UserError for another number of labels, and for data that are none of these.
    """
    rows = []
    for number, words in enumerate(_sentences(data), 1):
        labels = list(function(list(words)))
        if len(labels) != len(words):
            name = getattr(function, "__name__", "the function")
            raise UserError(
                f"{name}: sentence {number} has {len(words)} words, and was given {len(labels)} "
                "labels"
            )
        rows.append({TOKENS: list(words), TAGS: [str(label) for label in labels]})
    return rows


def _sentences(data: Any) -> Iterable[Sequence[str]]:
    if isinstance(data, str | Path):
        try:
            lines = Path(data).expanduser().read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as problem:
            raise UserError(f"{data}: no text file: {problem}") from problem
        data = [line for line in lines if line.strip()]
    if hasattr(data, "to_dict") and hasattr(data, "columns"):
        data = data.to_dict("records")
    for each in data:
        found = each
        if isinstance(each, Mapping):
            found = next((each[name] for name in (TOKENS, "words", "text") if name in each), None)
        if found is None:
            raise UserError("rows for a function need a column tokens, words or text")
        yield found.split() if isinstance(found, str) else [str(word) for word in found]
