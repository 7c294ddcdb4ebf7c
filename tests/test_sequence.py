"""Sequence losses: masks, what the mean is over, and invariance to padding and splitting."""

import math

import pytest
import torch
import torch.nn.functional as F

import lossfns

REDUCTIONS = ("mean", "sequence-mean", "sum", "none")


@pytest.fixture
def batch():
    generator = torch.Generator().manual_seed(0)
    logits = 2 * torch.randn(4, 5, 7, generator=generator, dtype=torch.float64)
    target = torch.randint(7, (4, 5), generator=generator)
    lengths = torch.tensor([5, 2, 0, 1])
    return logits, target, torch.arange(5) < lengths[:, None]


def token_loss(logits, target, smoothing):
    return F.cross_entropy(logits[None], target[None], label_smoothing=smoothing).item()


@pytest.mark.parametrize("smoothing", (0.0, 0.1))
def test_reductions_equal_an_explicit_loop(batch, smoothing):
    logits, target, mask = batch
    by_sequence = [
        [token_loss(logits[b, t], target[b, t], smoothing) for t in range(5) if mask[b, t]] for b in range(4)
    ]
    every = [loss for losses in by_sequence for loss in losses]
    means = [sum(losses) / len(losses) for losses in by_sequence if losses]
    expected = {"mean": sum(every) / 8, "sum": sum(every), "sequence-mean": sum(means) / 3}
    for reduction, value in expected.items():
        got = lossfns.sequence_cross_entropy(
            logits, target, mask=mask, label_smoothing=smoothing, reduction=reduction
        )
        assert got.item() == pytest.approx(value, rel=1e-13)


def test_three_means_that_are_easily_confused():
    """Four tokens of nll 1 and one token of nll 4: token mean 8/5, mean of sequence means 5/2."""
    nll = torch.tensor([[1.0, 1.0, 1.0, 1.0], [4.0, 9.0, 9.0, 9.0]], dtype=torch.float64)
    p = (-nll).exp()
    logits = torch.stack([p, 1 - p], -1).log()
    mask = torch.tensor([[True] * 4, [True, False, False, False]])
    loss = {
        r: lossfns.sequence_cross_entropy(logits, torch.zeros(2, 4).long(), mask=mask, reduction=r)
        for r in REDUCTIONS
    }
    assert loss["mean"].item() == pytest.approx(1.6)
    assert loss["sequence-mean"].item() == pytest.approx(2.5)
    assert loss["sum"].item() == pytest.approx(8)
    assert loss["none"].tolist() == [pytest.approx([1, 1, 1, 1]), pytest.approx([4, 0, 0, 0])]


@pytest.mark.parametrize("loss", (lossfns.sequence_cross_entropy, lossfns.next_token_loss))
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("garbage", (0.0, 1e30, torch.nan, torch.inf))
def test_padding_changes_neither_value_nor_gradient(batch, loss, reduction, garbage):
    logits, target, mask = batch
    padded = torch.cat([logits, torch.full((4, 3, 7), garbage, dtype=torch.float64)], 1).requires_grad_()
    tokens = torch.cat([target, torch.full((4, 3), 10**6)], 1)
    padding = torch.cat([mask, torch.zeros(4, 3, dtype=torch.bool)], 1)
    logits.requires_grad_()
    short = loss(logits, target, mask=mask, reduction=reduction)
    long = loss(padded, tokens, mask=padding, reduction=reduction)
    torch.testing.assert_close(long[:, : short.shape[-1]] if reduction == "none" else long, short)
    short.sum().backward()
    long.sum().backward()
    torch.testing.assert_close(padded.grad[:, :5], logits.grad)
    assert not padded.grad[:, 5:].any()


def test_sums_and_counts_of_parts_give_the_mean_of_the_whole(batch):
    logits, target, mask = batch
    parts = ((slice(0, 1)), slice(1, 4))
    total = sum(
        lossfns.sequence_cross_entropy(logits[i], target[i], mask=mask[i], reduction="sum") for i in parts
    )
    count = sum(mask[i].sum() for i in parts)
    torch.testing.assert_close(total / count, lossfns.sequence_cross_entropy(logits, target, mask=mask))


@pytest.mark.parametrize("reduction", ("mean", "sequence-mean", "sum"))
def test_all_masked_is_zero_with_zero_gradient(batch, reduction):
    logits, target, mask = batch
    logits.requires_grad_()
    loss = lossfns.next_token_loss(logits, target, mask=torch.zeros_like(mask), reduction=reduction)
    loss.backward()
    assert loss.item() == 0
    assert torch.equal(logits.grad, torch.zeros_like(logits))


def test_sequences_of_one_token_have_nothing_to_predict(batch):
    logits, tokens, _ = batch
    assert lossfns.next_token_loss(logits[:, :1], tokens[:, :1]).item() == 0
    assert lossfns.next_token_loss(logits[:, :1], tokens[:, :1], reduction="none").shape == (4, 0)
    assert lossfns.next_token_loss(logits[:, :0], tokens[:, :0]).item() == 0


def test_minus_100_is_masked_as_in_cross_entropy(batch):
    logits, target, mask = batch
    marked = target.masked_fill(~mask, -100)
    expected = F.cross_entropy(logits.flatten(0, 1), marked.flatten())
    torch.testing.assert_close(lossfns.sequence_cross_entropy(logits, marked), expected)
    torch.testing.assert_close(lossfns.sequence_cross_entropy(logits, target, mask=mask), expected)


def test_next_token_mask_marks_targets(batch):
    logits, tokens, _ = batch
    mask = torch.zeros(4, 5, dtype=torch.bool)
    mask[1, 3] = True  # the token at 3 is predicted from position 2
    expected = F.cross_entropy(logits[1, 2][None], tokens[1, 3][None])
    torch.testing.assert_close(lossfns.next_token_loss(logits, tokens, mask=mask), expected)
    mask[:, 0] = True
    torch.testing.assert_close(lossfns.next_token_loss(logits, tokens, mask=mask), expected)


def test_nan_at_an_unmasked_token_is_not_hidden(batch):
    logits, target, mask = batch
    logits[0, 1, 3] = torch.nan
    for reduction in ("mean", "sequence-mean", "sum"):
        assert lossfns.sequence_cross_entropy(logits, target, mask=mask, reduction=reduction).isnan()


def test_bad_words_raise_and_name_the_argument(batch):
    logits, target, mask = batch
    target[0, 1] = 7
    with pytest.raises(ValueError, match="target must hold classes from 0 to 6, got 7"):
        lossfns.sequence_cross_entropy(logits, target, mask=mask)
    with pytest.raises(ValueError, match="tokens must hold classes from 0 to 6, got 7"):
        lossfns.next_token_loss(logits, target)
    with pytest.raises(TypeError, match="tokens must hold integers"):
        lossfns.next_token_loss(logits, target.float())
    with pytest.raises(ValueError, match="sequence-mean"):
        lossfns.sequence_cross_entropy(logits, target.clamp(max=6), reduction="token")


def test_perplexity_of_a_uniform_model_is_the_vocabulary():
    nll = lossfns.next_token_loss(torch.zeros(2, 4, 50), torch.ones(2, 4).long())
    assert lossfns.perplexity(nll).item() == pytest.approx(50, rel=1e-6)
    assert lossfns.perplexity(math.log(50)).item() == pytest.approx(50, rel=1e-14)
    assert lossfns.perplexity(torch.tensor(1.5).half()).dtype == torch.float32
    for wrong in (torch.tensor(3), "3", None):
        with pytest.raises(TypeError, match="nll"):
            lossfns.perplexity(wrong)


def test_one_bad_token_among_a_thousand_does_not_make_perplexity_infinite():
    logits = torch.zeros(1, 1001, 2)
    logits[0, 0, 0] = 110.0
    nll = lossfns.next_token_loss(logits, torch.ones(1, 1001).long())
    assert lossfns.perplexity(nll).item() == pytest.approx(
        math.exp((110 + 999 * math.log(2)) / 1000), rel=1e-5
    )


def test_bits_per_byte():
    assert lossfns.bits_per_byte(100 * math.log(2), 50).item() == pytest.approx(2, rel=1e-15)
    nll, sizes = torch.tensor([8.0, 4.0]) * math.log(2), torch.tensor([4, 1])
    torch.testing.assert_close(lossfns.bits_per_byte(nll, sizes), torch.tensor([2.0, 4.0]))
    for wrong in (0, -1, torch.tensor([1, 2, 3])):
        with pytest.raises(ValueError, match="num_bytes"):
            lossfns.bits_per_byte(nll, wrong)
    with pytest.raises(TypeError, match="num_bytes"):
        lossfns.bits_per_byte(nll, "4")
