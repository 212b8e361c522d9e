"""What a recipe's keys are: the page is what the settings say, and the terminal shows it."""

import subprocess
import sys
from pathlib import Path

import pytest
import small

import tombola
from test_cli import call, refused
from tombola.errors import UserError
from tombola.study import KINDS, Section, recipe_sections
from tombola.study.library import Library
from tombola.study.plan import plan
from tombola.training.settings import Training

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def sections() -> dict[str, Section]:
    return recipe_sections()


def test_the_page_in_docs_is_made_of_the_settings():
    """In a process of its own: other tests enter criteria and kinds of steps in this one."""
    command = [sys.executable, "-m", "tombola.cli", "recipes", "keys", "--markdown"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.rstrip()
    page = (ROOT / "docs" / "recipe-keys.md").read_text("utf-8").rstrip()
    assert page == said, "run: tombola recipes keys --markdown > docs/recipe-keys.md"
    for target in {part.partition(")")[0] for part in page.split("](#")[1:]}:
        assert f"\n## {target}" in page.replace(".", "")


def test_every_key_of_every_kind_has_a_meaning(sections: dict[str, Section]):
    for section in (each for each in sections.values() if not each.plugged):
        assert section.about, section.name
        for key in section.keys:
            assert key.meaning, (section.name, key.name)
            assert key.allowed, (section.name, key.name)
    assert {name for name, each in sections.items() if each.step} == set(KINDS)


def test_keys_say_what_the_settings_do(sections: dict[str, Section]):
    keys = {key.name: key for key in sections["training"].keys}
    assert list(keys) == list(Training.model_fields)
    assert keys["batch_size"].allowed == "whole number, > 0"
    assert keys["batch_size"].default == "32"
    assert keys["max_grad_norm"].allowed == "number, > 0, or null"
    assert keys["schedule"].allowed == "one of linear, constant, inverse-sqrt"
    train = {key.name: key for key in sections["train"].keys}
    assert train["training"].allowed == "keys of [training]"
    assert train["training"].default is None
    assert train["do"].allowed == "train"
    assert sections["probe.training"].keys != sections["training"].keys
    by = {key.name: key for key in sections["baseline"].keys}["by"]
    assert by.allowed == "one of majority, majority-as-published"


def test_a_plug_in_s_step_is_shown_too():
    shown = call("recipes", "keys", "norms", "--plugin", ROOT / "examples/plugins/norms_step.py")
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith("norms: ")
    assert "  of: models or steps, one or a list ([reference]) (required)" in shown.stdout


def test_the_terminal_shows_sections_and_refuses_others():
    listed = call("recipes", "keys").stdout
    assert "prune-while" in listed
    assert "criterion.fisher" in listed
    shown = call("recipes", "keys", "train").stdout
    assert "  begin: number, ≥ 0, < 1 (default 0)" in shown
    assert "rewinding of weights." in shown
    assert "no section 'trian'; allowed: recipe, task" in refused("recipes", "keys", "trian")
    assert list(tombola.recipe_keys("rewind")) == ["rewind"]


def test_an_unknown_key_leads_there(tmp_path: Path):
    raw = small.raw(small.cola_folder(tmp_path))
    raw["steps"]["dense"]["traning"] = {}
    recipe = small.of(raw)
    with pytest.raises(UserError, match=r"'traning'; allowed: .*see `tombola recipes keys train`"):
        plan(recipe, Library(recipe))
    with pytest.raises(UserError, match=r"'titel'; allowed: .*see `tombola recipes keys`"):
        small.of({**raw, "titel": "x"}, "threads=1")
