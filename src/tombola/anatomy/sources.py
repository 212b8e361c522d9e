"""From a name to a model: hub ids, folders, configurations.

A source is a hub id, a folder (of a model or of a ticket), a `config.json` file, a folder that
holds only that file, or a configuration object. Weights are read from safetensors only, and code
that comes with a model is never run.
"""

import copy
import json
from pathlib import Path
from typing import Any, TypeAlias

import torch
import transformers
from huggingface_hub import snapshot_download
from transformers import AutoTokenizer, PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerBase
from transformers.models.auto.configuration_auto import CONFIG_MAPPING

from tombola.anatomy.adapters import FAMILIES
from tombola.anatomy.locate import anatomy, in_stacks
from tombola.anatomy.quiet import quiet
from tombola.errors import UserError

Source: TypeAlias = str | Path | PreTrainedConfig

_CLASSES = {
    "sequence-classification": transformers.MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING,
    "translation": transformers.MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING,
    "masked-lm": transformers.MODEL_FOR_MASKED_LM_MAPPING,
    "bare": transformers.MODEL_MAPPING,
}
_WEIGHTS = ("model.safetensors", "model.safetensors.index.json")
_WEIGHTS_ON_HUB = ["model.safetensors", "model.safetensors.index.json", "model-*.safetensors"]
_FOREIGN = ("*.safetensors", "*.bin", "*.pt", "*.pth", "*.ckpt", "*.h5", "*.msgpack", "*.gguf")


def read_config(source: Source) -> PreTrainedConfig:
    """The configuration of a source; a configuration object is returned as it is.

    Raises UserError where there is none, where its family is not supported, and where the model
    is quantised or needs code of its own.
    """
    if isinstance(source, PreTrainedConfig):
        _refuse_unsupported(source.to_dict(), f"the {type(source).__name__}")
        return source
    values = _config_values(source)
    _refuse_unsupported(values, str(source))
    try:
        return CONFIG_MAPPING[values["model_type"]].from_dict(values)
    # The values are anyone's, and each of them can fail in a way of its own.
    except Exception as problem:
        raise UserError(f"{source}: not a valid configuration: {_line(problem)}") from problem


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


def load_model(
    source: Source, head: str | None = None, n_labels: int | None = None, seed: int = 0
) -> PreTrainedModel:
    """A model in float32, in evaluation mode.

    Args:
        source: where the model is.
        head: what it is to be used for: `sequence-classification`, `translation`, `masked-lm`, or
            `bare`; None keeps the class that was saved.
        n_labels: classes of a sequence classifier; 1 is regression. None keeps the
            configuration's.
        seed: what a head that the source does not hold (and a pooler before it) is drawn from. A
            source without weights (a configuration, or a folder with nothing but that) gives a
            model drawn from it as a whole. The global random state is left alone.

    Raises UserError as `read_config` does; where the family has no such head; where weights are
    pickled, damaged, or not those of the configuration.
    """
    config = copy.deepcopy(read_config(source))
    if n_labels is not None:
        if head != "sequence-classification":
            raise UserError("n_labels is for the head 'sequence-classification'")
        if n_labels < 1:
            raise UserError(f"n_labels must be 1 (regression) or more, not {n_labels}")
        config.num_labels = n_labels
    model_class = _saved_class(config, source) if head is None else _class_for(config, head)
    # Only the CPU's generator is forked and seeded: weights are always drawn there.
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        if _has_weights(source):
            model = _load(model_class, source, config, new_head=head is not None)
        else:
            model = _build(model_class, config, source)
    return model.float().eval()


def load_tokenizer(source: str | Path) -> PreTrainedTokenizerBase:
    """The tokenizer of a folder or a hub id. Raises UserError where there is none."""
    _refuse_missing(source)
    if Path(source).is_file():
        raise UserError(f"{source}: a configuration has no tokenizer")
    try:
        tokenizer = AutoTokenizer.from_pretrained(source, trust_remote_code=False)
    except (OSError, ValueError, KeyError, TypeError, ImportError) as problem:
        raise UserError(f"{source}: no tokenizer can be read: {_line(problem)}") from problem
    # Without its files transformers makes a tokenizer that knows no word, and says nothing.
    if len(tokenizer) <= len(tokenizer.all_special_tokens):
        raise UserError(f"{source}: no tokenizer: there is no vocabulary")
    return tokenizer


def weight_files(folder: Path) -> tuple[Path, ...]:
    """The safetensors files that hold the weights of a local folder; none where it has none.

    Raises UserError where there are weights of another format only.
    """
    single, index = (folder / name for name in _WEIGHTS)
    if single.exists():
        return (single,)
    if index.exists():
        parts = _read_json(index).get("weight_map")
        if not isinstance(parts, dict):
            raise UserError(f"{index}: no weight_map")
        # Only names of files beside the index: the index may come from anyone.
        return tuple(folder / Path(name).name for name in sorted(set(map(str, parts.values()))))
    foreign = sorted(path.name for pattern in _FOREIGN for path in folder.glob(pattern))
    if foreign:
        raise UserError(f"{folder}: weights are read from model.safetensors only, not {foreign[0]}")
    return ()


def weights_of(source: Source) -> tuple[Path, ...]:
    """The safetensors files of any source; a hub model's are fetched. None for a configuration.

    Raises UserError where the hub cannot be reached.
    """
    if isinstance(source, PreTrainedConfig) or Path(source).is_file():
        return ()
    if Path(source).is_dir():
        return weight_files(Path(source))
    try:
        folder = snapshot_download(str(source), allow_patterns=_WEIGHTS_ON_HUB)
    except (OSError, ValueError) as problem:
        raise UserError(f"{source}: no weights could be had: {_line(problem)}") from problem
    return weight_files(Path(folder))


def source_name(source: Source) -> str:
    """What to call a source in a sentence."""
    return f"the {type(source).__name__}" if isinstance(source, PreTrainedConfig) else str(source)


def _line(problem: Exception) -> str:
    """The message of a library's error, in one line."""
    if isinstance(problem, KeyError):
        return f"unknown {problem}"
    return " ".join(str(problem).split())[:300] or type(problem).__name__


def _refuse_missing(source: str | Path) -> None:
    """Say plainly that a path does not exist, before the hub is asked for it."""
    text = str(source)
    try:
        exists = bool(text.strip()) and Path(source).exists()
    except (OSError, ValueError):  # too long for a path, or with a null character
        raise UserError(f"{text[:80]!r}: no such file or folder") from None
    looks_local = isinstance(source, Path) or text.startswith((".", "/", "~", "\\"))
    looks_local = looks_local or text.count("/") > 1 or text.endswith((".json", "/"))
    if not exists and (looks_local or not text.strip()):
        raise UserError(f"{text!r}: no such file or folder")


def _config_values(source: str | Path) -> dict[str, Any]:
    _refuse_missing(source)
    path = Path(source)
    if path.is_dir() and not (path / "config.json").is_file():
        raise UserError(f"{source}: the folder holds no config.json")
    if path.exists():
        return _read_json(path / "config.json" if path.is_dir() else path)
    try:
        values, _ = PreTrainedConfig.get_config_dict(str(source))
    except (OSError, ValueError) as problem:
        raise UserError(
            f"{str(source)!r}: no folder here, and no model of that name could be had from the "
            f"Hugging Face hub: {_line(problem)}"
        ) from problem
    return values


def _read_json(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as problem:
        raise UserError(f"{path}: no readable JSON: {_line(problem)}") from problem
    if not isinstance(values, dict):
        raise UserError(f"{path}: a configuration is a JSON object, not a {type(values).__name__}")
    return values


def _refuse_unsupported(values: dict[str, Any], where: str) -> None:
    family = values.get("model_type")
    if values.get("auto_map"):
        raise UserError(f"{where}: the model needs code of its own (auto_map), which is never run")
    if not isinstance(family, str) or family not in FAMILIES:
        known = ", ".join(sorted(FAMILIES))
        raise UserError(f"{where}: model family {family!r} is not supported; supported: {known}")
    if values.get("quantization_config"):
        raise UserError(f"{where}: the weights are quantised; only plain weights can be pruned")


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
        raise UserError(f"unknown head {head!r}; allowed: {', '.join(_CLASSES)}")
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
        return model_class(copy.deepcopy(config))
    # Numbers that fit no model fail wherever they first meet.
    except Exception as problem:
        raise UserError(
            f"{source_name(source)}: no {model_class.__name__} can be built of this configuration: "
            f"{_line(problem)}"
        ) from problem


def _has_weights(source: Source) -> bool:
    """Whether weights are to be loaded; a hub id always has some."""
    if isinstance(source, PreTrainedConfig) or Path(source).is_file():
        return False
    return not Path(source).exists() or bool(weight_files(Path(source)))


def _load(
    model_class: type[PreTrainedModel],
    source: Source,
    config: PreTrainedConfig,
    new_head: bool,
) -> PreTrainedModel:
    try:
        with quiet():
            model, found = model_class.from_pretrained(
                str(source),
                config=config,
                dtype=torch.float32,
                use_safetensors=True,
                ignore_mismatched_sizes=True,  # refused below, in words of our own
                output_loading_info=True,
            )
    # Damaged files, and files that are not there.
    except Exception as problem:
        raise UserError(
            f"{source}: the weights cannot be loaded as {model_class.__name__}: {_line(problem)}"
        ) from problem
    for name, stored, wanted in sorted(found["mismatched_keys"], key=str):
        raise UserError(
            f"{source}: {name} has the shape {tuple(stored)} in the weights, "
            f"{tuple(wanted)} by the configuration"
        )
    for name in sorted(found["unexpected_keys"]):
        if in_stacks(model, name):
            raise UserError(f"{source}: the weights hold {name}, the configuration has no such")
    may_be_new = {"pooler", "task_head"} if new_head else {"pooler"}
    body = anatomy(model)
    for name in sorted(found["missing_keys"]):
        try:
            parameter = body.parameter(name)
        except KeyError:  # a buffer, or a fixed table
            continue
        if parameter.set not in may_be_new:
            raise UserError(f"{source}: the weights lack {name}, of {parameter.place}")
    return model
