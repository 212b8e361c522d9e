"""GLUE's tasks, from GLUE's own files and from their copies on the hub.

Wang et al. 2019, "GLUE: A multi-task benchmark and analysis platform for natural language
understanding".
"""

from tombola.tasks.glue.layouts import GLUE as GLUE
from tombola.tasks.glue.layouts import Layout as Layout
from tombola.tasks.glue.load import load_glue as load_glue
from tombola.tasks.glue.load import read_split as read_split
