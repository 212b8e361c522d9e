"""What a study reads: its texts and models, checked before anything is trained."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from tombola.anatomy import anatomy, empty_model, load_model, load_tokenizer, read_config
from tombola.errors import UserError
from tombola.study.recipe import Experiment, Model, Recipe, Text, expand
from tombola.tasks import TASK_KINDS, Task, TaskKind, load_task, word_tokenizer


@dataclass(frozen=True)
class Inputs:
    """Texts and models by experiment."""

    by_experiment: dict[str, "ExperimentInputs"]

    def model_digest(self, experiment: str) -> str:
        """Hash of the model that training begins with."""
        return self.by_experiment[experiment].model_digest

    def task_digest(self, experiment: str) -> str:
        """Hash of the task's examples."""
        return self.by_experiment[experiment].task.digest

    def probe_digest(self, experiment: str) -> str:
        """Hash of the probe's sentences."""
        probe = self.by_experiment[experiment].probe_task
        assert probe is not None  # asked for experiments that have one
        return probe.digest


class ExperimentInputs:
    """The text and the initial model of one experiment; read when first asked for."""

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment

    @cached_property
    def task(self) -> Task:
        """What is learned. Raises UserError for text that is missing or malformed."""
        return _load(self.experiment.task)

    @property
    def kind(self) -> TaskKind:
        """How the task is done."""
        return TASK_KINDS[self.task.kind]

    @cached_property
    def probe_task(self) -> Task | None:
        """What the probes predict. Raises UserError for text that is missing or malformed."""
        choice = self.experiment.dissect.probe
        if choice is None:
            return None
        task = _load(choice)
        if task.kind != "tagging":
            raise UserError(f"probe {task.name} needs a tagging task, not {task.kind}")
        return task

    @cached_property
    def tokenizer(self) -> Any:
        """The pre-trained tokenizer, or one of words for a new model."""
        if self.experiment.model.load is not None:
            return load_tokenizer(expand(self.experiment.model.load))
        return word_tokenizer(self.task.text, self.kind.purpose)

    @cached_property
    def model_digest(self) -> str:
        """Hash of the weights that training begins with, or of the new configuration."""
        return _model_digest(self.experiment.model)

    def model(self, seed: int) -> torch.nn.Module:
        """The model before training; what is new in it is initialised from `seed`."""
        n_labels = self.kind.n_labels(self.task)
        return load_model(self.source, self.kind.head, n_labels=n_labels, seed=seed)

    @property
    def source(self) -> Any:
        """Where the model comes from: a hub id, a folder, or a new configuration."""
        choice = self.experiment.model
        return expand(choice.load) if choice.load else new_config(choice, self.tokenizer)

    def check(self) -> None:
        """Raise UserError for anything that would stop the study later."""
        _ = self.task, self.probe_task, self.tokenizer
        model = empty_model(self.source, self.kind.head)
        self.experiment.pruning.parameters(anatomy(model))


def read_inputs(recipe: Recipe) -> Inputs:
    """Read and check everything that the study needs. Raises UserError."""
    inputs = {name: ExperimentInputs(each) for name, each in recipe.experiments.items()}
    for name, each in inputs.items():
        try:
            each.check()
        except UserError as problem:
            raise UserError(f"experiment {name}: {problem}") from problem
    return Inputs(inputs)


def new_config(choice: Model, tokenizer: Any) -> Any:
    """The configuration of a new model, with the tokenizer's vocabulary and special tokens.

    Raises UserError for an unknown model type or a setting that its configuration does not have.
    """
    from transformers import CONFIG_MAPPING

    settings = dict(choice.new or {})
    model_type = settings.pop("model_type")
    if model_type not in CONFIG_MAPPING:
        raise UserError(f"model.new.model_type: {model_type!r} is no model type of transformers")
    config_class = CONFIG_MAPPING[model_type]
    known = config_class()
    for key in settings:
        if not hasattr(known, key):
            allowed = ", ".join(sorted(k for k in known.to_dict() if not k.startswith("_")))
            raise UserError(f"model.new: unknown key {key!r}; {model_type} allows: {allowed}")
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
    return config_class(**{**specials, **settings})


def _load(choice: Text) -> Task:
    folder = Path(expand(choice.folder)) if choice.folder is not None else None
    return load_task(choice.name, folder, choice.train, choice.dev, choice.seed, choice.language)


def _model_digest(choice: Model) -> str:
    digest = hashlib.blake2b(digest_size=6)
    if choice.new is not None:
        digest.update(json.dumps(choice.new, sort_keys=True).encode())
        return digest.hexdigest()
    folder = Path(expand(str(choice.load)))
    if not folder.is_dir():
        # The hub's commit, so that a model changed there is another model here.
        commit = getattr(read_config(str(folder)), "_commit_hash", None)
        digest.update(f"{choice.load}@{commit}".encode())
        return digest.hexdigest()
    files = [folder / "config.json", *sorted(folder.glob("*.safetensors"))]
    files += sorted(folder.glob("tokenizer*.json"))
    for path in files:
        digest.update(path.name.encode())
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "blake2b").digest())
    return digest.hexdigest()
