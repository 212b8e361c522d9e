"""Words and the sub-tokens that a tokenizer makes of them."""

from tombola.tasks.alignment.align import Aligned as Aligned
from tombola.tasks.alignment.align import TooLong as TooLong
from tombola.tasks.alignment.align import align as align
from tombola.tasks.alignment.limits import longest_input as longest_input
