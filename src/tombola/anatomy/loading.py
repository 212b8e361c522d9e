"""Models made of sources: with weights, drawn at random, or without any memory at all."""

import copy
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers import PreTrainedConfig, PreTrainedModel
from transformers.utils import cached_file

from tombola.anatomy.locate import anatomy, in_stacks
from tombola.anatomy.quietly import quiet
from tombola.anatomy.saved import manifest
from tombola.anatomy.saved.folder import STORED
from tombola.anatomy.sources import (
    Source,
    has_weights,
    one_line,
    read_config,
    source_name,
)
from tombola.anatomy.surgery.rebuild import cut_class
from tombola.anatomy.surgery.record import record_of
from tombola.anatomy.wrappers import unwrapped
from tombola.errors import UserError, allowed_for
from tombola.reach import asks_hub

_CLASSES = {
    "sequence-classification": transformers.MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING,
    "token-classification": transformers.MODEL_FOR_TOKEN_CLASSIFICATION_MAPPING,
    "question-answering": transformers.MODEL_FOR_QUESTION_ANSWERING_MAPPING,
    "image-classification": transformers.MODEL_FOR_IMAGE_CLASSIFICATION_MAPPING,
    "translation": transformers.MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING,
    "masked-lm": transformers.MODEL_FOR_MASKED_LM_MAPPING,
    "causal-lm": transformers.MODEL_FOR_CAUSAL_LM_MAPPING,
    "bare": transformers.MODEL_MAPPING,
}
_WITH_LABELS = ("sequence-classification", "token-classification", "image-classification")


def empty_model(source: Source, head: str | None = None) -> PreTrainedModel:
    """The model of a source on the meta device: all shapes, no weights, no memory.

    Its class is the one for `head` (see `load_model`); or the one the configuration names, or else
    the family's model without a head. Raises UserError as `read_config` does, where the family has
    no such head, and where no such model can be built.
    """
    config = read_config(source)
    model_class = _saved_class(config, source) if head is None else _class_for(config, head)
    with torch.device("meta"):
        return _build(model_class, config, source)


@asks_hub
def load_model(
    source: Source, head: str | None = None, n_labels: int | None = None, seed: int = 0
) -> PreTrainedModel:
    """A model in float32, in evaluation mode; one that was cut comes back as it was saved.

    Args:
        source: where the model is.
        head: what it is to be used for: `sequence-classification`, `token-classification`,
            `question-answering`, `image-classification`, `translation`, `masked-lm`, `causal-lm`,
            or `bare`; None keeps the class that was saved.
        n_labels: classes of a classifier; 1 is regression. None keeps the configuration's; another
            number than that of the weights draws the head anew.
        seed: what a head that the source does not hold (and a pooler before it) is drawn from. A
            source without weights (a configuration, or a folder with nothing but that) gives a
            model drawn from it as a whole. The global random state is left alone.

    Raises UserError as `read_config` does; where the family has no such head; where weights are
    pickled, damaged, not those of the configuration, or not those of the manifest beside them.
    """
    config = copy.deepcopy(read_config(source))  # `from_pretrained` writes the new type into it
    stored = config.dtype
    if n_labels is not None:
        if head not in _WITH_LABELS:
            raise UserError(f"n_labels is for the heads {', '.join(_WITH_LABELS)}, not {head!r}")
        if n_labels < 1:
            raise UserError(f"n_labels must be 1 (regression) or more, not {n_labels}")
        config.num_labels = n_labels
    if not 0 <= seed < 2**63:
        raise UserError(f"seed: a whole number from 0 to below 2^63, not {str(seed)[:40]}")
    model_class = _saved_class(config, source) if head is None else _class_for(config, head)
    # Only the CPU's generator is forked and seeded: weights are always drawn there.
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        if has_weights(source):
            _check_manifest(source, config)
            may_be_new = {"pooler", "task_head"} if head is not None else {"pooler"}
            new_shape = {"task_head"} if n_labels is not None else set()
            model = _load(model_class, source, config, may_be_new, new_shape)
        else:
            model = _build(model_class, config, source)
    if any(parameter.dtype != torch.float32 for parameter in model.parameters()):
        model = model.float()
    if stored in (torch.float16, torch.bfloat16):
        setattr(model, STORED, stored)  # a model in memory has no better place for it
    return model.eval()


def has_head(model: torch.nn.Module, head: str) -> bool:
    """Whether a model is of its family's class for a head, as `load_model` names heads."""
    config = type(getattr(model, "config", None))
    return config in _CLASSES[head] and isinstance(unwrapped(model), _CLASSES[head][config])


def _saved_class(config: PreTrainedConfig, source: Source) -> type[PreTrainedModel]:
    """The class that the configuration names, or the bare model of its family."""
    names = config.architectures
    if not names:
        return _class_for(config, "bare")
    name = names[0] if isinstance(names, list) and isinstance(names[0], str) else None
    known: Any = getattr(transformers, name, None) if name else None
    is_model = isinstance(known, type) and issubclass(known, PreTrainedModel)
    if not is_model or known.config_class is not type(config):
        raise UserError(
            f"{source_name(source)}: architecture {names!r} is no {config.model_type} model of "
            f"transformers {transformers.__version__}"
        )
    return known


def _class_for(config: PreTrainedConfig, head: str) -> type[PreTrainedModel]:
    if head not in _CLASSES:
        raise UserError(f"unknown head {head!r}; {allowed_for(head, _CLASSES)}")
    if type(config) not in _CLASSES[head]:
        can = ", ".join(name for name, classes in _CLASSES.items() if type(config) in classes)
        raise UserError(f"the family {config.model_type!r} has no head {head!r}; it has: {can}")
    model_class: type[PreTrainedModel] = _CLASSES[head][type(config)]
    return model_class


def _build(
    model_class: type[PreTrainedModel], config: PreTrainedConfig, source: Source
) -> PreTrainedModel:
    try:
        # Some classes write into the configuration they are given.
        model = cut_class(model_class, config, source_name(source))(copy.deepcopy(config))
    except UserError:
        raise
    # Numbers that fit no model fail wherever they first meet.
    except Exception as problem:
        raise UserError(
            f"{source_name(source)}: no {model_class.__name__} can be built of this configuration: "
            f"{one_line(problem)}"
        ) from problem
    model.__class__ = model_class
    return model


def _check_manifest(source: Source, config: PreTrainedConfig) -> None:
    """Hold a cut model's manifest against its record; without one the record must do."""
    record = record_of(config, source_name(source))
    if record is None:
        return
    path = cached_file(str(source), manifest.NAME, _raise_exceptions_for_missing_entries=False)
    if path is not None:
        manifest.check_manifest(Path(path), record)


def _load(
    model_class: type[PreTrainedModel],
    source: Source,
    config: PreTrainedConfig,
    may_be_new: set[str],
    new_shape: set[str],
) -> PreTrainedModel:
    """Load weights; parameters of some sets may be new, of some of another shape than stored."""
    try:
        with quiet():
            model, found = cut_class(model_class, config, source_name(source)).from_pretrained(
                str(source),
                config=config,
                dtype=torch.float32,
                use_safetensors=True,
                ignore_mismatched_sizes=True,  # refused below, in words of our own
                output_loading_info=True,
            )
    except UserError:
        raise
    # Damaged files, and files that are not there.
    except Exception as problem:
        raise UserError(
            f"{source}: the weights cannot be loaded as {model_class.__name__}: {one_line(problem)}"
        ) from problem
    model.__class__ = model_class
    for name, stored, wanted in sorted(found["mismatched_keys"], key=str):
        if new_shape and anatomy(model).parameter(name).set in new_shape:
            continue
        raise UserError(
            f"{source}: {name} has the shape {tuple(stored)} in the weights, "
            f"{tuple(wanted)} by the configuration"
        )
    for name in sorted(found["unexpected_keys"]):
        if in_stacks(model, name):
            raise UserError(f"{source}: the weights hold {name}, the configuration has no such")
    if not found["missing_keys"]:
        return model
    body = anatomy(model)
    for name in sorted(found["missing_keys"]):
        try:
            parameter = body.parameter(name)
        except KeyError:  # a buffer, or a fixed table
            continue
        if parameter.set not in may_be_new:
            raise UserError(f"{source}: the weights lack {name}, of {parameter.place}")
    return model
