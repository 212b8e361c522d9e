"""Which scripts a page may run: its own, and nothing is fetched from anywhere."""

import base64
import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import vl_convert
from markupsafe import Markup

from tombola.report.exports import VEGA_LITE

SCRIPTS = ("unpack", "facets", "rows", "tips", "charts", "save", "start")
"""The page's own script, in the order of its pieces."""


@cache
def vega() -> Markup:
    """Vega, Vega-Lite and Vega-Embed as one script."""
    text = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=VEGA_LITE)
    return script(str(text))


@cache
def own() -> Markup:
    """The page's own script."""
    here = Path(__file__).parent
    pieces = [(here / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS]
    return script('"use strict";\n' + "\n".join(pieces))


def script(text: str) -> Markup:
    """A script's text, safe to stand between its tags unescaped, as its hash demands."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "</script" in text.lower() or "<!--" in text:
        raise ValueError("a script that would end its own element cannot be embedded")
    return Markup(text)


def policy(scripts: Iterable[Markup]) -> str:
    """Only these scripts run, and nothing is fetched."""
    digests = [hashlib.sha256(str(each).encode()).digest() for each in scripts]
    hashes = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
