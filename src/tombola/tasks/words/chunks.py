"""Chunks: phrases without the phrases in them."""

from collections.abc import Iterator, Sequence

from tombola.errors import UserError
from tombola.tasks.words.phrases import PUNCTUATION, category
from tombola.tasks.words.task import WORD_TASKS, Target, WordTask
from tombola.text.annotated import Annotated, LabelledSpan, Tree

KINDS = {
    **dict.fromkeys(("NP", "WHNP", "NX", "NML", "NAC", "QP"), "NP"),
    **dict.fromkeys(("VP",), "VP"),
    **dict.fromkeys(("PP", "WHPP"), "PP"),
    **dict.fromkeys(("ADVP", "WHADVP"), "ADVP"),
    **dict.fromkeys(("ADJP", "WHADJP"), "ADJP"),
    **{label: label for label in ("SBAR", "PRT", "CONJP", "INTJ", "LST", "UCP")},
}
"""Labels of phrases, and of the chunks they make."""

LIGHT = frozenset(("QP", "ADJP", "ADVP", "NX", "NML", "NAC", "UCP"))
"""Phrases that a chunk takes in before its head, where they hold words alone."""

ADVERBS = frozenset(("ADVP",))


def chunk(text: Annotated, seed: int = 0) -> tuple[Target, ...]:
    """The chunks of a text; where it carries a tree instead, those of `base_phrases`.

    Raises UserError where it has neither, or a tree without tags.
    """
    chunks = text.chunks
    if chunks is None:
        if text.tree is None or text.tags is None:
            raise UserError(f"{text.where}: a text without chunks, and without a tree and tags")
        chunks = base_phrases(text.tree, text.tags)
    return tuple(Target((start, end), label) for start, end, label in chunks)


def base_phrases(tree: Tree, tags: Sequence[str]) -> tuple[LabelledSpan, ...]:
    """Chunks of a tree, in the spirit of those of CoNLL-2000 (Tjong Kim Sang & Buchholz 2000).

    The rule: in a phrase of a kind in `KINDS`, each run of words is a chunk of that kind.
    - A run takes in light phrases (`LIGHT`) that stand before a word of it ("a very old man"); of
      verbs and prepositions adverbs alone ("is widely expected").
    - It neither begins nor ends with punctuation or a coordinator.
    - A verb phrase right after a word of another, or of a light phrase there, goes on with it, also
      as the only child of a clause ("expected to take").
    - A possessive ending begins the chunk of what is possessed.
    - Words of other phrases, such as clauses, are outside. Functions of labels are overlooked.

    The shared task's own conversion looks for the heads of phrases instead. How often the two
    differ is not known: that takes its trees and its chunks of one text.
    """
    spans: list[LabelledSpan] = []
    _walk(tree, tags, spans)
    return tuple(_possessives(sorted(spans), tags))


def _walk(tree: Tree, tags: Sequence[str], spans: list[LabelledSpan]) -> None:
    kind = KINDS.get(category(tree.label))
    run: list[Tree | int] = []

    def end_of_run() -> None:
        # Light phrases after the last word are chunks of their own.
        last = max((i for i, part in enumerate(run) if isinstance(part, int)), default=-1)
        words = [word for part in run[: last + 1] for word in _words(part)]
        while words and _is_edge(tags[words[0]]):
            words.pop(0)
        while words and _is_edge(tags[words[-1]]):
            words.pop()
        if words and kind is not None:
            spans.append(LabelledSpan(words[0], words[-1] + 1, kind))
        for part in run[last + 1 :]:
            if isinstance(part, Tree):
                _walk(part, tags, spans)
        run.clear()

    for part in _verbs(tree, tags) if kind == "VP" else tree.children:
        if isinstance(part, int) or (part is not None and _is_light(part, kind)):
            run.append(part)
        else:
            end_of_run()
            if part is not None:
                _walk(part, tags, spans)
    end_of_run()


def _verbs(tree: Tree, tags: Sequence[str]) -> Iterator[Tree | int | None]:
    """Children of a verb phrase and, in their place, of those that go on with it; None: a break."""
    goes_on = False
    for child in tree.children:
        inner = child
        if isinstance(inner, Tree) and category(inner.label) == "S" and len(inner.children) == 1:
            inner = inner.children[0]
        if isinstance(inner, Tree) and category(inner.label) == "VP":
            if not goes_on:
                yield None
            yield from _verbs(inner, tags)
            yield None
            goes_on = False
        else:
            yield child
            if isinstance(child, int):
                goes_on = not _is_edge(tags[child])
            else:
                goes_on = goes_on and _is_light(child, "VP")


def _is_light(tree: Tree, kind: str | None) -> bool:
    """Whether a phrase may be part of a chunk of that kind."""
    light = LIGHT if kind in ("NP", "ADJP", "ADVP", "UCP") else ADVERBS if kind else ()
    return category(tree.label) in light and all(
        isinstance(child, int) or _is_light(child, "NP") for child in tree.children
    )


def _is_edge(tag: str) -> bool:
    return tag in ("CC", "HYPH") or tag in PUNCTUATION


def _words(part: Tree | int) -> list[int]:
    if isinstance(part, int):
        return [part]
    return [word for child in part.children for word in _words(child)]


def _possessives(spans: list[LabelledSpan], tags: Sequence[str]) -> Iterator[LabelledSpan]:
    """The spans with a possessive ending moved from the end of one to the beginning of the next."""
    moved = False
    for i, (start, end, label) in enumerate(spans):
        begin = start - 1 if moved else start
        following = spans[i + 1] if i + 1 < len(spans) else None
        moved = tags[end - 1] == "POS" and following is not None and following.start == end
        stop = end - 1 if moved else end
        if begin < stop:
            yield LabelledSpan(begin, stop, label)


WORD_TASKS.add(
    WordTask(
        name="chunk",
        about="chunks: phrases without the phrases in them",
        shape="span",
        numbers=False,
        metric="span_f1",
        layers=("chunks", "tree"),
        derive=chunk,
        scheme="BIO",
        source="CoNLL-2000 (Tjong Kim Sang & Buchholz 2000)",
        group="syntax",
    )
)
