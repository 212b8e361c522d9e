"""Weights that are spread over devices: refused, in one line, by whatever asks for them."""

from collections.abc import Iterator

import pytest
import torch
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor import Shard, distribute_tensor

import toys
from tombola.errors import UserError
from tombola.masks import Enforcer, Mask
from tombola.tasks import TASK_KINDS
from tombola.training import Training, train
from tombola.training.launch import check_started_once


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A group of this process alone."""
    meeting = tmp_path_factory.mktemp("group") / "meeting"
    torch.distributed.init_process_group("gloo", f"file://{meeting}", rank=0, world_size=1)
    yield
    torch.distributed.destroy_process_group()


def mask(model: torch.nn.Module) -> Mask:
    name, weight = next((n, p) for n, p in model.named_parameters() if "query.weight" in n)
    return Mask({name: torch.eye(len(weight)).bool()})


def test_a_model_that_fsdp_has_sharded_is_refused_before_it_trains(group: None):
    model = toys.bert()
    held = mask(model)
    fully_shard(model, mesh=init_device_mesh("cpu", (1,)))
    loss = TASK_KINDS["classification"].loss
    with pytest.raises(UserError, match="FSDP has sharded it: gather the weights"):
        train(model, toys.batches(), loss, Training(steps=1), seed=1, mask=held)
    with pytest.raises(UserError, match="FSDP has sharded it"):
        Enforcer(model, held)


def test_weights_that_are_spread_by_hand_are_refused(group: None):
    model = toys.bert()
    held = mask(model)
    layer = model.bert.encoder.layer[0].attention.self.query
    mesh = init_device_mesh("cpu", (1,))
    layer.weight = torch.nn.Parameter(distribute_tensor(layer.weight.data, mesh, [Shard(0)]))
    with pytest.raises(UserError, match="spread over devices: gather them"):
        Enforcer(model, held)


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"LOCAL_RANK": "1", "WORLD_SIZE": "2"}, "started this 2 times: start tombola by itself"),
        ({"ACCELERATE_USE_FSDP": "true"}, "FSDP is not supported, for a mask is drawn of whole"),
    ],
)
def test_a_study_is_started_once(monkeypatch: pytest.MonkeyPatch, environment, said):
    monkeypatch.setattr("os.environ", dict(environment))
    with pytest.raises(UserError, match=said):
        check_started_once()


@pytest.mark.parametrize(
    "environment", [{}, {"WORLD_SIZE": "8"}, {"LOCAL_RANK": "0", "WORLD_SIZE": "1"}]
)
def test_variables_of_a_cluster_alone_are_no_launcher(monkeypatch: pytest.MonkeyPatch, environment):
    monkeypatch.setattr("os.environ", environment)
    check_started_once()
