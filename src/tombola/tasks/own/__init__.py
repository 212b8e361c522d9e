"""Tasks of a user's own data: tables whose columns the user names."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
