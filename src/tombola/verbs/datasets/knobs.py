"""The built-in language with its knobs turned."""

from dataclasses import fields
from typing import Any

from tombola import language
from tombola.errors import UserError, allowed_for


def language_of(knobs: dict[str, Any] | None) -> "language.Language | None":
    """None for None. Raises UserError for a knob that there is not, or a value of no use."""
    if knobs is None:
        return None
    allowed = {field.name: field for field in fields(language.Language)}
    for name, value in knobs.items():
        if name not in allowed:
            raise UserError(f"unknown knob {name!r}; {allowed_for(name, allowed)}")
        wanted = type(allowed[name].default)
        if isinstance(value, bool) or not isinstance(value, int if wanted is int else int | float):
            raise UserError(f"{name}: a number is needed, not {value!r}")
    return language.Language(**knobs)
