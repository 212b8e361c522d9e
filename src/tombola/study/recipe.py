"""A recipe: everything that determines a study, as validated YAML."""

import os
import re
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, field_validator, model_validator

from tombola.errors import UserError
from tombola.language import Language
from tombola.settings import Settings, validate
from tombola.tickets import Pruning, Rewinding
from tombola.training import Training

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=40)]


class Model(Settings):
    """The model that is trained: a pre-trained one, or a new one of a family."""

    load: str | None = None
    """A hub id or a folder."""
    new: dict[str, Any] | None = None
    """A configuration to train from scratch: `model_type` and that family's own settings."""

    @model_validator(mode="after")
    def _one_source(self) -> "Model":
        if (self.load is None) == (self.new is None):
            raise ValueError("give either load (a hub id or folder) or new (a configuration)")
        if self.new is not None and "model_type" not in self.new:
            raise ValueError("new needs a model_type, such as bert or marian")
        return self


class Text(Settings):
    """A task of `tombola.tasks` and how much of its text is used."""

    name: str
    """CoLA, SST-2, …, translation, pos; or of the built-in language: builtin-acceptability, …"""
    folder: Path | None = None
    """Folder with the task's files; none for the built-in language."""
    train: int | None = Field(None, gt=0)
    """Training examples; all where not given."""
    dev: int | None = Field(None, gt=0)
    """Examples to score on; all where not given."""
    seed: int = Field(0, ge=0)
    """Seed of the built-in language, or of which examples of a corpus are taken."""
    language: Language | None = None
    """Knobs of the built-in language."""


class TaskChoice(Text):
    """What is learned."""

    max_tokens: int = Field(128, gt=2)
    """Longer sentences are cut (the signature says how many)."""


class Similarity(Settings):
    """Similarity of the dense model's layers and a ticket's, on the dev text."""

    examples: int | None = Field(None, gt=0)
    """Dev examples to compare on; all where not given."""
    measures: tuple[str, ...] = ("debiased",)
    """Estimators of linear CKA: debiased, as_published."""


class ProbeChoice(Text):
    """A linear probe for tags on every layer."""

    epochs: int = Field(50, gt=0)
    """At most so many; training stops earlier when held-out words no longer improve."""
    standardise: bool = True
    """Give every feature mean 0 and variance 1, so that models whose features differ in scale
    are probed alike; false is as published."""


class Dissect(Settings):
    """What is looked at in the models, and after which rounds."""

    similarity: Similarity | None = None
    probe: ProbeChoice | None = None
    rounds: Literal["all"] | tuple[int, ...] = "all"
    """Rounds whose tickets are dissected; the dense model always is."""

    def at(self, round_: int) -> bool:
        """Whether tickets of this round are dissected."""
        return self.rounds == "all" or round_ in self.rounds


class Experiment(Settings):
    """One model on one task: dense training, rounds of pruning, dissection."""

    model: Model
    task: TaskChoice
    training: Training
    pruning: Pruning
    rounds: int = Field(gt=0, le=100)
    """Pruning rounds."""
    rewinding: tuple[Rewinding, ...] = Field(min_length=1)
    """Each entry is a chain of rounds of its own."""
    criteria: tuple[str, ...] = Field(("magnitude", "random"), min_length=1)
    """What scores the weights; `random` is the control. Each criterion is a chain of its own."""
    dissect: Dissect = Dissect()

    @field_validator("rewinding")
    @classmethod
    def _distinct(cls, value: tuple[Rewinding, ...]) -> tuple[Rewinding, ...]:
        kinds = [rewinding.what for rewinding in value]
        if len(set(kinds)) < len(kinds):
            raise ValueError("the same rewinding is listed twice")
        return value

    @field_validator("criteria")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        from tombola.masks import CRITERIA  # the registry needs torch; --help must not

        unknown = [name for name in value if name not in CRITERIA]
        if unknown:
            raise ValueError(f"unknown criterion {unknown[0]!r}; allowed: {', '.join(CRITERIA)}")
        return value


class Recipe(Settings):
    """A whole study."""

    name: Name
    title: str
    description: str = ""
    seeds: tuple[int, ...] = Field(min_length=1)
    """One run of everything for each."""
    threads: int = Field(1, gt=0)
    """CPU threads of one stage. A part of the recipe, for sums in another order differ."""
    experiments: dict[Name, Experiment] = Field(min_length=1)

    @field_validator("seeds")
    @classmethod
    def _seeds(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if any(seed < 0 for seed in value) or len(set(value)) < len(value):
            raise ValueError("seeds are distinct whole numbers from 0 on")
        return value


def expand(path: str | Path) -> str:
    """A path or hub id with its `$NAME`s and `~` replaced.

    Recipes keep the variable, so that they can be shared. Raises UserError for an unset one.
    """
    expanded = os.path.expandvars(path)
    if expanded.startswith("~"):
        expanded = str(Path(expanded).expanduser())
    unset = re.search(r"\$\{?(\w+)", expanded)
    if unset:
        raise UserError(f"{path}: the environment variable {unset[1]} is not set")
    return expanded


def shipped() -> dict[str, str]:
    """The recipes that come with tombola: name to YAML text."""
    files = resources.files("tombola").joinpath("recipes").iterdir()
    texts = {f.name.removesuffix(".yaml"): f.read_text("utf-8") for f in files if _is_yaml(f.name)}
    return dict(sorted(texts.items()))


def read_recipe(name_or_path: str, changes: tuple[str, ...] = ()) -> Recipe:
    """Read a shipped recipe or a YAML file, with `key=value` changes.

    A key is a path with dots; it may begin at an experiment's name: `cola.task.folder=data/CoLA`.

    Raises:
        UserError: no such recipe, not YAML, an unknown key, a wrong type or an impossible value;
            the line names the key and what is allowed.
    """
    path = Path(name_or_path)
    known = shipped()
    if path.suffix in {".yaml", ".yml"}:
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as problem:
            raise UserError(f"{path}: cannot read the recipe: {problem}") from problem
    elif name_or_path in known:
        text = known[name_or_path]
    else:
        raise UserError(
            f"no recipe {name_or_path!r}; shipped: {', '.join(known)}; or give a .yaml file"
        )
    return parse_recipe(text, name_or_path, changes)


def parse_recipe(text: str, where: str, changes: tuple[str, ...] = ()) -> Recipe:
    """Validate a recipe's YAML text; `where` stands in error messages."""
    try:
        raw = yaml.safe_load(text)
    except yaml.YAMLError as problem:
        raise UserError(f"{where}: not YAML: {' '.join(str(problem).split())}") from problem
    if not isinstance(raw, dict):
        raise UserError(
            f"{where}: a recipe is a mapping with the keys {', '.join(Recipe.model_fields)}"
        )
    for change in changes:
        _change(raw, change)
    return validate(Recipe, raw, f"{where}: ")


def _is_yaml(name: str) -> bool:
    return name.endswith(".yaml")


def _change(raw: dict[str, Any], change: str) -> None:
    key, equals, value = change.partition("=")
    path = key.strip().split(".")
    if not equals or not all(path):
        raise UserError(f"--set {change}: give key=value, such as cola.training.epochs=2")
    experiments = raw.get("experiments")
    if path[0] not in Recipe.model_fields and isinstance(experiments, dict):
        if path[0] not in experiments:
            allowed = ", ".join([*Recipe.model_fields, *map(str, experiments)])
            raise UserError(f"--set {change}: no key {path[0]!r}; allowed: {allowed}")
        path = ["experiments", *path]
    try:
        parsed = yaml.safe_load(value)
    except yaml.YAMLError as problem:
        raise UserError(f"--set {change}: the value is not YAML") from problem
    place: Any = raw
    for part in path[:-1]:
        if isinstance(place, list) and part.isdigit() and int(part) < len(place):
            place = place[int(part)]
        elif isinstance(place, dict):
            if place.get(part) is None:
                place[part] = {}
            place = place[part]
        else:
            raise UserError(f"--set {change}: there is no {part!r} to set a key of")
    if isinstance(place, list):
        if not path[-1].isdigit() or int(path[-1]) >= len(place):
            raise UserError(f"--set {change}: {path[-1]!r} is no position in a list")
        place[int(path[-1])] = parsed
    elif isinstance(place, dict):
        place[path[-1]] = parsed
    else:
        raise UserError(f"--set {change}: {'.'.join(path[:-1])} holds a value, not keys")
