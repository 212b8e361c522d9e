"""What is learned: examples, metrics and batches of each task."""

from tombola.tasks.alignment import Aligned as Aligned
from tombola.tasks.alignment import align as align
from tombola.tasks.batches import Batches as Batches
from tombola.tasks.builtin import load_builtin as load_builtin
from tombola.tasks.conllu import load_pos as load_pos
from tombola.tasks.conllu import read_conllu as read_conllu
from tombola.tasks.examples import SentenceExample as SentenceExample
from tombola.tasks.examples import TaggedSentence as TaggedSentence
from tombola.tasks.examples import TranslationExample as TranslationExample
from tombola.tasks.glue import GLUE as GLUE
from tombola.tasks.glue import load_glue as load_glue
from tombola.tasks.language import Language as Language
from tombola.tasks.language import sentences as sentences
from tombola.tasks.load import load_task as load_task
from tombola.tasks.metrics import METRICS as METRICS
from tombola.tasks.metrics import Score as Score
from tombola.tasks.task import TASKS as TASKS
from tombola.tasks.task import Example as Example
from tombola.tasks.task import Kind as Kind
from tombola.tasks.task import Task as Task
from tombola.tasks.tokenize import IGNORED as IGNORED
from tombola.tasks.tokenize import Encoded as Encoded
from tombola.tasks.tokenize import encode as encode
from tombola.tasks.tokenize import word_tokenizer as word_tokenizer
