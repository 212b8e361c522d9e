"""What a user can ask for: the verbs of the command line, as functions."""

from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tombola import anatomy, dissect, masks, study, tasks, tickets
from tombola import report as reports
from tombola.errors import UserError
from tombola.settings import validate

if TYPE_CHECKING:
    import torch

    from tombola.anatomy import Inspection
    from tombola.dissect import ProbeResult
    from tombola.study import Outcome, Status
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
    body = anatomy.anatomy(ticket.model)
    old = ticket.mask if ticket.mask is not None else masks.Mask.ones(pruning.parameters(body))
    weights = dict(ticket.model.named_parameters())
    mask = tickets.next_mask(weights, old, body, pruning, criterion, seed)
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
    return dissect.probe(
        ticket.model, ticket.tokenizer, task.train, task.dev, seed=seed, epochs=epochs
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
    encoded = tasks.encode(task.dev, first.tokenizer, max_tokens)
    batches = tasks.Batches(encoded, batch_size, first.tokenizer.pad_token_id)
    able = all(_has_head(ticket.model) for ticket in (first, second))
    behaviour = dissect.compare(first.model, second.model, batches.in_order()) if able else None
    layers = dissect.layer_similarity(
        first.model, second.model, batches.in_order(), measure=measure
    )
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
