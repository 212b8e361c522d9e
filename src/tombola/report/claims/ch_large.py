"""Chen et al. 2020: masks of larger tasks transfer better."""

import numpy as np

from tombola.report.claims.claim import CLAIMS, Claim, Finding, silent
from tombola.report.claims.verdicts import above, interval
from tombola.report.conditions import DENSE, conditions
from tombola.report.reading import Tables
from tombola.report.transferred import matrix
from tombola.report.words import count
from tombola.statistics import spearman

FEWEST = 4


def test(tables: Tables) -> Finding:
    """How near a source comes to the targets' own tickets goes with the steps it was trained for.

    Tasks that are trained for as many epochs take steps as they have examples.
    """
    found = matrix(tables)
    if found.empty:
        return silent("no tickets on other tasks")
    own = found[found["source"] == found["target"]].set_index("target")["score"]
    away = found[(found["source"] != found["target"]) & found["source"].isin(own.index)]
    short = (away["score"] - away["target"].map(own)).groupby(away["source"]).mean()
    dense = conditions(tables)
    size = dense[dense["condition"] == DENSE].groupby("task")["learned"].mean()
    sources = [s for s in short.index if s in size.index and np.isfinite(short[s])]
    if len(sources) < FEWEST:
        return silent(f"{count(len(sources), 'source')}; a rank correlation needs {FEWEST}")
    if size[sources].nunique() == 1:
        return silent("all sources were trained for as many steps: their sizes are not known here")
    r = spearman(size[sources].to_numpy(float), short[sources].to_numpy(float))
    text = f"rank correlation of transfer with training steps {interval(*r)}"
    return Finding(above()(r[1], r[2]), f"{text}, {count(len(sources), 'source')}", len(sources))


CLAIMS.add(
    Claim(
        "ch-large",
        "Masks of tasks with more examples transfer better.",
        "Chen et al. 2020, section 5",
        test,
        "study",
    )
)
