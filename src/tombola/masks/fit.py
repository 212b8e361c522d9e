"""A mask on another model of the same body: with a head or without one, named by either."""

from collections.abc import Mapping, Sequence

from torch import Tensor, nn

from tombola.anatomy.locate import anatomy, base_prefix, in_stacks
from tombola.anatomy.parts import Parameter
from tombola.anatomy.wrappers import live_weights, unwrapped
from tombola.errors import UserError
from tombola.masks.mask import Mask


def fitted(mask: Mask, model: nn.Module) -> Mask:
    """The mask by the names that a model has, where it is of the same body; itself where it fits.

    Names are compared relative to the body: `bert.encoder.…` of a model with a head is
    `encoder.…` of the bare one. What the mask says of a head or pooler that this model has not, or
    has in another shape, is left out: those weights are not there.

    Raises UserError where the mask is of another body.
    """
    plain = unwrapped(model)
    shapes = {n: tuple(p.shape) for n, p in plain.named_parameters(remove_duplicate=False)}
    if all(shapes.get(name) == shape for name, shape in mask.shapes.items()):
        return mask
    if not hasattr(plain, "base_model_prefix"):
        mask.check(plain)  # its names are all there is to go by
    prefix = f"{getattr(plain, 'base_model_prefix', '')}."
    names: dict[str, str] = {}
    for name, shape in mask.shapes.items():
        here = next((n for n in _names(name, prefix) if n in shapes), None)
        if here is None and not in_stacks(plain, name.removeprefix(prefix)):
            continue  # a head or a pooler that this model lacks
        if here is None:
            raise UserError(f"mask of another model: the model has no parameter {name!r}")
        if shapes[here] == shape:
            names[name] = here
        elif anatomy(plain).parameter(here).set != "task_head":
            raise UserError(
                f"mask of another model: {here!r} is {shapes[here]} in the model,"
                f" {shape} in the mask"
            )
    body = base_prefix(plain)
    if not any(here.startswith(body) for here in names.values()):
        first = next(iter(mask))
        raise UserError(f"mask of another model: the model has no parameter {first!r}")
    return mask.renamed(names)


def aligned(masks: Sequence[Mask]) -> list[Mask]:
    """Masks of one body by the same names: those of the body alone where they differ in these.

    Masks whose names are the same, and those of different bodies, come back as they are.
    """
    ways = [(mask, _without_prefix(mask)) for mask in masks]
    for names in [set(way) for way in ways[0]] if ways else []:
        found = [next((way for way in both if set(way) == names), None) for both in ways]
        if all(each is not None for each in found):
            return [each for each in found if each is not None]
    return list(masks)


def covering(mask: Mask | None, parameters: Sequence[Parameter]) -> Mask:
    """A mask of these parameters too: what it says nothing of survives as a whole.

    Names stand in the parameters' order; what the mask holds beside them stands behind.
    """
    if mask is None:
        return Mask.ones(parameters)
    known = {name: p.name for p in parameters for name in p.aliases if name in mask}
    mask = mask.renamed({name: known.get(name, name) for name in mask}) if known else mask
    return Mask.ones(parameters).updated(mask)


def in_both(one: Mask, other: Mask) -> Mask:
    """What survives in both of two masks of one model; what only one of them holds is as there."""
    shared = {name: name for name in one if name in other}
    return one.updated(other).updated(one.renamed(shared) & other.renamed(shared))


def zeros_of(model: nn.Module, parameters: Sequence[Parameter]) -> Mask | None:
    """What is zero in a model as a mask of parameters that may be pruned; None where nothing is.

    For models that were pruned and lost their mask. A vector that is zero as a whole (a bias that
    was never trained) counts as unpruned.

    Raises UserError where the model has no weights in memory.
    """
    weights = live_weights(model)
    found: dict[str, Tensor] = {}
    for parameter in parameters:
        alive = weights[parameter.name].detach() != 0
        if alive.ndim < 2 and not alive.any():
            alive = ~alive
        found[parameter.name] = alive
    mask = Mask(found)
    return mask if mask.n_pruned else None


def revived(mask: Mask, model: nn.Module | Mapping[str, Tensor]) -> dict[str, int]:
    """How many masked weights are not zero, by parameter; those that have none are left out."""
    weights = live_weights(model) if isinstance(model, nn.Module) else model
    found = {}
    for name in mask:
        if mask.n_survivors(name) == weights[name].numel():
            continue
        survives = mask[name].to(weights[name].device)
        n = int(weights[name].detach()[~survives].count_nonzero())
        if n:
            found[name] = n
    return found


def _names(name: str, prefix: str) -> tuple[str, ...]:
    return (name, prefix + name, name.removeprefix(prefix))


def _without_prefix(mask: Mask) -> Mask:
    """By names without the first part that all of them share, such as `bert.`."""
    firsts = {name.partition(".")[0] for name in mask}
    if len(firsts) != 1 or any("." not in name for name in mask):
        return mask
    return mask.renamed({name: name.partition(".")[2] for name in mask})
