"""tombola draws lottery tickets from Transformers and shows what pruning took from them.

Names are loaded when they are first used, so that `import tombola` costs nothing.
"""

from tombola.extras import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
