"""How figures look: one pixel of a chart is one point (1/72 inch) on paper."""

from dataclasses import dataclass
from typing import Any

import altair as alt

from tombola.report.one_form import AS_LONG, CONTROL, NO_REWIND
from tombola.report.tickets import TicketKind

SINGLE_PT = 237.6
"""Width of a single column: 3.3 inches."""
DOUBLE_PT = 496.8
"""Width of a double column: 6.9 inches."""

LETTER_PT = 3.7
"""About how wide a letter of a legend is."""

BLACK = "#000000"
GREY = "#767676"
CATEGORIES = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"]
"""Okabe and Ito's colours that are told apart with any colour vision, without black and yellow."""
SOLID = (1.0, 0.0)
DASHES = (SOLID, (5.0, 2.0), (1.5, 1.5), (6.0, 2.0, 1.5, 2.0))
PLASMA = ["#0d0887", "#46039f", "#7201a8", "#9c179e", "#bd3786", "#d8576b", "#ed7953", "#fb9f3a"]
"""The dark three quarters of plasma, whose light end is lost on white paper."""
DARK = 0.45
"""Place on viridis up to which white is read better on it than black."""
DIVERGING = ["#08306b", "#0072B2", "#ffffff", "#D55E00", "#7f2704"]
"""Blue above, orange below, white at exactly zero."""

# Liberation Sans has the widths of Arial and Helvetica, so text keeps its place on any machine.
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"


def config() -> dict[str, Any]:
    """Vega-Lite's configuration for every figure."""
    axis = {
        "labelFontSize": 7, "titleFontSize": 7.5, "titleFontWeight": "normal", "titlePadding": 4,
        "labelPadding": 2, "tickSize": 3, "gridColor": "#e8e8e8", "gridWidth": 0.5,
        "domainColor": "#888888", "tickColor": "#888888", "labelColor": "#222222",
        "titleColor": "#222222", "labelLimit": 90, "titleLimit": 220,
    }  # fmt: skip
    legend = {
        "labelFontSize": 7, "titleFontSize": 7, "titleFontWeight": "normal", "orient": "top",
        "symbolSize": 110, "symbolOpacity": 1, "symbolStrokeWidth": 1.4,
        "columnPadding": 8, "rowPadding": 1, "titlePadding": 2, "offset": 4, "padding": 0,
        "titleLimit": 230, "gradientThickness": 7, "gradientLength": 130,
    }  # fmt: skip
    title = {
        "fontSize": 9, "subtitleFontSize": 7, "subtitleColor": "#444444", "anchor": "start",
        "frame": "bounds", "offset": 6, "subtitlePadding": 3, "fontWeight": "bold",
    }  # fmt: skip
    return {
        "font": FONT, "background": "white", "axis": axis, "legend": legend, "title": title,
        "view": {"stroke": "#cccccc", "strokeWidth": 0.5}, "concat": {"spacing": 10},
        "text": {"fontSize": 7},
    }  # fmt: skip


def shades(n: int) -> list[str]:
    """`n` colours of a sequential scale, the darkest first."""
    if n == 1:
        return [PLASMA[4]]
    return [_between(i * (len(PLASMA) - 1) / (n - 1)) for i in range(n)]


def _between(place: float) -> str:
    left = min(int(place), len(PLASMA) - 2)
    ends = [[int(PLASMA[i][k : k + 2], 16) for k in (1, 3, 5)] for i in (left, left + 1)]
    mixed = [round(a + (b - a) * (place - left)) for a, b in zip(*ends, strict=True)]
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


TALL = 6
"""Lines of a legend beyond which it stands beside a figure of one column, not above it."""

Entry = tuple[str, str, tuple[float, ...]]
"""Name, colour and dash of a line."""


@dataclass(frozen=True)
class Key:
    """The lines of a figure: their names, colours and dashes, shown in one legend."""

    entries: tuple[Entry, ...]

    def color(self, columns: int, *, single: bool = False) -> alt.Color:
        """The colour of the field `line`, with the legend in so many columns, or in fewer."""
        return alt.Color("line:N", **self._scale(1), legend=self._legend(columns, single))

    def dash(self, columns: int, *, single: bool = False) -> alt.StrokeDash:
        """The dash of the field `line`, in the same legend."""
        return alt.StrokeDash("line:N", **self._scale(2), legend=self._legend(columns, single))

    def _scale(self, part: int) -> dict[str, alt.Scale]:
        names = [entry[0] for entry in self.entries]
        values = [entry[part] for entry in self.entries]
        ranges = [list(v) if isinstance(v, tuple) else v for v in values]
        return {"scale": alt.Scale(domain=names, range=ranges)}

    def _legend(self, columns: int, single: bool) -> alt.Legend:
        """In as many of the columns as the longest name leaves room for; a tall one beside it."""
        longest = LETTER_PT * max((len(name) for name, _, _ in self.entries), default=0)
        while columns > 1 and _room(columns, single) < longest:
            columns -= 1
        limit = _room(columns, single)
        if single and columns == 1 and len(self.entries) > TALL:
            return alt.Legend(
                title=None, columns=1, symbolType="stroke", labelLimit=limit, orient="right"
            )
        return alt.Legend(title=None, columns=columns, symbolType="stroke", labelLimit=limit)


def _room(columns: int, single: bool) -> float:
    """What a label may take beside its line and the padding, so that the legend fits, in points."""
    return ((SINGLE_PT if single else DOUBLE_PT) - 44) / columns - 26


def ticket_key(kinds: list[TicketKind]) -> tuple[Entry, ...]:
    """A key's entries for kinds of tickets: colour says the variant, dash the rewinding.

    Where there are more variants than colours, colour says the criterion and dash all else.
    """
    greys = {CONTROL: GREY, AS_LONG: BLACK}
    coloured = [kind for kind in kinds if kind.criterion not in greys]
    groups = list(dict.fromkeys(kind.variant for kind in coloured))
    by_criterion = len(groups) > len(CATEGORIES)
    if by_criterion:
        groups = list(dict.fromkeys(kind.criterion for kind in coloured))
    rewinds = list(dict.fromkeys(kind.rewind for kind in kinds if kind.rewind != NO_REWIND))
    entries: list[Entry] = []
    for kind in kinds:
        color = greys.get(kind.criterion)
        turn = rewinds.index(kind.rewind) if kind.rewind in rewinds else 0
        if color is None:
            place = groups.index(kind.criterion if by_criterion else kind.variant)
            color = CATEGORIES[place % len(CATEGORIES)]
            if by_criterion:
                same_criterion = [each for each in kinds if each.criterion == kind.criterion]
                turn = same_criterion.index(kind) + place // len(CATEGORIES)
        # Dense is black and solid; so a dense model trained on is black and broken.
        turn += kind.criterion == AS_LONG
        if kind.criterion in greys:
            same = [other.variant for other in kinds if other.criterion == kind.criterion]
            turn += list(dict.fromkeys(same)).index(kind.variant)
        entries.append((kind.name, color, DASHES[turn % len(DASHES)]))
    return tuple(entries)
