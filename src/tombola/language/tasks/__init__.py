"""The tasks of the built-in language: nine of sentences, translation, and tags of words."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
