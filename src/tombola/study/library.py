"""The tasks and models of a recipe: read when first asked for, checked before any work."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tombola import anatomy, tasks, text
from tombola.errors import UserError
from tombola.study.classes import check_names, class_order, name_classes, put_in_order
from tombola.study.configurations import new_config
from tombola.study.given import InMemory
from tombola.study.model_files import check_here, fetched, files_digest, loaded_tokenizer
from tombola.study.recipe import Model, Recipe, TaskChoice, expand
from tombola.study.recipe_tasks import UNKNOWN, Forgiving, RecipeTasks
from tombola.study.sizes import sized
from tombola.study.source_masks import Held, held_by, mask_of_source
from tombola.study.vocabularies import new_tokenizer, subword_facts

if TYPE_CHECKING:
    import torch

    from tombola.masks import Mask

BARE = "bare"
"""What a kind of task calls the head of a model that needs none."""


class Library:
    """What the steps of a recipe refer to by name."""

    def __init__(
        self,
        recipe: Recipe,
        *,
        looking: bool = False,
        known: dict[str, Any] | None = None,
        given: InMemory | None = None,
    ) -> None:
        """`looking` forgives texts and weights that are not here: nothing will be run. `known` is
        what another library found out of the same recipe, so that a worker need not read all texts.
        What is `given` in memory is not looked for.
        """
        self.recipe = recipe
        self.given = given or InMemory()
        self._forgiving = Forgiving(looking)
        self._tasks = RecipeTasks(
            recipe, self.given, (known or {}).get("tasks", {}), self._forgiving
        )
        self._reads: set[tuple[str, str]] = set()
        self._vocabularies: dict[tuple[Any, ...], Any] = dict((known or {}).get("vocabularies", {}))
        self._digests: dict[str, str] = dict((known or {}).get("models", {}))
        self._held: dict[str, Held] = dict((known or {}).get("masks", {}))

    @property
    def looking(self) -> bool:
        """Whether a plan is only looked at."""
        return self._forgiving.looking

    @property
    def missing(self) -> dict[str, str]:
        """What is not here and was forgiven, and why."""
        return self._forgiving.missing

    def known(self) -> dict[str, Any]:
        """What was found out of texts and weights, for another library of this recipe."""
        return {
            "tasks": self._tasks.facts,
            "models": self._digests,
            "masks": self._held,
            # Sub-words of a large text take minutes to find.
            "vocabularies": self._vocabularies,
        }

    def choice(self, task: str) -> TaskChoice:
        """A task of the recipe. Raises UserError for a name that it lacks."""
        return self._tasks.choice(task)

    def task(self, name: str) -> "tasks.Task":
        """A task with its examples. Raises UserError for text that is missing or malformed."""
        return self._tasks.task(name)

    def task_facts(self, name: str) -> dict[str, Any]:
        """What determines a task: its examples, how it is read, and how it is scored."""
        return self._tasks.facts_of(name)

    def kind(self, task: str) -> "tasks.TaskKind":
        """The kind of a task."""
        return tasks.TASK_KINDS[self.task(task).kind]

    def model(self, name: str, task: str, seed: int) -> "torch.nn.Module":
        """A model before training; what is new in it is initialised from `seed`."""
        known, kind = self.task(task), self.kind(task)
        if name in self.given.tickets:
            model = self.given.model(name)
        else:
            source, n = self.source(name, task), kind.n_labels(known)
            model = anatomy.load_model(source, kind.head, n_labels=n, seed=seed)
        if (order := self._class_order(name, task)) is not None:
            put_in_order(model, order)
        name_classes(model, known)
        return model

    def mask(self, name: str, task: str, model: "torch.nn.Module") -> "Mask | None":
        """What holds a loaded ticket, by the names of a model made of it; None for a dense one."""
        held = self.held(name)
        if held and name in self.given.tickets:
            return self.given.tickets[name].mask
        return mask_of_source(held, self.source(name, task), model) if held else None

    def held(self, name: str) -> Held:
        """What says which weights of a model are pruned; nothing where none is.

        Raises UserError where it has zeros but no mask, and the recipe does not say what to do.
        """
        if name in self.given.tickets:
            return "mask" if self.given.tickets[name].mask is not None else ""
        if name not in self._held:
            choice = self._model(name)
            source = "" if choice.load is None else self._folder(choice.load)
            here = choice.load is not None and Path(source).is_dir()
            self._held[name] = held_by(choice, source) if here else ""
        return self._held[name]

    def empty(self, name: str, task: str) -> "torch.nn.Module":
        """A model's shapes without weights, for checks and estimates. Raises UserError."""
        if self.looking and name in self.missing:
            raise UserError(self.missing[name])
        if name in self.given.tickets:
            return self.given.tickets[name].model
        return anatomy.empty_model(self.source(name, task), self.kind(task).head)

    def _body(self, name: str, task: str) -> "torch.nn.Module":
        """A model without a head or weights: who only reads a text may lack what its task needs."""
        if name in self.given.tickets:
            return self.given.tickets[name].model
        return anatomy.empty_model(self.source(name, task), BARE)

    def saved(self, name: str) -> "torch.nn.Module":
        """A loaded model as it was saved, whatever its head is for; it may have no weights."""
        if name in self.given.tickets:
            return self.given.tickets[name].model
        return anatomy.empty_model(expand(str(self._model(name).load)))

    def check_reads(self, name: str, task: str) -> None:
        """Hold the texts of a task against the positions that a model has, and its padding.

        Raises UserError where a text is longer and would not be cut, or where nothing can pad it.
        Nothing is read where the task's `max_tokens` fit in any case.
        """
        if (name, task) in self._reads or (self.looking and self._unseen(name, task)):
            return
        self._reads.add((name, task))
        kind = self.kind(task)
        if kind.head == BARE:  # texts for probes are read in windows
            return
        tokenizer, longest = self.tokenizer(name, task), self.choice(task).max_tokens
        if tokenizer.pad_token_id is None:
            raise UserError(f"the tokenizer of the model {name} has no token to pad batches with")
        most = text.positions(self._body(name, task))
        if most is None or longest <= most:
            return
        known = self.task(task)
        for split in ("train", "dev", "held"):
            examples = getattr(known, split)
            if isinstance(kind, tasks.Packs):
                n = len(examples)  # as many tokens as may be go into each sequence
            else:
                n = tasks.encode(known, examples, tokenizer, most).n_cut if examples else 0
            if n:
                raise UserError(
                    f"{n:,} texts of {task} ({split}) are longer than the {most} positions of the "
                    f"model {name}, and tasks.{task}.max_tokens is {longest}: say at most {most}, "
                    "and they are cut and counted"
                )

    def _unseen(self, name: str, task: str) -> bool:
        """Whether a model or a text is not here."""
        self.model_facts(name, task)
        return name in self.missing or self.task_facts(task)["digest"] == UNKNOWN

    def source(self, name: str, task: str) -> Any:
        """Where a model comes from: a hub id, a folder, or a new configuration."""
        choice = self._model(name)
        if choice.load is not None:
            source = self._folder(choice.load)
            return anatomy.read_config(source) if choice.redrawn else source
        return new_config(choice.new or {}, self.tokenizer(name, task))

    def tokenizer(self, name: str, task: str) -> Any:
        """The pre-trained tokenizer, or one for a new model: of words, or as its choice says."""
        choice = self._model(name)
        if name in self.given.tickets:
            return self.given.tickets[name].tokenizer
        if choice.load is not None:
            return loaded_tokenizer(self._folder(choice.load))
        made_of, purpose = choice.words or (task,), self.kind(task).purpose
        key = (made_of, purpose, choice.subwords)
        if key not in self._vocabularies:
            read = [self.task(each) for each in made_of]
            self._vocabularies[key] = new_tokenizer(read, choice.subwords, purpose)
        return self._vocabularies[key]

    def model_facts(self, name: str, task: str) -> dict[str, Any]:
        """What determines a model: the bytes of its files, or its configuration and vocabulary."""
        choice = self._model(name)
        if choice.new is not None:
            words = [self.task_facts(each)["digest"] for each in choice.words or (task,)]
            found = {"new": sized(choice.new), "words": words}
            return found if choice.subwords is None else found | subword_facts(choice.subwords)
        if name in self.missing:
            return {"digest": UNKNOWN}
        if name not in self._digests and name in self.given.tickets:
            self._digests[name] = self.given.digest(name)
        if name not in self._digests:
            try:
                source = expand(str(choice.load))
                if self.looking:
                    check_here(source)
                self._digests[name] = files_digest(source)
            except UserError as problem:
                return {"digest": self._forgiving.forgive(name, problem)}
        try:
            held = self.held(name)
        except UserError as problem:
            raise UserError(f"{name}: {problem}") from problem
        order = self._class_order(name, task)
        return {
            "digest": self._digests[name],
            **({"redrawn": True} if choice.redrawn else {}),
            **({"held": held} if held else {}),
            **({} if order is None else {"classes": list(order)}),
        }

    def _class_order(self, name: str, task: str) -> tuple[int, ...] | None:
        """Where a loaded model has its classes in another order than a task."""
        config = self._trained_config(name, task)
        return None if config is None else class_order(config, self.task(task))

    def check_classes(self, name: str, task: str) -> None:
        """Raise UserError for a loaded model that means other classes than a task's."""
        config = self._trained_config(name, task)
        if config is not None:
            check_names(config, self.task(task), self.model_name(name))

    def _trained_config(self, name: str, task: str) -> Any:
        """The configuration of a loaded model that names its classes, where the task is there."""
        choice = self._model(name)
        if choice.load is None or choice.redrawn:
            return None
        config = self.saved(name).config if name in self.given.tickets else None
        config = config or anatomy.read_config(expand(choice.load))
        if tasks.class_names(config) is None or self.task_facts(task)["digest"] == UNKNOWN:
            return None
        return config

    def model_name(self, name: str) -> str:
        """A model as tables name it. Where its folder stood says nothing about a number."""
        choice = self._model(name)
        if choice.new is not None:
            return f"{choice.new['model_type']}, from scratch"
        path = Path(expand(str(choice.load)))
        found = "/".join(path.parts[-2:]) if path.is_dir() else str(choice.load)
        return f"{found}, weights drawn anew" if choice.redrawn else found

    def _model(self, name: str) -> Model:
        return self.recipe.models[name]

    def _folder(self, load: str) -> str:
        """Where a loaded model is: of a hub's, just the commit that its facts name."""
        source = expand(load)
        return source if self.looking or Path(source).exists() else fetched(source)
