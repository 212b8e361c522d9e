"""Which of the tables that a user has is which split."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tombola.errors import UserError
from tombola.tasks.words.load import split_of
from tombola.text.tables.table import TableOfText

Tables = Mapping[str, Sequence[TableOfText]]
"""Tables by what they are called (`train`, `validation_matched`); one alone may have no name."""


JUST = ("train", "dev", "valid", "val", "validation", "test")
"""Names that say what a split is and nothing else."""


@dataclass(frozen=True)
class Chosen:
    """Names of tables by what they are for."""

    train: str | None
    dev: str
    test: str | None
    alone: bool
    """Whether there is one table only."""


def choose(tables: Tables, split: str | None, where: str, *, cut: bool = False) -> Chosen:
    """What to learn from, and what to be scored on: the split of that name, or else dev, or test.

    With `cut`, one table alone will be cut in two, so that it may be called train. Raises UserError
    where there is no such split, or several could be meant; it lists what there is.
    """
    shown = ", ".join(name or "one table" for name in tables)
    by_kind: dict[str | None, list[str]] = {}
    for name in tables:
        by_kind.setdefault(split_of(name.lower()), []).append(name)
    if split is not None:
        found = [name for name in tables if name == split] or by_kind.get(split_of(split), [])
        if len(found) != 1:
            raise UserError(f"{where}: no split {split!r}; there are: {shown}")
        train = _only(by_kind, "train", where)
        return Chosen(train if train != found[0] else None, found[0], None, len(tables) == 1)
    if len(tables) == 1:
        (name,) = tables
        if split_of(name.lower()) == "train" and not cut:
            raise UserError(f"{where}: only a split {name!r}; name it to be scored on it")
        return Chosen(None, name, None, alone=True)
    train, dev, test = (_only(by_kind, kind, where) for kind in ("train", "dev", "test"))
    if dev is None and test is None:
        raise UserError(f"{where}: no split is called dev or test; name one: {shown}")
    if dev is None:
        dev, test = test, None
    assert dev is not None
    return Chosen(train, dev, test, alone=False)


def _only(by_kind: Mapping[str | None, list[str]], kind: str, where: str) -> str | None:
    found = by_kind.get(kind, [])
    just = [name for name in found if name in JUST]  # `dev` beside `dev_ids`
    if len(just) == 1:
        return just[0]
    if len(found) > 1:
        raise UserError(f"{where}: {' and '.join(found)} could both be {kind}; name the split")
    return found[0] if found else None
