"""How a person reads a study: figures, paper tables and one page, from its tables alone."""

from tombola.extras import attach_stub
from tombola.rooms import callable_room

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
callable_room(__name__)
