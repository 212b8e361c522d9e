"""Recipes, from YAML text through to the planned stages."""

import json
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from fuzz.judge import Case
from fuzz.mutate import HOSTILE, changed, deep, value
from study.small import cola_folder, raw
from tombola.study import parse_recipe
from tombola.study.kind import KINDS
from tombola.study.library import Library
from tombola.study.plan import plan
from tombola.study.recipe import recipe_text

MORE: dict[str, dict[str, Any]] = {
    "best": {"do": "best", "of": "dense", "across": "seed"},
    "drawn": {"do": "draw", "of": "bert", "criterion": "magnitude", "amount": 0.5, "task": "toy"},
    "lots": {"do": "control", "of": "tickets", "model": "bert", "choose": "shuffled"},
    "parts": {"do": "prune-parts", "of": "dense", "what": "heads", "share": 0.9},
    "chosen": {"do": "subnetwork", "of": "tickets", "choose": "good"},
    "guess": {"do": "baseline", "task": "toy", "by": "majority"},
    "sliced": {"do": "slices", "of": "tickets", "to": "dense", "by": "length", "bins": 2},
    "alike": {"do": "overlap", "of": "tickets", "across": "round"},
    "heads": {"do": "importance", "of": "dense", "score": "gate"},
    "maps": {"do": "attention-patterns", "of": "dense"},
    "words": {"do": "probe", "of": "dense", "probe": ["ner"]},
}


def recipes(seed: int, place: Path) -> Iterator[Case]:
    """Recipes of a small study that were changed at random, some with changes by `--set`."""
    rng = random.Random(seed)
    small = raw(cola_folder(place / "text"))
    _plan(
        yaml.safe_dump(small, sort_keys=False), ()
    )  # what is imported for it takes longer than anything else
    while True:
        with _room():
            text = _text(rng, _tree(rng, small))
        changes = _changes(rng)
        yield (
            f"--set {changes!r:.300}: {text!r}",
            lambda text=text, changes=changes: _plan(text, changes),
        )


@contextmanager
def _room() -> Iterator[None]:
    """What is deep can be written; reading it has to do with what room there is."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def _tree(rng: random.Random, small: dict[str, Any]) -> Any:
    """The small recipe with more steps, changed here and there."""
    tree = json.loads(json.dumps(small))
    for name in rng.sample(list(MORE), rng.randrange(3)):
        tree["steps"][name] = dict(MORE[name])
    if rng.random() < 0.3:
        tree["steps"]["any"] = _any_step(rng)
    for _ in range(rng.choice([0, 1, 1, 1, 2, 3])):
        tree = changed(rng, tree)
    return tree


def _plan(text: str, changes: tuple[str, ...]) -> None:
    recipe = parse_recipe(text, "fuzzed", changes)
    assert plan(recipe, Library(recipe))
    again = parse_recipe(recipe_text(recipe), "written")
    assert again == recipe, "a recipe is not what it was once it is written"


def _any_step(rng: random.Random) -> dict[str, Any]:
    """A step of any kind, with some of its settings at values that may fit or not."""
    kind = KINDS[rng.choice(list(KINDS))]
    step: dict[str, Any] = {"do": kind.name}
    for name, field in kind.settings.model_fields.items():
        if field.is_required() or rng.random() < 0.4:
            fit = ["dense", "tickets", "toy", "bert", "round", 0.5, 2, ["dense", "tickets"]]
            fit.append({"of": "tickets", "round": [1, 2]})
            step[name] = rng.choice(fit) if rng.random() < 0.8 else value(rng)
    return step


def _text(rng: random.Random, tree: Any) -> str:
    """Mostly the YAML of a tree; now and then YAML that is wrong, or made to fill memory."""
    text: str = yaml.safe_dump(tree, sort_keys=False, allow_unicode=rng.random() < 0.5)
    match rng.randrange(40):
        case 0:
            at = rng.randrange(len(text))
            put = rng.choice([*HOSTILE, "\t", ": ", "- ", "!!python/object:x.y "])
            return text[:at] + put + text[at:]
        case 1:
            laughs = [f"l{i}: &l{i} [{', '.join([f'*l{i - 1}'] * 9)}]" for i in range(1, 12)]
            return "\n".join(["l0: &l0 [ha]", *laughs, text, "title: *l11"])
        case 2:
            return text + f"\ndescription: {'[' * rng.choice([100, 5000])}"
        case 3:
            return json.dumps(deep(rng.choice([50, 300])))
        case 4:
            return "&a [*a]" if rng.random() < 0.5 else f"steps: &s {{x: *s}}\n{text}"
    return text


def _changes(rng: random.Random) -> tuple[str, ...]:
    if rng.random() < 0.7:
        return ()
    keys = ["seeds", "toy.max_tokens", "dense.training.epochs", "steps.held.margin", "threads"]
    key = rng.choice([*keys, str(rng.choice(HOSTILE)), f"steps.{rng.choice(HOSTILE)}.do"])
    return (f"{key}={json.dumps(value(rng)) if rng.random() < 0.7 else rng.choice(HOSTILE)}",)
