"""Ancestor tasks: which phrases hold a word."""

from functools import partial

from tombola.errors import UserError
from tombola.tasks.words.task import WORD_TASKS, Target, WordTask
from tombola.text.annotated import Annotated, Tree

NONE = "None"
"""Label past the root; also of a tree's outermost bracket where that has no label."""

UP = {"parent": 1, "grandparent": 2, "great-grandparent": 3}
"""Tasks, and how many phrases up: the parent is the phrase right above the part of speech."""


def ancestor(text: Annotated, seed: int = 0, *, up: int) -> tuple[Target, ...]:
    """The label of the phrase so many up from each word; "None" past the root.

    Raises UserError where the text has no tree.
    """
    if text.tree is None:
        raise UserError(f"{text.where}: a text without a tree")
    targets: list[Target] = []

    def walk(tree: Tree, above: tuple[str, ...]) -> None:
        path = (tree.label or NONE, *above)
        for child in tree.children:
            if isinstance(child, int):
                targets.append(Target((child,), path[up - 1] if up <= len(path) else NONE))
            else:
                walk(child, path)

    walk(text.tree, ())
    return tuple(targets)


for _name, _up in UP.items():
    WORD_TASKS.add(
        WordTask(
            name=_name,
            about=f"label of the phrase {_up} up from a word",
            shape="word",
            numbers=False,
            metric="accuracy",
            layers=("tree",),
            derive=partial(ancestor, up=_up),
            source="constituency ancestors of the Penn Treebank in Liu et al. 2019",
            group="syntax",
        )
    )
