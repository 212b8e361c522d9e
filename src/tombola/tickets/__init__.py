"""How is a ticket drawn? Score, select, rewind, retrain; and the folder a ticket lives in."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
