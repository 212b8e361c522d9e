"""A recipe: tasks, models and steps, as validated YAML."""

import os
import re
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, field_validator, model_validator

from tombola.errors import UserError, allowed_for
from tombola.language.knobs import Language
from tombola.settings import ONE_OR_MORE, Settings, validate
from tombola.study.changes import change
from tombola.study.endless import refuse_endless
from tombola.study.parts import Keep
from tombola.study.resources import Resources
from tombola.study.texts import holds_text
from tombola.tasks.own.columns import OWN, Columns
from tombola.tasks.search import Search
from tombola.tasks.subword_settings import Subwords
from tombola.text.moses import Moses

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=40)]

MOST = 10**8
"""Nobody has more examples; a larger number is a slip of the hand."""


class Model(Settings):
    """A model that training begins with: a pre-trained one, or a new one of a family."""

    load: str | None = None
    """A hub id or a folder."""
    redrawn: bool = False
    """Whether the loaded model's weights are drawn anew, from each run's seed: its body and its
    tokenizer without what it learned."""
    mask: Literal["kept", "grows"] | None = None
    """Of a loaded ticket: `kept` holds what is trained to its mask, which is so unless another
    mask is named; `grows` lets what was pruned grow back. A model that has zeros and no mask needs
    one of the two."""
    new: dict[str, Any] | None = None
    """A configuration to train from scratch: `model_type` and that family's own settings."""
    words: tuple[str, ...] = ()
    """Tasks from whose training text a new model's vocabulary is made; by default those of the
    step that trains it. Name them where one model is to learn several tasks."""
    subwords: Subwords | None = None
    """How that vocabulary is made; by default it is of whole words."""

    @model_validator(mode="after")
    def _one_source(self) -> "Model":
        if (self.load is None) == (self.new is None):
            raise ValueError("give either load (a hub id or folder) or new (a configuration)")
        if self.new is not None and not isinstance(self.new.get("model_type"), str):
            raise ValueError("new needs a model_type, such as bert or marian")
        if self.redrawn and self.load is None:
            raise ValueError("redrawn is for a loaded model; a new one is drawn in any case")
        if self.mask is not None and self.load is None:
            raise ValueError("mask is for a loaded model; a new one has none")
        if self.words and self.new is None:
            raise ValueError("words are for a new model; a loaded one has a vocabulary")
        if self.subwords is not None and self.new is None:
            raise ValueError("subwords are for a new model; a loaded one has a vocabulary")
        return self


class TaskChoice(Columns):
    """A task of `tombola.tasks`, and how much of its text is used."""

    name: str = OWN
    """CoLA, SST-2, …, translation, pos; or of the built-in language: builtin-acceptability, …; or a
    word task for probes: ner, parent, …; none is needed for `data` of one's own."""
    data: str | None = None
    """A table of one's own: a file (CSV, TSV, JSON lines, Parquet), a folder with one for each
    split, or a hub id, `owner/name` or `owner/name:configuration`. `text`, `pair`, `label`,
    `target` name its columns."""
    split: str | None = None
    """The split of such a table that is scored; by default dev, or else test."""
    apart: float | None = Field(None, gt=0, lt=1)
    """Share of one table alone that is set apart to be scored on; a tenth where not given."""
    folder: Path | None = None
    """Folder with the task's files; none for the built-in language."""
    files: dict[Literal["train", "dev", "test"], Path] | None = None
    """Instead of a folder, the file of each split, for word tasks."""
    format: str | None = None
    """Of a word task's files, some with columns (`columns:words,_,names`); by default what their
    content tells."""
    skip_bad: bool = False
    """Whether texts that cannot be read are left out, and counted in the signature; else they
    refuse the study."""
    train: int | None = Field(None, gt=0, le=MOST)
    """Training examples; all where not given."""
    dev: int | None = Field(None, gt=0, le=MOST)
    """Examples to score on; all where not given."""
    held: float | None = Field(None, gt=0, lt=1)
    """Share of those that is set aside: what is chosen (settings, masks) may be chosen on it, and
    scores are of the rest."""
    test: int | None = Field(None, gt=0, le=MOST)
    """Examples of a word task's third split; all where not given."""
    seed: int = Field(0, ge=0, lt=2**63)
    """Seed of the built-in language, or of which examples of a corpus are taken."""
    language: Language | None = None
    """Knobs of the built-in language."""
    metric: Annotated[tuple[str, ...] | None, ONE_OR_MORE] = None
    """Another metric than the task's own; of several the first decides, and the others' scores are
    reported beside it."""
    search: Search | None = None
    """How translations are searched for: `{beams: 4, length_penalty: 0.6}`; greedily where not
    given."""
    moses: Moses | None = None
    """Whether translations are read and written as Moses tokenises them, `plain` or `as_published`,
    as models with BPE within words expect; scored is what is put together again."""
    max_tokens: int = Field(128, gt=2, le=MOST)
    """Longer sentences are cut (the signature says how many)."""

    @model_validator(mode="after")
    def _somewhere(self) -> "TaskChoice":
        if self.name == OWN and (self.data, self.folder, self.files) == (None, None, None):
            raise ValueError("name a task, or give `data` of your own")
        if self.data is not None and (self.folder is not None or self.files is not None):
            raise ValueError("give either data, or folder or files")
        return self

    @property
    def own(self) -> bool:
        """Whether it is read from a table whose columns the user names."""
        return self.data is not None or self.name == OWN or bool(self.columns())

    def columns(self) -> dict[str, Any]:
        """The columns that are named."""
        return {
            name: getattr(self, name)
            for name in Columns.model_fields
            if getattr(self, name) is not None
        }


class Recipe(Settings):
    """A whole study."""

    name: Name
    """Of the study: small letters, digits and hyphens; its folder is called so."""
    title: str
    """A line, over the report."""
    description: str = ""
    """What the study is about, below the title."""
    seeds: tuple[int, ...] = Field(min_length=1)
    """One run of everything for each."""
    threads: int = Field(1, gt=0, le=1024)
    """CPU threads of one stage. A part of the recipe, for sums in another order differ."""
    deterministic: bool = False
    """Whether a GPU gives the same bits twice: torch takes the algorithms that do, which are
    slower, and refuses what it has none for. On the CPU it always does."""
    tasks: dict[Name, TaskChoice] = Field(min_length=1)
    """What is learned and scored, by the names that steps refer to."""
    models: dict[Name, Model] = Field(min_length=1)
    """What training begins with, by the names that steps refer to."""
    keep: Keep = "all"
    """What stays on disk of stages that nothing waits for: `all`; `masks`, without the weights of
    those that others went on from; `tables`, only what tables are made of. What is asked for later
    is done again where it is gone, to the same bits."""
    resources: Resources = Resources()
    """What stages take of other machines, where an engine hands them to such."""
    claims: tuple[str, ...] = ()
    """Findings of papers that the report tests, by name; it opens with their verdicts."""
    steps: dict[Name, dict[str, Any]] = Field(min_length=1)
    """What is done, in order: `do` names the kind of step; the rest are that kind's settings."""

    @field_validator("seeds")
    @classmethod
    def _seeds(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if any(not 0 <= seed < 2**63 for seed in value) or len(set(value)) < len(value):
            raise ValueError("seeds are distinct whole numbers from 0 to below 2^63")
        return value

    @model_validator(mode="after")
    def _names(self) -> "Recipe":
        twice = set(self.models) & set(self.steps)
        if twice:
            raise ValueError(f"{sorted(twice)[0]!r} names a model and a step: steps refer to both")
        for name in self.resources.by_step:
            if name not in self.steps:
                raise ValueError(
                    f"resources.by_step: no step {name!r}; {allowed_for(name, self.steps)}"
                )
        for name, model in self.models.items():
            for task in model.words:
                if task not in self.tasks:
                    raise ValueError(
                        f"models.{name}.words: no task {task!r}; {allowed_for(task, self.tasks)}"
                    )
        return self


VARIABLE = r"\$\{?(\w+)"
SECTIONS = ("tasks", "models", "steps")
"""Mappings whose entries a change may name without saying in which they are."""


def shipped() -> dict[str, str]:
    """The recipes that come with tombola: name to YAML text."""
    files = resources.files("tombola").joinpath("recipes").iterdir()
    texts = {
        f.name.removesuffix(".yaml"): f.read_text("utf-8")
        for f in files
        if f.name.endswith(".yaml")
    }
    return dict(sorted(texts.items()))


def read_recipe(name_or_path: str, changes: tuple[str, ...] = ()) -> Recipe:
    """Read a shipped recipe or a YAML file, with `key=value` changes.

    A key is a path with dots; it may begin at the name of a task, model or step:
    `cola.folder=data/CoLA`.

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
            f"no recipe {name_or_path!r}, and no .yaml file; {allowed_for(name_or_path, known)}"
        )
    return parse_recipe(text, name_or_path, changes)


def parse_recipe(text: str, where: str, changes: tuple[str, ...] = ()) -> Recipe:
    """Validate a recipe's YAML text; `where` stands in error messages.

    The settings of steps are checked when the study is planned, since a kind of step may come from
    a plug-in; `plan.read_steps` does it.
    """
    try:
        raw = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as problem:
        raise UserError(f"{where}: not YAML: {' '.join(str(problem).split())[:300]}") from problem
    if not isinstance(raw, dict):
        raise UserError(
            f"{where}: a recipe is a mapping with the keys {', '.join(Recipe.model_fields)}"
        )
    if "experiments" in raw:
        raise UserError(
            f"{where}: experiments are of an older form; a recipe now has tasks, models and steps: "
            "`tombola recipes show first-look` prints one"
        )
    for each in changes:
        change(raw, each, tuple(Recipe.model_fields), SECTIONS, partial(holds_text, Recipe, raw))
    refuse_endless(raw, where)
    return validate(Recipe, raw, f"{where}: ", "tombola recipes keys")


def recipe_text(recipe: Recipe, *, whole: bool = False) -> str:
    """A recipe as YAML, without what has its default value unless it is to be whole."""
    plain = recipe.model_dump(mode="json", exclude_defaults=not whole)
    text: str = yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=100)
    return text


def expand(path: str | Path) -> str:
    """A path or hub id with its `$NAME`s and `~` replaced.

    Recipes keep the variable, so that they can be shared. Raises UserError for an unset one.
    """
    expanded = os.path.expandvars(path)
    if expanded.startswith("~"):
        expanded = str(Path(expanded).expanduser())
    unset = re.search(VARIABLE, expanded)
    if unset:
        raise UserError(f"{path}: the environment variable {unset[1]} is not set")
    try:
        Path(expanded).exists()
    except (OSError, ValueError) as problem:  # too long for a path, or with a null character
        raise UserError(f"{expanded[:80]!r}…: no such file or folder") from problem
    return expanded


def variables(recipe: Recipe) -> dict[str, str]:
    """The variables of the environment that a recipe's paths name, with their values."""
    names = re.findall(VARIABLE, recipe_text(recipe))
    return {name: os.environ[name] for name in names if name in os.environ}
