"""A built site, looked through: each link leads somewhere, and nothing is loaded from elsewhere."""

import re
import urllib.parse
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

_ELSEWHERE = re.compile(r"(?:[a-z]+:)?//|data:|mailto:|javascript:", re.IGNORECASE)


class _Page(HTMLParser):
    """The anchors, the links and the resources of one page."""

    def __init__(self) -> None:
        super().__init__()
        self.anchors: set[str] = {""}
        self.links: list[str] = []
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag names."""
        said = {name: value for name, value in attrs if value is not None}
        self.anchors |= {said[name] for name in ("id", "name") if name in said}
        if tag == "a" and "href" in said:
            self.links.append(said["href"])
        elif "src" in said:
            self.loaded.append(said["src"])
        elif tag == "link" and said.get("rel") in ("stylesheet", "icon", "preload"):
            self.loaded.append(said["href"])


def faults(site: Path) -> Iterator[str]:
    """What is wrong with a site, a line each; 404.html, which has no place of its own, is left out.

    Pages that were not written here, such as a study's report, are looked at for what they load.
    """
    pages = {path: _read(path) for path in sorted(site.rglob("*.html")) if path.name != "404.html"}
    for path, page in pages.items():
        here = path.relative_to(site)
        made_elsewhere = path.stem.endswith("-report")
        for each in page.loaded:
            if each.startswith("data:"):
                continue
            file = urllib.parse.unquote(each.partition("?")[0])
            if _ELSEWHERE.match(each) or not (path.parent / file).exists():
                yield f"{here}: loads {each}"
        for link in page.links:
            if _ELSEWHERE.match(link):
                continue
            name, _, anchor = urllib.parse.unquote(link).partition("#")
            there = (path.parent / name.partition("?")[0]).resolve() if name else path
            if not there.exists():
                yield f"{here}: {link} leads nowhere"
            elif there in pages and anchor not in pages[there].anchors and not made_elsewhere:
                yield f"{here}: {link}: no such heading"


def _read(path: Path) -> _Page:
    page = _Page()
    page.feed(path.read_text("utf-8"))
    return page
