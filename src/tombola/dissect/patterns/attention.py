"""Attention maps of every head of a model, example by example."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from jaxtyping import Float
from torch import Tensor, nn
from transformers import PreTrainedModel

from tombola.anatomy.locate import located
from tombola.dissect.patterns.heads import Heads
from tombola.dissect.patterns.weighting import SCALES, Weighting
from tombola.dissect.representations import Batch, Reads, read
from tombola.errors import UserError

RAW: tuple[Weighting, ...] = ("raw",)
ATTENTION: tuple[Reads, ...] = ("attention",)


@dataclass(frozen=True)
class BlockMaps:
    """The maps of all heads of a block for one example, without padding.

    A block that a model uses several times (ALBERT) gives one of these at each use.
    """

    block: str
    """`encoder.0.self`, `decoder.3.cross`."""
    example: int
    """Row of the batch."""
    maps: Mapping[Weighting, Float[Tensor, "heads queries keys"]]


def heads_of(model: nn.Module) -> dict[str, Heads]:
    """The attention blocks of a model by name."""
    return {
        name: Heads(found, model)
        for name, found in located(model).items()
        if found.block.kind != "mlp"
    }


def head_maps(
    model: PreTrainedModel,
    batch: Batch,
    weightings: Collection[Weighting] = RAW,
    heads: Mapping[str, Heads] | None = None,
) -> Iterator[BlockMaps]:
    """The maps of every head for every example of a batch, by one pass.

    Self-attention of every stack, and of an encoder-decoder (teacher-forced, so the batch has
    labels) the decoder's attention to the encoder: rows are its tokens, columns the encoder's.
    Which tokens count is said in `dissect.stream`; special tokens do.

    Args:
        model: in evaluation mode, within `representations.showing_attention`.
        batch: what the model takes. Segments (`token_type_ids`) are passed on, other than in the
            published code.
        weightings: what maps hold, see `Weighting`.
        heads: `heads_of(model)`, where it is known.

    Raises UserError where the model does not show its attention, and as `Heads` does.
    """
    heads = heads_of(model) if heads is None else heads
    with _watching(model, heads) as seen:
        shown = read(model, batch, what=ATTENTION)["attention"]
    uses: dict[str, int] = {}
    for name, rows in shown.items():
        # Maps come depth by depth; blocks were used in the same order.
        blocks = [block for block in seen.order if _shows(heads[block], name)]
        if len(blocks) != len(rows.layers):
            raise UserError(
                f"the model shows {len(rows.layers)} maps of its {name}, for {len(blocks)} blocks"
            )
        for block, weights in zip(blocks, rows.layers.values(), strict=True):
            made = seen.values[block][uses.setdefault(block, 0)]
            uses[block] += 1
            scales = {each: SCALES[each](heads[block], made) for each in weightings}
            for example in rows.sentence.unique().tolist():
                own = weights[rows.sentence == example].transpose(0, 1)
                real = ~own[0, 0].isnan()  # positions that are no padding
                own = own[:, :, real]
                maps = {
                    each: own if scale is None else own * scale[example, :, None, real]
                    for each, scale in scales.items()
                }
                yield BlockMaps(block, example, maps)


def _shows(heads: Heads, name: str) -> bool:
    """Whether a block's maps are among those that `read` gives under a name."""
    block = heads.located.block
    return name == ("cross" if block.kind == "cross" else block.stack)


@dataclass
class _Seen:
    """What passed while the model ran."""

    order: list[str] = field(default_factory=list)
    """Attention blocks in the order in which they were used."""
    values: dict[str, list[Tensor]] = field(default_factory=dict)
    """What the matrices that make values gave, use by use."""


@contextmanager
def _watching(model: nn.Module, heads: Mapping[str, Heads]) -> Iterator[_Seen]:
    seen = _Seen()
    with ExitStack() as stack:
        for name, own in heads.items():

            def used(module: nn.Module, args: tuple[Any, ...], name: str = name) -> None:
                seen.order.append(name)

            def made(
                module: nn.Module, args: tuple[Any, ...], output: Tensor, name: str = name
            ) -> None:
                seen.values.setdefault(name, []).append(output)

            modules = own.located.block.modules
            output = model.get_submodule(modules["output"])
            stack.callback(output.register_forward_pre_hook(used).remove)
            values = model.get_submodule(modules[own.value_role])
            stack.callback(values.register_forward_hook(made).remove)
        yield seen
