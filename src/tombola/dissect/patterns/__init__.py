"""What do attention maps look like? Five patterns, and a network that tells them apart."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
