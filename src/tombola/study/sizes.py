"""Sizes of new models by the names that papers give them."""

from collections.abc import Mapping
from typing import Any

from tombola.errors import UserError


def _marian(width: int, layers: int, heads: int, inner: int, dropout: float) -> dict[str, Any]:
    """The architecture of Vaswani et al. (2017): ReLU, norms after blocks, sinusoidal positions.

    Weights begin as wide as in fairseq, whose embeddings have the inverse root of the width as
    deviation, and whose matrices have nearly that. At the 0.02 that `transformers` takes for every
    width, words are drowned by positions in narrow models, and attention finds no source for long.
    """
    return {
        "d_model": width,
        **{f"{stack}_layers": layers for stack in ("encoder", "decoder")},
        **{f"{stack}_attention_heads": heads for stack in ("encoder", "decoder")},
        **{f"{stack}_ffn_dim": inner for stack in ("encoder", "decoder")},
        "dropout": dropout,
        "activation_function": "relu",
        "scale_embedding": True,
        "init_std": round(width**-0.5, 3),
    }


def _bert(width: int, layers: int) -> dict[str, Any]:
    """The small models of Turc et al. (2019): heads of 64, inner width four times the outer."""
    return {
        "hidden_size": width,
        "num_hidden_layers": layers,
        "num_attention_heads": width // 64,
        "intermediate_size": 4 * width,
    }


SIZES: dict[str, dict[str, dict[str, Any]]] = {
    "marian": {
        "tiny": _marian(128, 2, 4, 512, 0.1),
        "mini": _marian(192, 3, 4, 768, 0.1),
        "small": _marian(256, 4, 4, 1024, 0.1),
        "medium": _marian(384, 6, 6, 1536, 0.1),
        "base": _marian(512, 6, 8, 2048, 0.1),  # Vaswani et al. (2017), table 3
        "big": _marian(1024, 6, 16, 4096, 0.3),  # the same; dropout as for English to German
    },
    "bert": {
        "tiny": _bert(128, 2),
        "mini": _bert(256, 4),
        "small": _bert(512, 4),
        "medium": _bert(512, 8),
        "base": _bert(768, 12),
        "large": _bert(1024, 24),
    },
}
"""Model type and size to settings of its configuration."""


def sized(new: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of a new model in which those of its `size` are written out; its own go before.

    Raises UserError for a size that the model type does not have here.
    """
    settings = dict(new)
    size = settings.pop("size", None)
    if size is None:
        return settings
    known = SIZES.get(str(settings["model_type"]), {})
    if size not in known:
        allowed = ", ".join(known) or "none: write its configuration out"
        raise UserError(f"new.size: {size!r} of {settings['model_type']}; allowed: {allowed}")
    return {**known[size], **settings}
