"""What claims share about where weights go: a statistic of every ticket, and its mean."""

from collections.abc import Callable

import pandas as pd

from tombola.report.claims.claim import Finding, silent
from tombola.report.claims.verdicts import Rule, interval
from tombola.report.modules import places
from tombola.report.reading import Tables
from tombola.report.words import count
from tombola.statistics import mean_interval

NOTHING = "no sparsity of tickets by magnitude"


def by_magnitude(tables: Tables) -> pd.DataFrame:
    """The places of all tickets by magnitude; none where the tables have none."""
    if "sparsity" not in tables:
        return pd.DataFrame(columns=["model", "seed", "module", "stack", "block", "role"])
    rows = places(tables)
    return rows[rows["criterion"] == "magnitude"]


def over_seeds(
    rows: pd.DataFrame, statistic: Callable[[pd.DataFrame], float], rule: Rule, what: str
) -> Finding:
    """A statistic of every ticket: its mean over tickets, with an interval over seeds.

    Tickets of one chain are nested, and layers are not drawn from more layers: seeds alone say
    whether another run would show the same. With one seed there is no interval, and no verdict.
    """
    if rows.empty:
        return silent(NOTHING)
    chains = rows.drop_duplicates("model").set_index("model")["seed"]
    found = pd.Series({str(m): statistic(of) for m, of in rows.groupby("model", sort=False)})
    found = found.dropna()
    if found.empty:
        return silent(f"{what} is not defined here")
    seeds = found.groupby(chains.reindex(found.index)).mean()
    mean, low, high = mean_interval(seeds.tolist())
    text = (
        f"{what} with 95% interval over seeds {interval(mean, low, high)}, mean over "
        f"{count(len(found), 'ticket')} of {count(len(seeds), 'seed')}"
    )
    return Finding(rule(low, high), text, len(found), len(seeds))


def ranks(rows: pd.DataFrame) -> float:
    """Spearman's correlation of `layer` and `share`."""
    return float(rows["layer"].rank().corr(rows["share"].rank()))
