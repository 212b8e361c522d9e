"""Event factuality as JSON lines of sentences with spans."""

import json
from collections.abc import Iterator

from tombola.errors import UserError
from tombola.text.annotated import Annotated
from tombola.text.writers.writer import WRITERS, Writer


def factuality(text: Annotated) -> Iterator[str]:
    """A sentence and its predicates."""
    if any(" " in word for word in text.words):
        raise UserError(f"{text.where}: a word with a space cannot be written so")
    targets = [
        {"span1": [word, word + 1], "label": value, "span_text": text.words[word]}
        for word, value in text.events or ()
    ]
    yield json.dumps({"text": " ".join(text.words), "targets": targets}, ensure_ascii=False)


WRITERS.add(
    Writer(
        name="factuality",
        about="JSON lines: predicates, and how certain it is that they happened",
        ending=".jsonl",
        needs=("events",),
        lines=factuality,
        format="factuality-jsonl",
        apart=False,
    )
)
