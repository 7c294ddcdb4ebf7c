"""Regression losses: what the table of cases cannot say."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy.stats import laplace, norm

import lossfns


@pytest.fixture
def pair():
    generator = torch.Generator().manual_seed(0)
    target = torch.randn(
        101, generator=generator, dtype=torch.float64
    ).exp()  # skewed: mean and median differ
    return torch.full_like(target, 1.3), target


def best_constant(loss, target, **options):
    """The cheapest constant on a grid of 1/1000."""
    grid = torch.arange(0, target.max().item(), 1e-3, dtype=torch.float64)
    costs = torch.stack([loss(c.expand_as(target), target, **options) for c in grid])
    return grid[costs.argmin()].item()


def test_each_loss_is_minimised_by_its_functional(pair):
    target = pair[1]
    assert best_constant(lossfns.mse_loss, target) == pytest.approx(target.mean().item(), abs=1e-3)
    assert best_constant(lossfns.mae_loss, target) == pytest.approx(target.median().item(), abs=1e-3)
    for q in (0.1, 0.9):
        quantile = np.quantile(target.numpy(), q, method="inverted_cdf")
        assert best_constant(lossfns.pinball_loss, target, q=q) == pytest.approx(quantile, abs=2e-3)


def test_huber_tends_to_half_squared_error_and_to_scaled_absolute_error(pair):
    half_mse, mae = lossfns.mse_loss(*pair) / 2, lossfns.mae_loss(*pair)
    torch.testing.assert_close(lossfns.huber_loss(*pair, delta=1e6), half_mse)
    torch.testing.assert_close(lossfns.huber_loss(*pair, delta=float("inf")), half_mse)
    torch.testing.assert_close(lossfns.huber_loss(*pair, delta=1e-9) / 1e-9, mae)


def test_huber_is_beta_times_smooth_l1(pair):
    for beta in (0.2, 3.0):
        torch.testing.assert_close(
            lossfns.huber_loss(*pair, delta=beta),
            beta * F.smooth_l1_loss(*pair, beta=beta),
            rtol=1e-14,
            atol=0,
        )


def test_huber_pieces_meet_in_value_and_slope():
    for delta in (0.3, 2.0):
        edge = torch.tensor([-delta, delta], dtype=torch.float64)
        around = torch.cat([edge * (1 - 1e-9), edge, edge * (1 + 1e-9)])
        zero = torch.zeros_like(around)
        values = lossfns.huber_loss(around, zero, delta=delta, reduction="none")
        torch.testing.assert_close(values, torch.full_like(zero, delta**2 / 2), rtol=1e-8, atol=0)
        slopes = lossfns.huber_loss_grad(around, zero, delta=delta, reduction="none")
        torch.testing.assert_close(slopes.abs(), torch.full_like(zero, delta), rtol=1e-8, atol=0)


def test_squared_and_absolute_error_are_log_likelihoods_up_to_constants(pair):
    pred, target = pair
    gauss = -norm.logpdf(target.numpy(), loc=pred.numpy(), scale=1).mean()
    assert lossfns.mse_loss(pred, target).item() / 2 == pytest.approx(gauss - np.log(2 * np.pi) / 2)
    double_exponential = -laplace.logpdf(target.numpy(), loc=pred.numpy(), scale=1).mean()
    assert lossfns.mae_loss(pred, target).item() == pytest.approx(double_exponential - np.log(2))


def test_pinball_at_one_half_is_half_the_absolute_error(pair):
    torch.testing.assert_close(lossfns.pinball_loss(*pair), lossfns.mae_loss(*pair) / 2)


def test_pinball_columns_are_the_separate_losses(pair):
    pred, target = pair
    levels = (0.1, 0.9)
    both = lossfns.pinball_loss(torch.stack([pred, 2 * pred], 1), target, q=levels, reduction="none")
    for j, q in enumerate(levels):
        alone = lossfns.pinball_loss((j + 1) * pred, target, q=q, reduction="none")
        torch.testing.assert_close(both[:, j], alone, rtol=1e-15, atol=0)


@pytest.mark.parametrize("q", ([0.5], (0.5,), torch.tensor([0.5]), np.array([0.5])))
def test_pinball_takes_levels_in_any_sequence(q, pair):
    pred, target = pair
    torch.testing.assert_close(
        lossfns.pinball_loss(pred[:, None], target, q=q), lossfns.pinball_loss(pred, target, q=0.5)
    )


def test_pinball_levels_need_a_column_each(pair):
    pred, target = pair
    with pytest.raises(ValueError, match=r"2 levels in q.*\(101, 3\).*\(101,\)"):
        lossfns.pinball_loss(pred[:, None].expand(101, 3), target, q=[0.1, 0.9])
    with pytest.raises(ValueError, match="2 levels in q"):
        lossfns.pinball_loss_grad(pred, target, q=[0.1, 0.9])


def test_mse_of_large_half_precision_misses_is_finite():
    assert lossfns.mse_loss(torch.tensor([300.0]).half(), torch.tensor([0.0]).half()).item() == 90000


def test_losses_are_finite_up_to_the_end_of_the_dtype():
    far, zero = torch.tensor([-3e38, 3e38]), torch.zeros(2)
    for q in (0.05, 0.5, 0.99):
        expected = torch.tensor([3e38 * q, 3e38 * (1 - q)])
        torch.testing.assert_close(lossfns.pinball_loss(far, zero, q=q, reduction="none"), expected)
        torch.testing.assert_close(
            lossfns.pinball_loss(far[:, None], zero, q=[q], reduction="none")[:, 0], expected
        )


@pytest.mark.parametrize("delta", (1e39, 1e300, float("inf")))
def test_huber_takes_a_delta_beyond_the_dtype(delta):
    r = torch.tensor([3.0, float("inf"), -float("inf")], requires_grad=True)
    losses = lossfns.huber_loss(r, torch.zeros(3), delta=delta, reduction="none")
    assert losses.tolist() == [4.5, float("inf"), float("inf")]
    losses[0].backward()
    assert r.grad[0] == 3.0
    assert lossfns.huber_loss_grad(r.detach(), torch.zeros(3), delta=delta, reduction="none")[0] == 3.0


def test_gradients_of_gradients(pair):
    pred = pair[0].clone().requires_grad_()
    for loss in (lossfns.mse_loss, lossfns.huber_loss):
        assert torch.autograd.gradgradcheck(loss, (pred, pair[1]))


def test_scalars_half_weights_and_vmap(pair):
    pred, target = pair
    assert lossfns.mse_loss(pred[0], target[0]) == (pred[0] - target[0]) ** 2
    weight = torch.ones_like(target).half()
    torch.testing.assert_close(lossfns.mae_loss(pred, target, weight=weight), lossfns.mae_loss(pred, target))
    slopes = torch.func.vmap(torch.func.grad(lossfns.huber_loss))(pred, target)
    torch.testing.assert_close(slopes, lossfns.huber_loss_grad(pred, target, reduction="none"))


def test_a_complex_level_is_refused(pair):
    with pytest.raises(TypeError, match="q must be real"):
        lossfns.pinball_loss(*pair, q=torch.tensor(0.5 + 0j))


def test_losses_train_a_line_like_torchs():
    generator = torch.Generator().manual_seed(0)
    x, noise = torch.randn(2, 200, generator=generator, dtype=torch.float64)
    slopes = []
    for loss in (lossfns.huber_loss, F.huber_loss):
        w = torch.zeros(1, dtype=torch.float64, requires_grad=True)
        optimizer = torch.optim.SGD([w], lr=0.1)
        for _ in range(50):
            optimizer.zero_grad()
            loss(w * x, 2 * x + noise).backward()
            optimizer.step()
        slopes.append(w.item())
    assert slopes[0] == pytest.approx(slopes[1], rel=1e-12)
