"""What a user can ask for: the verbs of the command line, as functions; a file for each."""

from tombola.extras import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
