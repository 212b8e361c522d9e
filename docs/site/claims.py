"""Findings of papers that a report can test."""

from pathlib import Path

from tombola.report import CLAIMS

INTRODUCTION = """\
# Claims

A recipe names findings of papers (`claims: [mz-match, mz-random]`), and its report opens with what
this study says of each: `supported`, `contradicted`, or `undecided` where the 95% interval covers
both; `silent` where its tables cannot speak to it. *Of the whole study* is said of those that need
several experiments at once; the others are asked of each experiment.

{n} claims are known. A further one is a file, also in a plug-in: a `Claim` with a name, a sentence,
a source and a test over tables.
"""


def page(_: Path) -> str:
    """All claims, by where they stand."""
    lines = [INTRODUCTION.format(n=len(CLAIMS)), "| claim | finding | from |", "|---|---|---|"]
    for claim in CLAIMS.values():
        whole = " *Of the whole study.*" if claim.scope == "study" else ""
        cells = (f"`{claim.name}`", claim.sentence + whole, claim.source)
        lines.append("| " + " | ".join(_cell(each) for each in cells) + " |")
    return "\n".join([*lines, ""])


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
