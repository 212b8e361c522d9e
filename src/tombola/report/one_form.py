"""Every table in one form: each row says which model its number belongs to, and where it stands.

To a model's own columns are added:
`experiment`, which models stand in one figure: those of one task and source, and of one value of
each further axis (an unpruned model stands beside all tickets that were drawn from it);
`criterion`, which is `dense` for the model that tickets were drawn from and `unpruned` for other
models without a mask; `rewind`, which is `none` for them;
`variant`, the criterion in words that tell it from others of the experiment;
`at`, the sparsity at which it is drawn: its own, and where nothing is pruned that of the tickets
it stands beside;
`round`, which is the place of its amount among all of them where models were pruned at one go to
several: they are one line, as the rounds of a ticket are.
Where a table says what a model is held `against`, `beside` says it in words: empty for dense.
"""

import pandas as pd

from tombola.errors import UserError
from tombola.report.others import with_others

DENSE = "dense"
UNPRUNED = "unpruned"
CONTROL = "random"
WHILE_TRAINED = "pruned"
"""The criterion of what lost weights while it was trained, or began as such a model."""
AS_LONG = "none"
"""The criterion that prunes nothing and trains as long as the tickets do."""
NO_REWIND = "none"
OF_MODEL = " of the model"
"""Ends the names of a model's columns that a table has too, while both stand side by side."""
NEEDED = {
    "model": "text", "step": "text", "seed": "number", "task": "text", "round": "number",
    "criterion": "text", "rewind": "text", "source": "text", "root": "text", "sparsity": "number",
}  # fmt: skip
"""Columns without which the table `models` places no model."""
AMOUNT = "amount"
"""The axis of what is pruned in a round, or at one go."""
KNOWN = {
    *NEEDED, "source_task", "sparsity_model", "mask", "parameters", "steps", "signature",
    "experiment",
}  # fmt: skip
"""Columns of the table `models` that are no further axes of the recipe."""


def seen_models(models: pd.DataFrame) -> pd.DataFrame:
    """The table `models` in one form: a row for each model and each experiment it stands in.

    Index labels are kept, and repeated where a model stands in several experiments.
    """
    models = _named(models).assign(place=models.index).reset_index(drop=True)
    # what was pruned while it was trained has no criterion of its own, and is not dense
    sparse = (models["criterion"] == DENSE) & (models["sparsity"] > 0)
    models = models.assign(criterion=models["criterion"].mask(sparse, WHILE_TRAINED))
    if "source_task" not in models:
        models = models.assign(source_task="")
    models = _in_one_line(models)
    if "experiment" not in models:
        models = _in_experiments(models.assign(experiment=_experiment(models)))
    models = _one_dense(models)
    models = models.assign(variant=_variant(models), at=_at(models)).set_index("place")
    return models.rename_axis(None)


def joined(frame: pd.DataFrame, models: pd.DataFrame | None, path: str) -> pd.DataFrame:
    """A table beside the models its rows belong to; what a row says itself stands.

    `models` comes from `seen_models`. A table without a column `model` belongs to a step: its
    experiment is the step, and the task where it has one. Index labels are kept. Raises UserError
    where a row names a model that is neither in `models` nor one of `others`.
    """
    if "model" not in frame:
        return _of_a_step(_named(frame))
    loaded = bool({"text", "redrawn"} & set(frame))
    if models is None and not loaded:
        return frame
    drawn = frame.loc[frame["redrawn"], "model"].unique() if "redrawn" in frame else ()
    models = with_others(
        _none() if models is None else models,
        frame["model"],
        UNPRUNED,
        NO_REWIND,
        loaded=loaded,
        drawn=list(drawn),
    )
    unknown = ~frame["model"].isin(models["model"])
    if unknown.any():
        name = frame.loc[unknown, "model"].iloc[0]
        raise UserError(f"{path}: the table 'models' has no model {name!r}")
    own = [c for c in map(str, frame) if c in models and c != "model"]
    theirs = models.rename(columns={column: column + OF_MODEL for column in own})
    both = frame.join(theirs.set_index("model"), on="model")
    for column in {"criterion", "rewind"} & set(own):
        # An empty word says nothing, so the model's own stands.
        both[column] = both[column].where(both[column] != "", both[column + OF_MODEL])
    both = both.drop(columns=[column + OF_MODEL for column in own])
    if "against" in frame:
        both = both.assign(beside=_beside(both["against"], models))
    return _told_once(_named(both))


def _told_once(rows: pd.DataFrame) -> pd.DataFrame:
    """Leave out experiments whose rows all stand in another one: of dense models alone, mostly."""
    if rows.index.is_unique:
        return rows
    places = rows.groupby("experiment", sort=False)
    own = {str(name): frozenset(each.index) for name, each in places}
    kept: list[str] = []
    most_rows_first = sorted(own, key=lambda each: (-len(own[each]), len(each)))
    for name in most_rows_first:  # of equals the shortest name
        if not any(own[name] <= own[other] for other in kept):
            kept.append(name)
    return rows[rows["experiment"].isin(kept)]


def _none() -> pd.DataFrame:
    """Models in one form where a study made none."""
    types = {"text": "string", "number": "float64"}
    columns = {column: types[kind] for column, kind in NEEDED.items()}
    columns |= {"seed": "Int64", "round": "int64", "source_task": "string", "experiment": "string"}
    columns |= {"variant": "string", "at": "float64"}
    return pd.DataFrame({column: pd.Series(dtype=dtype) for column, dtype in columns.items()})


def _beside(against: pd.Series, models: pd.DataFrame) -> pd.Series:
    """What the other model of a pair is, in words: empty for dense."""
    known = models.drop_duplicates("model").set_index("model")["variant"]
    words = against.map(known).astype("string").fillna(against)
    return words.replace(DENSE, "")


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    words = {"criterion": DENSE, "rewind": NO_REWIND}
    return frame.assign(
        **{c: frame[c].replace("", word) for c, word in words.items() if c in frame}
    )


def _of_a_step(frame: pd.DataFrame) -> pd.DataFrame:
    if "step" not in frame or "experiment" in frame:
        return frame
    label = frame["step"]
    if "task" in frame:
        label = label + (", " + frame["task"]).where(frame["task"] != "", "")
    if "criterion" in frame:
        frame = frame.assign(variant=frame["criterion"])
    return frame.assign(experiment=label)


def _experiment(models: pd.DataFrame) -> pd.Series:
    """Task, source and further axes in words; what is the same for all models is left out."""
    label = models["task"].astype("string")
    if (models.groupby("task")["source"].nunique() > 1).any():
        told = _told_apart(models["source"])
        label = label + (", " + told).where(told != "", "")
    for axis in axes_of(models):
        values = models[axis]
        if values[values != ""].nunique() > 1:
            named = f", {axis.replace('_', ' ')} " + values
            label = label + named.where(values != "", "")
    return label.where(label != "", models["step"])


def _told_apart(sources: pd.Series) -> pd.Series:
    """What tells sources apart: of one and the same with something besides, that alone."""
    shortest = min(sources, key=len)
    if all(each == shortest or each.startswith(f"{shortest}, ") for each in sources):
        return sources.str.slice(len(shortest) + 2)
    return sources


def axes_of(models: pd.DataFrame) -> list[str]:
    """The further axes of a recipe in `models`: columns of text that are no others."""
    text = [c for c in map(str, models) if isinstance(models[c].dtype, pd.StringDtype)]
    return [column for column in text if column not in KNOWN]


def _in_one_line(models: pd.DataFrame) -> pd.DataFrame:
    """Take the amounts that steps prune at one go for rounds; of steps with rounds they stand."""
    if AMOUNT not in models:
        return models
    rounds = models.groupby("step")["round"].transform("nunique")
    once = (models[AMOUNT] != "") & (rounds == 1)
    place = pd.to_numeric(models[AMOUNT].where(once)).rank(method="dense")
    return models.assign(
        **{AMOUNT: models[AMOUNT].mask(once, "")},
        round=models["round"].mask(once, place.fillna(0).astype("int64")),
    )


def _in_experiments(models: pd.DataFrame) -> pd.DataFrame:
    """Put an unpruned model beside all tickets of its task that were drawn from it."""
    dense, pruned = models[models["criterion"] == DENSE], models[models["criterion"] != DENSE]
    homes = pruned[["root", "task", "experiment"]].drop_duplicates()
    homes = homes.rename(columns={"root": "model"})
    moved = dense.drop(columns="experiment").merge(homes, on=["model", "task"])
    alone = ~dense["model"].isin(moved["model"]) | dense["experiment"].isin(pruned["experiment"])
    every = pd.concat([dense[alone], moved, pruned]).drop_duplicates(["model", "experiment"])
    return every.sort_values("place", kind="stable", ignore_index=True)


def _one_dense(models: pd.DataFrame) -> pd.DataFrame:
    """Call `dense` the step that tickets were drawn from, and other steps' models `unpruned`."""
    criterion = models["criterion"].copy()
    for _, rows in models.groupby("experiment", sort=False):
        dense = rows[rows["criterion"] == DENSE]
        if dense["step"].nunique() > 1:
            drawn_from = dense[dense["model"].isin(rows.loc[rows["criterion"] != DENSE, "root"])]
            chosen = (drawn_from if len(drawn_from) else dense)["step"].iloc[0]
            criterion[dense.index[dense["step"] != chosen]] = UNPRUNED
    return models.assign(criterion=criterion)


def _variant(models: pd.DataFrame) -> pd.Series:
    """The criterion in words, with the step where two steps would else be one line."""
    criterion = models["criterion"].astype("string")
    words = criterion.replace(AS_LONG, "dense, trained as long")
    words = words + (" from " + models["source_task"]).where(models["source_task"] != "", "")
    line = ["experiment", "criterion", "rewind", "source_task"]
    several = (
        models.groupby([*line, "round", "seed"], dropna=False)["step"].transform("nunique") > 1
    )
    unclear = several.groupby([models[c] for c in line]).transform("any")
    return words.where(~unclear & (criterion != UNPRUNED), words + ", " + models["step"])


def _at(models: pd.DataFrame) -> pd.Series:
    """Own sparsity; of what prunes nothing, that of the tickets of its round and rewinding."""
    at = models["sparsity"].astype("float64").copy()
    tickets = models[~models["criterion"].isin([DENSE, UNPRUNED, AS_LONG])]
    for place in models.index[models["criterion"] == AS_LONG]:
        row = models.loc[place]
        beside = tickets[
            (tickets["experiment"] == row["experiment"]) & (tickets["round"] == row["round"])
        ]
        same = beside[beside["rewind"] == row["rewind"]]
        beside = same if len(same) else beside
        if len(beside):
            at.loc[place] = beside["sparsity"].mean()
    return at
