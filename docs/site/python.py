"""Names of the package, for mkdocstrings to fill in from their docstrings."""

import ast
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "tombola"
ROOMS = {
    "masks": "which weights survive?",
    "anatomy": "what is a Transformer made of?",
    "tickets": "how is a ticket drawn?",
    "dissect": "what did pruning take?",
    "tasks": "what is learned?",
    "text": "what do files say?",
    "statistics": "how sure is it?",
    "report": "how does a person read it?",
    "study": "how does a whole experiment run?",
}
"""Rooms whose public names have a page, each with its question."""


def page(pages: Path) -> str:
    """The names of `tombola` itself; a page for each room is written beside it."""
    links = []
    for room, question in ROOMS.items():
        names = [f"tombola.{room}.{name}" for name in public(SOURCE / room / "__init__.pyi")]
        title = f"# tombola.{room}\n\n{question[0].upper()}{question[1:]}\n"
        path = pages / "reference" / f"python-{room}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_filled(title, names), "utf-8")
        links.append(f"[{room}](python-{room}.md)")
    rooms = [name for name in public(SOURCE / "__init__.pyi") if name not in ROOMS]
    introduction = (
        "# Python\n\nWhat `import tombola` gives; nothing is loaded before it is used. Rooms have "
        f"more: {', '.join(links)}.\n"
    )
    verbs = [f"tombola.{name}" for name in rooms if not name.startswith("_")]
    return _filled(introduction, verbs)


def public(stub: Path) -> Iterator[str]:
    """The names that a room lists, in their order."""
    for statement in ast.parse(stub.read_text("utf-8")).body:
        if isinstance(statement, ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in statement.names)


def _filled(title: str, names: list[str]) -> str:
    return "\n".join([title, *(f"::: {name}\n" for name in names)])
