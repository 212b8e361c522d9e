"""The built-in language: a seeded grammar that yields sentences with everything known of them.

Needs no torch and no network.
"""

from tombola.tasks.language.agreement import Agreement as Agreement
from tombola.tasks.language.agreement import agreements as agreements
from tombola.tasks.language.annotate import annotated as annotated
from tombola.tasks.language.annotate import annotated_sentences as annotated_sentences
from tombola.tasks.language.annotate import documents as documents
from tombola.tasks.language.annotate import learner_sentences as learner_sentences
from tombola.tasks.language.corruption import corrupted as corrupted
from tombola.tasks.language.grammar import Grammar as Grammar
from tombola.tasks.language.grammar import grammar as grammar
from tombola.tasks.language.knobs import Language as Language
from tombola.tasks.language.splits import Fresh as Fresh
from tombola.tasks.language.splits import Sentence as Sentence
from tombola.tasks.language.splits import Split as Split
from tombola.tasks.language.splits import sentences as sentences
from tombola.tasks.language.splits import split_of as split_of
from tombola.tasks.language.splits import stream as stream
from tombola.tasks.language.splits import texts as texts
from tombola.tasks.language.translation import translator as translator
from tombola.tasks.language.trees import TAGS as TAGS
from tombola.tasks.language.trees import Phrase as Phrase
from tombola.tasks.language.trees import Word as Word
from tombola.tasks.language.trees import text as text
from tombola.tasks.language.trees import words as words
