"""Pages as notebooks: the same text, the same code."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from docs.site.snippets import Block, blocks

_MARKS = re.compile(r"<!-- (?:long|shown: .*?) -->\n")


def notebook(text: str, printed: Mapping[int, str] | None = None) -> dict[str, Any]:
    """A page as a notebook (nbformat 4.5): what is run as cells of code, the rest as Markdown.

    Outputs that a page shows are left out; those of a cell are what was `printed` by the block that
    begins on that line of the page.
    """
    cells, at = [], 0
    for block in blocks(text):
        start, end = block.fence
        if block.run:
            said = (printed or {}).get(block.line, "")
            cells += [_cell("markdown", text[at:start]), _cell("code", _code(block), said)]
        else:
            cells.append(_cell("markdown", text[at:end]))
        at = end
    cells.append(_cell("markdown", text[at:]))
    kept = [cell for cell in cells if cell["source"]]
    for number, cell in enumerate(kept):
        cell["id"] = f"cell-{number}"
    about = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return {"cells": kept, "metadata": about, "nbformat": 4, "nbformat_minor": 5}


def write(text: str, printed: Mapping[int, str], target: Path) -> None:
    """Write a page's notebook, with what its cells printed."""
    made = notebook(text, printed)
    target.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _cell(kind: str, source: str, said: str = "") -> dict[str, Any]:
    source = _MARKS.sub("", source).strip()
    cell: dict[str, Any] = {"cell_type": kind, "id": "", "metadata": {}, "source": source}
    if kind == "code":
        shown = [{"output_type": "stream", "name": "stdout", "text": said}] if said else []
        cell |= {"execution_count": None, "outputs": shown}
    return cell


def _code(block: Block) -> str:
    """The code of a cell; a shell's commands begin with `!`, but for lines that go on."""
    if block.language == "python":
        return block.body
    lines, goes_on = [], False
    for line in block.body.rstrip().splitlines():
        lines.append(line if goes_on or not line.strip() else f"!{line}")
        goes_on = line.endswith("\\")
    return "\n".join(lines)
