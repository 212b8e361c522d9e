"""Writers of annotated text, in the formats that other tools read."""

from tombola.tasks.writers import brackets as brackets  # each enters its writers in the registry
from tombola.tasks.writers import columns as columns
from tombola.tasks.writers import conll2012 as conll2012
from tombola.tasks.writers import conllu as conllu
from tombola.tasks.writers import factuality as factuality
from tombola.tasks.writers import plain as plain
from tombola.tasks.writers import sdp as sdp
from tombola.tasks.writers.glue import write_glue as write_glue
from tombola.tasks.writers.parallel import write_parallel as write_parallel
from tombola.tasks.writers.writer import WRITERS as WRITERS
from tombola.tasks.writers.writer import Writer as Writer
from tombola.tasks.writers.writer import write_texts as write_texts
