"""`word-magnitudes`: whether rows of the table of words go by length and frequency."""

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from tombola import anatomy
from tombola.dissect.weights.words import correlations, words_of
from tombola.errors import UserError
from tombola.files import write_json
from tombola.study.facts import facts_of
from tombola.study.finished import Finished
from tombola.study.job import Job
from tombola.study.kind import KINDS, Kind, Row, Step
from tombola.study.kinds.similarity import named
from tombola.study.library import Library
from tombola.study.point import Point
from tombola.study.references import References
from tombola.tables import Table

MODEL = {
    "model": ("string", "the model; STAGE@0.5 in the middle of its training"),
    "text": ("string", "task in whose training texts sub-words are counted"),
}
SIGNED = {"signature": ("string", "every fact that determines the number")}
WORDS = Table(
    "word-magnitudes",
    {
        **MODEL,
        "about": ("string", "what a row's mean magnitude is held to: length, frequency"),
        "fixed": ("string", "what is held fixed; empty for nothing"),
        "value": ("float64", "Spearman's correlation, partial where something is held fixed"),
        "low": ("float64", "lower end of its 95% interval"),
        "high": ("float64", "upper end of its 95% interval"),
        "n": ("int64", "sub-words"),
        **SIGNED,
    },
)
LENGTHS = Table(
    "word-lengths",
    {
        **MODEL,
        "length": ("int64", "characters of a sub-word"),
        "n": ("int64", "sub-words of that length"),
        "mean": ("float64", "mean magnitude of their rows"),
        "sd": ("float64", "its standard deviation over sub-words"),
        **SIGNED,
    },
)


class WordMagnitudesStep(Step):
    """Which models, beside which text."""

    of: References
    """Models, steps that end in models, or moments of their training."""
    text: str | None = None
    """The task in whose training texts sub-words are counted; by default the one that models were
    trained on."""


class WordMagnitudes(Kind[WordMagnitudesStep]):
    """One stage for each model. Gordon, Duh & Andrews 2020 see it by eye, without frequency."""

    name = "word-magnitudes"
    version = 1
    settings = WordMagnitudesStep
    tables = (WORDS, LENGTHS)
    task_fields: ClassVar[tuple[str, ...]] = ("text",)

    def check(self, point: Point[WordMagnitudesStep], library: Library) -> None:
        """There are models."""
        if not point.main.ends_in_model and not point.main.model:
            raise UserError("of is a model, or a step that ends in models")

    def facts(self, settings: WordMagnitudesStep) -> dict[str, Any]:
        """Nothing but the text, which has facts of its own."""
        return facts_of(settings, frozenset({"do", "text"}))

    def work(self, job: Job[WordMagnitudesStep], folder: Path) -> None:
        """Count sub-words, and hold their rows to them."""
        ticket = job.ticket("of")
        body = anatomy.anatomy(ticket.model)
        table = next((p for p in body.in_sets(("embeddings",)) if p.role == "word"), None)
        if table is None or ticket.tokenizer is None:
            raise UserError("words: the model has no table of words and tokenizer")
        weight = dict(ticket.model.named_parameters(remove_duplicate=False))[table.name]
        counts = np.zeros(len(weight), dtype=np.int64)
        for batch in job.batches("train", job.task_name("text"), ticket.tokenizer, 256).in_order():
            ids = batch["input_ids"][batch["attention_mask"].bool()].numpy()
            counts += np.bincount(ids, minlength=len(counts))[: len(counts)]
        special = np.array(ticket.tokenizer.all_special_ids, dtype=np.int64)
        words = words_of(weight, ticket.tokenizer.get_vocab(), special, counts)
        lengths = []
        for length in np.unique(words.length):
            own = words.magnitude[words.length == length]
            spread = {"mean": float(own.mean()), "sd": float(own.std())}
            lengths.append({"length": int(length), "n": len(own), **spread})
        write_json(folder / "words.json", [asdict(each) for each in correlations(words)])
        write_json(folder / "lengths.json", lengths)

    def rows(self, done: Finished) -> Iterable[Row]:
        """A row for every correlation, and for every length."""
        text = str(done.stage.facts["text"]["name"])
        which = {"model": named(done.stage, "of"), "text": text, "signature": done.sign()}
        for row in done.record("words"):
            yield WORDS, {**which, **done.cells(WORDS, row)}
        for row in done.record("lengths"):
            yield LENGTHS, {**which, **row}


KINDS.add(WordMagnitudes())
