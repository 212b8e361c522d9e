"""What goes wrong by a user's hand, said in one line."""

BEGINNING, END = 1200, 300
"""Characters of a message that are kept where it is longer than both."""


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
