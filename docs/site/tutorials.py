"""Tutorials, run from the first line to the last: notebooks with what they print, and reports."""

import contextlib
import multiprocessing
import os
import shutil
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from docs.site import notebooks, rewrite, snippets, world

REPORTS = {"lottery": "lottery", "translate": "translate"}
"""A tutorial to the study of it whose report is shown."""


def run(docs: Path, pages: Path, work: Path) -> None:
    """Run every tutorial in a folder of its own, and write what comes of it beside staged pages.

    As many at a time as there are cores: they wait for nothing of each other. Raises
    AssertionError where one fails, or prints something else than its page shows.
    """
    work.mkdir(parents=True)
    found = sorted((docs / "tutorials").glob("*.md"))
    context = multiprocessing.get_context("spawn")  # what has threads cannot be forked
    with ProcessPoolExecutor(os.cpu_count(), context, initializer=_alone) as pool:
        for ended in [pool.submit(run_one, page, pages, work / page.stem) for page in found]:
            ended.result()


def _alone() -> None:
    """Take one core: each process has as many threads as there are, and they would fight."""
    import torch

    torch.set_num_threads(1)


def run_one(page: Path, pages: Path, work: Path) -> None:
    """Run a tutorial; its notebook and the report of its study go beside the staged pages."""
    work.mkdir()
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
