"""Prasanna et al. 2020: on most tasks others of the super-survivors' size do as well."""

from tombola.report.claims.claim import CLAIMS, Claim, Finding
from tombola.report.claims.verdicts import below, both, by_task, margin, most
from tombola.report.reading import Tables
from tombola.report.subnetworks import BAD, GOOD, RANDOM, RETRAINED, chosen, pairs


def test(tables: Tables) -> Finding:
    """Survivors less bad, and less random, of their size: below the margin on most tasks."""
    rows = chosen(
        pairs(tables), of_state=RETRAINED, of_choose=GOOD, of_folded=True, of_redrawn=False,
        to_state=RETRAINED, to_folded=True, to_redrawn=False,
    )  # fmt: skip

    def half(others: tuple[str, ...], word: str) -> Finding:
        parts = by_task(chosen(rows, to_choose=others), lambda row: below(margin(row)))
        none = f"no paired differences of super-survivors to {word} ones"
        return most(parts, f"survivors less {word} ones", none)

    return both({"random": half(RANDOM, "random"), "bad": half(BAD, "bad")})


CLAIMS.add(
    Claim(
        "pr-survivors-same",
        "On most tasks random and bad subnetworks of the super-survivors' size do as well.",
        "Prasanna et al. 2020, appendix E",
        test,
        "study",
    )
)
