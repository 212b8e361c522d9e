"""Text alone, a sentence or a document per line."""

from collections.abc import Iterator

from tombola.text.annotated import Annotated
from tombola.text.writers.writer import WRITERS, Writer


def plain(text: Annotated) -> Iterator[str]:
    """The words, with a space between."""
    yield " ".join(text.words)


WRITERS.add(
    Writer(
        name="plain",
        about="text alone, a sentence per line",
        ending=".txt",
        needs=(),
        lines=plain,
        apart=False,
    )
)
