"""Documents with coreference in the columns of CoNLL-2012."""

from collections.abc import Iterator, Sequence

from tombola.text.annotated import Annotated, LabelledSpan, Span
from tombola.text.writers.writer import WRITERS, Writer, columns

PART = "0"


def conll2012(text: Annotated) -> Iterator[str]:
    """A document, its sentences apart; parses, senses and predicates are not filled in."""
    assert text.clusters is not None
    n = len(text.words)
    name = text.name or text.where.replace(" ", "_")
    nothing = ["-"] * n
    sentences = text.sentences or ((0, n),)
    rows = columns(
        text,
        [name] * n,
        [PART] * n,
        [str(i) for start, end in sentences for i in range(end - start)],
        text.words,
        text.tags or nothing,
        ["*"] * n,
        nothing,
        nothing,
        nothing,
        nothing,
        _names(n, text.names or ()),
        _brackets(n, text.clusters),
        between=" ",
    )
    yield f"#begin document ({name}); part {PART:0>3}"
    for start, end in sentences:
        for _ in range(end - start):
            yield next(rows)
        yield ""
    yield "#end document"


def _names(n: int, names: Sequence[LabelledSpan]) -> list[str]:
    cells = ["*"] * n
    for start, end, label in names:
        cells[end - 1] = "*)"
        cells[start] = f"({label})" if end == start + 1 else f"({label}*"
    return cells


def _brackets(n: int, clusters: Sequence[Sequence[Span]]) -> list[str]:
    """Of one word: what ends, the inner ones first; then what begins, the outer ones first."""
    mentions = [(span, number) for number, spans in enumerate(clusters) for span in spans]
    cells = []
    for word in range(n):
        ends = [(start, k) for (start, end), k in mentions if end == word + 1 and start < word]
        begins = [(end, k) for (start, end), k in mentions if start == word and end > word + 1]
        alone = [k for span, k in mentions if span == (word, word + 1)]
        parts = [f"({k}" for _, k in sorted(begins, key=lambda one: -one[0])]
        parts += [f"({k})" for k in alone]
        parts += [f"{k})" for _, k in sorted(ends, key=lambda one: -one[0])]
        cells.append("|".join(parts) or "-")
    return cells


WRITERS.add(
    Writer(
        name="conll2012",
        about="CoNLL-2012: documents with coreference",
        ending=".gold_conll",
        needs=("clusters",),
        lines=conll2012,
        format="conll2012",
        documents=True,
        apart=False,
    )
)
