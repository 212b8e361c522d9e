"""The page that goes with a cut model: what it is, and how to load it."""

from collections.abc import Iterator

from torch import nn

from tombola.anatomy.inspection.zeros import n_zeros
from tombola.anatomy.locate import anatomy
from tombola.anatomy.parts import Anatomy
from tombola.anatomy.surgery.record import Record, record_of
from tombola.anatomy.wrappers import live_weights

_HEAD = """---
library_name: transformers
tags:
- tombola
- pruned
---

"""


def model_card(model: nn.Module, name: str) -> str:
    """A README in the form the hub expects; `name` is where the model is to be loaded from."""
    return _HEAD + "\n".join(_lines(model, name)) + "\n"


def _lines(model: nn.Module, name: str) -> Iterator[str]:
    body = anatomy(model)
    record = record_of(model.config) or Record()
    yield f"# {body.architecture}, cut"
    yield ""
    yield (
        f"A {body.architecture} ({body.family}) of {body.count():,} parameters, from which parts "
        f"were removed: its matrices are smaller. {_zeros(model, body)}"
    )
    yield ""
    yield "## How to load it"
    yield ""
    if record.plain:
        yield "Like any model of transformers, because its configuration says all of its sizes:"
        yield ""
        yield from _code(
            f"from transformers import {body.architecture}",
            "",
            f"model = {body.architecture}.from_pretrained({name!r})",
        )
    else:
        yield (
            "Its layers differ in size, which no configuration can say. `from_pretrained` refuses "
            "it; tombola rebuilds it from `config.json` and `surgery.json`:"
        )
        yield ""
        yield from _code("import tombola", "", f"model = tombola.load({name!r}).model")
        yield ""
        yield "What comes back is a plain module of transformers: train it, generate, save it."
    yield ""
    yield "## What is left"
    yield ""
    yield "Numbers count from 0 in the whole model; what is not named is whole."
    yield ""
    for line in record.lines():
        yield f"- {line}"


def _zeros(model: nn.Module, body: Anatomy) -> str:
    """Whether weights are masked besides: what is zero is counted."""
    weights = live_weights(model)
    matrices = body.in_sets(["matrices"])
    n, zeros = sum(p.size for p in matrices), sum(n_zeros(weights[p.name]) for p in matrices)
    if not zeros:
        return "None of its weights are masked."
    return (
        f"Of the {n:,} weights that are left in its matrices {zeros:,} ({zeros / n:.1%}) are zero."
    )


def _code(*lines: str) -> Iterator[str]:
    yield "```python"
    yield from lines
    yield "```"
