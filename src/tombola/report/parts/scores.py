"""The key numbers of a study in plain sentences, none of which says more than its intervals."""

import math
from dataclasses import dataclass

import pandas as pd

from tombola.report.means import over_seeds
from tombola.report.reading import Tables
from tombola.report.shares import shares
from tombola.report.tickets import CONTROL, DENSE, KIND, kinds, with_kind
from tombola.report.words import clip, count, decimals, listed, number, percent, points, pretty


@dataclass(frozen=True)
class _Value:
    """A mean over seeds with the seeds' range and the hull of their intervals."""

    mean: float
    least: float
    most: float
    low: float
    high: float
    seeds: int
    sparsity: float
    places: int

    @classmethod
    def of(cls, row: pd.Series, places: int) -> "_Value":
        names = ("mean", "least", "most", "low", "high", "seeds", "sparsity")
        return cls(**{name: row[name].item() for name in names}, places=places)

    def __str__(self) -> str:
        if self.seeds == 1:
            return f"{number(self.mean, self.places)} (1 seed)"
        return (
            f"{number(self.mean, self.places)} ({self.seeds} seeds: "
            f"{number(self.least, self.places)} to {number(self.most, self.places)})"
        )

    @property
    def interval(self) -> str:
        """The hull of the 95% intervals."""
        over = ", hull over seeds" if self.seeds > 1 else ""
        return f"{number(self.low, self.places)} to {number(self.high, self.places)}{over}"

    def apart(self, other: "_Value") -> bool:
        """Whether the two hulls do not touch."""
        return self.high < other.low or self.low > other.high


def _against(ticket: _Value, others: list[tuple[_Value, str]]) -> str:
    """How the ticket's interval lies to others': a sentence, or nothing where there are none."""
    sides: dict[str, list[str]] = {}
    for other, name in others:
        side = "lies above" if ticket.mean > other.mean else "lies below"
        sides.setdefault(side if ticket.apart(other) else "overlaps", []).append(name)
    said = [
        f"{side} that of {listed(names)}" + (" (no difference is shown)" * (side == "overlaps"))
        for side, names in sides.items()
    ]
    return f" Its interval {listed(said)}." if said else ""


def scores(tables: Tables) -> list[str]:
    """A sentence for each experiment, metric and kind of ticket, at its last round."""
    said = []
    for which in tables.groups("scores", ("experiment", "task", "metric")):
        said += _scores_of(tables.where(**which).scores)
    return said


def _scores_of(rows: pd.DataFrame) -> list[str]:
    rows = with_kind(rows)
    means = over_seeds(rows, [*KIND, "round"], "score")
    name = f"{clip(str(rows['experiment'].iloc[0]), 60)}, {pretty(str(rows['metric'].iloc[0]))}"
    if means.empty:
        return [f"{name}: every run diverged."]
    places = decimals(rows["score"])
    dense = means[means["criterion"] == DENSE]
    n = count(int(rows["n"].max()), "example")
    chance = rows["chance"].mean()
    at_chance = f"; chance {number(chance, places)}" if math.isfinite(chance) else ""
    tickets = [kind for kind in kinds(means) if kind[1] != CONTROL] or kinds(means)
    if not tickets:
        value = _Value.of(dense.iloc[0], places)
        return [f"{name}: dense scores {value}; n = {n}{at_chance}. No ticket was scored."]
    said = []
    for kind, criterion, rewinding in tickets:
        last = means[means["kind"] == kind].sort_values("round").iloc[-1]
        ticket = _Value.of(last, places)
        step = int(last["round"])
        random = None if criterion == CONTROL else _control(means, step, rewinding)
        compared = []
        if random is not None:
            other = str(random["rewinding"])
            how = "" if other == rewinding else f" ({clip(other)} rewound)"
            compared.append((_Value.of(random, places), f"random masks{how}"))
        if len(dense):
            compared.append((_Value.of(dense.iloc[0], places), "dense"))
        others = " and ".join(f"{value} for {what}" for value, what in compared)
        missing = "" if random is not None or criterion == CONTROL else (
            " No random control was scored at this round.")  # fmt: skip
        said.append(
            f"{name}: at {percent(ticket.sparsity)} sparsity, tickets by {clip(kind)} "
            f"score {ticket}{' against ' + others if others else ''}; n = {n}, "
            f"95% interval {ticket.interval}{at_chance}.{_against(ticket, compared)}{missing}"
        )
    return said


def _control(means: pd.DataFrame, step: int, rewinding: str) -> pd.Series | None:
    """The random control at the same round, with the same rewinding where there is one."""
    found = means[(means["criterion"] == CONTROL) & (means["round"] == step)]
    same = found[found["rewinding"] == rewinding]
    found = same if len(same) else found
    return None if found.empty else found.iloc[0]


def diverged(tables: Tables) -> list[str]:
    """Runs whose score is no number."""
    rows = tables.scores[tables.scores["score"].isna()]
    which = ["experiment", "criterion", "rewinding", "round", "sparsity", "seed"]
    return [
        f"{experiment}: {criterion}, {rewinding} rewound, round {step} "
        f"({percent(sparsity)}), seed {seed}"
        for experiment, criterion, rewinding, step, sparsity, seed in zip(
            *(rows[column].tolist() for column in which), strict=True
        )
    ]


def where(tables: Tables) -> list[str]:
    """Which matrices lost most and least, for each experiment's first kind of ticket."""
    said = []
    for which in tables.groups("sparsity", ("experiment",)):
        rows = with_kind(tables.where(**which).sparsity)
        rows = rows[rows["round"] > 0]
        for kind, _, _ in kinds(rows)[:1]:
            said.append(_where_of(rows[rows["kind"] == kind], kind))
    return said


def _where_of(rows: pd.DataFrame, kind: str) -> str:
    rows = rows[rows["round"] == rows["round"].max()]
    cells = shares(rows, ["stack", "layer", "block", "role"]).sort_values("share")
    most, least = cells.iloc[-1], cells.iloc[0]
    spread = (cells["share_most"] - cells["share_least"]).max()
    return (
        f"{clip(str(rows['experiment'].iloc[0]), 60)}, {clip(kind)}, "
        f"{percent(cells['sparsity'].mean())} sparsity: {_place(most)} lost most "
        f"({percent(most['share'])} of {int(most['n']):,} weights), {_place(least)} least "
        f"({percent(least['share'])} of {int(least['n']):,}); mean over "
        f"{count(int(most['seeds']), 'seed')}"
        f"{', which differ by at most ' + points(spread) if most['seeds'] > 1 else ''}."
    )


def _place(cell: pd.Series) -> str:
    words = [clip(str(cell["stack"]))]
    words += [f"layer {cell['layer']}"] if cell["layer"] >= 0 else []
    words += [clip(str(cell["block"])), clip(str(cell["role"]))]
    return " ".join(word for word in words if word)


def layers(tables: Tables) -> list[str]:
    """Which corresponding layers stayed closest and moved farthest, with the noise floor."""
    said = []
    for which in tables.groups("similarity", ("experiment", "measure")):
        rows = with_kind(tables.where(**which).similarity)
        rows = rows[(rows["dense_layer"] == rows["sparse_layer"]) & (rows["round"] > 0)]
        rows = rows[rows["value"].notna()]
        for kind, _, _ in kinds(rows)[:1]:
            said.append(_layers_of(rows[rows["kind"] == kind], kind))
    return said


def _layers_of(rows: pd.DataFrame, kind: str) -> str:
    rows = rows[rows["round"] == rows["round"].max()]
    means = over_seeds(rows, ["stack", "dense_layer"], "value").sort_values("mean")
    far, near = means.iloc[0], means.iloc[-1]
    places = 3
    floor = rows["noise_floor"].mean()
    said = [
        f"{clip(str(row['stack']))} layer {row['dense_layer']} {how} "
        f"({number(row['mean'], places)}, interval {_Value.of(row, places).interval})"
        for row, how in ((near, "stayed closest to dense"), (far, "moved farthest"))
    ]
    apart = _Value.of(far, places).apart(_Value.of(near, places))
    verdict = "" if apart else " Their intervals overlap: no difference between them is shown."
    return (
        f"{clip(str(rows['experiment'].iloc[0]), 60)}, {clip(kind)}, "
        f"{percent(far['sparsity'])} sparsity, {pretty(str(rows['measure'].iloc[0]))}: "
        f"{', '.join(said)}; n = {count(int(rows['n'].max()), 'token')}, "
        f"{count(int(far['seeds']), 'seed')}"
        f"{', noise floor ' + number(floor, places) if math.isfinite(floor) else ''}.{verdict}"
    )


def probes(tables: Tables) -> list[str]:
    """What each probe reads from the best layer of the last tickets and of the dense model."""
    said = []
    for which in tables.groups("probes", ("experiment", "probe", "metric")):
        rows = with_kind(tables.where(**which).probes)
        rows = rows[rows["value"].notna()]
        if len(rows):
            said.append(_probes_of(rows, next((kind for kind, _, _ in kinds(rows)), DENSE)))
    return said


def _probes_of(rows: pd.DataFrame, kind: str) -> str:
    means = over_seeds(rows, [*KIND, "round", "stack", "layer"], "value")
    tickets = means[means["kind"] == kind]
    best = _best(tickets[tickets["round"] == tickets["round"].max()])
    places = 3
    ticket = _Value.of(best, places)
    dense = means[means["kind"] == DENSE]
    beside = "; no dense model was probed"
    verdict = ""
    if kind == DENSE:
        beside = "; no ticket was probed"
    elif len(dense):
        top = _best(dense)
        value = _Value.of(top, places)
        beside = f" against {value} from dense {clip(str(top['stack']))} layer {top['layer']}"
        verdict = _against(ticket, [(value, "dense")])
    levels = [
        f"{word} {number(rows[column].mean(), places)}"
        for column, word in (("word_baseline", "word baseline"), ("chance", "chance"))
        if math.isfinite(rows[column].mean())
    ]
    return (
        f"{clip(str(rows['experiment'].iloc[0]), 60)}, {pretty(str(rows['probe'].iloc[0]))}, "
        f"{pretty(str(rows['metric'].iloc[0]))}: at {percent(ticket.sparsity)} sparsity "
        f"({clip(kind)}) the best layer, {clip(str(best['stack']))} {best['layer']}, gives {ticket}"
        f"{beside}; n = {count(int(rows['n'].max()), 'word')}, 95% interval {ticket.interval}"
        f"{'; ' + ', '.join(levels) if levels else ''}.{verdict}"
    )


def _best(means: pd.DataFrame) -> pd.Series:
    return means.sort_values("mean", kind="stable").iloc[-1]
