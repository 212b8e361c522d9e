from .glue import write_glue as write_glue
from .parallel import write_parallel as write_parallel
from .writer import WRITERS as WRITERS
from .writer import Writer as Writer
from .writer import write_texts as write_texts
