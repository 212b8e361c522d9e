"""How does a whole experiment run? Recipe, plan, store, engines, tables."""

from tombola.extras import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
