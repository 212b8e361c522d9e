"""Data as a person looks at it: what there is, examples, counts, checks, and export."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
