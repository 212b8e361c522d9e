"""The command line: a file for each verb, which says its options and how its answer is printed.

Nothing heavy is imported before a verb runs, so that `tombola --help` answers at once.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
