"""Gordon et al. 2020: past 40% features move away from those of the unpruned model."""

import math

from tombola.report.claims.claim import CLAIMS, Claim, Finding, silent
from tombola.report.claims.verdicts import above, interval
from tombola.report.conditions import conditions
from tombola.report.reading import Tables
from tombola.statistics import mean_interval

BEND = 0.4


def test(tables: Tables) -> Finding:
    """Layer by layer, the cosine falls more for each share of weights past 40% than before."""
    if "similarity" not in tables:
        return silent("no similarity of features")
    rows = tables["similarity"]
    rows = rows[(rows["measure"] == "cosine") & (rows["map"] == "between")]
    rows = rows[(rows["dense_layer"] == rows["sparse_layer"]) & rows["value"].notna()]
    cut = conditions(tables).drop_duplicates("model").set_index("model")["cut"]
    rows = rows.assign(cut=rows["model"].map(cut))
    rows = rows[rows["cut"] > 0]
    early, late = rows[rows["cut"] <= BEND + 1e-3], rows[rows["cut"] > BEND + 1e-3]
    if early.empty or late.empty:
        return silent("no cosines of features on both sides of 40% sparsity")
    steeper = []
    for layer in sorted(set(early["sparse_layer"]) & set(late["sparse_layer"])):
        rates = [
            float((1 - own["value"]).mean() / own["cut"].mean())
            for own in (side[side["sparse_layer"] == layer] for side in (early, late))
        ]
        steeper.append(rates[1] - rates[0])
    found = mean_interval(steeper)
    text = (
        f"cosine to the unpruned model {early['value'].mean():.3f} up to 40% and "
        f"{late['value'].mean():.3f} past it; fall for each share of weights, past less before, "
        f"mean over layers {interval(*found)}"
    )
    verdict = above()(found[1], found[2]) if math.isfinite(found[1]) else "undecided"
    return Finding(verdict, text, int(rows["n"].max()))


CLAIMS.add(
    Claim(
        "go-features",
        "Past 40% sparsity features move away from those of the unpruned model, not before.",
        "Gordon, Duh & Andrews 2020, section 4.2, Fig. 2",
        test,
        "study",
    )
)
