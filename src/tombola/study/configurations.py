"""The configuration of a model that is trained from scratch."""

from collections.abc import Mapping
from typing import Any

from tombola.errors import UserError
from tombola.study.sizes import sized

OWN = ("architectures", "auto_map", "dtype", "quantization_config", "torch_dtype")
"""What a configuration says of a model that was saved: none of a new one's settings."""

LONGEST = 300
"""Characters of another library's message that a line of ours repeats."""


def new_config(settings: Mapping[str, Any], tokenizer: Any) -> Any:
    """A configuration with the tokenizer's vocabulary and special tokens.

    Raises UserError for an unknown model type, a setting that its configuration does not have, and
    a value that it does not take.
    """
    from transformers import CONFIG_MAPPING

    settings = sized(settings)
    model_type = settings.pop("model_type")
    if model_type not in CONFIG_MAPPING:
        raise UserError(f"new.model_type: {model_type!r} is no model type of transformers")
    config_class = CONFIG_MAPPING[model_type]
    known = config_class()
    for key, value in settings.items():
        if key in OWN or not hasattr(known, key):
            names = (k for k in known.to_dict() if not k.startswith("_") and k not in OWN)
            allowed = ", ".join(sorted(names))
            raise UserError(f"new: unknown key {key!r}; {model_type} allows: {allowed}")
        _check_type(key, value, getattr(known, key))
    specials = {
        "vocab_size": len(tokenizer),
        "pad_token_id": tokenizer.pad_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "bos_token_id": tokenizer.bos_token_id,
    }
    if hasattr(known, "decoder_start_token_id"):
        # Marian starts every translation with the padding token.
        specials |= {"decoder_start_token_id": tokenizer.pad_token_id}
        specials |= {"decoder_vocab_size": len(tokenizer), "forced_eos_token_id": None}
    try:
        return config_class(**{**specials, **settings})
    except Exception as problem:  # each family's configuration fails in a way of its own
        said = " ".join(str(problem).split())[:LONGEST]
        raise UserError(f"new: not a configuration of {model_type}: {said}") from problem


def _check_type(key: str, value: Any, default: Any) -> None:
    """Refuse a value of another type than the default's, where that tells."""
    numbers = isinstance(default, int | float) and not isinstance(default, bool)
    right: bool = True
    if isinstance(default, bool):
        right = isinstance(value, bool)
    elif numbers:
        right = isinstance(value, int | float) and not isinstance(value, bool)
        if right and isinstance(default, int) and not isinstance(value, int):
            right = False
    elif isinstance(default, str):
        right = isinstance(value, str)
    if not right:
        kind = type(default).__name__
        raise UserError(f"new.{key}: a value of type {kind} is needed, not {value!r}")
    if numbers and isinstance(default, int) and isinstance(value, int) and not 0 <= value < 2**31:
        raise UserError(f"new.{key}: {value} is out of range")
