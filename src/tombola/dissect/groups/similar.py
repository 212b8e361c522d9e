"""Any similarity, for words of one kind at a time, from one streamed pass."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from torch import Tensor
from transformers import PreTrainedModel

from tombola.dissect.groups.marked import Marked
from tombola.dissect.groups.summed import GroupSimilarity, LayerSums, pooled
from tombola.dissect.layers import among, sums_device
from tombola.dissect.measures.measure import MEASURES, Measure, Reading
from tombola.dissect.representations import STATES, Rows, evaluating, read
from tombola.errors import UserError


def similarities_by_group(
    models: Mapping[str, PreTrainedModel],
    marked: Iterable[Marked],
    names: Mapping[str, Sequence[str]],
    measures: str | Measure[Any, Any] | Sequence[str | Measure[Any, Any]] = "debiased",
    *,
    pairs: Collection[tuple[str, str]] | None = None,
    layers: Collection[int] | None = None,
    recentred: bool = True,
    block_sentences: int = 50,
    reading: Reading = Reading(),  # noqa: B008 - frozen
) -> dict[tuple[str, str], list[GroupSimilarity]]:
    """Compare layers of one number, on the words of every kind by itself, and on all together.

    Args:
        models: by name, all on one device.
        marked: batches with their words, read once.
        names: for each way of telling words apart, the names of its kinds by number.
        measures: by name, or themselves; those that read hidden states.
        pairs: which models are compared; by default every two.
        layers: by default the last of each stack, as in Movva & Zhao 2020, section 5.3.
        recentred: whether words of a kind are centred about their own mean; else about that of all
            words, where similarity is also that two models put the kind in a like place. The paper
            does not say; Wu et al.'s code, which it used, would recentre.
        block_sentences: sentences with words of the kind in a block, of which intervals are made.
        reading: how sums are made where there is a choice.

    Raises UserError for an unknown measure, model or layer, one that reads attention, models of
    different stacks, no words, and a measure that knows no other centre where that is asked for.
    Memory: sums of a layer for every kind, 48 · width² bytes each with `Moments`.
    """
    given = [measures] if isinstance(measures, str | Measure) else measures
    chosen = [MEASURES[one] if isinstance(one, str) else one for one in given]
    for measure in chosen:
        if measure.reads != "states":
            said = f"reads {measure.reads}, which is not of single words"
            raise UserError(f"measure {measure.name} {said}")
        if not recentred and not measure.any_centre:
            able = [n for n in MEASURES if MEASURES[n].any_centre and MEASURES[n].reads == "states"]
            raise UserError(
                f"measure {measure.name} has no form about the mean of all words; allowed: "
                f"{', '.join(able)}"
            )
    wanted = list(dict.fromkeys(combinations(models, 2) if pairs is None else pairs))
    if (unknown := {name for pair in wanted for name in pair} - set(models)) or not wanted:
        said = ", ".join(sorted(unknown)) or "none"
        raise UserError(f"pairs of {said}; models to pair: {', '.join(models)}")
    device = sums_device(next(iter(models.values())))
    sums: dict[tuple[str, str], dict[tuple[str, int], LayerSums]] = {pair: {} for pair in wanted}
    with evaluating(*models.values()):
        for batch in marked:
            found = {
                name: among(
                    {"states": read(model, batch.batch, what=STATES)["states"]},
                    layers, True, device,
                )["states"]
                for name, model in models.items()
            }  # fmt: skip
            for (one, other), own in sums.items():
                if set(found[one]) != set(found[other]):
                    both = sorted(found[one]), sorted(found[other])
                    raise UserError(f"models differ in stacks: {both[0]}, {both[1]}")
                for stack in found[one]:
                    if stack not in batch.words:
                        continue
                    kinds = batch.kinds[stack]
                    x, y = found[one][stack], found[other][stack]
                    for layer, (u, v) in _alike(x, y, stack, every=layers is not None):
                        words = pooled(u, v, x, batch.words[stack].to(device))
                        if words is None:
                            continue
                        if (stack, layer) not in own:
                            own[stack, layer] = LayerSums(
                                words, names, chosen, block_sentences, reading, recentred
                            )
                        own[stack, layer].add(words, kinds)
    if not all(sums.values()):
        raise UserError("no words to compare the models on")
    return {
        pair: [row for (stack, layer), one in own.items() for row in one.rows(stack, layer)]
        for pair, own in sums.items()
    }


def _alike(
    x: Rows, y: Rows, stack: str, *, every: bool
) -> Iterator[tuple[int, tuple[Tensor, Tensor]]]:
    """The layers to compare, by number: of unequal depths, without a choice, the last ones."""
    if every:
        yield from ((i, (u, y.layers[i])) for i, u in x.layers.items() if i in y.layers)
        return
    last, other = max(x.layers), max(y.layers)
    if last != other:
        raise UserError(f"models of {last} and {other} layers in the {stack}: name `layers`")
    yield last, (x.layers[last], y.layers[other])
