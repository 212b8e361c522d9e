"""Coreference brackets: `(3` begins a mention of thing 3, `3)` ends one, `(3)` is a whole one."""

import re
from collections.abc import Iterable

from tombola.errors import UserError
from tombola.text.annotated import Span

_BRACKET = re.compile(r"\|?(?:\((?P<opened>[^()|]+)(?P<whole>\))?|(?P<closed>[^()|]+)\))")
EMPTY = ("-", "_", "*", "")
"""How formats write that no mention begins or ends at a word."""


def clusters(cells: Iterable[tuple[str, str]]) -> tuple[tuple[Span, ...], ...]:
    """What is mentioned twice or more, from where each word is and its cell of brackets.

    Several brackets of a word may be joined by `|` or by nothing. A thing may be mentioned within
    a mention of itself: the mention begun last ends first. Two mentions of one thing over the same
    words are one; what is then mentioned once only is left out. Raises UserError where brackets do
    not match.
    """
    mentions: dict[str, set[Span]] = {}
    opened: dict[str, list[tuple[int, str]]] = {}
    for i, (where, cell) in enumerate(cells):
        if cell in EMPTY:
            continue
        at = 0
        while at < len(cell):
            bracket = _BRACKET.match(cell, at)
            if bracket is None:
                raise UserError(f"{where}: {cell[:40]!r} where coreference brackets were expected")
            at = bracket.end()
            if thing := bracket["closed"]:
                if not opened.get(thing):
                    raise UserError(f"{where}: {thing[:40]!r}) ends a mention that has not begun")
                mentions.setdefault(thing, set()).add((opened[thing].pop()[0], i + 1))
            elif bracket["whole"]:
                mentions.setdefault(bracket["opened"], set()).add((i, i + 1))
            else:
                opened.setdefault(bracket["opened"], []).append((i, where))
    for thing, begun in opened.items():
        if begun:
            raise UserError(f"{begun[-1][1]}: ({thing[:40]!r} begins a mention that never ends")
    return tuple(sorted(tuple(sorted(spans)) for spans in mentions.values() if len(spans) > 1))
