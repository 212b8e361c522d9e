"""Which weights survive?

A `Mask` is a value; `prunable` says which parameters compete, `groups` among which, a criterion
scores them, `select` prunes the lowest, and an `Enforcer` holds training to the outcome.
"""

import lazy_loader

from tombola.rooms import callable_room

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
callable_room(__name__)
