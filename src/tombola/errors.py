"""What goes wrong by a user's hand, said in one line."""

import difflib
from collections.abc import Iterable

BEGINNING, END = 1200, 300
"""Characters of a message that are kept where it is longer than both."""
LONGEST_NAME = 60
"""Characters of an unknown name that are held to known ones, for that takes time."""


class UserError(Exception):
    """Bad input: the message names what is wrong, where, and what is allowed.

    The command line prints it and exits with 2; no traceback is shown. The middle of a message that
    nobody would read to its end (it repeats a value, or another library's words) is left out, and
    signs that a terminal would obey, or cannot show, stand for themselves no more.
    """

    def __init__(self, message: object = "") -> None:
        text = "".join(map(_shown, str(message)))
        if len(text) > BEGINNING + END:
            text = f"{text[:BEGINNING]} … {text[-END:]}"
        super().__init__(text)


def _shown(sign: str) -> str:
    return sign if sign.isprintable() or sign in " \t\n" else "\N{REPLACEMENT CHARACTER}"


class DivergedError(Exception):
    """A training run whose loss is no longer a number: the message says at which step."""


def allowed_for(name: object, names: Iterable[str]) -> str:
    """What may stand in place of an unknown name, and which of it was likely meant."""
    known = list(names)
    by_sound = {each.lower().replace("_", "-"): each for each in known}
    asked = str(name)[:LONGEST_NAME].lower().replace("_", "-")
    near = difflib.get_close_matches(asked, by_sound, n=1, cutoff=0.7)
    meant = f"; did you mean {by_sound[near[0]]!r}?" if near else ""
    return f"allowed: {', '.join(known)}{meant}"
