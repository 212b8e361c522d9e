"""Tables of anybody's: rows with named columns, from whatever file holds them."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
