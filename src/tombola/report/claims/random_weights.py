"""Prasanna et al. 2020: what is left of pre-training matters more than which structure is left."""

from tombola.report.claims.claim import CLAIMS, Claim, Finding
from tombola.report.claims.verdicts import below, by_task, most
from tombola.report.reading import Tables
from tombola.report.subnetworks import BAD, RANDOM, RETRAINED, STRUCTURED, chosen, pairs


def test(tables: Tables) -> Finding:
    """Random structure on random weights less bad structure on pre-trained ones, below 0."""
    rows = chosen(
        pairs(tables), of_state=RETRAINED, of_method=STRUCTURED, of_choose=RANDOM,
        of_folded=False, of_redrawn=True, to_state=RETRAINED, to_method=STRUCTURED, to_choose=BAD,
        to_folded=False, to_redrawn=False,
    )  # fmt: skip
    return most(
        by_task(rows, lambda row: below()),
        "random on random weights less bad on pre-trained ones",
        "no paired differences of random structure on random weights to bad structure on "
        "pre-trained ones",
    )


CLAIMS.add(
    Claim(
        "pr-init",
        "Random heads and MLPs with random weights fall behind bad ones with pre-trained weights.",
        "Prasanna et al. 2020, section 4.3 and Table 2",
        test,
        "study",
    )
)
