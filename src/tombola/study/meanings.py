"""What the code says about itself: the text below a field, the first paragraph of a docstring."""

import ast
import inspect
import textwrap
from itertools import pairwise
from typing import Any


def meanings(holder: type) -> dict[str, str]:
    """Names of a class's fields, and of those it inherits, with the text that stands below each."""
    found: dict[str, str] = {}
    for each in reversed(holder.__mro__):
        found |= _below_fields(each)
    return found


def first_paragraph(thing: Any) -> str:
    """The first paragraph of a docstring, on one line; empty without one."""
    return " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split())


def _below_fields(holder: type) -> dict[str, str]:
    try:
        source = textwrap.dedent(inspect.getsource(holder))
    except (OSError, TypeError):  # built in, or typed at a prompt
        return {}
    (body,) = (node.body for node in ast.parse(source).body if isinstance(node, ast.ClassDef))
    return {
        field.target.id: " ".join(text.value.value.split())
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }
