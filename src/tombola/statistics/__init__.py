"""How sure is it? Intervals, paired differences, margins; it knows numbers only."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
