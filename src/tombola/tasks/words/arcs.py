"""What is asked of dependencies: whether there is an arc, and which. For syntax and semantics."""

from collections import defaultdict
from collections.abc import Sequence

from tombola.tasks.words.sampling import ARC, NO_ARC, generator, negatives
from tombola.tasks.words.task import Target
from tombola.text.annotated import ROOT, Arc


def predictions(words: tuple[str, ...], arcs: Sequence[Arc], seed: int) -> tuple[Target, ...]:
    """For each arc between words a positive, and a negative of the same dependent where possible.

    Two arcs of one dependent may draw the same negative; it then stands there twice, as published.
    """
    heads: dict[int, list[int]] = defaultdict(list)
    for arc in arcs:
        heads[arc.dependent].append(arc.head)
    rng = generator(seed, words)
    targets = []
    for dependent, head, _ in arcs:
        if head == ROOT:
            continue
        targets.append(Target((dependent, head), ARC))
        drawn = negatives(len(words), dependent, heads[dependent], rng)
        if drawn is not None:
            targets.append(Target((dependent, drawn), NO_ARC))
    return tuple(sorted(targets))


def classes(arcs: Sequence[Arc]) -> tuple[Target, ...]:
    """The label of each arc between two words; arcs from the root are left out."""
    return tuple(
        sorted(Target((arc.dependent, arc.head), arc.label) for arc in arcs if arc.head != ROOT)
    )
