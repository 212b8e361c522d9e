"""What a user can ask for: the verbs of the command line, as functions; a file for each."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
