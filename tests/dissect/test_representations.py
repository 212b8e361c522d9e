"""Which positions become rows, and what they hold."""

import pytest
import torch
from dissect_models import batches, bert, marian, sentences
from transformers import GPT2Config, GPT2Model

from tombola.dissect.representations import evaluating, read, showing_attention, stream
from tombola.errors import UserError


def test_rows_of_an_encoder_are_its_hidden_states_where_the_mask_is_one() -> None:
    model, texts = bert(seed=1), sentences(5, seed=2)
    found = list(stream(model, batches(texts, 2)))
    assert [set(one) for one in found] == [{"encoder"}] * 3
    model.eval()
    for k, text in enumerate(texts):
        alone = model(torch.tensor([text]), output_hidden_states=True).hidden_states
        start = sum(len(t) for t in texts[k - k % 2 : k])
        for layer in range(3):
            rows = found[k // 2]["encoder"][layer][start : start + len(text)]
            assert torch.allclose(rows, alone[layer][0], atol=1e-5)


def test_rows_of_a_decoder_are_where_labels_are() -> None:
    model, source, target = marian(seed=1), sentences(3, seed=2), sentences(3, seed=3)
    (found,) = stream(model, batches(source, 3, targets=target))
    assert len(found["encoder"]) == 3
    assert len(found["decoder"]) == 2
    assert len(found["decoder"][0]) == sum(map(len, target))
    model.eval()
    start = 0
    for src, tgt in zip(source, target, strict=True):
        out = model(torch.tensor([src]), labels=torch.tensor([tgt]), output_hidden_states=True)
        for layer in range(2):
            rows = found["decoder"][layer][start : start + len(tgt)]
            assert torch.allclose(rows, out.decoder_hidden_states[layer][0], atol=1e-5)
        start += len(tgt)


def test_sources_alone_give_the_encoder() -> None:
    model, source, target = marian(seed=1), sentences(3, seed=2), sentences(3, seed=3)
    (alone,) = stream(model, batches(source, 3))
    (both,) = stream(model, batches(source, 3, targets=target))
    assert set(alone) == {"encoder"}
    for a, b in zip(alone["encoder"], both["encoder"], strict=True):
        assert torch.allclose(a, b, atol=1e-6)


def test_decoder_inputs_with_a_mask_of_their_own() -> None:
    model, source, target = marian(seed=1), sentences(3, seed=2), sentences(3, seed=3)
    (batch,) = batches(source, 3, targets=target)
    (wanted,) = stream(model, [batch])
    labels = batch.pop("labels")
    batch["decoder_input_ids"] = model.prepare_decoder_input_ids_from_labels(labels)
    with pytest.raises(UserError, match="neither labels nor decoder_attention_mask"):
        list(stream(model, [batch]))
    batch["decoder_attention_mask"] = (labels != -100).long()
    (found,) = stream(model, [batch])
    for a, b in zip(found["decoder"], wanted["decoder"], strict=True):
        assert torch.allclose(a, b, atol=1e-6)


def test_padding_on_the_left_is_told_by_the_mask() -> None:
    # Marian's positions are counted from the left, so only the rows' choice can be compared.
    model, source = marian(seed=1), sentences(4, seed=2)
    (right,) = stream(model, batches(source, 4))
    (left,) = stream(model, batches(source, 4, width=12, left=True))
    assert left["encoder"][0].shape == right["encoder"][0].shape
    words = model.get_encoder().embed_tokens.weight
    positions = model.get_encoder().embed_positions.weight
    start = 12 - len(source[0])
    wanted = words[source[0]] * model.get_encoder().embed_scale + positions[start:12]
    assert torch.allclose(left["encoder"][0][: len(source[0])], wanted, atol=1e-6)


def test_excluded_tokens_are_left_out() -> None:
    model, texts = bert(seed=1), [[2, 7, 8, 3], [2, 9, 3]]
    (every,) = stream(model, batches(texts, 2))
    (some,) = stream(model, batches(texts, 2), exclude={2, 3})
    assert len(every["encoder"][0]) == 7
    for a, b in zip(every["encoder"], some["encoder"], strict=True):
        assert torch.equal(a[[1, 2, 5]], b)

    model, target = marian(seed=1), [[6, 7, 1], [8, 1]]
    (batch,) = batches(texts, 2, targets=target)
    (every,) = stream(model, [batch])
    (some,) = stream(model, [batch], exclude={0})  # the start token; the end is never an input
    assert torch.equal(every["decoder"][1][[1, 2, 4]], some["decoder"][1])


def test_modes_are_given_back() -> None:
    model = bert(seed=1)
    model.train()
    model.bert.encoder.layer[0].eval()
    before = [module.training for module in model.modules()]
    first = next(iter(stream(model, batches(sentences(4, 2), 2))))
    again = next(iter(stream(model, batches(sentences(4, 2), 2))))
    assert torch.equal(first["encoder"][-1], again["encoder"][-1])  # no dropout
    assert [module.training for module in model.modules()] == before
    with evaluating(model, model):
        assert not any(module.training for module in model.modules())
    assert [module.training for module in model.modules()] == before


def test_rows_can_train_a_probe() -> None:
    (found,) = stream(bert(seed=1), batches(sentences(3, 2), 3))
    probe = torch.nn.Linear(16, 2)
    probe(found["encoder"][1]).sum().backward()
    assert probe.weight.grad is not None


def test_a_body_without_a_head_shifts_labels_alike() -> None:
    model, source, target = marian(seed=1), sentences(3, seed=2), sentences(3, seed=3)
    (batch,) = batches(source, 3, targets=target)
    assert not hasattr(model.model, "prepare_decoder_input_ids_from_labels")
    (wanted,) = stream(model, [batch])
    (found,) = stream(model.model, [batch])
    for a, b in zip(found["decoder"], wanted["decoder"], strict=True):
        assert torch.equal(a, b)


def test_a_decoder_alone_is_called_so() -> None:
    with torch.random.fork_rng():
        torch.manual_seed(1)
        model = GPT2Model(GPT2Config(n_embd=16, n_layer=2, n_head=2, vocab_size=40, n_positions=32))
    texts = sentences(3, seed=2)
    (found,) = stream(model, batches(texts, 3))
    assert set(found) == {"decoder"}
    model.eval()
    alone = model(torch.tensor([texts[1]]), output_hidden_states=True).hidden_states
    rows = slice(len(texts[0]), len(texts[0]) + len(texts[1]))
    for layer in range(3):
        assert torch.allclose(found["decoder"][layer][rows], alone[layer][0], atol=1e-5)


def test_a_batch_needs_a_mask() -> None:
    with pytest.raises(UserError, match="attention_mask"):
        next(iter(stream(bert(seed=1), [{"input_ids": torch.tensor([[5, 6]])}])))


def test_attention_is_shown_with_its_padding() -> None:
    """Against the model's own maps, sentence by sentence without padding."""
    source, target = sentences(6, seed=1), sentences(6, seed=2)
    model = marian(seed=3)
    before = model.config._attn_implementation
    (batch,) = batches(source, 6, targets=target)
    with evaluating(model), showing_attention(model):
        found = read(model, batch, what=("states", "attention"))
        alone = [
            read(model, one, what=["attention"])["attention"]
            for one in batches(source, 1, targets=target)
        ]
    assert model.config._attn_implementation == before
    assert list(found["attention"]) == ["encoder", "decoder", "cross"]
    for stack, n_layers, asking, asked in (
        ("encoder", 2, source, source),
        ("decoder", 1, target, target),
        ("cross", 1, target, source),
    ):
        rows = found["attention"][stack]
        assert list(rows.layers) == list(range(1, n_layers + 1))
        assert rows.sentence.tolist() == [i for i, s in enumerate(asking) for _ in s]
        for layer, maps in rows.layers.items():
            for i, one in enumerate(alone):
                own = maps[rows.sentence == i]
                length = len(asked[i])
                assert torch.allclose(own[..., :length], one[stack].layers[layer], atol=1e-6)
                assert own[..., length:].isnan().all()
                assert torch.allclose(own[..., :length].sum(-1), torch.ones(1), atol=1e-5)
    states = found["states"]["encoder"]
    assert len(states.layers[0]) == len(states.sentence) == sum(map(len, source))


def test_attention_that_a_model_does_not_show_is_an_error() -> None:
    model = bert(seed=1)
    model.set_attn_implementation("sdpa")
    (batch,) = batches(sentences(3, seed=1), 3)
    with evaluating(model), pytest.raises(UserError, match="does not show its attention"):
        read(model, batch, what=["attention"])
