"""Similarity by kind of word: by frequency, part of speech, or any other label."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
