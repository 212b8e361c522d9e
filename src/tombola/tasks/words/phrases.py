"""What labels of phrases and tags of words in the Penn Treebank's style have in common."""

import re

PUNCTUATION = frozenset((",", ".", ":", "``", "''", "-LRB-", "-RRB-", "NFP"))
"""Tags of marks between words; hyphens within a compound are none of them."""


def category(label: str) -> str:
    """A phrase's label without functions: NP of `NP-SBJ-1`; the first of two, PRT of `PRT|ADVP`."""
    return re.split(r"[-=|]", label)[0]
