"""Any models beside one another: similarity, complexity, kinds of words, attention."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from tombola import dissect, tasks, training
from tombola.dissect.representations import stack_names
from tombola.errors import UserError
from tombola.extras import extra
from tombola.results import Result
from tombola.verbs.dissection.given_text import GivenText, encoded, marked, read_text
from tombola.verbs.live import as_ticket

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")
Pair = tuple[str, str]
MEASURES = ("debiased", "neurons", "attention", "heads")
EDGES = (5, 100, 500, 2500)


@dataclass(frozen=True, repr=False)
class Dissection(Result):
    """What models have in common on a text, and what not."""

    similarity: "Mapping[Pair, list[dissect.LayerSimilarity]]"
    """Of every two models: all layers, by every measure; stacks are encoder, decoder, cross."""
    complexity: "Mapping[str, list[dissect.LayerComplexity]]"
    """Of every model, centred and not."""
    words: "Mapping[Pair, list[dissect.GroupSimilarity]]"
    """Last layers, on each kind of words."""
    peaks: "Mapping[str, list[dissect.Peaks]]"
    """How many rows of attention have nearly all on one token."""
    notes: tuple[str, ...] = field(default=())
    """What could not be compared, and why; what was left out of the text."""

    shown = ("against", "model", "measure", "stack", "dense_layer", "value", "low", "high", "n")

    def lines(self) -> tuple[str, ...]:
        """How much there is, and what could not be."""
        rows = self.rows()
        counts = ", ".join(f"{len(own):,} of {name}" for name, own in rows.items() if own)
        return (f"rows: {counts}" if counts else "nothing to compare", *self.notes)

    def records(self) -> list[dict[str, Any]]:
        """All rows, each with its part."""
        return [{"part": name, **row} for name, own in self.rows().items() for row in own]

    def printed(self) -> list[dict[str, Any]]:
        """Layers beside their own number."""
        similar = self.rows()["similarity"]
        return [row for row in similar if row["dense_layer"] == row["sparse_layer"]]

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """Plain rows, a list for each part."""
        return {
            "similarity": [_of(pair, row) for pair, own in self.similarity.items() for row in own],
            "complexity": [_simple(model, one) for model, own in self.complexity.items()
                           for one in own],
            "words": [_of(pair, row) for pair, own in self.words.items() for row in own],
            "peaks": [{"model": model, **asdict(one)} for model, own in self.peaks.items()
                      for one in own],
        }  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {**self.rows(), "notes": list(self.notes)}

    def to_frames(self) -> "dict[str, pd.DataFrame]":
        """The rows as frames."""
        with extra("report"):
            import pandas as pd
        return {name: pd.DataFrame(rows) for name, rows in self.rows().items()}


def _of(pair: Pair, row: Any) -> dict[str, Any]:
    return {"against": pair[0], "model": pair[1], **asdict(row)}


def _simple(model: str, one: "dissect.LayerComplexity") -> dict[str, Any]:
    return {
        "model": model, "stack": one.stack, "layer": one.layer, "centred": one.centred, "n": one.n,
        "width": one.width, "k80": one.k(0.8), "effective_rank": one.effective_rank,
        "participation_ratio": one.participation_ratio, "constant": list(one.constant),
        "short": one.short,
    }  # fmt: skip


@dataclass(frozen=True)
class _One:
    model: Any
    tokenizer: Any


def dissect_models(
    models: Sequence[Any] | Mapping[str, Any],
    data: str | Path | Sequence[str],
    *,
    target: str | Path | Sequence[str] | None = None,
    tokenizer: Any = None,
    measures: Sequence[str] | None = None,
    labels: str | None = None,
    format: str | None = None,  # noqa: A002 — the word that users know
    train: str | Path | None = None,
    ranks: Sequence[int] = EDGES,
    examples: int | None = None,
    batch_size: int = 32,
    max_tokens: int = 128,
) -> Dissection:
    """Dissect two models or more on the same text: all that section 5 of Movva & Zhao 2020 asks.

    Args:
        models: where to load them from, or tickets, or models in memory, which are left as they
            are; a mapping says what to call each.
        data: a file of plain text, a sentence in each line, or sentences.
        target: their translations, which the decoder of an encoder-decoder is given.
        tokenizer: what reads the text for models in memory; or by their names.
        measures: of similarity, by name, those of attention for its stacks and `cross`. By default
            debiased linear CKA, NeuronSim, AttentionSim and HeadSim.
        labels: a task of single words (`pos`, `semtag`): `data` is then a file of words with such
            labels, and words are told apart by them.
        format: of that file; by default what its ending tells.
        train: a text whose ranks of words stand for frequency; by default the data themselves.
        ranks: ends of the bins of frequency.
        examples: sentences to read; all where not given.
        batch_size: sentences at a time.
        max_tokens: longer sentences are cut, and counted in the notes.

    What cannot be compared is named in `notes`, with the reason, and the rest is: models of another
    vocabulary than the first (they read other tokens: only they themselves are described), of other
    stacks, a model whose attention cannot be read. All models of a pair read the same batches, so
    their texts cannot stand in another order.

    Raises UserError for fewer than two models, unknown measures, text that cannot be read or does
    not pair, and models that cannot be loaded.
    """
    named = _named(models)
    if len(named) < 2:  # before anything is read
        raise UserError("name two models or more, each once, to compare")
    measures = MEASURES if measures is None else measures
    for name in measures:
        dissect.MEASURES[name]
    text = read_text(data, target, labels, format, examples)
    ones = _loaded(named, tokenizer)
    notes = [f"{text.n_empty} empty lines left out"] if text.n_empty else []
    first = next(iter(ones))
    read = {}
    for name, one in ones.items():
        read[name], cut = encoded(text, one.model, one.tokenizer, max_tokens, batch_size)
        if cut:
            notes.append(f"{name}: {cut} sentences cut to {max_tokens} tokens")
        if unknown := tasks.said_of_unknown(tasks.unknown_share(read[name].encoded, one.tokenizer)):
            notes.append(f"{name}: {unknown}")
    pairs = list(_pairs(ones, first, notes))
    complexity = {
        name: dissect.complexity(one.model, read[name].in_order()) for name, one in ones.items()
    }
    peaks = {}
    for name, one in ones.items():
        peaked = partial(dissect.attention_peaks, one.model, read[name].in_order())
        found = _tried(peaked, f"{name}: attention", notes)
        if found is not None:
            peaks[name] = found
    by_states = [name for name in measures if dissect.MEASURES[name].reads == "states"]
    by_looks = [name for name in measures if name not in by_states]
    seen = [pair for pair in pairs if set(pair) <= set(peaks)]
    live = {name: one.model for name, one in ones.items()}
    similarity: dict[Pair, list[Any]] = {pair: [] for pair in pairs}
    for chosen, own in ((by_states, pairs), (by_looks, seen)):
        for pair, rows in _similar(live, own, chosen, read[first], notes):
            similarity[pair] += rows
    words = {}
    for pair in pairs:
        told = partial(
            _by_words, ones, pair, by_states, text, read[first], train, ranks, max_tokens
        )
        found_words = _tried(told, f"{pair[0]} and {pair[1]}, kinds of words", notes)
        if found_words is not None:
            words[pair] = found_words
    notes += [
        f"{name}: fewer tokens than dimensions in the {one.stack}"
        for name, own in complexity.items()
        for one in own
        if one.short and one.layer == 0 and one.centred
    ]
    return Dissection(similarity, complexity, words, peaks, tuple(notes))


def _named(models: Sequence[Any] | Mapping[str, Any]) -> dict[str, Any]:
    """Models by what they are called: as a mapping says, by their paths, or by their places."""
    if isinstance(models, Mapping):
        return {str(name): model for name, model in models.items()}
    return {
        str(model) if isinstance(model, str | Path) else f"model {i}": model
        for i, model in enumerate(models, 1)
    }


def _loaded(named: Mapping[str, Any], tokenizer: Any) -> dict[str, _One]:
    found = {}
    for name, source in named.items():
        path = isinstance(source, str | Path)
        own = tokenizer.get(name) if isinstance(tokenizer, Mapping) else tokenizer
        one = as_ticket(source, own)
        live = one.model.to(training.best_device()) if path else one.model
        found[name] = _One(live, one.tokenizer if own is None or path else own)
        if found[name].tokenizer is None:
            raise UserError(f"{name}: no tokenizer there: it cannot read text")
    return found


def _pairs(ones: Mapping[str, _One], first: str, notes: list[str]) -> Iterator[Pair]:
    """Every two that read the same tokens and have the same stacks."""
    words = ones[first].tokenizer.get_vocab()
    able = []
    for name, one in ones.items():
        if one.tokenizer.get_vocab() == words:
            able.append(name)
        else:
            notes.append(f"{name}: another vocabulary than {first}: not held to the others")
    for a, b in combinations(able, 2):
        stacks = [stack_names(ones[name].model) for name in (a, b)]
        if stacks[0] == stacks[1]:
            yield a, b
        else:
            named = " and ".join(" with ".join(own) for own in stacks)
            notes.append(f"{a} and {b} have other stacks ({named}): not held together")


def _tried(do: Callable[[], T], what: str, notes: list[str]) -> T | None:
    try:
        return do()
    except UserError as problem:
        notes.append(f"{what}: {problem}")
        return None


def _similar(
    models: Mapping[str, Any],
    pairs: Sequence[Pair],
    measures: Sequence[str],
    batches: Any,
    notes: list[str],
) -> Iterator[tuple[Pair, list[Any]]]:
    """All pairs in one pass; pair by pair, and measure by measure, where some cannot be held."""
    if not pairs or not measures:
        return
    asked = {name: models[name] for pair in pairs for name in pair}
    try:
        yield from dissect.similarities(asked, batches.in_order(), measures, pairs=pairs).items()
    except UserError as problem:
        if len(pairs) == len(measures) == 1:
            notes.append(f"{pairs[0][0]} and {pairs[0][1]}, {measures[0]}: {problem}")
            return
        for pair in pairs:
            for measure in measures:
                yield from _similar(models, [pair], [measure], batches, notes)


def _by_words(
    ones: Mapping[str, _One],
    pair: Pair,
    measures: Sequence[str],
    text: GivenText,
    batches: Any,
    train: str | Path | None,
    ranks: Sequence[int],
    max_tokens: int,
) -> list[Any]:
    one = ones[pair[0]]
    found, names = marked(text, one.model, one.tokenizer, batches, train, ranks, max_tokens)
    models = {name: ones[name].model for name in pair}
    return dissect.similarities_by_group(models, found, names, measures)[pair]
