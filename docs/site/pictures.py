"""Pictures made for paper, in the size at which their letters are as large as those of a page."""

import re
import struct
from pathlib import Path

PPI = 300
"""Pixels to the inch, of figures in a study's folder."""
SHOWN = 1.4
"""Pixels of CSS for each point of paper."""
_PICTURE = re.compile(r"(!\[[^\]]*\]\(([^)\s]+\.png)\))(?!\{)")


def shown(path: Path, ppi: int = PPI) -> int:
    """The width on a page, in pixels of CSS, of a PNG of so many pixels to the inch."""
    (width,) = struct.unpack(">I", path.read_bytes()[16:20])
    return round(width / ppi * 72 * SHOWN)


def sized(text: str, folder: Path) -> str:
    """A page whose pictures, which lie in a folder, are said to be as wide as they should be."""
    return _PICTURE.sub(lambda found: f"{found[1]}{{ width={shown(folder / found[2])} }}", text)
