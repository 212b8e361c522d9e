"""Formats of a word per line and its labels in columns."""

from collections.abc import Iterator

from tombola.text.annotated import Annotated
from tombola.text.spans import write_tags
from tombola.text.writers.writer import WRITERS, Writer, columns


def conll2000(text: Annotated) -> Iterator[str]:
    """Word, tag, BIO chunk tag, between spaces."""
    assert text.tags is not None
    assert text.chunks is not None
    tags = write_tags(len(text.words), text.chunks, "BIO")
    return columns(text, text.words, text.tags, tags, between=" ")


def conll2003(text: Annotated) -> Iterator[str]:
    """Word, tag, IOB1 chunk tag, IOB1 name tag, between spaces."""
    assert text.tags is not None
    assert text.chunks is not None
    assert text.names is not None
    n = len(text.words)
    chunks, names = (write_tags(n, spans, "IOB1") for spans in (text.chunks, text.names))
    return columns(text, text.words, text.tags, chunks, names, between=" ")


def errors(text: Annotated) -> Iterator[str]:
    """Word and `c` or `i`, between tabs."""
    assert text.correct is not None
    return columns(text, text.words, ["c" if right else "i" for right in text.correct])


def conjuncts(text: Annotated) -> Iterator[str]:
    """Word and `B`, `I` or `O`, between tabs."""
    assert text.conjuncts is not None
    return columns(text, text.words, write_tags(len(text.words), text.conjuncts, "BIO"))


def layers(text: Annotated) -> Iterator[str]:
    """Word, semantic tag and category, between tabs; the head of the file names them."""
    assert text.semantic_tags is not None
    assert text.supertags is not None
    if text.name:
        yield f"# newdoc id = {text.name}"
    yield from columns(text, text.words, text.semantic_tags, text.supertags)


WRITERS.add(
    Writer(
        name="conll2000",
        about="CoNLL-2000: chunks",
        ending=".chunk",
        needs=("tags", "chunks"),
        lines=conll2000,
        format="conll2000",
    )
)
WRITERS.add(
    Writer(
        name="conll2003",
        about="CoNLL-2003: names",
        ending=".conll2003",
        needs=("tags", "chunks", "names"),
        lines=conll2003,
        format="conll2003",
        head=("-DOCSTART- -X- O O", ""),
    )
)
WRITERS.add(
    Writer(
        name="errors",
        about="word and c or i: where sentences are wrong",
        ending=".errors.tsv",
        needs=("correct",),
        lines=errors,
        format="errors",
    )
)
WRITERS.add(
    Writer(
        name="conjuncts",
        about="word and B, I or O: conjuncts",
        ending=".conjuncts.tsv",
        needs=("conjuncts",),
        lines=conjuncts,
        format="conjuncts",
    )
)
WRITERS.add(
    Writer(
        name="pmb",
        about="Parallel Meaning Bank columns: semantic tags and supertags",
        ending=".layers.conll",
        needs=("semantic_tags", "supertags"),
        lines=layers,
        format="pmb",
        head=("# tok:gold\tsem:gold\tcat:gold",),
    )
)
