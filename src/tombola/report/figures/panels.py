"""Small panels side by side: one per stack and kind of ticket."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from tombola.report.style import DOUBLE_PT, SINGLE_PT
from tombola.report.tickets import CONTROL, DENSE, kinds
from tombola.report.words import clip, percent


@dataclass(frozen=True)
class Panel:
    """Which rows a panel shows, and its title."""

    stack: str
    kind: str
    title: alt.Title


def stacks(frame: pd.DataFrame) -> list[str]:
    """The stacks of a table: encoder, decoder, then others."""
    known = ["encoder", "decoder"]
    found = [str(stack) for stack in frame["stack"].unique()]
    return sorted(found, key=lambda s: (known.index(s) if s in known else len(known), s))


def panels(
    frame: pd.DataFrame, limit: float, *, stacks_across: bool = False, dense: bool = False
) -> Iterator[Panel]:
    """A panel for each stack and kind that occur: kinds side by side, or stacks.

    The dense model has panels of its own, the first ones, where `dense` asks for them.
    """
    occur = set(frame[["stack", "kind"]].itertuples(index=False, name=None))
    names = [*([DENSE] if dense else []), *(kind.name for kind in kinds(frame))]
    pairs = [(stack, kind) for stack in stacks(frame) for kind in names]
    if stacks_across:
        pairs = [(stack, kind) for kind in names for stack in stacks(frame)]
    for stack, kind in pairs:
        if (stack, kind) in occur:
            title = alt.Title(
                clip(stack), subtitle=clip(kind), fontSize=7.5, subtitleFontSize=7, offset=3,
                anchor="start", frame="bounds", subtitlePadding=1, limit=limit,
            )  # fmt: skip
            yield Panel(stack, kind, title)


def arrangement(frame: pd.DataFrame, most: int, *, dense: bool = False) -> int:
    """Panels in a row: all kinds where they fit, at most `most`; `dense` as in `panels`."""
    across = len(kinds(frame)) + int(dense and (frame["criterion"] == DENSE).any())
    return min(across, most) if across > 1 else min(len(stacks(frame)), 2)


def panel_width(columns: int, axis: int) -> float:
    """Points that a panel may fill beside an axis of `axis` points; one panel fills one column."""
    if columns == 1:
        return SINGLE_PT - axis - 8
    return (DOUBLE_PT - 8 - 10 * (columns - 1)) / columns - axis


def grid(
    frame: pd.DataFrame,
    columns: int,
    axis: int,
    draw: Callable[[Panel], Any],
    *,
    stacks_across: bool = False,
    dense: bool = False,
) -> alt.ConcatChart:
    """Panels drawn one by one and laid out in rows; `axis` is the room beside each, in points."""
    limit = panel_width(columns, axis) + axis - 6
    shown = panels(frame, limit, stacks_across=stacks_across, dense=dense)
    charts = [draw(panel).properties(title=panel.title) for panel in shown]
    return alt.concat(*charts, columns=columns)


ALIKE = 0.01
"""Shares that differ by less, everywhere in a panel, say one number: a point."""
BY_LOT = 6
"""Standard deviations of a share by lot that the highest and the lowest of dozens may lie apart."""


def telling(frame: pd.DataFrame, value: str) -> tuple[pd.DataFrame, str]:
    """The rows of kinds whose values differ from place to place, and a word on all others.

    Masks by lot take the same share everywhere: panels of one colour say nothing. Where no kind
    says more, all stay.
    """
    by = frame.groupby(["kind", "stack", "round"], sort=False)[value]
    spread = (by.max() - by.min()).groupby("kind", sort=False).max()
    silent = spread.index[spread < _noise(frame).reindex(spread.index)]
    if len(silent) == len(spread) or silent.empty:
        return frame, ""
    names = "; ".join(clip(str(kind)) for kind in silent)
    return frame[~frame["kind"].isin(silent)], f"Alike everywhere, not drawn: {names}"


def _noise(frame: pd.DataFrame) -> pd.Series:
    """What shares of each kind may differ by and still say one number: more where lots draw few."""
    by = frame.groupby("kind", sort=False)
    lot = (by["criterion"].first() == CONTROL) & ("n" in frame)
    fewest = by["n"].min() if "n" in frame else by.size()
    return (BY_LOT * (0.25 / fewest) ** 0.5).where(lot, ALIKE).clip(lower=ALIKE)


@dataclass(frozen=True)
class Slider:
    """A choice of the round. Paper has no slider: it shows the last round."""

    sparsity: dict[int, str]
    """Round to sparsity in words."""

    @classmethod
    def over(cls, summary: pd.DataFrame) -> "Slider":
        """A slider over the rounds of a table."""
        return cls(round_labels(summary))

    @property
    def parameter(self) -> alt.Parameter:
        """The parameter `round`."""
        first, last = min(self.sparsity), max(self.sparsity)
        binding = alt.binding_range(min=first, max=last, step=1, name="round ")
        # One round leaves nothing to choose.
        return alt.param(name="round", value=last, **({"bind": binding} if last > first else {}))

    def choose(self, values: dict[int, float]) -> alt.ExprRef:
        """The chosen round's value."""
        first, last = min(self.sparsity), max(self.sparsity)
        listed = [values.get(step) for step in range(first, last + 1)]
        return alt.ExprRef(f"{json.dumps(listed)}[round - {first}]")

    def title(self, lines: list[str]) -> alt.ExprRef:
        """Title lines, and one more that follows the slider."""
        first, last = min(self.sparsity), max(self.sparsity)
        shown = [self.sparsity.get(step, "") for step in range(first, last + 1)]
        # json.dumps writes string literals that Vega's expressions read back unchanged.
        fixed = ", ".join(json.dumps(line) for line in lines)
        # Masks that no round drew are all of round 0, which says nothing.
        named = '"Round " + round + ": " + ' if last > 0 else ""
        moving = f'{named}{json.dumps(shown)}[round - {first}] + " sparsity"'
        return alt.ExprRef(f"[{fixed}, {moving}]")


def round_labels(frame: pd.DataFrame) -> dict[int, str]:
    """Each round's sparsity in words: 48.8%, or a range where kinds of tickets differ."""
    labels = {}
    for step in sorted(int(step) for step in frame["round"].unique()):
        sparsity = frame.loc[frame["round"] == step, "at" if "at" in frame else "sparsity"]
        ends = [percent(sparsity.min()), percent(sparsity.max())]
        labels[step] = ends[0] if ends[0] == ends[1] else f"{ends[0][:-1]}–{ends[1]}"
    return labels
