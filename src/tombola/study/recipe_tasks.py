"""The tasks of a recipe: each is read once, when it is first asked for."""

from functools import cached_property
from typing import Any

from tombola import tasks
from tombola.errors import UserError, allowed_for
from tombola.language.tasks import BUILTIN
from tombola.study.chosen import task_of
from tombola.study.facts import facts_of, facts_of_thing
from tombola.study.given import InMemory
from tombola.study.recipe import Recipe, TaskChoice

OF_LANGUAGE = "@"
"""Between a word task and a task of the built-in language whose language it asks about."""

UNKNOWN = "unknown"
"""Digest of a text or a model that is not here, where a plan is only looked at."""


class Forgiving:
    """What is not here, where a plan is only looked at."""

    def __init__(self, looking: bool) -> None:
        """`looking` forgives texts and weights that are not here: nothing will be run."""
        self.looking = looking
        self.missing: dict[str, str] = {}
        """What was forgiven, and why."""

    def forgive(self, name: str, problem: UserError) -> str:
        """The digest of what is not here. Raises what it is given where something will be run."""
        if not self.looking:
            raise UserError(f"{name}: {problem}") from problem
        self.missing[name] = str(problem)
        return UNKNOWN


class RecipeTasks:
    """Tasks by the names that a recipe gives them."""

    def __init__(
        self, recipe: Recipe, given: InMemory, known: dict[str, dict[str, Any]], missing: Forgiving
    ) -> None:
        """`known` are facts of tasks that were read before; `missing` hears of what is not here."""
        self._tasks = {
            name: _Task(name, choice, given.tasks.get(name))
            for name, choice in recipe.tasks.items()
        }
        self._missing = missing
        self.facts = dict(known)
        """By name, of those that were asked for."""

    def choice(self, name: str) -> TaskChoice:
        """As the recipe has it. Raises UserError for a name that it lacks."""
        return self._task(name).choice

    def task(self, name: str) -> "tasks.Task":
        """With its examples. Raises UserError for text that is missing or malformed."""
        return self._task(name).task

    def facts_of(self, name: str) -> dict[str, Any]:
        """What determines a task: its examples, how it is read, and how it is scored."""
        if name not in self.facts:
            self.facts[name] = self._facts_of(self._task(name))
        return self.facts[name]

    def _facts_of(self, task: "_Task") -> dict[str, Any]:
        choice = task.choice
        try:
            known = task.task
            digest, kind, metric = known.digest, known.kind, known.metric
        except UserError as problem:
            return {
                "name": choice.name,
                "digest": self._missing.forgive(task.name, problem),
                "max_tokens": choice.max_tokens,
            }
        further = [facts_of_thing(tasks.METRICS, each) for each in known.further]
        search = facts_of(known.search) if known.search is not None else {}
        return {
            "name": choice.name,
            "digest": digest,
            "kind": facts_of_thing(tasks.TASK_KINDS, kind),
            "metric": facts_of_thing(tasks.METRICS, metric),
            **({"further": further} if further else {}),
            **({"search": search} if search else {}),
            **({"left_out": known.n_dropped} if choice.skip_bad else {}),
            "max_tokens": choice.max_tokens,
        }

    def _task(self, name: str) -> "_Task":
        if name not in self._tasks and OF_LANGUAGE in name:
            self._tasks[name] = _Task(name, self._of_language(*name.split(OF_LANGUAGE)))
        if name not in self._tasks:
            raise UserError(f"no task {name!r}; {allowed_for(name, self._tasks)}")
        return self._tasks[name]

    def _of_language(self, word_task: str, task: str) -> TaskChoice:
        """A word task on the text of the language that another task is made of."""
        choice = self.choice(task)
        if choice.name not in BUILTIN:
            raise UserError(
                f"{word_task} is no task of the recipe, and would be of the built-in language; but "
                f"what {task} is read from is not of it: name a task with its text"
            )
        return TaskChoice(
            name=word_task, language=choice.language, seed=choice.seed, max_tokens=choice.max_tokens
        )


class _Task:
    """One task, read once."""

    def __init__(self, name: str, choice: TaskChoice, given: "tasks.Task | None" = None) -> None:
        self.name = name
        self.choice = choice
        self._given = given

    @cached_property
    def task(self) -> "tasks.Task":
        return task_of(self.choice) if self._given is None else self._given
