"""What can be told of code on a page without running it: that all it names exists."""

import ast
import importlib
import importlib.util
import re
from pathlib import Path
from typing import Any

import typer
import yaml
from docs.site.snippets import Block, lines
from docs.site.world import RECIPE

import tombola
from tombola.cli.command import find_verbs
from tombola.cli.terminal.app import app
from tombola.extras import EXTRAS
from tombola.study import Recipe, parse_recipe
from tombola.study.library import Library
from tombola.study.plan import plan

ROOT = Path(__file__).parents[2]
SECTIONS = ("tasks", "models", "steps")
QUOTES = re.compile(r"from (\S+\.py)")


def look(block: Block) -> None:
    """Raise what is wrong with a block: no such verb, option, name, or key of a recipe.

    A block that quotes a file (`shown: from PATH`) has to stand there as it does here.
    """
    quoted = QUOTES.fullmatch(block.why or "")
    if quoted:
        assert block.body in (ROOT / quoted[1]).read_text("utf-8"), f"{quoted[1]} says otherwise"
    elif block.language == "sh":
        for words in lines(block.body):
            _command(words)
    elif block.language == "python":
        _names(ast.parse(block.body))
    elif block.language == "yaml":
        recipe = _piece(block.body)
        if block.why is None:
            plan(recipe, Library(recipe, looking=True))
    else:
        assert block.language in ("", "text", "bibtex"), f"who reads {block.language}?"


def _command(words: list[str]) -> None:
    """Parse a command of tombola's and do nothing; of `make` and `pip` look for what they name."""
    program, *rest = words
    if program == "tombola":
        find_verbs()
        found: Any = typer.main.get_command(app)
        while hasattr(found, "commands") and rest and not rest[0].startswith("-"):
            name, *rest = rest
            found = found.commands[name]
        context = found.context_class(found, info_name=program)
        found.make_parser(context).parse_args(list(rest))
    elif program == "make":
        assert f"\n{rest[0]}:" in (ROOT / "Makefile").read_text("utf-8"), f"make {rest[0]}"
    elif program == "pip":
        for extra in re.findall(r"tombola\[(.*)\]", " ".join(rest)):
            assert set(extra.split(",")) <= {*EXTRAS, "all"}, extra


def _names(tree: ast.Module) -> None:
    """Look for everything that is imported from tombola, or read from it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tombola"):
            module = importlib.import_module(str(node.module))
            for alias in node.names:
                getattr(module, alias.name)
        chain = ast.unparse(node).split(".") if isinstance(node, ast.Attribute) else []
        if chain[:1] == ["tombola"] and all(map(str.isidentifier, chain)):
            found: Any = tombola
            for name in chain[1:]:
                found = getattr(found, name)


def _piece(text: str) -> Recipe:
    """A recipe, or a piece of one within what pages take for granted."""
    said = yaml.safe_load(text)
    whole = yaml.safe_load(RECIPE)
    if not said.keys() & Recipe.model_fields.keys():  # steps, or settings of one
        is_step = all(isinstance(each, dict) and "do" in each for each in said.values())
        said = {"steps": said if is_step else {"dense": {**whole["steps"]["dense"], **said}}}
    for section in () if said.keys() >= set(SECTIONS) else SECTIONS:
        said[section] = {**whole[section], **said.get(section, {})}
    return parse_recipe(yaml.safe_dump({**whole, **said}, sort_keys=False), "a page")
