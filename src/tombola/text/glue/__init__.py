"""GLUE's tasks, from GLUE's own files and from their copies on the hub.

Wang et al. 2019, "GLUE: A multi-task benchmark and analysis platform for natural language
understanding".
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
