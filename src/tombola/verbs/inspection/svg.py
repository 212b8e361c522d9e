"""Rectangles, lines and text of an SVG file; whatever text is given stays text."""

import re
import unicodedata
from typing import Literal, TypeAlias
from xml.etree import ElementTree as ET

Pixels: TypeAlias = float | int

FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
INK = "#222222"
GREY = "#5c6570"
OUTLINE = "#8a949e"
UNKNOWN = "#d9dee4"
"""For what has no weights to look at."""

_SHADES = ("#ffffff", "#9ecae1", "#0072b2", "#08306b")
"""White to dark blue: one hue whose lightness falls all the way, for any colour vision."""

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 does not allow, even escaped."""


def shade(share: float | None) -> str:
    """The colour of a share of zeros, 0 to 1: white is none. Grey where it is not known."""
    if share is None:
        return UNKNOWN
    place = share * (len(_SHADES) - 1)
    left = min(int(place), len(_SHADES) - 2)
    ends = ([int(_SHADES[left + i][k : k + 2], 16) for k in (1, 3, 5)] for i in (0, 1))
    mixed = (round(a + (b - a) * (place - left)) for a, b in zip(*ends, strict=True))
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def text_width(text: str, size: Pixels) -> Pixels:
    """About how wide a text will be; rather more than less."""
    return size * sum(map(_em, text))


def _em(character: str) -> float:
    """About the width of a character, as a share of the size of its font."""
    if character in "mwMW@%" or unicodedata.east_asian_width(character) in "FW":
        return 1.05
    return 0.75 if character.isupper() else 0.58


def shortened(text: str, width: Pixels, size: Pixels) -> str:
    """The text, its middle left out where it would be wider than `width`."""
    kept = len(text)
    short = text
    while kept > 2 and text_width(short, size) > width:
        kept -= 1
        short = text[: kept // 2] + "…" + text[len(text) - (kept - kept // 2) :]
    return short


class Drawing:
    """A white sheet to draw on, measured from the upper left."""

    def __init__(self, width: Pixels, height: Pixels, name: str) -> None:
        size = {"width": _number(width), "height": _number(height)}
        self._root = ET.Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                **size,
                "viewBox": f"0 0 {size['width']} {size['height']}",
                "font-family": FONT,
                "role": "img",
                "aria-label": _clean(name),
            },
        )
        # A ground of its own: the picture reads the same on a dark page.
        ET.SubElement(self._root, "rect", {**size, "fill": "#ffffff"})

    def box(
        self,
        x: Pixels,
        y: Pixels,
        width: Pixels,
        height: Pixels,
        fill: str,
        kind: str,
        tip: str = "",
        stroke: str = OUTLINE,
    ) -> None:
        """A rectangle of a class `kind`, with words that show under the mouse."""
        element = ET.SubElement(
            self._root,
            "rect",
            {
                "class": kind,
                **{k: _number(v) for k, v in _sides(x, y, width, height).items()},
                "fill": fill,
                "stroke": stroke,
                "stroke-width": "0.6",
            },
        )
        if tip:
            ET.SubElement(element, "title").text = _clean(tip)

    def text(
        self,
        x: Pixels,
        y: Pixels,
        words: str,
        size: Pixels = 10.5,
        color: str = INK,
        anchor: Literal["start", "middle", "end"] = "start",
        bold: bool = False,
        tip: str = "",
    ) -> None:
        """Words whose base line is at `y`."""
        element = ET.SubElement(
            self._root,
            "text",
            {
                "x": _number(x),
                "y": _number(y),
                "font-size": _number(size),
                "fill": color,
                "text-anchor": anchor,
                **({"font-weight": "bold"} if bold else {}),
            },
        )
        element.text = _clean(words)
        if tip:
            ET.SubElement(element, "title").text = _clean(tip)

    def arrow(self, *points: tuple[Pixels, Pixels]) -> None:
        """A line through some points with a head at the last."""
        (x0, y0), (x1, y1) = points[-2:]
        length = max(abs(x1 - x0), abs(y1 - y0)) or 1
        dx, dy = 4 * (x1 - x0) / length, 4 * (y1 - y0) / length
        path = " ".join(f"{_number(x)},{_number(y)}" for x, y in points)
        line = {"fill": "none", "stroke": OUTLINE, "stroke-width": "1"}
        ET.SubElement(self._root, "polyline", {"points": path, **line})
        corners = ((x1, y1), (x1 - dx - dy, y1 - dy - dx), (x1 - dx + dy, y1 - dy + dx))
        tip = " ".join(f"{_number(x)},{_number(y)}" for x, y in corners)
        ET.SubElement(self._root, "polygon", {"points": tip, "fill": OUTLINE})

    def __str__(self) -> str:
        """The text of the file; equal drawings give equal text."""
        return ET.tostring(self._root, encoding="unicode") + "\n"


def _sides(x: Pixels, y: Pixels, width: Pixels, height: Pixels) -> dict[str, Pixels]:
    return {"x": x, "y": y, "width": width, "height": height}


def _number(value: Pixels) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
