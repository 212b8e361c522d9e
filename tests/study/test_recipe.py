from pathlib import Path

import pytest
import small

from tombola.errors import UserError
from tombola.study import parse_recipe, preview, read_recipe, shipped
from tombola.study.library import Library
from tombola.study.plan import plan
from tombola.study.recipe import Recipe, expand, recipe_text
from tombola.study.stage import Stage


def planned(folder: Path, *changes: str) -> tuple[Stage, ...]:
    recipe = small.recipe(folder, *changes)
    return plan(recipe, Library(recipe))


@pytest.mark.parametrize("name", list(shipped()))
def test_every_shipped_recipe_is_valid_and_survives_being_printed(name: str):
    recipe = read_recipe(name)
    assert recipe.name == name
    assert parse_recipe(recipe_text(recipe), name) == recipe


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("toy.foldr=x", ["tasks.toy.foldr", "allowed: ", "folder"]),
        ("tickets.pruning.amount=1.5", ["steps.tickets.pruning.amount", "less than 1", "1.5"]),
        ("tickets.pruning.amount=much", ["tickets.pruning.amount", "number", "'much'"]),
        ("tickets.pruning.scope=world", ["scope", "global, stack, layer", "'world'"]),
        ("tickets.rewind.0.what=time", ["steps.tickets.rewind"]),
        ("tickets.rewind.7.weights=0", ["there is no '7'"]),
        ("tickets.criterion=[luck]", ["criterion", "'luck'", "magnitude, movement, none"]),
        ("tickets.criterion={name: magnitude, power: 2}", ["criterion", "'power'"]),
        ("tickets.criterion={power: 2}", ["criterion.name"]),
        ("tickets.criterion=[magnitude, magnitude]", ["steps.tickets", "listed twice"]),
        ("tickets.criterion=[]", ["criterion", "empty list"]),
        ("dense.training.epochs=3", ["steps.dense.training", "either epochs or steps"]),
        ("bert.load=x", ["models.bert", "either load"]),
        ("bert.new.hidden_size=wide", ["dense", "new.hidden_size", "type int", "'wide'"]),
        ("bert.new.hidden_size=-8", ["new.hidden_size", "out of range"]),
        ("bert.new.hiden_size=8", ["new", "'hiden_size'", "hidden_size"]),
        ("bert.new.num_attention_heads=3", ["dense", "attention heads"]),
        ("bert.new.model_type=bort", ["model_type", "'bort'"]),
        ("tickets.rounds=0", ["tickets.rounds", "greater than 0"]),
        ("tickets.rewind=[{weights: [0, 0, 0.5]}]", ["rewind.to", "3 entries", "never reached"]),
        ("tickets.of=dens", ["tickets", "'dens'", "bert, dense"]),
        ("tickets.of=layers", ["tickets", "'layers'", "above"]),
        ("tickets.of=tickets", ["tickets", "'tickets'", "above"]),
        ("tickets.of=bert", ["tickets", "`train` step"]),
        ("layers.of={of: tickets, round: 7}", ["layers", "round 7", "allowed: 1, 2"]),
        ("layers.of={of: tickets, source: x}", ["layers", "no axis 'source'", "criterion"]),
        ("layers.of={of: tickets, seed: 2}", ["layers", "seed 2", "allowed: 1"]),
        ("layers.measures=[likeness]", ["layers", "'likeness'", "allowed"]),
        ("layers.text=other", ["layers", "no task 'other'", "allowed: toy"]),
        ("dense.task=other", ["dense", "no task 'other'"]),
        ("dense.do=dance", ["steps.dense.do", "'dance'", "train"]),
        ("dense.do=null", ["steps.dense.do", "None"]),
        ("held.across=rewinding", ["held", "across rewinding", "no such axis"]),
        ("seeds=[1, 1]", ["seeds", "distinct"]),
        ("seeds=[]", ["seeds", "at least 1"]),
        ("seeds=[18446744073709551616]", ["seeds", "below 2^63"]),
        ("toy.train=1180591620717411303424", ["tasks.toy.train", "100000000"]),
        ("threads=two", ["threads", "integer"]),
        ("nonsense=1", ["no key 'nonsense'", "allowed: name, title"]),
        ("toy", ["key=value"]),
        ("toy.title.x=[", ["not YAML"]),
        ("name=Has Spaces", ["name", "pattern"]),
        ("steps=null", ["steps", "dictionary"]),
        ("models.dense={load: x}", ["'dense'", "model and a step"]),
        ("bert.words=[other]", ["models.bert.words", "'other'"]),
    ],
)
def test_a_wrong_setting_is_one_line_that_names_the_key(tmp_path: Path, change: str, words):
    with pytest.raises(UserError) as caught:
        planned(tmp_path, change)
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 1500
    for word in words:
        assert word in message


@pytest.mark.parametrize("text", ["", "- a", "a: [", "{}", "name: x", "\t", "a: &a [*a]"])
def test_what_is_no_recipe_is_one_line(text: str):
    with pytest.raises(UserError) as caught:
        parse_recipe(text, "mine.yaml")
    assert str(caught.value).startswith("mine.yaml: ")
    assert "\n" not in str(caught.value)


def test_the_older_form_is_named():
    with pytest.raises(UserError, match="older form"):
        parse_recipe("experiments: {}", "mine.yaml")


def test_changes_reach_into_lists_and_past_the_section(tmp_path: Path):
    recipe = small.recipe(tmp_path, "tickets.rewind.1.learning-rate=0.25", "steps.tickets.rounds=5")
    assert recipe.steps["tickets"]["rewind"][1] == {"learning-rate": 0.25}
    assert recipe.steps["tickets"]["rounds"] == 5
    with pytest.raises(UserError, match=r"could be tasks.toy or models.toy"):
        small.recipe(tmp_path, "models.toy={load: x}", "toy.max_tokens=8")


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


def test_a_recipe_is_planned_without_its_text_and_weights(tmp_path: Path):
    """Full-scale recipes are looked at on machines that will never run them."""
    changes = ("toy.folder=/nowhere", "models.bert={load: /nowhere/bert}")
    found = preview(small.recipe(tmp_path, *changes), tmp_path / "out")
    assert found.stages == small.SEED_STAGES
    assert set(found.missing) == {"toy", "bert"}
    assert found.steps[0].done is None
    assert "tickets: rounds; 8 stages (task 1 × seed 1 × criterion 2 × rewind 2 × round 2)" in (
        found.lines()
    )
    assert not (tmp_path / "out").exists()
    with pytest.raises(UserError, match="no such folder"):
        planned(tmp_path, *changes)


def test_a_preview_says_what_is_done_how_large_and_how_long(tmp_path: Path):
    found = preview(small.recipe(tmp_path), tmp_path / "out")
    assert found.missing == {}
    assert [step.done for step in found.steps] == [0, 0, 0, 0]
    assert found.seconds > 0
    weights = found.steps[0].bytes / 4
    assert 2000 < weights < 20000
    assert found.steps[1].bytes == 8 * found.steps[0].bytes
    assert found.to_dict()["stages"] == small.SEED_STAGES


def test_texts_that_cannot_be_read_are_left_out_where_a_task_says_so(tmp_path: Path):
    bad, good = (f"1\tGo\tgo\tVERB\tVB\t_\t{head}\troot\t_\t_\n\n" for head in (1, 0))
    files = {split: str(tmp_path / "a.conllu") for split in ("train", "dev")}
    recipe = small.recipe(tmp_path).model_dump(exclude_defaults=True)
    recipe["tasks"]["tags"] = {"name": "syn-arc-class", "files": files, "skip_bad": True}
    (tmp_path / "a.conllu").write_text(
        bad + good.replace("\n\n", "\n2\tx\tx\tX\tX\t_\t1\tdep\t_\t_\n")
    )
    found = Library(Recipe.model_validate(recipe))
    assert found.task("tags").n_dropped == 2
    assert found.task_facts("tags")["left_out"] == 2
    recipe["tasks"]["tags"]["skip_bad"] = False
    refused = Library(Recipe.model_validate(recipe))
    with pytest.raises(UserError, match=r"a\.conllu:1: word 1 is its own head"):
        refused.task("tags")
