"""Annotated words drawn for a person: tags under words, arcs, brackets, trees."""

from collections.abc import Sequence

from rich.cells import cell_len

from tombola.tasks.words.task import Shape, Target
from tombola.text.annotated import Annotated, Tree

WIDTH = 96
"""Columns of a terminal that a line of words may take."""

NONE = "·"
"""Under a word that is not labelled."""


def draw(text: Annotated, targets: Sequence[Target], shape: Shape) -> list[str]:
    """The lines of a text with its targets."""
    match shape:
        case "word":
            return tags(text.words, targets)
        case "span":
            return [brackets(text.words, targets)]
        case "pair":
            sentences = text.sentences or ((0, len(text.words)),)
            lines = [" ".join(text.words[start:end]) for start, end in sentences]
            return [*lines, *arcs(text.words, targets)]


def tags(words: Sequence[str], targets: Sequence[Target]) -> list[str]:
    """Each label under its word, in as many pairs of lines as it takes."""
    labels = {target.at[0]: shown(target.label) for target in targets}
    lines: list[str] = []
    above, below = "", ""
    for i, word in enumerate(words):
        label = labels.get(i, NONE)
        width = max(cell_len(word), cell_len(label)) + 1
        if above and cell_len(above) + width > WIDTH:
            lines += [above.rstrip(), below.rstrip(), ""]
            above, below = "", ""
        above += _wide(word, width)
        below += _wide(label, width)
    return [*lines, above.rstrip(), below.rstrip()]


def brackets(words: Sequence[str], targets: Sequence[Target]) -> str:
    """The words, with brackets around spans and the label at their beginning."""
    before: dict[int, str] = {}
    after: dict[int, str] = {}
    for (start, end), label in sorted(targets, key=lambda one: (one.at[0], -one.at[1])):
        before[start] = before.get(start, "") + (f"[{shown(label)} " if label != "" else "[")
        after[end - 1] = after.get(end - 1, "") + "]"
    return " ".join(before.get(i, "") + word + after.get(i, "") for i, word in enumerate(words))


def arcs(words: Sequence[str], targets: Sequence[Target]) -> list[str]:
    """A line per pair: a word, an arrow to its head or to the earlier word, and the label.

    Words have their number in the text, from 1, since some occur twice.
    """
    named = [f"{i + 1} {word}" for i, word in enumerate(words)]
    pairs = [(named[one], named[other], shown(label)) for (one, other), label in targets]
    left, right = (max((cell_len(pair[k]) for pair in pairs), default=0) for k in (0, 1))
    return [f"  {_wide(one, left)} → {_wide(other, right)}  {label}" for one, other, label in pairs]


def tree(text: Annotated) -> list[str]:
    """The constituents of a sentence, each deeper one further to the right."""
    tagged = text.tags or ("",) * len(text.words)

    def word(i: int) -> str:
        return f"{text.words[i]}/{tagged[i]}" if tagged[i] else text.words[i]

    def below(node: Tree, depth: int) -> list[str]:
        indent = "  " * depth
        if all(isinstance(child, int) for child in node.children):
            inner = " ".join(word(child) for child in node.children if isinstance(child, int))
            return [f"{indent}{node.label} {inner}"]
        lines = [indent + node.label]
        for child in node.children:
            if isinstance(child, int):
                lines.append(f"{indent}  {word(child)}")
            else:
                lines += below(child, depth + 1)
        return lines

    return [] if text.tree is None else below(text.tree, 0)


def shown(label: str | float) -> str:
    """A label as text: numbers with two decimals and their sign."""
    return label if isinstance(label, str) else f"{label:+.2f}"


def _wide(text: str, width: int) -> str:
    return text + " " * (width - cell_len(text))
