"""The built-in language: a seeded grammar that yields sentences with everything known of them.

Needs no torch and no network.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
