"""`python -m docs.site.rewrite PAGE …`: run pages and write what their code prints now."""

import contextlib
import io
import os
import sys
from pathlib import Path
from typing import Any

from docs.site import snippets, world

from tombola.cli import main


def call(words: list[str]) -> str:
    """Run a verb in this process; raises AssertionError where it ends in an error."""
    said, complained = io.StringIO(), io.StringIO()
    before, sys.argv = sys.argv, ["tombola", *words]
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complained):
            main()
    except SystemExit as end:
        if end.code:
            raise AssertionError(f"tombola {' '.join(words)}: {complained.getvalue()}") from None
    finally:
        sys.argv = before
    return said.getvalue()


def rewrite(page: Path, folder: Path) -> str:
    """The page with what its code prints in a folder."""
    names: dict[str, Any] = {"__name__": "__main__"}
    world.make(folder, page)
    with contextlib.chdir(folder):
        return snippets.rewritten(page.read_text("utf-8"), call, names)


if __name__ == "__main__":
    where = Path(os.environ.get("PAGES_FOLDER", "build/pages")).resolve()
    where.mkdir(parents=True, exist_ok=True)
    for each in map(Path, sys.argv[1:]):
        new = rewrite(each.resolve(), where)
        each.write_text(new, "utf-8")
