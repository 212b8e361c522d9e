"""What do files say? Formats, readers, writers, and words aligned with sub-tokens."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
