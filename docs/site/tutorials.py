"""Tutorials, run from the first line to the last: notebooks with what they print, and reports."""

import contextlib
import shutil
from pathlib import Path
from typing import Any

from docs.site import notebooks, rewrite, snippets, world

REPORTS = {"lottery": "lottery", "translate": "translate"}
"""A tutorial to the study of it whose report is shown."""


def run(docs: Path, pages: Path, work: Path) -> None:
    """Run every tutorial in one folder, and write what comes of it beside the staged pages.

    Raises AssertionError where one fails, or prints something else than its page shows.
    """
    work.mkdir(parents=True)
    for page in sorted((docs / "tutorials").glob("*.md")):
        text = page.read_text("utf-8")
        world.make(work, page)
        names: dict[str, Any] = {"__name__": "__main__"}
        printed = {}
        with contextlib.chdir(work):
            for block, said in snippets.run(text, rewrite.call, names):
                assert snippets.holds(block, said), f"{page.name}:{block.line} prints\n{said}"
                printed[block.line] = said
        beside = pages / "tutorials"
        notebooks.write(text, printed, beside / f"{page.stem}.ipynb")
        if page.stem in REPORTS:
            report = work / "runs" / REPORTS[page.stem] / "report.html"
            shutil.copyfile(report, beside / f"{page.stem}-report.html")
