"""What goes wrong by a user's hand, said in one line."""


class UserError(Exception):
    """Bad input: the message names what is wrong, where, and what is allowed.

    The command line prints it and exits with 2; no traceback is shown.
    """


class DivergedError(Exception):
    """A training run whose loss is no longer a number: the message says at which step."""
