"""Forms of probe tasks: what is asked, by which loss it is learned, how answers are counted."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
