"""tombola draws lottery tickets from Transformers and shows what pruning took from them.

Names are loaded when they are first used, so that `import tombola` costs nothing.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
