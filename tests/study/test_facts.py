"""Whatever determines a number is in its stage's hash and signature: every setting is changed."""

import copy
import json
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import small
import yaml
from pydantic_core import PydanticUndefined

from tombola.errors import UserError
from tombola.settings import Settings
from tombola.study import KINDS, library, shipped
from tombola.study.axes import refers
from tombola.study.library import Library
from tombola.study.plan import plan
from tombola.study.signature import signature
from tombola.study.stage import Stage

Path_ = tuple[str | int, ...]

TINY = {"train": 12, "dev": 6}
"""Examples that stand for a shipped recipe's: a plan reads all text."""

FEW = 5
"""Tasks beyond which a recipe is planned over two of them, for speed."""

ALL_OF = 2
"""Steps of a kind whose every setting is changed; of further ones in a recipe the last is."""

LONG = 7
"""Rounds beyond which a chain that goes back alike in all of them is cut, for speed."""

NEIGHBOURS: dict[str, list[Any]] = {
    "schedule": ["constant", "linear", "inverse-sqrt"],
    "stretch": [2.0],
    "scope": ["layer", "matrix", "global"],
    "of": ["original", "remaining"],
    "average": ["sentences", "words"],
    "pooling": ["first", "mean"],
    "metric": ["f1", "accuracy", "matthews"],
    "what": ["weights", "learning-rate"],
    "never": [["*query*"]],
    "also": [["*query*"]],
    "sets": [["biases"], ["matrices"]],
    "measures": [["as_published"], ["debiased"]],
    "maps": [["between", "of"], 501],  # of layers; of a classifier
    "products": ["float32"],
    "max_grad_norm": [0.5, None],
    "betas": [[0.8, 0.9]],
    "standardise": [False, True],
    "per": ["batch"],
    "norm": ["none"],
    "split": ["held", "dev"],
    "unit": ["parts", "weights", "heads"],
    "weighting": [["raw"], ["norm"]],
    "lengths": [[5, 64], [6, 100]],
    "precision": ["single", "bf16"],
    "too_long": ["refuse"],
    "stack": ["encoder"],
    "code": [True],
    "layers": [[0]],
    "without": [[0.9], [0.8], [0.7]],
    "hold": ["frozen"],
    "head": ["as_published"],
    "binned": ["as_published"],
    "shares": [[0.3]],
    "scopes": [["layer"]],
    "rules": [["ratio"]],
    "map_layers": [[1]],
    "ranks": [[50]],
    "top": [[1, 3]],
    "centred": [[True]],
    "text": ["pos"],
    "centre": ["all", "kind"],
    "language": [{"lexicon": 31, "depth": 0}],
    "edges": [{"length": [2.0]}, {"rarest": [2.0]}],
}
"""Values to try for settings that are neither numbers nor truth values."""

OWN_LABELS = {"cola-minilm", "chen-2020-laptop"}
"""Recipes that refer to rewindings by their labels, which change with their settings."""

NO_FACTS = {"title", "description", "name", "folder", "rounds", "words", "labelled", "labels"}
"""What names or extends things: it makes other stages, or none, and leaves the others alone."""


ONCE = [name for name in shipped() if f"{name}-laptop" not in shipped()]
"""Of a study at two scales, the small one: its steps are the same."""


def recipe_of(name: str) -> dict[str, Any]:
    """A shipped recipe over a little text, with one seed."""
    raw: dict[str, Any] = json.loads(json.dumps(yaml.safe_load(shipped()[name])))  # no aliases
    raw["seeds"] = raw["seeds"][:1]
    steps = json.dumps(raw["steps"])
    if len(raw["tasks"]) > FEW:  # most are alike, and named by `all`
        raw["tasks"] = {
            task: choice for i, (task, choice) in enumerate(raw["tasks"].items())
            if i < 2 or f'"{task}"' in steps
        }  # fmt: skip
    for task in raw["tasks"].values():
        if "folder" in task:
            name = "translation" if task["name"] == "translation" else "acceptability"
            task |= {"name": f"builtin-{name}", "language": {"lexicon": 30, "depth": 0}}
            del task["folder"]
        task |= TINY
    for model in raw["models"].values():
        if "load" in model:
            del model["load"]
            model.pop("redrawn", None)
            model["new"] = {"model_type": "bert", "hidden_size": 8, "num_hidden_layers": 1,
                            "num_attention_heads": 2, "intermediate_size": 8}  # fmt: skip
    for step in raw["steps"].values():
        if isinstance(step.get("rewind"), dict) and len(step["rewind"]) == 1:  # written in full
            ((what, to),) = step["rewind"].items()
            step["rewind"] = {"what": what, "to": 0.0 if to == "start" else to}
            selected = isinstance(to, list) or '"round":' in steps
            if step["rounds"] > LONG and not selected:  # later ones are alike
                step["rounds"] = 2
    return raw


@pytest.fixture(autouse=True)
def _text_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library.tasks, "load_task", cached_task)


cached_task = cache(library.tasks.load_task)


@cache
def planned(text: str) -> dict[tuple[str, str], Stage]:
    """Stages of a recipe (as JSON) by step and point.

    A rewinding is told by its settings, so its label is no part of the key where there is one only.
    """
    raw = json.loads(text)
    recipe = small.of(raw)
    one = not any(isinstance(step.get("rewind"), list) for step in raw["steps"].values())
    return {
        (s.step, json.dumps({a: v for a, v in s.at.items() if not (one and a == "rewind")})): s
        for s in plan(recipe, Library(recipe), check=False)
    }


@cache
def signed(text: str) -> dict[tuple[str, str], str]:
    """The signatures of a recipe's stages."""
    return {key: signature(stage, {}) for key, stage in planned(text).items()}


def settings_of(kind: type[Settings], raw: Any, path: Path_) -> Iterator[tuple[Path_, Any]]:
    """Every setting below a place: its path, and the value that holds now."""
    for name, field in kind.model_fields.items():
        if name == "do" or refers(field.annotation):
            continue
        here = (*path, name)
        default = field.get_default(call_default_factory=True)
        value = raw.get(name, None if default is PydanticUndefined else default)
        inner = [a for a in (field.annotation, *getattr(field.annotation, "__args__", ()))
                 if isinstance(a, type) and issubclass(a, Settings)]  # fmt: skip
        if isinstance(value, Settings):
            value = value.model_dump(mode="json")
        if inner and isinstance(value, dict) and name != "criterion":
            yield from settings_of(inner[0], value, here)
        else:
            yield here, value


def others(name: str, value: Any) -> list[Any]:
    """Other values that a setting might take."""
    if name in NEIGHBOURS:
        return [other for other in NEIGHBOURS[name] if other != value]
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value + 2]
    if isinstance(value, float):
        return [value * 0.5 + 0.013, value * 0.5 + 1e-5]
    return [4, 0.3]


def put(raw: dict[str, Any], path: Path_, value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(raw)
    place: Any = changed
    for key in path[:-1]:
        if isinstance(place, dict) and place.get(key) is None:
            place[key] = {}
        place = place[key]
    place[path[-1]] = value
    return changed


def below(stages: dict[tuple[str, str], Stage], roots: set[str]) -> set[str]:
    """Names of stages, and of all that read them."""
    found = set(roots)
    for stage in stages.values():  # each stands after what it reads
        if found & set(stage.reads.values()):
            found.add(stage.name)
    return found


def check(raw: dict[str, Any], path: Path_, value: Any, expected: set[str]) -> None:
    """Changing a setting changes the names and signatures of just the expected stages."""
    text = json.dumps(raw)
    before = planned(text)
    for other in others(str(path[-1]), value):
        text_after = json.dumps(put(raw, path, other))
        try:
            after = planned(text_after)
        except UserError:
            continue  # not allowed here (both epochs and steps, say)
        assert after.keys() == before.keys(), (path, value, other)
        changed = {before[key].name for key in before if before[key].name != after[key].name}
        assert changed == expected, (path, value, other)
        for key, stage in before.items():
            same = signed(text)[key] == signed(text_after)[key]
            assert same != (stage.name in expected), (path, other)
        return
    pytest.fail(f"no other value is allowed for {path} = {value!r}")


@pytest.mark.parametrize("name", ONCE)
def test_every_setting_of_every_step_is_in_hash_and_signature_of_what_depends_on_it(name: str):
    raw = recipe_of(name)
    before = planned(json.dumps(raw))
    times: Counter[str] = Counter()
    for step, settings in raw["steps"].items():
        times[settings["do"]] += 1
        own = {stage.name for stage in before.values() if stage.step == step}
        kind = KINDS[settings["do"]]
        every = list(settings_of(kind.settings, settings, ("steps", step)))
        for path, value in every if times[settings["do"]] <= ALL_OF else every[-1:]:
            key = str(path[-1])
            listed = key in {"measures", "weighting", "lengths", "shares"}  # lists by nature
            opened = isinstance(settings.get(key), list) and not listed
            opened |= isinstance(value, list) and key in {"amount", "learning_rate"}
            opened |= "rewind" in path and name in OWN_LABELS  # refers to its own labels
            opened |= key == "sparsify" and value is None  # it brings the axis of its amount
            falls = settings.get("training", {}).get("schedule", "linear") == "linear"
            opened |= key == "stretch" and not falls
            # the names of these are axes, or there is no value that the others leave open
            skipped = {*NO_FACTS, *kind.task_fields, "across", "epochs", "steps", "begin", "by",
                       "batch_tokens"}  # fmt: skip
            if key in skipped or opened or key == "criterion":
                continue
            check(raw, path, value, below(before, own))


@pytest.mark.parametrize("name", ONCE)
def test_every_setting_of_tasks_models_and_the_study_is_in_them_too(name: str):
    raw = recipe_of(name)
    before = planned(json.dumps(raw))
    for task, choice in raw["tasks"].items():
        readers = {
            stage.name
            for stage in before.values()
            if task in {name for k in ("task", "text", "probe") for name in _named(raw, stage, k)}
            or _made_of(raw, stage, task)
        }  # fmt: skip
        changes = [("train", 12), ("dev", 6), ("held", None), ("seed", 0), ("max_tokens", 128)]
        for key, value in changes:
            expected = set(readers)
            if key == "max_tokens":  # a vocabulary does not depend on where a sentence is cut
                fields = ("task", "text", "probe")
                expected = {
                    s.name
                    for s in before.values()
                    if task in {name for k in fields for name in _named(raw, s, k)}
                }
            check(raw, ("tasks", task, key), choice.get(key, value), below(before, expected))
    for model in raw["models"]:
        users = {s.name for s in before.values() if model in s.sources.values()}
        check(raw, ("models", model, "new", "layer_norm_eps"), 1e-12, below(before, users)) if (
            raw["models"][model]["new"]["model_type"] == "bert"
        ) else check(raw, ("models", model, "new", "init_std"), 0.1, below(before, users))
    check(raw, ("threads",), 1, {stage.name for stage in before.values()})


def _named(raw: dict[str, Any], stage: Stage, field: str) -> tuple[str, ...]:
    """The tasks that a stage names by a setting, itself or through its axes."""
    if field not in stage.facts or field not in KINDS[stage.kind].task_fields:
        return ()
    named = getattr(stage.settings, field, None)
    if isinstance(named, tuple):
        return named
    return (str(named) if named is not None else str(stage.at["task"]),)


def _made_of(raw: dict[str, Any], stage: Stage, task: str) -> bool:
    """Whether the vocabulary of a new model that a stage trains is made of a task."""
    for model in stage.sources.values():
        words = raw["models"][model].get("words") or _named(raw, stage, "task")
        if task in words:
            return True
    return False


def test_what_a_training_stage_keeps_for_others_is_no_fact_of_it(tmp_path: Path):
    raw = small.raw(small.cola_folder(tmp_path))
    before = planned(json.dumps(raw))
    raw["steps"]["tickets"]["rewind"].append({"weights": 0.5})
    after = planned(json.dumps(raw))
    assert {key: stage.name for key, stage in before.items()} == {
        key: after[key].name for key in before
    }
    dense = next(stage for stage in after.values() if stage.step == "dense")
    assert dense.keeps == (0.0, 0.5, 1.0)


def test_a_budget_of_tokens_is_a_fact_where_there_is_one(tmp_path: Path):
    raw = small.raw(small.cola_folder(tmp_path))
    del raw["steps"]["dense"]["training"]["batch_size"]
    raw["steps"]["dense"]["training"]["batch_tokens"] = 256
    before = planned(json.dumps(raw))
    dense = {stage.name for stage in before.values() if stage.step == "dense"}
    path = ("steps", "dense", "training", "batch_tokens")
    check(raw, path, 4096, below(before, dense))


def test_kinds_have_versions_of_their_own_and_the_package_has_none_in_a_hash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    raw = small.raw(small.cola_folder(tmp_path))
    recipe = small.of(raw)
    before = plan(recipe, Library(recipe))
    assert not any("tombola" in json.dumps(stage.facts) for stage in before)
    monkeypatch.setattr(type(KINDS["similarity"]), "version", 99)
    after = plan(recipe, Library(recipe))
    changed = {old.step for old, new in zip(before, after, strict=True) if old.name != new.name}
    assert changed == {"layers"}
