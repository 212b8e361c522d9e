"""How models learned: losses of training batches, from beginning to end."""

from tombola.report.losses import last_losses
from tombola.report.parts.part import PARTS, Part
from tombola.report.reading import Tables
from tombola.report.tickets import named, with_kind
from tombola.report.words import clip, count, listed, number, percent


def say(tables: Tables) -> list[str]:
    """The last loss of each kind of model of an experiment, at its sparsest."""
    said = []
    last = last_losses(tables).set_index("model")["loss"]
    for which in tables.groups("training-losses", ("experiment",)):
        rows = with_kind(tables.where(**which).joined("training-losses"))
        models = rows.drop_duplicates("model")
        models = models.assign(loss=models["model"].map(last))
        each = []
        for kind, own in models.groupby("kind", sort=False):
            sparsest = own[own["at"] == own["at"].max()]
            at = f" at {percent(sparsest['at'].mean())}" if sparsest["at"].max() > 0 else ""
            runs = count(len(sparsest), "run")
            each.append(f"{number(sparsest['loss'].mean(), 3)} for {clip(str(kind))}{at} ({runs})")
        said.append(f"{named(rows)}: the loss of the last tenth of training is {listed(each)}.")
    return said


PARTS.add(Part(
    name="training-losses",
    title="How they learned",
    place=65,
    columns={"model": "text", "done": "number", "loss": "number", "signature": "text"},
    say=say,
))  # fmt: skip
