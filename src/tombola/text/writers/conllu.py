"""CoNLL-U, and CoNLL-U-Lex, which adds the supersenses of prepositions."""

from collections import defaultdict
from collections.abc import Iterator

from tombola.text.annotated import ROOT, Annotated, Arc
from tombola.text.writers.writer import WRITERS, Writer, columns

NOTHING = "_"


def conllu(text: Annotated) -> Iterator[str]:
    """A sentence in ten columns."""
    yield from _comments(text)
    yield from columns(text, *_ten(text))


def conllulex(text: Annotated) -> Iterator[str]:
    """A sentence in nineteen columns, as STREUSLE's; only the supersenses are filled in."""
    n = len(text.words)
    senses = [(NOTHING, NOTHING)] * n
    for word, role, function in text.adpositions or ():
        senses[word] = role, function
    found = [role != NOTHING for role, _ in senses]
    lemmas = text.lemmas or text.words
    nothing = [NOTHING] * n
    yield from _comments(text)
    yield from columns(
        text,
        *_ten(text),
        nothing,  # strong multiword expression
        ["P" if is_found else NOTHING for is_found in found],
        [lemma if is_found else NOTHING for lemma, is_found in zip(lemmas, found, strict=True)],
        [role for role, _ in senses],
        [function for _, function in senses],
        nothing,  # weak multiword expression: its number, category and lemma
        nothing,
        nothing,
        [_lextag(role, function) for role, function in senses],
    )


def _lextag(role: str, function: str) -> str:
    if role == NOTHING:
        return "O"
    return f"O-P-{role}" if role == function else f"O-P-{role}|{function}"


def _comments(text: Annotated) -> Iterator[str]:
    if text.name:
        yield f"# sent_id = {text.name}"
    yield f"# text = {' '.join(text.words)}"


def _ten(text: Annotated) -> list[list[str]]:
    n = len(text.words)
    nothing = [NOTHING] * n
    heads, relations = nothing, nothing
    if text.arcs is not None:
        heads = [str(arc.head + 1) for arc in text.arcs]  # ROOT becomes 0
        relations = [arc.label for arc in text.arcs]
    return [
        [str(i + 1) for i in range(n)],
        list(text.words),
        list(text.lemmas or nothing),
        list(text.universal_tags or nothing),
        list(text.tags or nothing),
        nothing,
        heads,
        relations,
        _enhanced(n, text.enhanced_arcs),
        nothing,
    ]


def _enhanced(n: int, arcs: tuple[Arc, ...] | None) -> list[str]:
    cells: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for dependent, head, label in arcs or ():
        cells[dependent].append((0 if head == ROOT else head + 1, label))
    return [
        "|".join(f"{head}:{label}" for head, label in sorted(cells[i])) or NOTHING for i in range(n)
    ]


WRITERS.add(
    Writer(
        name="conllu",
        about="CoNLL-U: lemmas, parts of speech, dependencies",
        ending=".conllu",
        needs=("arcs",),
        lines=conllu,
        format="conllu",
    )
)
WRITERS.add(
    Writer(
        name="conllulex",
        about="CoNLL-U-Lex: CoNLL-U and role and function of prepositions",
        ending=".conllulex",
        needs=("arcs", "adpositions"),
        lines=conllulex,
        format="conllulex",
    )
)
