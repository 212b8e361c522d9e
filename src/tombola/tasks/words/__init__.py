"""Word tasks: what is to be said of words, pairs of words and spans.

Reading them from files (`words.read`, `words.data`) is not imported here but in `tasks`: readers of
formats fill the forms of this folder, and only what reads files needs both.
"""

from tombola.tasks.words import (  # noqa: F401 — each registers its tasks
    adpositions,
    ancestors,
    chunks,
    conjuncts,
    coreference,
    factuality,
    names,
    semantic_arcs,
    syntactic_arcs,
    tags,
)
from tombola.tasks.words.annotated import ROOT as ROOT
from tombola.tasks.words.annotated import Adposition as Adposition
from tombola.tasks.words.annotated import Annotated as Annotated
from tombola.tasks.words.annotated import Arc as Arc
from tombola.tasks.words.annotated import Event as Event
from tombola.tasks.words.annotated import LabelledSpan as LabelledSpan
from tombola.tasks.words.annotated import Link as Link
from tombola.tasks.words.annotated import Span as Span
from tombola.tasks.words.annotated import Tree as Tree
from tombola.tasks.words.sampling import negatives as negatives
from tombola.tasks.words.spans import read_tags as read_tags
from tombola.tasks.words.spans import read_tags_leniently as read_tags_leniently
from tombola.tasks.words.spans import write_tags as write_tags
from tombola.tasks.words.task import WORD_TASKS as WORD_TASKS
from tombola.tasks.words.task import Labelled as Labelled
from tombola.tasks.words.task import Target as Target
from tombola.tasks.words.task import WordTask as WordTask
