"""What a Transformer is made of: its parts, gates on them, and surgery that removes them."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
