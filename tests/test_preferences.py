"""Preference losses: what the table of cases cannot say."""

import math
from statistics import mean, stdev

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch.autograd import gradcheck

import lossfns

HALF = (torch.float16, torch.bfloat16)


@pytest.fixture
def logps():
    """Policy and reference log-probabilities of nine pairs of answers."""
    return tuple(-20 + 8 * torch.randn(4, 9, generator=torch.Generator().manual_seed(0), dtype=torch.float64))


@pytest.fixture
def rollout():
    """Log-probabilities of six answers of at most seven tokens, new, old and reference; advantages; a mask."""
    generator = torch.Generator().manual_seed(0)
    logp, noise, more = torch.randn(3, 6, 7, generator=generator, dtype=torch.float64)
    advantages = torch.randn(6, generator=generator, dtype=torch.float64)
    lengths = torch.tensor([7, 5, 1, 0, 3, 7])
    return logp, logp + 0.3 * noise, logp + 0.5 * more, advantages, torch.arange(7) < lengths[:, None]


def gradient(loss, first, *args, **options):
    first = first.detach().clone().requires_grad_()
    (grad,) = torch.autograd.grad(loss(first, *args, **options), first)
    return grad


def test_bradley_terry_loss_is_bpr_on_rewards(logps):
    chosen, rejected = logps[:2]
    assert lossfns.bradley_terry_loss(chosen, rejected) == lossfns.bpr_loss(chosen, rejected)
    torch.testing.assert_close(
        lossfns.bradley_terry_loss(chosen, rejected, margin=2.0),
        -F.logsigmoid(chosen - rejected - 2).mean(),
    )
    assert gradcheck(lossfns.bradley_terry_loss, tuple(x.clone().requires_grad_() for x in logps[:2]))


def test_bradley_terry_loss_takes_a_margin_for_each_pair(logps):
    chosen, rejected = logps[:2]
    margins = torch.linspace(0, 3, 9, dtype=torch.float64)
    each = [
        lossfns.bradley_terry_loss(c, r, margin=m.item())
        for c, r, m in zip(chosen, rejected, margins, strict=True)
    ]
    torch.testing.assert_close(
        lossfns.bradley_terry_loss(chosen, rejected, margin=margins, reduction="none"), torch.stack(each)
    )


@pytest.mark.parametrize("dtype", (torch.float64, torch.float32, *HALF))
def test_pairs_far_the_wrong_way_round_still_pull(dtype):
    zero, far = torch.zeros(1, dtype=dtype), torch.tensor([1e4], dtype=dtype)
    assert lossfns.bradley_terry_loss(zero, far).item() == pytest.approx(far.item())
    assert gradient(lossfns.bradley_terry_loss, zero, far).item() == -1
    assert lossfns.dpo_loss(zero, far, zero, zero, beta=1.0).item() == pytest.approx(far.item())
    assert gradient(lossfns.dpo_loss, zero, far, zero, zero, beta=0.5).item() == -0.5
    assert not gradient(lossfns.dpo_loss, far, zero, zero, zero, beta=0.5).any()


def test_dpo_loss_of_a_policy_that_has_not_moved_is_log_two(logps):
    chosen, rejected = logps[:2]
    for smoothing in (0.0, 0.1, 0.5):
        loss = lossfns.dpo_loss(chosen, rejected, chosen, rejected, label_smoothing=smoothing)
        assert loss.item() == pytest.approx(math.log(2), rel=1e-15)


def test_dpo_loss_is_bradley_terry_on_implied_rewards(logps):
    policy_chosen, policy_rejected, ref_chosen, ref_rejected = logps
    rewards = 0.3 * (policy_chosen - ref_chosen), 0.3 * (policy_rejected - ref_rejected)
    torch.testing.assert_close(lossfns.dpo_loss(*logps, beta=0.3), lossfns.bradley_terry_loss(*rewards))


def test_dpo_loss_equals_its_authors_formula(logps):
    policy_chosen, policy_rejected, ref_chosen, ref_rejected = logps
    h = 0.1 * ((policy_chosen - policy_rejected) - (ref_chosen - ref_rejected))
    for e in (0.0, 0.2, 0.5):
        expected = -(1 - e) * F.logsigmoid(h) - e * F.logsigmoid(-h)
        torch.testing.assert_close(
            lossfns.dpo_loss(*logps, label_smoothing=e, reduction="none"), expected, rtol=1e-12, atol=1e-14
        )


def test_dpo_loss_gradient_weighs_pairs_by_how_wrong_they_are(logps):
    policy_chosen, policy_rejected, ref_chosen, ref_rejected = logps
    h = 0.3 * ((policy_chosen - policy_rejected) - (ref_chosen - ref_rejected))
    slopes = gradient(lossfns.dpo_loss, *logps, beta=0.3, label_smoothing=0.1, reduction="sum")
    torch.testing.assert_close(slopes, 0.3 * (torch.sigmoid(h) - 0.9))
    assert gradcheck(lossfns.dpo_loss, tuple(x.clone().requires_grad_() for x in logps))


def test_dpo_loss_names_the_four_shapes(logps):
    with pytest.raises(ValueError, match=r"policy_chosen \(9,\).*ref_rejected \(9, 1\)"):
        lossfns.dpo_loss(*logps[:3], logps[3][:, None])
    with pytest.raises(TypeError, match="ref_chosen must be a torch.Tensor, got NoneType"):
        lossfns.dpo_loss(*logps[:2], None, None)


def test_grpo_advantages_are_standard_scores_with_n_minus_one():
    rewards = torch.randn(5, 8, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    expected = [[(r - mean(row)) / stdev(row) for r in row] for row in rewards.tolist()]
    torch.testing.assert_close(
        lossfns.grpo_advantages(rewards), torch.tensor(expected, dtype=torch.float64), rtol=1e-13, atol=1e-15
    )


def test_grpo_advantages_worked_by_hand():
    advantages = lossfns.grpo_advantages(torch.tensor([[1.0, 0.0, 0.0, 0.0], [3.0, 1.0, 2.0, 2.0]]))
    thirds = math.sqrt(2 / 3)  # rewards 3, 1, 2, 2: std √(2/3)
    expected = torch.tensor([[1.5, -0.5, -0.5, -0.5], [1 / thirds, -1 / thirds, 0.0, 0.0]])
    torch.testing.assert_close(advantages, expected)


@pytest.mark.parametrize("size", (1, 2, 3, 7, 10))
@pytest.mark.parametrize("dtype", (torch.float64, torch.float32, *HALF))
def test_grpo_advantages_of_equal_rewards_are_exactly_zero(size, dtype):
    for reward in (0.1, 1 / 3, -0.7, 0.0, 6e4):  # the rounded mean of 0.1, 0.1, 0.1 is not 0.1
        assert not lossfns.grpo_advantages(torch.full((2, size), reward, dtype=dtype)).any()


def test_grpo_advantages_of_almost_equal_rewards_are_those_of_their_differences():
    next_up = math.nextafter(0.1, 1)
    rewards = torch.tensor(
        [[0.1, 0.1, next_up, next_up], [0.0, 0.0, 1e-200, 1e-200], [0.0, 0.0, 1e200, 1e200]],
        dtype=torch.float64,
    )
    high = math.sqrt(3) / 2
    expected = torch.tensor([[-high, -high, high, high]], dtype=torch.float64).expand(3, 4)
    torch.testing.assert_close(lossfns.grpo_advantages(rewards), expected)


def test_grpo_advantages_shapes_and_types():
    assert lossfns.grpo_advantages(torch.zeros(2, 3).half()).dtype == torch.float32
    assert lossfns.grpo_advantages(torch.zeros(0, 3)).shape == (0, 3)
    spoiled = lossfns.grpo_advantages(torch.tensor([[1.0, math.nan, 2.0], [1.0, 2.0, 3.0]]))
    assert spoiled.isnan().all(-1).tolist() == [True, False]
    for bad in (torch.zeros(3), torch.zeros(1, 2, 3), torch.zeros(2, 0)):
        with pytest.raises(ValueError, match=r"rewards must be \(groups, size\), got \("):
            lossfns.grpo_advantages(bad)
    with pytest.raises(TypeError, match="rewards must be floating point"):
        lossfns.grpo_advantages(torch.zeros(2, 3, dtype=torch.long))


def token_by_token(logp, old_logp, ref_logp, advantages, mask, clip=0.2, beta=0.0):
    """The paper's formula in a loop, exponentials and all."""
    costs = []
    for i, t in zip(*np.nonzero(mask.numpy()), strict=True):
        ratio, a = math.exp(logp[i, t] - old_logp[i, t]), advantages[i].item()
        gain = min(ratio * a, min(max(ratio, 1 - clip), 1 + clip) * a)
        d = (ref_logp[i, t] - logp[i, t]).item()
        costs.append(-gain + beta * (math.exp(d) - d - 1))
    return np.mean(costs)


@pytest.mark.parametrize("clip", (0.1, 0.2, 0.9))
@pytest.mark.parametrize("beta", (0.0, 0.04, 1.0))
def test_grpo_loss_equals_the_formula_token_by_token(clip, beta, rollout):
    logp, old_logp, ref_logp, advantages, mask = rollout
    loss = lossfns.grpo_loss(
        logp, old_logp, advantages, mask=mask, clip=clip, beta=beta, ref_logp=ref_logp if beta else None
    )
    assert loss.item() == pytest.approx(token_by_token(*rollout, clip=clip, beta=beta), rel=1e-12)


def test_grpo_loss_gradient_equals_central_differences(rollout):
    logp, old_logp, ref_logp, advantages, mask = rollout
    assert gradcheck(
        lambda x: lossfns.grpo_loss(x, old_logp, advantages, mask=mask, beta=0.1, ref_logp=ref_logp),
        logp.clone().requires_grad_(),
    )


def test_grpo_loss_on_policy_has_the_policy_gradient(rollout):
    logp, _, _, advantages, mask = rollout
    loss = lossfns.grpo_loss(logp, logp, advantages, mask=mask)
    torch.testing.assert_close(loss, -(advantages[:, None] * mask).sum() / mask.sum())
    slopes = gradient(lossfns.grpo_loss, logp, logp, advantages, mask=mask)
    torch.testing.assert_close(slopes, -(advantages[:, None] * mask) / mask.sum())


def test_grpo_loss_stops_pulling_beyond_the_clip_but_only_on_the_good_side():
    ratios = torch.tensor([[1.5], [0.5], [1.5], [0.5]], dtype=torch.float64)
    advantages = torch.tensor([2.0, 2.0, -2.0, -2.0], dtype=torch.float64)
    mask = torch.ones(4, 1, dtype=torch.bool)
    logp, old_logp = ratios.log(), torch.zeros_like(ratios)
    loss = lossfns.grpo_loss(logp, old_logp, advantages, mask=mask)
    assert loss.item() == pytest.approx(-(1.2 * 2 + 0.5 * 2 - 1.5 * 2 - 0.8 * 2) / 4)
    slopes = gradient(lossfns.grpo_loss, logp, old_logp, advantages, mask=mask)
    torch.testing.assert_close(slopes, torch.tensor([[0.0], [-0.25], [0.75], [0.0]], dtype=torch.float64))


@pytest.mark.parametrize("dtype", (torch.float64, torch.float32, *HALF))
def test_grpo_loss_is_finite_where_the_clip_bounds_it(dtype):
    logp = torch.tensor([[1e4], [-1e4], [-1e4]], dtype=dtype)
    advantages = torch.tensor([1.0, -1.0, 1.0], dtype=dtype)
    args = torch.zeros_like(logp), advantages
    mask = torch.ones(3, 1, dtype=torch.bool)
    assert lossfns.grpo_loss(logp, *args, mask=mask).item() == pytest.approx((-1.2 + 0.8 - 0) / 3, rel=1e-6)
    slopes = gradient(lossfns.grpo_loss, logp, *args, mask=mask)
    assert slopes.dtype == dtype and not slopes.any()


@pytest.mark.parametrize("garbage", (1e4, -1e4, math.nan, math.inf, -math.inf))
def test_grpo_loss_ignores_what_is_masked(garbage, rollout):
    logp, old_logp, ref_logp, advantages, mask = rollout
    options = {"mask": mask, "beta": 0.1}
    clean = lossfns.grpo_loss(logp, old_logp, advantages, ref_logp=ref_logp, **options)
    spoiled = [x.masked_fill(~mask, garbage) for x in (logp, old_logp, ref_logp)]
    assert lossfns.grpo_loss(*spoiled[:2], advantages, ref_logp=spoiled[2], **options) == clean
    slopes = gradient(lossfns.grpo_loss, *spoiled[:2], advantages, ref_logp=spoiled[2], **options)
    assert slopes.isfinite().all() and not slopes[~mask].any() and slopes[mask].all()


def test_grpo_loss_does_not_change_with_padding_and_splitting(rollout):
    logp, old_logp, _, advantages, mask = rollout
    loss = lossfns.grpo_loss(logp, old_logp, advantages, mask=mask)
    padded = [F.pad(x, (2, 3)) for x in (logp, old_logp, mask)]
    torch.testing.assert_close(lossfns.grpo_loss(*padded[:2], advantages, mask=padded[2]), loss)
    halves = [
        lossfns.grpo_loss(logp[s], old_logp[s], advantages[s], mask=mask[s]) * mask[s].sum()
        for s in (slice(0, 2), slice(2, 6))
    ]
    torch.testing.assert_close(sum(halves) / mask.sum(), loss)


def test_grpo_loss_of_nothing_is_zero_with_zero_gradient(rollout):
    logp, old_logp, _, advantages, mask = rollout
    nothing = torch.zeros_like(mask)
    assert lossfns.grpo_loss(logp, old_logp, advantages, mask=nothing).item() == 0
    assert not gradient(lossfns.grpo_loss, logp, old_logp, advantages, mask=nothing).any()


def test_grpo_loss_does_not_hide_nan(rollout):
    logp, old_logp, ref_logp, advantages, mask = rollout
    for position in range(4):
        args = [x.clone() for x in (logp, old_logp, ref_logp, advantages)]
        args[position].view(-1)[0] = math.nan
        loss = lossfns.grpo_loss(*args[:2], args[3], mask=mask, beta=0.1, ref_logp=args[2])
        assert loss.isnan()


def test_grpo_loss_refuses_bad_arguments_by_name(rollout):
    logp, old_logp, ref_logp, advantages, mask = rollout
    names = ("logp", "old_logp", "ref_logp", "advantages", "mask")
    good = dict(zip(names, rollout, strict=True))
    for name, value, error in (
        ("clip", 0.0, ValueError),
        ("clip", 1.0, ValueError),
        ("clip", math.nan, ValueError),
        ("clip", "0.2", TypeError),
        ("beta", -0.1, ValueError),
        ("beta", None, TypeError),
        ("mask", None, TypeError),
        ("mask", mask.long(), TypeError),
        ("mask", mask[:, :3], ValueError),
        ("advantages", advantages[:, None], ValueError),
        ("advantages", advantages[:5], ValueError),
        ("advantages", advantages.long(), TypeError),
        ("old_logp", old_logp[:, :6], ValueError),
        ("ref_logp", ref_logp[0], ValueError),
        ("logp", logp.tolist(), TypeError),
        ("old_logp", None, TypeError),
        ("advantages", None, TypeError),
    ):
        with pytest.raises(error, match=name):
            lossfns.grpo_loss(**(good | {name: value}))
    with pytest.raises(ValueError, match="beta = 0.1 needs ref_logp"):
        lossfns.grpo_loss(logp, old_logp, advantages, mask=mask, beta=0.1)


def test_grpo_trains_a_policy_to_give_the_rewarded_answer():
    generator = torch.Generator().manual_seed(0)
    logits = torch.zeros(5, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([logits], lr=1.0)
    for _ in range(60):
        answers = torch.multinomial(logits.detach().softmax(-1), 16, replacement=True, generator=generator)
        advantages = lossfns.grpo_advantages((answers == 3).double()[None]).flatten()
        old_logp = logits.detach().log_softmax(-1)[answers][:, None]
        for _ in range(2):
            optimizer.zero_grad()
            logp = logits.log_softmax(-1)[answers][:, None]
            mask = torch.ones_like(logp, dtype=torch.bool)
            lossfns.grpo_loss(logp, old_logp, advantages, mask=mask).backward()
            optimizer.step()
    assert logits.softmax(-1)[3] > 0.9
