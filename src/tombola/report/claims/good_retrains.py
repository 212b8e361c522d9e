"""Prasanna et al. 2020: good subnetworks, retrained alone, come up to the full model."""

from tombola.report.claims.claim import CLAIMS, Claim, Finding
from tombola.report.claims.verdicts import above, both, by_task, margin, most
from tombola.report.reading import Tables
from tombola.report.subnetworks import FULL, GOOD, RETRAINED, STRUCTURED, WEIGHTS, chosen, pairs


def test(tables: Tables) -> Finding:
    """Their score less that of the full model lies above minus the margin, for most tasks."""
    rows = chosen(
        pairs(tables), of_state=RETRAINED, of_choose=GOOD, of_folded=False, of_redrawn=False,
        to_state=FULL,
    )  # fmt: skip

    def half(method: str) -> Finding:
        parts = by_task(chosen(rows, of_method=method), lambda row: above(-margin(row)))
        none = "no paired differences of retrained good subnetworks to the full model"
        return most(parts, "retrained less full", none)

    return both({"by magnitude": half(WEIGHTS), "heads and MLPs": half(STRUCTURED)})


CLAIMS.add(
    Claim(
        "pr-good-retrain",
        "Good subnetworks, retrained alone, come up to the full model on most tasks.",
        "Prasanna et al. 2020, section 4.2 and Fig. 2",
        test,
        "study",
    )
)
