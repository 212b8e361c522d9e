"""One folder with every page: copies of those in `docs/`, and those made of the code."""

import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from docs.site import claims, commands, gallery, keys, python, tables, tutorials
from docs.site.pictures import sized

MADE: Mapping[str, Callable[[Path], str]] = {
    "reference/python.md": python.page,
    "reference/commands.md": commands.page,
    "reference/tables.md": tables.page,
    "reference/claims.md": claims.page,
    "recipe-keys.md": keys.page,
    "gallery.md": gallery.page,
}
"""Pages by path; each is given the folder of the staged pages, to put pictures into."""
COPIED = (".md", ".png", ".svg", ".csv", ".yaml", ".py", ".ipynb", ".tex", ".pdf")
_OUT = re.compile(r"\]\((\.\./)+((?:examples|src|tests|benchmarks)/[^)#]*|[A-Z]+\.md|LICENSE)\)")


def stage(docs: Path, out: Path) -> Path:
    """Run the tutorials, write `out/pages` and `out/mkdocs.yml`; returns the folder of pages."""
    pages = out / "pages"
    shutil.rmtree(out, ignore_errors=True)
    for path in sorted(docs.rglob("*")):
        part = path.relative_to(docs)
        if path.suffix in COPIED and part.parts[0] != "site":
            target = pages / part
            target.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix == ".md":
                target.write_text(_page(path), "utf-8")
            else:
                shutil.copyfile(path, target)
    (pages / "assets").mkdir()
    for name in ("iframe-worker.js", "extra.css"):
        shutil.copy(docs / "site" / name, pages / "assets")
    tutorials.run(docs, pages, out / "work")
    for name, make in MADE.items():
        target = pages / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(make(pages), "utf-8")
    for name in ("CHANGELOG.md", "CONTRIBUTING.md"):
        text = (docs.parent / name).read_text("utf-8")
        text = text.replace("](docs/", "](").replace("](examples/plugins)", "](own-step.md)")
        (pages / name.lower()).write_text(text, "utf-8")
    settings = (docs / "site" / "mkdocs.yml").read_text("utf-8")
    settings = settings.replace("@SOURCE@", str(docs.parent / "src"))
    (out / "mkdocs.yml").write_text(there(settings, pages), "utf-8")
    return pages


def _page(path: Path) -> str:
    """A page as the site has it; a tutorial leads to its notebook and to its study's report."""
    text = within(path.read_text("utf-8"))
    if "results" in path.parts:
        text = sized(text, path.parent)
    if path.parent.name == "tutorials":
        also = [f"[This page as a notebook]({path.stem}.ipynb)"]
        if path.stem in tutorials.REPORTS:
            also.append(f"[the report of this run]({path.stem}-report.html)")
        text += f"\n{' · '.join(also)}\n"
    return text


def there(settings: str, pages: Path) -> str:
    """The settings without entries of the navigation whose page is not there."""
    found = [(line, re.search(r"([\w./-]+\.md)$", line)) for line in settings.splitlines()]
    kept = (line for line, page in found if page is None or (pages / page[1]).exists())
    return "\n".join([*kept, ""])


def within(text: str) -> str:
    """A page whose links to files that are not part of the site name them instead."""
    text = re.sub(r"\[([^\]]+)\]\(\.\./CONTRIBUTING\.md\)", r"[\1](contributing.md)", text)
    return re.sub(r"\[([^\]]+)" + _OUT.pattern, r"\1 (`\3`)", text)
