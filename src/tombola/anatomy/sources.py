"""From a name to a configuration, a tokenizer, files of weights.

A source is a hub id, a folder (of a model or of a ticket), a `config.json` file, a folder that
holds only that file, or a configuration object. Weights are read from safetensors only, and code
that comes with a model is never run.
"""

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias

import transformers
from huggingface_hub import snapshot_download
from transformers import AutoTokenizer, PreTrainedConfig, PreTrainedTokenizerBase
from transformers.models.auto.configuration_auto import CONFIG_MAPPING
from transformers.utils import cached_file

from tombola.anatomy import named_files
from tombola.anatomy.adapters import FAMILIES
from tombola.anatomy.quietly import quiet
from tombola.errors import UserError
from tombola.reach import asks_hub, hub_said, out_of_reach

MOST_LAYERS = 10_000
"""Even without weights each takes a millisecond: a number gone wrong would be built for weeks."""
LONGEST = 4096
"""Characters of a path, or of a hub id; no system takes longer ones."""

Source: TypeAlias = str | Path | PreTrainedConfig

_WEIGHTS = ("model.safetensors", "model.safetensors.index.json")
_WEIGHTS_ON_HUB = ["model.safetensors", "model.safetensors.index.json", "model-*.safetensors"]
_TOKENIZERS_ON_HUB = (
    "tokenizer.json", "tokenizer_config.json", "vocab.txt", "vocab.json", "spiece.model",
    "sentencepiece.bpe.model", "source.spm", "tokenizer.model",
)  # fmt: skip
_IF_THERE: dict[str, Any] = {
    "_raise_exceptions_for_missing_entries": False,
    "_raise_exceptions_for_connection_errors": False,
}
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
        raise UserError(f"{source}: not a valid configuration: {one_line(problem)}") from problem


@asks_hub
def has_tokenizer(source: str | Path) -> bool:
    """Whether a folder or hub id holds the files of a tokenizer."""
    folder = Path(source)
    if folder.is_dir():
        patterns = ("tokenizer*", "*vocab*", "*.spm", "*.model")
        return any(any(folder.glob(pattern)) for pattern in patterns)
    return any(cached_file(str(source), name, **_IF_THERE) for name in _TOKENIZERS_ON_HUB)


@asks_hub
def load_tokenizer(source: str | Path) -> PreTrainedTokenizerBase:
    """The tokenizer of a folder or hub id; one without a token to pad with pads with its end token.

    Models that go by attention masks, as GPT-2, never look at what stands there. Raises UserError
    where there is none, or none that can be read.
    """
    _refuse_missing(source)
    if Path(source).is_file():
        raise UserError(f"{source}: a configuration has no tokenizer")
    try:
        with quiet():
            _refuse_files_elsewhere(source)
            tokenizer = AutoTokenizer.from_pretrained(source, trust_remote_code=False)
    except UserError:
        raise
    # Anything can be in its files, and each kind of tokenizer fails in a way of its own.
    except Exception as problem:
        why = _unread(source, problem)
        raise UserError(f"{source}: no tokenizer can be read: {why}") from problem
    # Without its files transformers makes a tokenizer that knows no word, and says nothing.
    if len(tokenizer) <= len(tokenizer.all_special_tokens):
        raise UserError(f"{source}: no tokenizer: there is no vocabulary")
    if tokenizer.pad_token_id is None and tokenizer.eos_token is not None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def _refuse_files_elsewhere(source: str | Path) -> None:
    """Raise UserError where a tokenizer's settings name files that are not beside them."""
    here = Path(source) / named_files.NAME
    path = here if Path(source).is_dir() else cached_file(str(source), here.name, **_IF_THERE)
    if path is None or not Path(path).is_file():
        return
    try:
        settings = read_json_object(Path(path), "tokenizer's settings")
    except UserError:  # transformers may do without
        return
    named_files.refuse_led_away(settings, Path(path).parent, str(source))


def pad_alike(model: Any, tokenizer: Any) -> None:
    """Tell a model that knows no padding which token its tokenizer pads with, in place.

    A decoder that classifies looks for the last token before it.
    """
    if tokenizer is not None and getattr(model.config, "pad_token_id", None) is None:
        model.config.pad_token_id = tokenizer.pad_token_id


def weight_files(folder: Path) -> tuple[Path, ...]:
    """The safetensors files that hold the weights of a local folder; none where it has none.

    Raises UserError where there are weights of another format only.
    """
    single, index = (folder / name for name in _WEIGHTS)
    if single.exists():
        return (single,)
    if index.exists():
        parts = read_json_object(index).get("weight_map")
        if not isinstance(parts, dict):
            raise UserError(f"{index}: no weight_map")
        names = sorted(set(map(str, parts.values())))
        # The index may come from anyone, and transformers follows it wherever it leads.
        away = [name for name in names if Path(name).name != name]
        if away:
            raise UserError(f"{index}: {away[0][:100]!r} is no file beside it")
        return tuple(folder / name for name in names)
    foreign = sorted(path.name for pattern in _FOREIGN for path in folder.glob(pattern))
    if foreign:
        said = f"{folder}: weights are read from model.safetensors only, not {foreign[0]}"
        raise UserError(f"{said}{_cure(foreign[0])}")
    return ()


def _cure(name: str) -> str:
    """How somebody who trusts a pickled file makes another of it."""
    if not name.endswith((".bin", ".pt", ".pth")):
        return ""
    return (
        ", which can run code: where you trust it, its class of transformers converts it: "
        "`from_pretrained(FOLDER, use_safetensors=False).save_pretrained(NEW)`"
    )


@asks_hub
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
        raise UserError(f"{source}: no weights could be had: {hub_said(problem)}") from problem
    return weight_files(Path(folder))


def _unread(source: str | Path, problem: Exception) -> str:
    """Why a tokenizer cannot be read; transformers asks for tiktoken where SentencePiece lacks."""
    said, folder = one_line(problem), Path(source)
    if not folder.exists() and out_of_reach():
        return hub_said(problem)
    if "tiktoken" not in said:
        return said
    pieces = not folder.is_dir() or any((*folder.glob("*.model"), *folder.glob("*.spm")))
    packages = {"sentencepiece": "sentencepiece", "google": "protobuf"}
    lacking = " ".join(name for module, name in packages.items() if find_spec(module) is None)
    if pieces and lacking:
        return f"a SentencePiece file needs further packages: `pip install {lacking}`"
    return "its files are damaged, or not those of the tokenizer that it names"


def source_name(source: Source) -> str:
    """What to call a source in a sentence."""
    return f"the {type(source).__name__}" if isinstance(source, PreTrainedConfig) else str(source)


def one_line(problem: Exception) -> str:
    """The message of a library's error, in one line."""
    if isinstance(problem, KeyError):
        return f"unknown {problem}"
    return " ".join(str(problem).split())[:300] or type(problem).__name__


def _refuse_missing(source: str | Path) -> None:
    """Say plainly that a path does not exist, before the hub is asked for it."""
    text = str(source)
    if len(text) > LONGEST:
        raise UserError(
            f"{text[:80]!r}…: no such file or folder (a name of {len(text):,} characters)"
        )
    try:
        exists = bool(text.strip()) and Path(source).exists()
    except (OSError, ValueError):  # too long for a path, or with a null character
        raise UserError(f"{text[:80]!r}: no such file or folder") from None
    looks_local = isinstance(source, Path) or text.startswith((".", "/", "~", "\\"))
    looks_local = looks_local or text.count("/") > 1 or text.endswith((".json", "/"))
    if not exists and (looks_local or not text.strip()):
        raise UserError(f"{text!r}: no such file or folder")


@asks_hub
def _config_values(source: str | Path) -> dict[str, Any]:
    _refuse_missing(source)
    path = Path(source)
    if path.is_dir() and not (path / "config.json").is_file():
        raise UserError(f"{source}: the folder holds no config.json")
    if path.exists():
        return read_json_object(path / "config.json" if path.is_dir() else path)
    try:
        values, _ = PreTrainedConfig.get_config_dict(str(source))
    except (OSError, ValueError) as problem:
        raise UserError(
            f"{str(source)!r}: no folder here, and no model of that name could be had from the "
            f"Hugging Face hub: {hub_said(problem)}"
        ) from problem
    return values


def read_json_object(path: Path, what: str = "configuration", kind: type = dict) -> Any:
    """What a JSON file holds. Raises UserError unless that is an object; `what` says of what.

    With `kind` list it is a list that the file must hold.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as problem:
        raise UserError(f"{path}: no readable JSON: {one_line(problem)}") from problem
    if not isinstance(values, kind):
        form = "object" if kind is dict else kind.__name__
        raise UserError(f"{path}: a {what} is a JSON {form}, not a {type(values).__name__}")
    return values


def _refuse_unsupported(values: dict[str, Any], where: str) -> None:
    family = values.get("model_type")
    if values.get("auto_map") and not _is_known(values):
        raise UserError(f"{where}: the model needs code of its own (auto_map), which is never run")
    if not isinstance(family, str) or family not in FAMILIES:
        known = ", ".join(sorted(FAMILIES))
        raise UserError(f"{where}: model family {family!r} is not supported; supported: {known}")
    if values.get("quantization_config"):
        raise UserError(f"{where}: the weights are quantised; only plain weights can be pruned")
    for key, value in values.items():
        if "layer" in key and isinstance(value, int) and value > MOST_LAYERS:
            raise UserError(f"{where}: {key} is {value:,}; allowed: at most {MOST_LAYERS:,}")


def _is_known(values: dict[str, Any]) -> bool:
    """Whether transformers has the classes that a configuration names, whatever code it offers.

    That code may compute something else still: then its weights are not those of the class, and
    loading says so.
    """
    names = values.get("architectures") or []
    family = values.get("model_type")
    return (
        isinstance(family, str)
        and family in FAMILIES
        and isinstance(names, list)
        and all(isinstance(name, str) and hasattr(transformers, name) for name in names)
    )


def has_weights(source: Source) -> bool:
    """Whether weights are to be loaded; a hub id always has some."""
    if isinstance(source, PreTrainedConfig) or Path(source).is_file():
        return False
    return not Path(source).exists() or bool(weight_files(Path(source)))
