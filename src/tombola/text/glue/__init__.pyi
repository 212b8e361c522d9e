from .layouts import GLUE as GLUE
from .layouts import Layout as Layout
from .read import read_split as read_split
