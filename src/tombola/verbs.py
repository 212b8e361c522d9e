"""What a user can ask for: the verbs of the command line, as functions."""

from dataclasses import asdict, dataclass, fields
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tombola import anatomy, cost, dissect, language, masks, study, tasks, tickets
from tombola import report as reports
from tombola.errors import UserError
from tombola.settings import validate
from tombola.tasks import data as looking

if TYPE_CHECKING:
    import torch

    from tombola.anatomy import Inspection
    from tombola.cost import Cost
    from tombola.dissect import ProbeResult
    from tombola.study import Outcome, Status
    from tombola.tasks.data import Catalog, Checked, Counts, Shown, Written
    from tombola.tickets import Ticket


@dataclass(frozen=True)
class Comparison:
    """How two models differ on the same examples."""

    behaviour: Any | None
    """Agreement of their answers; None where one of them cannot do the task."""
    layers: list[Any]
    """Similarity of every pair of their layers."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        behaviour = None if self.behaviour is None else asdict(self.behaviour)
        return {"behaviour": behaviour, "layers": [asdict(row) for row in self.layers]}


@dataclass(frozen=True)
class MaskPair:
    """Two masks and what they share."""

    a: str
    b: str
    overlap: masks.Overlap

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        shared = self.overlap
        return {
            "a": self.a,
            "b": self.b,
            **asdict(shared),
            "jaccard": shared.jaccard,
            "expected_jaccard": shared.expected_jaccard,
            "expected_jaccard_by_tensor": shared.expected_jaccard_by_tensor,
        }


def run(
    recipe: "str | study.Recipe",
    out: str | Path | None = None,
    *,
    changes: tuple[str, ...] = (),
    engine: Literal["serial", "processes"] | None = None,
    workers: int | None = None,
    command: str = "",
    **watchers: Any,
) -> "Outcome":
    """Run a study from text to report; what is done already is not done again.

    Args:
        recipe: a shipped recipe's name, a YAML file, or a `Recipe`.
        out: the study's folder, by default `runs/NAME`.
        changes: `key=value` settings that replace the recipe's.
        engine: `serial` or `processes`; by default what suits the machine.
        workers: processes at the same time.
        command: how the study was started, for the record.
        watchers: `watch` and `on_plan` of `tombola.study.run_study`.

    Raises:
        UserError: bad input; nothing that was done is lost.
    """
    if isinstance(recipe, str):
        recipe = study.read_recipe(recipe, changes)
    out = Path(out) if out is not None else Path("runs") / recipe.name
    outcome = study.run_study(
        recipe, out, engine=engine, workers=workers, command=command, **watchers
    )
    reports.report(out)
    return outcome


def status(out: str | Path) -> "Status":
    """What of a study is done, running, failed and left. Raises UserError for another folder."""
    return study.status(out)


def build_report(out: str | Path) -> Path:
    """Rebuild figures, tables and `report.html` from a study's tables alone; return its path."""
    return reports.report(Path(out))


def recipes() -> dict[str, str]:
    """The shipped recipes: name to YAML text."""
    return study.shipped()


def inspect(model: "torch.nn.Module | str | Path") -> "Inspection":
    """What a model is made of, and how sparse it is; `print` it to read it.

    Args:
        model: a model, a ticket's or a model's folder, a configuration file, a hub id.

    Raises:
        UserError: no such model, or one of a family that is not supported.
    """
    return anatomy.inspect(model)


def prune(
    model: "torch.nn.Module | str | Path",
    amount: float,
    *,
    criterion: str = "magnitude",
    scope: str = "global",
    sets: tuple[str, ...] = ("matrices",),
    of: str = "remaining",
    seed: int = 0,
) -> "Ticket":
    """Draw a ticket in one shot: the lowest scores go.

    Args:
        model: a model (pruned in place), or where to load one from; a ticket is pruned further.
        amount: share to prune, 0 to 1.
        criterion: what scores the weights: magnitude or random.
        scope: within what the scores compete: global, stack, layer, block, matrix or head.
        sets: parameter sets to prune.
        of: what `amount` is a share of: remaining, original, or target (the sparsity to reach).
        seed: of random scores.

    Raises:
        UserError: a share outside 0 to 1, an unknown name, a score that is not a number.
    """
    settings = {"amount": amount, "scope": scope, "sets": sets, "of": of}
    pruning = validate(tickets.Pruning, settings)
    named = isinstance(model, str | Path)
    ticket = tickets.load(model) if isinstance(model, str | Path) else tickets.Ticket(model, None)
    mask = tickets.draw(ticket.model, pruning, criterion, ticket.mask, seed)
    masks.apply(ticket.model, mask)
    drawn = {**settings, "criterion": criterion, "seed": seed, "mask": mask.digest}
    provenance = {**ticket.provenance, "source": str(model) if named else "", "drawn": drawn}
    return tickets.Ticket(ticket.model, mask, ticket.tokenizer, provenance)


def probe(
    model: str | Path,
    name: str = "builtin-pos",
    folder: str | Path | None = None,
    *,
    train: int | None = None,
    dev: int | None = None,
    seed: int = 0,
    epochs: int = 50,
) -> "list[ProbeResult]":
    """Train a linear probe on every layer of a model.

    Args:
        model: where to load the model from.
        name: the tagging task, `pos` or `builtin-pos`.
        folder: the task's files; none for the built-in language.
        train: sentences to train on; all where not given.
        dev: sentences to score on; all where not given.
        seed: of the probe's initial weights and the order of words.
        epochs: passes over the training words, at most.

    Raises:
        UserError: missing or malformed text, or no such model.
    """
    task = tasks.load_task(name, _path(folder), train=train, dev=dev)
    ticket = tickets.load(model)
    _vocabulary(ticket, model)  # refused where there is none
    settings = validate(dissect.ProbeSettings, {"epochs": epochs})
    return dissect.probe(
        ticket.model, ticket.tokenizer, task.train, task.dev, seed=seed, settings=settings
    )


def compare(
    a: str | Path,
    b: str | Path,
    name: str,
    folder: str | Path | None = None,
    *,
    examples: int | None = None,
    measure: str = "debiased",
    batch_size: int = 32,
    max_tokens: int = 128,
) -> Comparison:
    """Compare two models on the dev split of a task: their answers, and their layers.

    Args:
        a: where to load the first model from; its tokenizer reads the text for both.
        b: where to load the second model from.
        name: the task.
        folder: the task's files; none for the built-in language.
        examples: dev examples to compare on; all where not given.
        measure: estimator of linear CKA: debiased or as_published.
        batch_size: examples at a time.
        max_tokens: longer sentences are cut.

    Raises:
        UserError: missing or malformed text, no such model, or models of different vocabularies.
    """
    task = tasks.load_task(name, _path(folder), dev=examples)
    first, second = tickets.load(a), tickets.load(b)
    if _vocabulary(first, a) != _vocabulary(second, b):
        raise UserError(f"{a} and {b} have different vocabularies: they cannot read the same text")
    encoded = tasks.encode(task, task.dev, first.tokenizer, max_tokens)
    batches = tasks.Batches(encoded, batch_size, first.tokenizer.pad_token_id)
    able = all(_has_head(ticket.model) for ticket in (first, second))
    behaviour = dissect.compare(first.model, second.model, batches.in_order()) if able else None
    layers = dissect.layer_similarity(first.model, second.model, batches.in_order(), measure)
    return Comparison(behaviour, layers)


def compare_masks(files: list[str | Path]) -> list[MaskPair]:
    """What every two of some masks share, beside what chance would give.

    Args:
        files: mask files or tickets' folders, two at least.

    Raises:
        UserError: fewer than two, no masks, or masks of different models.
    """
    if len(files) < 2:
        raise UserError("give two masks or more: files, or folders of tickets")
    read = [(str(path), masks.load(_mask_file(Path(path)))) for path in files]
    return [MaskPair(a, b, masks.overlap(x, y)) for (a, x), (b, y) in combinations(read, 2)]


def measure(
    model: "torch.nn.Module | str | Path",
    against: "torch.nn.Module | str | Path | None" = None,
    *,
    filled: bool = False,
    **settings: Any,
) -> "Cost":
    """How large a model is, and how fast, beside another one where one is given.

    Args:
        model: a model, a ticket's or a model's folder, a hub id; a configuration gets random
            weights, and the result says so.
        against: what to compare with, in pairs against drift.
        filled: compare with the model itself, its matrices' zeros filled with noise.
        settings: fields of `tombola.cost.CostSettings`: batch_sizes, lengths, new_tokens,
            repeats, warmup, seed, device, dtype, threads.

    Raises:
        UserError: no such model or device, a setting that is not allowed, a text too long for the
            model's positions.
    """
    if filled and against is not None:
        raise UserError("filled compares the model with itself: give it or against, not both")
    chosen = validate(cost.CostSettings, settings)
    this = cost.subject(model, tickets.MASK_FILE)
    other = None if against is None else cost.subject(against, tickets.MASK_FILE)
    if filled:
        other = cost.without_zeros(this, chosen.seed)
    return cost.measure_cost(this, other, chosen)


def data() -> "Catalog":
    """What there is: tasks, the formats that they are read from, the forms that are written."""
    return looking.catalog()


def show_data(
    task: str,
    file: str | Path | None = None,
    *,
    format: str | None = None,  # noqa: A002 — the word that users know
    n: int = 3,
    seed: int = 0,
    knobs: dict[str, Any] | None = None,
) -> "list[Shown]":
    """The first examples of a task, with their labels, as a person reads them.

    Args:
        task: a word task (`pos`, `ner`, …) or another (`CoLA`, `builtin-translation`, …).
        file: where to read; a folder for tasks other than word tasks; else the built-in language.
        format: the file's format; by default what its ending tells.
        n: how many.
        seed: of what is made, and of the negatives of arcs and coreference.
        knobs: of the built-in language, fields of `tombola.language.Language`.

    Raises:
        UserError: an unknown name, or a file that is not of the format.
    """
    return looking.show_data(
        task, _path(file), format=format, n=n, seed=seed, language=_language(knobs)
    )


def count_data(
    task: str,
    files: "list[str | Path] | None" = None,
    *,
    format: str | None = None,  # noqa: A002 — the word that users know
    n: int = 1000,
    seed: int = 0,
    knobs: dict[str, Any] | None = None,
) -> "list[Counts]":
    """How often each label of a task occurs, split by split.

    Args:
        task: as for `show_data`.
        files: a split each, or folders; by default `n` texts of each split of the built-in
            language.
        format: the files' format; by default what their endings tell.
        n: how many texts are made.
        seed: as for `show_data`.
        knobs: as for `show_data`.

    Raises:
        UserError: an unknown name, or a file that is not of the format.
    """
    return looking.count_data(
        task, files or (), format=format, n=n, seed=seed, language=_language(knobs)
    )


def write_data(
    out: str | Path,
    forms: tuple[str, ...] = (),
    *,
    train: int = 1000,
    dev: int = 100,
    test: int = 100,
    seed: int = 0,
    knobs: dict[str, Any] | None = None,
) -> "list[Written]":
    """Write the built-in language out in standard formats, so that other tools can read it.

    Args:
        out: a new folder.
        forms: names of forms, `conllu`, `trees`, `glue`, `parallel`, …; all of them by default.
        train: sentences, documents or pairs of the training split.
        dev: of the dev split.
        test: of the test split.
        seed: equal seeds give equal bytes.
        knobs: of the language, fields of `tombola.language.Language`.

    Raises:
        UserError: an unknown form, a folder that holds something, a language that is too small.
    """
    return looking.write_data(
        out,
        forms or looking.FORMS,
        n_train=train,
        n_dev=dev,
        n_test=test,
        seed=seed,
        language=_language(knobs),
    )


def check_data(
    file: str | Path,
    *,
    format: str | None = None,  # noqa: A002 — the word that users know
    task: str | None = None,
    seed: int = 0,
) -> "list[Checked]":
    """Read all of a file and say what it holds, for each format that can read it.

    Args:
        file: the file, or the folder of a task.
        format: its format; by default those that its ending allows, or all are tried.
        task: demand what this task needs.
        seed: of the negatives of arcs and coreference.

    Raises:
        UserError: the first errors, where no format reads it or the task cannot be made of it.
    """
    return looking.check_data(file, format=format, task=task, seed=seed)


def _language(knobs: dict[str, Any] | None) -> "language.Language | None":
    if knobs is None:
        return None
    allowed = {field.name: field for field in fields(language.Language)}
    for name, value in knobs.items():
        if name not in allowed:
            raise UserError(f"unknown knob {name!r}; allowed: {', '.join(allowed)}")
        wanted = type(allowed[name].default)
        if isinstance(value, bool) or not isinstance(value, int if wanted is int else int | float):
            raise UserError(f"{name}: a number is needed, not {value!r}")
    return language.Language(**knobs)


def _vocabulary(ticket: "Ticket", source: str | Path) -> dict[str, int]:
    if ticket.tokenizer is None:
        raise UserError(f"{source}: no tokenizer there: it cannot read text")
    vocabulary: dict[str, int] = ticket.tokenizer.get_vocab()
    return vocabulary


def _mask_file(path: Path) -> Path:
    return path / tickets.MASK_FILE if path.is_dir() else path


def _path(folder: str | Path | None) -> Path | None:
    return None if folder is None else Path(folder)


def _has_head(model: Any) -> bool:
    """Whether the model has anything on top of its body (transformers: its base model)."""
    return model.base_model is not model
