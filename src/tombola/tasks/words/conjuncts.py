"""Conjuncts: what a coordination joins."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Literal

from tombola.errors import UserError
from tombola.tasks.words.phrases import PUNCTUATION, category
from tombola.tasks.words.task import WORD_TASKS, Target, WordTask
from tombola.text.annotated import ROOT, Annotated, Arc, LabelledSpan, Span, Tree

Nested = Literal["outermost", "innermost"]

Coordination = tuple[Span, ...]
"""The conjuncts of one coordination, two or more, in order."""


def conjunct(text: Annotated, seed: int = 0, *, nested: Nested = "outermost") -> tuple[Target, ...]:
    """The conjuncts of a text: as annotated, else of its tree, else of its dependencies.

    A word has one tag, so of nested coordinations only one can be told: the outermost (a
    coordination within a conjunct of another is left out) or the innermost (one with another in a
    conjunct is left out). Which of them is meant in the published data is not known. Annotated
    conjuncts are not nested and stay as they are. Raises UserError where a text has no such layer.
    """
    if text.conjuncts is not None:
        spans = text.conjuncts
    elif text.tree is not None and text.tags is not None:
        spans = not_nested(tree_coordinations(text.tree, text.tags), nested)
    elif text.arcs is not None:
        spans = not_nested(arc_coordinations(text.arcs), nested)
    else:
        raise UserError(f"{text.where}: a text without conjuncts, tree and tags, or arcs")
    return tuple(Target((start, end), label) for start, end, label in spans)


def not_nested(coordinations: Sequence[Coordination], nested: Nested) -> tuple[LabelledSpan, ...]:
    """Conjuncts of the outermost or innermost coordinations, in order."""
    left = [
        one
        for one in coordinations
        if not any(
            (_within(one, other) if nested == "outermost" else _within(other, one))
            for other in coordinations
        )
    ]
    found: list[LabelledSpan] = []
    for start, end in sorted(span for one in left for span in one):
        if not found or found[-1].end <= start:  # crossing ones come from crossing arcs alone
            found.append(LabelledSpan(start, end, ""))
    return tuple(found)


def _within(inner: Coordination, outer: Coordination) -> bool:
    return inner != outer and any(
        start <= inner[0][0] and inner[-1][1] <= end for start, end in outer
    )


def tree_coordinations(tree: Tree, tags: Sequence[str]) -> list[Coordination]:
    """The coordinations of a tree, each before those in it.

    The rule: a phrase with a coordinator (a word tagged CC, or a CONJP) between other children is a
    coordination. Coordinators, commas, semicolons and the like separate its children into runs.
    - Before a coordinator, the conjunct is the last child of its run ("the *cats* and …").
    - After it, the conjunct reaches from the first child of the run, adverbs and parentheses left
      out, to the first child alike to the conjunct before; where that is a phrase, it alone is the
      conjunct; where none is alike, the first child is ("… and small *dogs*" has both words).
    - Further runs before belong to it while their last child is alike too.
    Children are alike when both are phrases of the same label, or words of the same class (the
    first two letters of their tags). Functions of labels are overlooked.
    """
    found: list[Coordination] = []
    _walk(tree, tags, found)
    return found


def _walk(tree: Tree, tags: Sequence[str], found: list[Coordination]) -> None:
    runs, separators = _runs(tree, tags)
    group: list[Tree | int] = []  # children: the first and last of each conjunct, in pairs
    for i, run in enumerate(runs):
        if i and separators[i - 1] == "CC":
            if not group:
                group = _listed_before(runs[:i], separators, tags)
            group += _after(run, group[-1], tags)
        else:
            _keep(group, found)
            group = []
    _keep(group, found)
    for child in tree.children:
        if isinstance(child, Tree):
            _walk(child, tags, found)


def _runs(tree: Tree, tags: Sequence[str]) -> tuple[list[list[Tree | int]], list[str]]:
    """Runs of children, none empty, and what separates each from the next: CC or a mere comma."""
    runs: list[list[Tree | int]] = []
    separators: list[str] = []
    between, current = "", list[Tree | int]()
    for child in tree.children:
        is_word = isinstance(child, int)
        label = tags[child] if isinstance(child, int) else category(child.label)
        coordinates = label == ("CC" if is_word else "CONJP")
        if coordinates or (is_word and label in PUNCTUATION):
            if current:
                runs.append(current)
                current, between = [], ""
            between = "CC" if coordinates or between == "CC" else ","
        else:
            if not current and runs:
                separators.append(between)
            current.append(child)
    if current:
        runs.append(current)
    return runs, separators


def _listed_before(
    runs: list[list[Tree | int]], separators: list[str], tags: Sequence[str]
) -> list[Tree | int]:
    last = runs[-1][-1]
    first = len(runs) - 1
    while first and separators[first - 1] == "," and _alike(runs[first - 1][-1], last, tags):
        first -= 1
    return [run[-1] for run in runs[first:] for _ in range(2)]


def _after(run: list[Tree | int], before: Tree | int, tags: Sequence[str]) -> list[Tree | int]:
    kept = [
        child for child in run if not (isinstance(child, Tree) and category(child.label) in SKIPPED)
    ]
    kept = kept or run
    for child in kept:
        if _alike(child, before, tags):
            return [child if isinstance(child, Tree) else kept[0], child]
    return [kept[0], kept[0]]


SKIPPED = frozenset(("ADVP", "PRN", "INTJ"))
"""Phrases between a coordinator and its conjunct that do not belong to it."""


def _alike(one: Tree | int, other: Tree | int, tags: Sequence[str]) -> bool:
    if isinstance(one, int) and isinstance(other, int):
        return tags[one][:2] == tags[other][:2]
    if isinstance(one, Tree) and isinstance(other, Tree):
        return category(one.label) == category(other.label)
    return False


def _keep(group: list[Tree | int], found: list[Coordination]) -> None:
    if group:
        ends = zip(group[::2], group[1::2], strict=True)
        found.append(tuple((_first(one), _last(other) + 1) for one, other in ends))


def _first(part: Tree | int) -> int:
    return part if isinstance(part, int) else _first(part.children[0])


def _last(part: Tree | int) -> int:
    return part if isinstance(part, int) else _last(part.children[-1])


def arc_coordinations(arcs: Sequence[Arc]) -> list[Coordination]:
    """The coordinations of dependencies in which conjuncts hang from the first one, by `conj`.

    As in Universal Dependencies; `conj:and` and the like count too. The rule: a further conjunct is
    its head with all that depends on it, except coordinators and punctuation of its own, and its
    own conjuncts. Of the first one's dependents
    - those before its head belong to it, except a relation that no further conjunct has before its
      head too, which is shared ("*old* men and women", the subject of two verbs);
    - those after its head belong to it up to the next conjunct's beginning.
    Of a conjunct that is torn apart, the piece around its head is kept.
    """
    below: dict[int, list[Arc]] = defaultdict(list)
    for arc in arcs:
        below[arc.head].append(arc)
    found = []
    for head in sorted(below):
        further = [arc.dependent for arc in below[head] if _relation(arc) == "conj"]
        further = [dependent for dependent in further if dependent > head]
        if head != ROOT and further:
            has = {_relation(arc) for f in further for arc in below[f] if arc.dependent < f}
            shared = {
                arc.dependent
                for arc in below[head]
                if arc.dependent < head and _relation(arc) not in has
            }
            late = {arc.dependent for arc in below[head] if arc.dependent > further[0]}
            spans = [_piece(head, below, shared | late)]
            spans += [_piece(dependent, below, set()) for dependent in further]
            found.append(tuple(spans))
    return found


def _relation(arc: Arc) -> str:
    return arc.label.partition(":")[0]


def _piece(head: int, below: dict[int, list[Arc]], without: set[int]) -> Span:
    """The unbroken words around a head among those that depend on it."""
    words = {head}
    left = [
        arc.dependent
        for arc in below[head]
        if _relation(arc) not in ("cc", "punct", "conj") and arc.dependent not in without
    ]
    while left:
        word = left.pop()
        words.add(word)
        left += [arc.dependent for arc in below[word]]
    start, end = head, head + 1
    while start - 1 in words:
        start -= 1
    while end in words:
        end += 1
    return start, end


WORD_TASKS.add(
    WordTask(
        name="conjunct",
        about="conjuncts of coordinations, of nested ones the outermost",
        shape="span",
        numbers=False,
        metric="span_f1",
        layers=("conjuncts", "tree", "arcs"),
        derive=conjunct,
        scheme="IOB1",
        source="Ficler & Goldberg 2016 in Liu et al. 2019",
        group="syntax",
    )
)
