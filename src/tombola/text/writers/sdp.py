"""Semantic dependencies in the format of SemEval 2015, seven fixed columns."""

from collections.abc import Iterator

from tombola.errors import UserError
from tombola.text.annotated import ROOT, Annotated
from tombola.text.writers.writer import WRITERS, Writer, columns


def sdp(text: Annotated) -> Iterator[str]:
    """A sentence; its top is the root of its syntactic dependencies, where they are known."""
    assert text.semantic_arcs is not None
    n = len(text.words)
    arcs: dict[tuple[int, int], str] = {}
    for dependent, head, label in text.semantic_arcs:
        if (dependent, head) in arcs or dependent == head:
            where = f"{text.where}: {text.words[dependent]!r} and {text.words[head]!r}"
            raise UserError(f"{where}: one label at most, of two words, can be written")
        arcs[dependent, head] = label
    predicates = sorted({head for _, head in arcs})
    tops = {arc.dependent for arc in text.arcs or () if arc.head == ROOT}
    nothing = ["_"] * n
    if text.name:
        yield f"#{text.name}"
    yield from columns(
        text,
        [str(i + 1) for i in range(n)],
        text.words,
        text.lemmas or nothing,
        text.tags or nothing,
        ["+" if i in tops else "-" for i in range(n)],
        ["+" if i in predicates else "-" for i in range(n)],
        nothing,
        *([arcs.get((i, predicate), "_") for i in range(n)] for predicate in predicates),
    )


WRITERS.add(
    Writer(
        name="sdp",
        about="SemEval 2015: semantic dependencies",
        ending=".sdp",
        needs=("semantic_arcs",),
        lines=sdp,
        format="sdp",
        head=("#SDP 2015",),
    )
)
