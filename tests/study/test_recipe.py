from pathlib import Path

import pytest
import small

from tombola.errors import UserError
from tombola.study import parse_recipe, read_recipe, shipped
from tombola.study.recipe import expand
from tombola.study.run import recipe_text


@pytest.mark.parametrize("name", list(shipped()))
def test_every_shipped_recipe_is_valid_and_survives_being_printed(name: str):
    recipe = read_recipe(name)
    assert recipe.name == name
    assert parse_recipe(recipe_text(recipe), name) == recipe


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("toy.task.foldr=x", ["experiments.toy.task.foldr", "allowed: name, folder"]),
        ("toy.pruning.amount=1.5", ["experiments.toy.pruning.amount", "less than 1", "1.5"]),
        ("toy.pruning.amount=much", ["toy.pruning.amount", "number", "'much'"]),
        ("toy.pruning.scope=world", ["scope", "'global', 'stack', 'layer'", "'world'"]),
        ("toy.rewinding.0.what=time", ["rewinding.0.what", "'weights' or 'learning-rate'"]),
        ("toy.rewinding.7.what=weights", ["there is no '7'"]),
        ("toy.criteria=[luck]", ["criteria", "'luck'", "allowed: magnitude, random"]),
        ("toy.training.epochs=3", ["toy.training", "either epochs or steps"]),
        ("toy.model.load=x", ["toy.model", "either load"]),
        ("toy.rounds=0", ["toy.rounds", "greater than 0"]),
        ("seeds=[1, 1]", ["seeds", "distinct"]),
        ("seeds=[]", ["seeds", "at least 1"]),
        ("threads=two", ["threads", "integer"]),
        ("nonsense=1", ["no key 'nonsense'", "allowed: name, title"]),
        ("toy", ["key=value"]),
        ("toy.title.x=[", ["not YAML"]),
        ("name=Has Spaces", ["name", "pattern"]),
        ("experiments=null", ["experiments", "dictionary"]),
    ],
)
def test_a_wrong_setting_is_one_line_that_names_the_key(tmp_path: Path, change: str, words):
    text = small.recipe_text(tmp_path)
    with pytest.raises(UserError) as caught:
        parse_recipe(text, "small", (change,))
    message = str(caught.value)
    assert "\n" not in message
    for word in words:
        assert word in message


@pytest.mark.parametrize("text", ["", "- a", "a: [", "{}", "name: x", "\t"])
def test_what_is_no_recipe_is_one_line(text: str):
    with pytest.raises(UserError) as caught:
        parse_recipe(text, "mine.yaml")
    assert str(caught.value).startswith("mine.yaml: ")
    assert "\n" not in str(caught.value)


def test_changes_reach_into_lists_and_past_the_word_experiments(tmp_path: Path):
    recipe = small.recipe(tmp_path, "toy.rewinding.1.to=0.25", "experiments.toy.rounds=5")
    assert recipe.experiments["toy"].rewinding[1].to == 0.25
    assert recipe.experiments["toy"].rounds == 5


def test_an_unknown_recipe_lists_the_shipped_ones():
    with pytest.raises(UserError, match="first-look"):
        read_recipe("no-such")
    with pytest.raises(UserError, match="cannot read"):
        read_recipe("no-such.yaml")


def test_variables_in_paths(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CORPORA", "/data")
    assert expand("$CORPORA/cola") == "/data/cola"
    assert expand("org/model") == "org/model"
    with pytest.raises(UserError, match="NO_SUCH_VARIABLE is not set"):
        expand("${NO_SUCH_VARIABLE}/cola")
