"""Models that tables name though `models` has no row for them.

`STAGE@0.5` is a stage's model in the middle of its training: it stands where that stage's stands.
Where a table says which text was read, a model that was loaded and never trained may be named as
the recipe names it; it is an experiment of its own. One whose weights were drawn anew, a random
encoder, stands beside all models of the table.
"""

import re
from collections.abc import Collection, Iterable
from typing import Any

import pandas as pd

RANDOM = "random encoder"
"""The variant of models whose weights were drawn anew and have learned nothing."""
STAGE = re.compile(r"-[0-9a-f]{12}(@.*)?$")
"""How names of stages end."""


def with_others(
    models: pd.DataFrame,
    names: Iterable[str],
    criterion: str,
    rewind: str,
    *,
    loaded: bool,
    drawn: Collection[str] = (),
) -> pd.DataFrame:
    """`models` in one form, with rows for other models that are named.

    They have `criterion` and `rewind`; `loaded` says whether models that no stage made are known;
    `drawn` are those of them whose weights were drawn anew.
    """
    names = list(dict.fromkeys(map(str, names)))
    homes = list(dict.fromkeys(models.loc[models["model"].isin(names), "experiment"]))
    known = set(models["model"])
    more = []
    for name in names:
        stem, at, moment = name.rpartition("@")
        if name in known:
            continue
        if at and stem in known:
            own = models[models["model"] == stem]
            words = {"model": name, "criterion": criterion, "rewind": rewind}
            more.append(own.assign(**words, variant=own["variant"] + ", " + _when(moment)))
        elif loaded and not STAGE.search(name):
            words = {
                "model": name, "step": name, "source": name, "root": name, "experiment": name,
                "criterion": criterion, "rewind": rewind, "variant": name,
            }  # fmt: skip
            row = {str(c): words.get(str(c), _nothing(models[c])) for c in models}
            rows = [row]
            if name in drawn:
                rows = [row | {"variant": RANDOM, "experiment": e} for e in homes or [name]]
            more.append(pd.DataFrame(rows).astype(models.dtypes.to_dict()))
    return pd.concat([models, *more]) if more else models


def _nothing(column: pd.Series) -> Any:
    """What a column says of a model that was neither trained nor pruned."""
    if isinstance(column.dtype, pd.StringDtype):
        return ""
    return pd.NA if str(column.dtype) == "Int64" else 0


def _when(moment: str) -> str:
    """A share of a training in words."""
    try:
        share = float(moment)
    except ValueError:
        return moment
    return "before training" if share == 0 else f"after {100 * share:g}% of its training"
