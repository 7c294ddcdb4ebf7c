"""Penalties and prox operators against closed forms and scikit-learn's coordinate descent."""

import numpy as np
import pytest
import torch
from scipy.optimize import minimize_scalar
from sklearn.linear_model import ElasticNet, Lasso

import lossfns
from lossfns import elastic_net_penalty, elastic_net_prox, l1_penalty, l2_penalty, soft_threshold


@pytest.fixture
def weights():
    generator = torch.Generator().manual_seed(0)
    shapes = ((3, 4), (5,), ())
    return [torch.randn(s, generator=generator, dtype=torch.float64).mul(3).requires_grad_() for s in shapes]


def test_penalties_equal_numpy_over_all_weights(weights):
    flat = np.concatenate([w.detach().numpy().ravel() for w in weights])
    assert l1_penalty(weights).item() == pytest.approx(np.abs(flat).sum(), rel=1e-14)
    assert l2_penalty(weights).item() == pytest.approx((flat**2).sum(), rel=1e-14)
    both = elastic_net_penalty(weights, l1=0.3, l2=0.7).item()
    assert both == pytest.approx(0.3 * np.abs(flat).sum() + 0.7 * (flat**2).sum(), rel=1e-14)


def test_penalties_have_no_half_and_no_mean():
    w = torch.tensor([1.0, -2.0, 4.0])
    assert (l1_penalty(w).item(), l2_penalty(w).item()) == (7.0, 21.0)
    assert elastic_net_penalty(w, l1=2.0, l2=0.5).item() == 24.5


def test_gradients_are_the_sign_and_twice_the_weight(weights):
    for penalty, slope in (
        (l1_penalty, torch.sign),
        (l2_penalty, lambda w: 2 * w),
        (lambda p: elastic_net_penalty(p, l1=0.3, l2=0.7), lambda w: 0.3 * w.sign() + 1.4 * w),
    ):
        for w, g in zip(weights, torch.autograd.grad(penalty(weights), weights), strict=True):
            torch.testing.assert_close(g, slope(w.detach()))


def test_at_zero_the_l1_slope_is_zero():
    w = torch.zeros(3, requires_grad=True)
    l1_penalty(w).backward()
    assert not w.grad.any()


def test_params_may_be_one_tensor_or_any_iterable(weights):
    model = torch.nn.Linear(3, 2)
    generated = elastic_net_penalty(model.parameters(), l1=1.0, l2=1.0)
    torch.testing.assert_close(generated, elastic_net_penalty([model.weight, model.bias], l1=1.0, l2=1.0))
    torch.testing.assert_close(l1_penalty(weights[0]), l1_penalty([weights[0]]))
    assert l2_penalty([]).item() == 0


def test_half_precision_is_summed_in_float32():
    w = torch.full((3,), 300.0, dtype=torch.float16, requires_grad=True)
    loss = l2_penalty([w])
    assert loss.dtype == torch.float32 and loss.item() == 270000
    loss.backward()
    assert w.grad.tolist() == [600] * 3 and w.grad.dtype == torch.float16
    assert soft_threshold(w, 1.0).dtype == torch.float32


def test_l2_penalty_of_half_lambda_is_torchs_weight_decay():
    p, q = (torch.tensor([2.0, -3.0], dtype=torch.float64, requires_grad=True) for _ in range(2))
    decay, plain = torch.optim.SGD([p], lr=0.1, weight_decay=0.4), torch.optim.SGD([q], lr=0.1)
    p.grad = torch.zeros_like(p)
    (0.2 * l2_penalty(q)).backward()
    decay.step()
    plain.step()
    torch.testing.assert_close(p, q)


@pytest.mark.parametrize("t", (0.0, 0.7, 2.0, float("inf"), 1e300))
def test_soft_threshold_equals_torchs_and_the_sign_form(t):
    w = torch.tensor([-3.0, -2.0, -0.7, -0.1, -0.0, 0.0, 0.5, 0.7, 5.0], dtype=torch.float64)
    ours = soft_threshold(w, t)
    torch.testing.assert_close(ours, w.sign() * (w.abs() - t).clamp(min=0), rtol=0, atol=0)
    shrunk = torch.nn.functional.softshrink(w, min(t, 1e308))  # torch takes no infinite threshold
    torch.testing.assert_close(ours, shrunk, rtol=0, atol=0)
    assert soft_threshold(w.float(), t).isfinite().all()


def test_soft_threshold_slope_is_one_outside_and_zero_inside_and_on_the_edge():
    w = torch.tensor([-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0], requires_grad=True)
    soft_threshold(w, 1.0).sum().backward()
    assert w.grad.tolist() == [1, 0, 0, 0, 0, 0, 1]


def test_soft_threshold_shows_nan_and_leaves_its_input_alone():
    w = torch.tensor([float("nan"), 2.0])
    assert soft_threshold(w, 1.0)[0].isnan()
    assert w[1] == 2


@pytest.mark.parametrize(("l1", "l2"), ((0.5, 0.0), (0.0, 0.3), (0.5, 0.3)))
def test_prox_minimises_its_objective(l1, l2):
    for w in (-2.0, -0.2, 0.0, 0.4, 3.0):
        best = minimize_scalar(
            lambda v, w=w: (v - w) ** 2 / 2 + 0.8 * (l1 * abs(v) + l2 * v**2),
            bounds=(-4, 4),
            method="bounded",
            options={"xatol": 1e-10},
        ).x
        ours = elastic_net_prox(torch.tensor([w], dtype=torch.float64), 0.8, l1=l1, l2=l2).item()
        assert ours == pytest.approx(best, abs=1e-6)


def test_prox_of_a_zero_step_changes_nothing():
    w = torch.tensor([-2.0, 0.1])
    assert torch.equal(elastic_net_prox(w, 0.0, l1=1.0, l2=1.0), w)


def ista(x, y, l1, l2, steps=20000):
    """Minimise ‖y − Xw‖²/(2n) + l1 Σ|w| + l2 Σw²: a gradient step on the data term, then the prox."""
    n = len(y)
    step = n / torch.linalg.matrix_norm(x, 2).item() ** 2
    w = torch.zeros(x.shape[1], dtype=x.dtype)
    for _ in range(steps):
        moved = elastic_net_prox(w - step * x.T @ (x @ w - y) / n, step, l1=l1, l2=l2)
        if torch.equal(moved, w):
            break
        w = moved
    return w


@pytest.fixture
def regression():
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(60, 12, generator=generator, dtype=torch.float64)
    truth = torch.tensor([3.0, -2.0, 0.5] + [0.0] * 9, dtype=torch.float64)
    return x, x @ truth + 0.5 * torch.randn(60, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize("alpha", (0.02, 0.3, 1.0))
def test_ista_ends_at_scikit_learns_lasso(regression, alpha):
    x, y = regression
    coef = Lasso(alpha=alpha, fit_intercept=False, tol=1e-14, max_iter=10**6).fit(x.numpy(), y.numpy()).coef_
    w = ista(x, y, l1=alpha, l2=0.0).numpy()
    np.testing.assert_allclose(w, coef, rtol=0, atol=1e-9)
    assert ((w == 0) == (coef == 0)).all()
    assert (w == 0).any() or alpha == 0.02


@pytest.mark.parametrize("rho", (0.1, 0.5, 0.9))
def test_ista_ends_at_scikit_learns_elastic_net(regression, rho):
    (x, y), alpha = regression, 0.4
    model = ElasticNet(alpha=alpha, l1_ratio=rho, fit_intercept=False, tol=1e-14, max_iter=10**6)
    coef = model.fit(x.numpy(), y.numpy()).coef_
    w = ista(x, y, l1=alpha * rho, l2=alpha * (1 - rho) / 2).numpy()
    np.testing.assert_allclose(w, coef, rtol=0, atol=1e-9)
    assert ((w == 0) == (coef == 0)).all()


@pytest.mark.parametrize(
    ("name", "call"),
    (
        ("threshold", lambda w: soft_threshold(w, -0.1)),
        ("threshold", lambda w: soft_threshold(w, float("nan"))),
        ("l1", lambda w: elastic_net_penalty(w, l1=-1.0, l2=0.0)),
        ("l2", lambda w: elastic_net_penalty(w, l1=0.0, l2=-1.0)),
        ("step", lambda w: elastic_net_prox(w, -1.0, l1=0.0, l2=0.0)),
        ("l1", lambda w: elastic_net_prox(w, 1.0, l1=-1.0, l2=0.0)),
        ("l2", lambda w: elastic_net_prox(w, 1.0, l1=0.0, l2=-1.0)),
    ),
)
def test_negative_prices_raise_and_are_named(name, call):
    with pytest.raises(ValueError, match=name):
        call(torch.ones(2))


def test_wrong_types_raise_and_name_the_argument():
    with pytest.raises(TypeError, match="params must be floating point, got torch.int64"):
        l1_penalty([torch.ones(2), torch.ones(2, dtype=torch.int64)])
    with pytest.raises(TypeError, match="params must be a torch.Tensor, got float"):
        l2_penalty([1.0])
    with pytest.raises(TypeError, match="params must be a tensor or an iterable of tensors, got float"):
        l1_penalty(3.0)
    with pytest.raises(TypeError, match="w must be a torch.Tensor, got list"):
        soft_threshold([1.0], 0.1)
    with pytest.raises(TypeError, match="threshold must be a number, got str"):
        soft_threshold(torch.ones(1), "0.1")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_gpu_gives_the_same_penalty():
    w = torch.randn(10, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(lossfns.l1_penalty([w.cuda()]).cpu(), l1_penalty([w]))
