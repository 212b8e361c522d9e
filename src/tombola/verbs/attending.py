"""Which patterns the heads of a model show."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tombola.dissect import patterns
from tombola.errors import UserError, allowed_for
from tombola.results import Result
from tombola.settings import validate
from tombola.verbs.asked import chosen, said
from tombola.verbs.given import given
from tombola.verbs.posed import posed

if TYPE_CHECKING:
    import torch

    from tombola.tickets import Ticket


@dataclass(frozen=True, repr=False)
class AttentionPatterns(Result):
    """What every head of one model shows."""

    heads: "tuple[patterns.HeadPatterns, ...]"
    """One for each weighting and head."""
    classifiers: "Mapping[str, patterns.Quality]"
    """Weighting to how well its classifier does on maps that it has not seen."""
    notes: tuple[str, ...] = ()
    """What a person should know of the text: what was cut, or is unknown."""

    def shares(self, weighting: str = "raw") -> dict[str, float]:
        """Pattern to its share of the maps of all heads."""
        own = [head for head in self.heads if head.weighting == weighting]
        n = sum(head.n for head in own)
        counts = [sum(each) for each in zip(*(head.counts for head in own), strict=True)]
        return {
            p: c / n if n else float("nan") for p, c in zip(patterns.NAMES, counts, strict=True)
        }

    def lines(self) -> tuple[str, ...]:
        """The share of each pattern."""
        return tuple(
            f"{weighting}: " + ", ".join(f"{p} {s:.1%}" for p, s in self.shares(weighting).items())
            for weighting in dict.fromkeys(head.weighting for head in self.heads)
        )

    def records(self) -> list[dict[str, Any]]:
        """See `rows`."""
        return self.rows()

    def rows(self) -> list[dict[str, Any]]:
        """A row for each weighting, head and pattern, as in the table of studies."""
        places = ("weighting", "stack", "layer", "block", "head")
        return [
            {**{place: getattr(head, place) for place in places}, "pattern": pattern,
             "count": count, "share": head.shares[pattern], "n": head.n}
            for head in self.heads
            for pattern, count in zip(patterns.NAMES, head.counts, strict=True)
        ]  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        told = {weighting: asdict(found) for weighting, found in self.classifiers.items()}
        return {
            "heads": self.rows(),
            "shares": {weighting: self.shares(weighting) for weighting in told},
            "classifiers": told,
            "notes": list(self.notes),
        }


def attention_patterns(
    model: "torch.nn.Module | Ticket | str | Path",
    task: Any = None,
    folder: str | Path | None = None,
    *,
    tokenizer: Any = None,
    weighting: str | Sequence[str] = ("raw", "norm"),
    examples: int | None = 100,
    batch_size: int = 16,
    classifier: Mapping[str, Any] | None = None,
    labelled: Mapping[str, str | Path] | None = None,
    **asked: Any,
) -> AttentionPatterns:
    """Say which of five patterns each head shows: diagonal, vertical, both, block, heterogeneous.

    What tells them apart is a small network that has learned from made-up maps and has never seen a
    person's label, unless you give it some.

    Args:
        model: where to load the model from, a ticket, or a model, which is left where and as it is.
        task: the name of a task whose dev examples are read, a `Task`, or data of your own; by
            default what a ticket was trained on.
        folder: a named task's files.
        tokenizer: what reads the text for a model in memory.
        weighting: raw (attention weights), norm (what they let through, Kobayashi et al. 2020),
            as_published (as Prasanna et al. 2020 computed that); or several.
        examples: how many are read; all where None.
        batch_size: examples at a time.
        classifier: settings of the network and its made-up maps, such as `{"maps": 5000}`.
        labelled: weighting to a person's maps to learn from instead, see `read_labelled`.
        asked: what else there is to say of the task: see `tombola.verbs.Asked`.

    Raises:
        UserError: missing or malformed text or maps, no such model, task or weighting, a model that
            does not show its attention.
    """
    names = (weighting,) if isinstance(weighting, str) else tuple(weighting)
    for each in (*names, *(labelled or {})):
        if each not in patterns.WEIGHTINGS:
            raise UserError(
                f"weighting: no weighting {each!r}; {allowed_for(each, patterns.WEIGHTINGS)}"
            )
    settings = validate(patterns.ClassifierSettings, dict(classifier or {}), "classifier: ")
    people = {each: patterns.read_labelled(path) for each, path in (labelled or {}).items()}
    words = said({**asked, "examples": examples})
    about = given(model, tokenizer)
    one = chosen(task, folder, words, about.provenance)
    found = posed(one, about, batch_size=batch_size, max_tokens=words.max_tokens, head=False)
    looks: dict[Any, Any] = {}
    trained: dict[Any, Any] = {}
    for each in patterns.WEIGHTINGS:
        if each not in names:
            continue
        if each in people:
            trained[each] = patterns.trained_classifier(settings, labelled=people[each])
            continue
        look = patterns.LOOKS[each]
        looks[look] = looks.get(look) or patterns.trained_classifier(settings, look)
        trained[each] = looks[look]
    heads = patterns.pattern_counts(
        about.model, found.batches.in_order(), {each: net for each, (net, _) in trained.items()}
    )
    quality = {each: how for each, (_, how) in trained.items()}
    return AttentionPatterns(tuple(heads), quality, found.notes)
