"""The built-in language: a seeded grammar that yields sentences with everything known of them.

Needs no torch and no network.
"""

from tombola.tasks.language.corruption import corrupt as corrupt
from tombola.tasks.language.grammar import Grammar as Grammar
from tombola.tasks.language.grammar import grammar as grammar
from tombola.tasks.language.knobs import Language as Language
from tombola.tasks.language.splits import Fresh as Fresh
from tombola.tasks.language.splits import Split as Split
from tombola.tasks.language.splits import sentences as sentences
from tombola.tasks.language.splits import split_of as split_of
from tombola.tasks.language.translation import translator as translator
from tombola.tasks.language.trees import TAGS as TAGS
from tombola.tasks.language.trees import Agreement as Agreement
from tombola.tasks.language.trees import Phrase as Phrase
from tombola.tasks.language.trees import Word as Word
from tombola.tasks.language.trees import agreements as agreements
from tombola.tasks.language.trees import text as text
from tombola.tasks.language.trees import words as words
