"""A mask on other models of the same body, against what is done by hand."""

import pytest
import torch
from transformers import AutoModelForSequenceClassification, BertConfig, BertForMaskedLM, BertModel

import tombola
import toys
from tombola.anatomy import anatomy
from tombola.errors import UserError
from tombola.masks import Enforcer, Mask, covering, fitted, in_both, revived, zeros_of
from tombola.masks.fit import aligned

QUERY = "encoder.layer.0.attention.self.query.weight"


def test_names_are_compared_relative_to_the_body():
    headed, bare = toys.bert(), BertModel(toys.bert().config)
    mask = tombola.prune(headed, 0.5).mask
    moved = fitted(mask, bare)
    assert torch.equal(moved[QUERY], mask[f"bert.{QUERY}"])
    assert set(fitted(moved, headed)) == set(mask)
    assert fitted(moved, headed) == mask
    assert fitted(mask, headed) is mask
    assert [set(each) for each in aligned([mask, moved])] == [set(moved)] * 2


def test_the_mask_of_a_head_or_pooler_goes_with_these():
    sets = ("matrices", "task_head", "pooler")
    mask = tombola.prune(toys.bert(), 0.5, sets=sets).mask
    assert "classifier.weight" in mask
    assert "bert.pooler.dense.weight" in mask
    left = fitted(mask, BertForMaskedLM(toys.bert().config))  # which has neither
    assert set(left) == {n for n in mask if "encoder" in n}
    config = BertConfig(**{**toys.bert().config.to_dict(), "num_labels": 5})
    other_labels = type(toys.bert())(config)
    assert "classifier.weight" not in fitted(mask, other_labels)


def test_another_body_is_refused():
    mask = tombola.prune(toys.bert(layers=2), 0.5).mask
    for other in (toys.bert(), BertModel(toys.bert().config)):
        with pytest.raises(UserError, match="mask of another model"):
            fitted(mask, other)


def test_the_ticket_of_a_bare_model_is_held_under_a_head(tmp_path):
    ticket = tombola.prune(BertModel(toys.bert().config), 0.5)
    ticket.save(tmp_path / "half")
    plain = AutoModelForSequenceClassification.from_pretrained(tmp_path / "half")
    assert {f"bert.{name}" for name in ticket.mask} == set(Enforcer(plain, ticket.mask).mask)
    headed = tombola.load(tmp_path / "half", head="sequence-classification", n_labels=3)
    assert headed.mask.n_pruned == ticket.mask.n_pruned
    assert revived(headed.mask, headed.model) == {}


def test_zeros_are_a_mask_but_for_vectors_that_were_never_trained():
    model = toys.bert()
    parameters = anatomy(model).in_sets(("matrices", "biases"))
    assert zeros_of(model, parameters) is None  # its biases are zero as a whole
    drawn = tombola.prune(model, 0.5, sets=("matrices",)).mask
    found = zeros_of(model, parameters)
    assert {name: found[name].sum() for name in drawn} == {n: drawn[n].sum() for n in drawn}
    assert found.n_pruned == drawn.n_pruned


def test_covering_and_in_both():
    body = anatomy(toys.bert())
    matrices, pooler = body.in_sets(("matrices",)), body.in_sets(("pooler",))
    mask = tombola.prune(toys.bert(), 0.5).mask
    assert covering(None, matrices) == Mask.ones(matrices)
    both = covering(mask, pooler)
    assert both.n == mask.n + sum(p.size for p in pooler)
    assert both.n_pruned == mask.n_pruned
    other = tombola.prune(toys.bert(seed=1), 0.5).mask
    assert in_both(both, other).n_pruned == (mask & other).n_pruned
