"""A stage at work: its settings, and everything that it may read."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, TypeVar

from tombola import anatomy, masks, tasks, tickets, training
from tombola.files import read_sound
from tombola.study.kind import KINDS, Kind, Step
from tombola.study.library import Library
from tombola.study.parts import MODEL, PARTS, Part, is_within
from tombola.study.progress import Reporter
from tombola.study.stage import Stage, digest_of
from tombola.study.store import STAGE_FILE, Store, record_in
from tombola.study.sums import check_sums, stated, way_out

S = TypeVar("S", bound=Step)
STORED_FROM = 5000
"""Examples of a split from which on it is encoded into a file; fewer are sooner encoded anew."""
ENCODED = "encoded"
"""The folder of encoded text within a study's."""


class Job(Generic[S]):
    """One stage with everything it may read."""

    def __init__(
        self,
        stage: Stage,
        stages: Mapping[str, Stage],
        library: Library,
        store: Store,
        report: Reporter | None = None,
    ) -> None:
        """`stages` are those of the whole plan, by name; `report` is by default the stage's own."""
        self.stage = stage
        self.library = library
        self.store = store
        self.report = report or Reporter(store.working(stage.name))
        self._stages = stages
        self._encoded: dict[tuple[str, str], Any] = {}
        self._sound: dict[str, set[Part]] = {}

    @property
    def kind(self) -> Kind[S]:
        """The kind of its step."""
        return KINDS[self.stage.kind]

    @property
    def settings(self) -> S:
        """The step's settings at this point."""
        settings: S = self.stage.settings
        return settings

    @property
    def seed(self) -> int:
        """Its seed; 0 where seeds are folded."""
        return self.stage.seed or 0

    def task_name(self, field: str = "task") -> str:
        """The task that a setting names, or else that of the axis `task`.

        Where it names several, the first in the alphabet: the one that a model is read for.
        """
        named = getattr(self.settings, field, None)
        if isinstance(named, tuple):
            return min(self.stage.facts[field])
        return str(named) if named is not None else str(self.stage.at["task"])

    def folder(self, role: str) -> Path:
        """The folder of a stage that is read, for its records.

        Raises UserError where one of them is not what it was when that stage ended.
        """
        return self._checked(self.stage.reads[role], "records")

    def ticket_folder(self, role: str) -> Path:
        """The folder of the model of a stage that is read, for its mask and its configuration.

        Raises UserError as `folder` does.
        """
        return self._checked(self.stage.reads[role], "ticket") / MODEL

    def model_folder(self, role: str) -> Path:
        """The folder of the model of a stage that is read, weights included.

        Raises UserError as `folder` does.
        """
        return self._checked(self.stage.reads[role], "weights") / MODEL

    def _checked(self, name: str, read: Part) -> Path:
        new = {part for part in PARTS if is_within(part, read)} - self._sound.get(name, set())
        if new:
            self.store.check(name, new)
            self._sound.setdefault(name, set()).update(new)
        return self.store.path(name)

    def read_stage(self, role: str) -> Stage:
        """A stage that is read."""
        return self._stages[self.stage.reads[role]]

    def roles(self, role: str) -> list[str]:
        """The roles of a folded reference: `of.0`, `of.1`, …, in the order of the axis."""
        return self.stage.roles(role)

    def beside(self, stage: Stage) -> "Job[Any]":
        """The job of another stage of the plan, done for the sake of this one."""
        return Job(stage, self._stages, self.library, self.store, self.report)

    def ticket(self, role: str) -> "tickets.Ticket":
        """The model that a role leads to, with its tokenizer and, where it is pruned, its mask.

        One of the recipe's models comes as it is before any training.
        """
        if role in self.stage.sources:
            name = self.stage.sources[role]
            task = self.task_name(self.kind.task_fields[0])
            model = self.library.model(name, task, self.seed)
            mask = self.library.mask(name, task, model)
            if mask is not None:
                masks.apply(model, mask)  # weights that were drawn anew may stand there
            tokenizer = self.library.tokenizer(name, task)
            anatomy.pad_alike(model, tokenizer)
            return tickets.Ticket(model, mask, tokenizer)
        found = tickets.load(self.model_folder(role))
        moment = self.stage.moment(role)
        if moment is None:
            return found
        from tombola.study.states import state_of

        state = state_of(self, self.read_stage(role), moment)
        found.model.load_state_dict(state.weights, strict=False)
        return found

    def encoded(self, split: str, task: str, tokenizer: Any) -> Any:
        """A split of a task as a tokenizer reads it; once for a job.

        Once for the whole study where it is of many examples: the first stage to need it writes
        `encoded/`, and all others, in whatever process, read that.
        """
        if (split, task) not in self._encoded:
            known = self.library.task(task)
            examples = getattr(known, split)
            longest = self.library.choice(task).max_tokens
            if len(examples) < STORED_FROM:
                found: Any = tasks.encode(known, examples, tokenizer, longest)
            else:
                found = self._stored(split, task, tokenizer)
            self._encoded[(split, task)] = found
        return self._encoded[(split, task)]

    def _stored(self, split: str, task: str, tokenizer: Any) -> "tasks.Stored":
        known, longest = self.library.task(task), self.library.choice(task).max_tokens
        facts = {
            "task": self.library.task_facts(task),
            "split": split,
            "tokenizer": tasks.tokenizer_digest(tokenizer),
        }
        name = digest_of(facts)
        with self.store.lock(f"encoded-{name}"):
            blocks = tasks.encode_blocks(known, getattr(known, split), tokenizer, longest)
            return tasks.stored(self.store.root / ENCODED / name, facts, blocks)

    def batches(
        self,
        split: str,
        task: str,
        tokenizer: Any,
        batch_size: int,
        examples: int | None = None,
        **more: Any,
    ) -> "tasks.Batches":
        """A split in batches, or its first examples; `more` is what else `Batches` takes.

        Whoever reads them in their order is seen to do so.
        Raises UserError for a tokenizer without a token to pad with.
        """
        known, encoded = self.library.task(task), self.encoded(split, task, tokenizer)
        encoded = encoded if examples is None else encoded[:examples]
        more = {"told": self.report.batch, **more}
        return tasks.in_batches(known, encoded, batch_size, tokenizer, **more)

    @cached_property
    def device(self) -> Any:
        """Where models run."""
        return training.best_device()


def record_of(folder: Path, name: str) -> Any:
    """What a stage wrote about itself in `NAME.json`.

    Raises UserError where that is damaged, or not what it was when the stage ended.
    """
    file = f"{name}.json"
    found = read_sound(folder / file, way_out(folder))
    if (folder / STAGE_FILE).exists():  # it has ended
        sums = stated(folder, record_in(folder)) or {}
        check_sums(folder, sums, sums.keys() & {file})
    return found
