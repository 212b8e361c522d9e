"""Prasanna et al. 2020: related tasks do not share more than others."""

from tombola.report.claims.between_tasks import ratio, task_pairs
from tombola.report.claims.claim import CLAIMS, Claim, Finding, silent
from tombola.report.claims.verdicts import below, interval
from tombola.report.reading import Tables
from tombola.report.words import count
from tombola.statistics import mean_interval

MORE = 0.1
"""A tenth of what chance gives; less is taken for no difference."""


def test(tables: Tables) -> Finding:
    """Shared heads over chance, related pairs less others, seed by seed: below a tenth."""
    rows = task_pairs(tables, "heads")
    rows = rows[rows["related"].notna()]
    related = rows["related"].astype(bool)
    values = [
        ratio(of_seed[related[of_seed.index]]) - ratio(of_seed[~related[of_seed.index]])
        for _, of_seed in rows.groupby("seed", sort=False)
        if related[of_seed.index].any() and not related[of_seed.index].all()
    ]
    if not values:
        return silent("no overlap of related tasks beside that of others")
    kept = rows[["a", "b"]].assign(related=related).drop_duplicates()
    n = int(kept["related"].sum())
    mean, low, high = mean_interval(values)
    text = (
        "shared heads over chance, related pairs less others, with 95% interval over seeds "
        f"{interval(mean, low, high)}, {count(n, 'related pair')} and {len(kept) - n} others"
    )
    return Finding(below(MORE)(low, high), text, len(kept), len(values))


CLAIMS.add(
    Claim(
        "pr-related",
        "Related tasks do not share more heads than others.",
        "Prasanna et al. 2020, section 5.3",
        test,
        "study",
    )
)
