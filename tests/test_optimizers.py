"""Optimizers against torch's own, the authors' rules written as loops in NumPy, and steps worked by hand."""

import copy
import math
from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

import lossfns
from lossfns import SGD, Adafactor, Adam, AdamW, Lion, Sophia

T = torch.optim
SHAPES = ((5, 4), (3,), (), (2, 3, 4), (2, 1, 3, 2), (1, 1), (0, 3))
EVERY = {
    "sgd": partial(SGD, lr=0.05, momentum=0.9, weight_decay=0.1),
    "nesterov": partial(SGD, lr=0.05, momentum=0.9, nesterov=True),
    "adam": partial(Adam, lr=0.05, weight_decay=0.1),
    "adamw": partial(AdamW, lr=0.05, weight_decay=0.1),
    "adafactor": partial(Adafactor, lr=0.05, weight_decay=0.1),
    "lion": partial(Lion, lr=0.05, weight_decay=0.1),
    "sophia": partial(Sophia, lr=0.05),
}
every = pytest.mark.parametrize("make", EVERY.values(), ids=EVERY)


def weights(dtype=torch.float64, seed=0, shapes=SHAPES):
    generator = torch.Generator().manual_seed(seed)
    drawn = [torch.randn(shape, generator=generator, dtype=torch.float64) for shape in shapes]
    return [w.to(dtype).requires_grad_() for w in drawn]


def gradients(params, t):
    """Gradients of step t: of different size in each parameter, zero in some coordinates."""
    generator = torch.Generator().manual_seed(100 + t)
    for i, p in enumerate(params):
        g = torch.randn(p.shape, generator=generator, dtype=torch.float64) * 10.0 ** (1 - i)
        p.grad = (g * (g.abs() > 0.1 * 10.0 ** (1 - i))).to(p.dtype)


def run(optimizer, params, steps, start=0):
    for t in range(start, start + steps):
        gradients(params, t)
        optimizer.step()
    return [p.detach().clone() for p in params]


def one(value, **options):
    p = torch.tensor(value, dtype=torch.float64, requires_grad=True)
    p.grad = torch.zeros_like(p)
    return p


PAIRS = {
    "sgd": (partial(SGD, lr=0.1), partial(T.SGD, lr=0.1)),
    **{
        f"sgd-momentum{more}": (partial(SGD, **kw), partial(T.SGD, **kw))
        for more in ({}, {"nesterov": True}, {"weight_decay": 0.3}, {"nesterov": True, "weight_decay": 0.3})
        for kw in [{"lr": 0.07, "momentum": 0.8} | more]
    },
    **{
        f"{ours.__name__}{kw}": (partial(ours, **kw), partial(theirs, **kw))
        for ours, theirs in ((Adam, T.Adam), (AdamW, T.AdamW))
        for kw in ({}, {"lr": 0.1, "betas": (0.8, 0.95), "eps": 1e-2, "weight_decay": 0.2}, {"lr": 0.0})
    },
    **{
        f"Adafactor{kw}": (partial(Adafactor, **kw), partial(T.Adafactor, **kw))
        for kw in (
            {},
            {"lr": 0.5, "weight_decay": 0.1},
            {"beta2_decay": -0.5, "d": 2.0},
            {"eps": (1e-3, 1e-1)},
            {"eps": (2.0, 1e-3)},
        )
    },
}


@pytest.mark.parametrize(("ours", "theirs"), PAIRS.values(), ids=PAIRS)
def test_trajectory_equals_torchs(ours, theirs):
    shapes = SHAPES[:-1]  # torch's Adafactor divides by the size of an empty parameter
    a, b = weights(shapes=shapes), weights(shapes=shapes)
    mine, torchs = ours(a), theirs(b)
    for t in range(25):
        for p, q in zip(run(mine, a, 1, t), run(torchs, b, 1, t), strict=True):
            torch.testing.assert_close(p, q, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("betas", ((0.9, 0.99), (0.5, 0.25)))
def test_lion_equals_its_authors_rule(betas):
    params, (beta1, beta2), lr, decay = weights(), betas, 0.03, 0.2
    expected = [p.detach().numpy().copy() for p in params]
    averages = [np.zeros_like(p) for p in expected]
    optimizer = Lion(params, lr=lr, betas=betas, weight_decay=decay)
    for t in range(25):
        run(optimizer, params, 1, t)
        for i, p in enumerate(params):
            g, m = p.grad.numpy(), averages[i]
            update = np.sign(beta1 * m + (1 - beta1) * g)
            expected[i] = expected[i] - lr * (update + decay * expected[i])
            averages[i] = beta2 * m + (1 - beta2) * g
            np.testing.assert_allclose(p.detach().numpy(), expected[i], rtol=1e-12, atol=1e-14)


def test_sophia_equals_algorithm_3():
    params, (beta1, beta2), lr, rho, eps, decay = weights(), (0.9, 0.8), 0.03, 0.5, 1e-3, 0.2
    expected = [p.detach().numpy().copy() for p in params]
    m, h = ([np.zeros_like(p) for p in expected] for _ in range(2))
    optimizer = Sophia(params, lr, betas=(beta1, beta2), rho=rho, eps=eps, weight_decay=decay)
    generator = torch.Generator().manual_seed(7)
    clipped = free = 0
    for t in range(1, 26):
        gradients(params, t)
        if t % 5 == 1:  # k = 5, curvatures of both signs
            estimates = [
                3 * torch.randn(p.shape, generator=generator, dtype=torch.float64) + 1 for p in params
            ]
            optimizer.update_curvature(estimates)
        optimizer.step()
        for i, p in enumerate(params):
            m[i] = beta1 * m[i] + (1 - beta1) * p.grad.numpy()
            if t % 5 == 1:
                h[i] = beta2 * h[i] + (1 - beta2) * estimates[i].numpy()
            theta = expected[i] - lr * decay * expected[i]
            ratio = m[i] / np.maximum(rho * h[i], eps)
            clipped, free = clipped + (abs(ratio) > 1).sum(), free + ((abs(ratio) < 1) & (ratio != 0)).sum()
            expected[i] = theta - lr * np.clip(ratio, -1, 1)
            np.testing.assert_allclose(p.detach().numpy(), expected[i], rtol=1e-12, atol=1e-14)
    assert clipped > 50 and free > 50


def test_sophia_before_any_curvature_takes_a_clipped_sign_step():
    p = torch.tensor([1.0, 1.0, 1.0, 1.0], requires_grad=True)
    p.grad = torch.tensor([5.0, -1e-6, 0.0, 1e30])
    Sophia([p], lr=0.25, weight_decay=0.0).step()
    assert p.tolist() == [0.75, 1.25, 1.0, 0.75]


@pytest.mark.parametrize("curvature", (-1e6, -1.0, 0.0, 1e-30, 1e-3, 1e6))
def test_sophia_never_moves_further_than_lr(curvature):
    for scale in (1e-20, 1.0, 1e20):
        p = torch.zeros(50, requires_grad=True)
        optimizer = Sophia([p], lr=0.5)
        optimizer.update_curvature([torch.full((50,), curvature)])
        p.grad = scale * torch.randn(50, generator=torch.Generator().manual_seed(0))
        optimizer.step()
        assert p.isfinite().all() and p.abs().max() <= 0.5


def test_sophia_on_a_quadratic_takes_newtons_step():
    curvature = torch.tensor([100.0, 1.0, 0.01], dtype=torch.float64)
    p = torch.tensor([3.0, -2.0, 1.0], dtype=torch.float64, requires_grad=True)
    optimizer = Sophia([p], lr=1.0, betas=(0.0, 0.0), rho=1.0, weight_decay=0.0)
    for _ in range(3):  # three clipped steps of length one are enough from distance 3
        loss = (curvature * p**2).sum() / 2
        optimizer.update_curvature([curvature])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    torch.testing.assert_close(p.detach(), torch.zeros(3, dtype=torch.float64), rtol=0, atol=1e-12)


def test_curvature_is_checked_before_anything_changes():
    p, q = torch.ones(2, requires_grad=True), torch.ones(3, requires_grad=True)
    optimizer = Sophia([p, q], lr=0.1)
    with pytest.raises(ValueError, match="estimates must have one entry for each of 2 parameters, got 1"):
        optimizer.update_curvature([torch.ones(2)])
    with pytest.raises(ValueError, match=r"estimate and parameter.*\(3, 1\).*\(3,\)"):
        optimizer.update_curvature([torch.ones(2), torch.ones(3, 1)])
    with pytest.raises(TypeError, match="estimate must be floating point"):
        optimizer.update_curvature([torch.ones(2), torch.ones(3, dtype=torch.int64)])
    assert not optimizer.state
    optimizer.update_curvature([torch.ones(2), None])
    assert list(optimizer.state) == [p]
    torch.testing.assert_close(optimizer.state[p]["hessian"], torch.full((2,), 0.01))


def test_hutchinson_is_unbiased_and_equals_u_times_hessian_times_u():
    generator = torch.Generator().manual_seed(0)
    matrix = torch.randn(4, 4, generator=generator, dtype=torch.float64)
    matrix = matrix + matrix.T
    w = torch.randn(4, generator=generator, dtype=torch.float64, requires_grad=True)
    other = torch.ones(2, dtype=torch.float64, requires_grad=True)
    frozen = torch.ones(3)
    loss = w @ matrix @ w / 2 + (w**3).sum() + other.sum()
    hessian = matrix + 6 * w.detach().diag()

    estimate, zero, none = lossfns.hutchinson(loss, [w, other, frozen], torch.Generator().manual_seed(5))
    u = torch.randn(4, generator=torch.Generator().manual_seed(5), dtype=torch.float64)
    torch.testing.assert_close(estimate, u * (hessian @ u))
    assert none is None and not zero.any()

    n = 20000
    estimates = torch.stack([lossfns.hutchinson(loss, [w], generator)[0] for _ in range(n)])
    error = (estimates.mean(0) - hessian.diag()).abs()
    assert (error < 4 * estimates.std(0) / math.sqrt(n)).all()
    loss.backward()  # the graph is still there
    assert w.grad is not None


def softmax_curvature(x, w):
    """The diagonal of the Gauss–Newton matrix of mean cross entropy with logits x @ w: mean of x_i² p_c (1 − p_c)."""
    p = (x @ w).softmax(-1)
    return (x[:, :, None] ** 2 * (p * (1 - p))[:, None, :]).mean(0)


def test_estimators_say_what_is_wrong_with_their_input():
    w, frozen = torch.ones(3, requires_grad=True), torch.ones(3)
    with pytest.raises(ValueError, match=r"loss must be a scalar, got shape \(3,\)"):
        lossfns.hutchinson(w**2, [w])
    with pytest.raises(TypeError, match="loss must be a torch.Tensor, got float"):
        lossfns.hutchinson(3.0, [w])
    for estimate in (
        lambda: lossfns.hutchinson((w**2).sum(), [frozen]),
        lambda: lossfns.gauss_newton_bartlett(torch.zeros(1, 2), [frozen]),
    ):
        with pytest.raises(ValueError, match="params must hold a tensor that requires a gradient"):
            estimate()


def test_gauss_newton_bartlett_is_unbiased_and_never_negative():
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(6, 3, generator=generator, dtype=torch.float64)
    w = torch.randn(3, 4, generator=generator, dtype=torch.float64).requires_grad_()
    logits, n = x @ w, 5000
    draws = [lossfns.gauss_newton_bartlett(logits, [w], generator)[0] for _ in range(n)]
    estimates = torch.stack(draws)
    assert (estimates >= 0).all()
    error = (estimates.mean(0) - softmax_curvature(x, w.detach())).abs()
    assert (error < 4.5 * estimates.std(0) / math.sqrt(n)).all()
    F.cross_entropy(logits, torch.zeros(6, dtype=torch.int64)).backward()


def test_gauss_newton_bartlett_counts_every_row_of_any_shape():
    w = torch.zeros(2, 3, 5, dtype=torch.float64, requires_grad=True)  # the logits themselves: p = 1/5
    generator = torch.Generator().manual_seed(1)
    (estimate,) = lossfns.gauss_newton_bartlett(w, [w], generator)
    # B ĝ² with ĝ = (p − onehot)/B and B = 6: one entry of (4/5)²/6 in each row, and four of (1/5)²/6
    torch.testing.assert_close(
        estimate.sort(-1).values,
        torch.tensor([0.04, 0.04, 0.04, 0.04, 0.64], dtype=torch.float64).expand(2, 3, 5) / 6,
    )
    frozen, unused = torch.ones(2), torch.ones(2, requires_grad=True)
    _, none, zero = lossfns.gauss_newton_bartlett(w, [w, frozen, unused], generator)
    assert none is None and not zero.any()
    for bad in (torch.zeros(0, 3), torch.tensor(1.0)):
        with pytest.raises(ValueError, match="logits must be"):
            lossfns.gauss_newton_bartlett(bad, [w])


@pytest.mark.parametrize("estimator", ("hutchinson", "gauss-newton-bartlett"))
def test_sophia_trains_a_classifier_with_each_estimator(estimator):
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(200, 5, generator=generator) * torch.tensor([10.0, 3.0, 1.0, 0.3, 0.1])
    y = (x @ torch.randn(5, 3, generator=generator)).argmax(-1)
    w = torch.zeros(5, 3, requires_grad=True)
    optimizer = Sophia([w], lr=0.05, weight_decay=0.0)
    for t in range(200):
        logits = x @ w
        loss = F.cross_entropy(logits, y)
        if t % 10 == 0 and estimator == "hutchinson":
            optimizer.update_curvature(lossfns.hutchinson(loss, [w], generator))
        elif t % 10 == 0:
            optimizer.update_curvature(lossfns.gauss_newton_bartlett(logits, [w], generator))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss < 0.2  # log 3 = 1.1 at the start


@pytest.mark.parametrize("make", (AdamW, Adafactor, Lion, Sophia))
def test_decoupled_decay_shrinks_a_parameter_without_gradient_by_exactly_one_minus_lr_wd(make):
    p = one([3.0, -0.7])
    before = p.detach().clone()
    make([p], lr=0.1, weight_decay=0.3).step()
    assert torch.equal(p.detach(), before * (1 - 0.1 * 0.3))


@pytest.mark.parametrize("make", (SGD, Adam))
def test_coupled_decay_is_the_gradient_of_half_the_squared_norm(make):
    p, q = one([3.0, -0.7]), one([3.0, -0.7])
    decayed, plain = make([p], lr=0.1, weight_decay=0.3), make([q], lr=0.1)
    for _ in range(5):
        decayed.step()
        q.grad = torch.autograd.grad(0.15 * lossfns.l2_penalty(q), q)[0]
        plain.step()
    torch.testing.assert_close(p, q, rtol=1e-14, atol=0)


def test_two_steps_worked_by_hand():
    p = one([1.0])
    optimizer = SGD([p], lr=0.1, momentum=0.5)
    for _ in range(2):
        p.grad = torch.full_like(p, 2.0)
        optimizer.step()
    assert p.item() == pytest.approx(1 - 0.1 * 2 - 0.1 * 3, rel=1e-15)
    p = one([1.0])
    optimizer = SGD([p], lr=0.1, momentum=0.5, nesterov=True)
    p.grad = torch.full_like(p, 2.0)
    optimizer.step()
    assert p.item() == pytest.approx(1 - 0.1 * (2 + 0.5 * 2), rel=1e-15)


def test_adafactor_is_exact_where_the_squares_have_rank_one():
    generator = torch.Generator().manual_seed(0)
    row, column = torch.rand(5, 1, generator=generator) + 1, torch.rand(1, 4, generator=generator) + 1
    matrix = torch.ones(5, 4, requires_grad=True)
    vector = torch.ones(20, requires_grad=True)
    optimizer = Adafactor([matrix, vector])
    for t in range(5):
        matrix.grad = (row * column) * (-1) ** t
        vector.grad = matrix.grad.reshape(-1).clone()
        optimizer.step()
    torch.testing.assert_close(matrix.reshape(-1), vector)


@every
def test_saved_state_continues_the_same_trajectory_to_the_bit(make, tmp_path):
    for dtype in (torch.float64, torch.float32, torch.bfloat16, torch.float16):
        params = weights(dtype)
        optimizer = make(params)
        if isinstance(optimizer, Sophia):
            optimizer.update_curvature([p.detach().abs() for p in params])
        run(optimizer, params, 5)
        torch.save(optimizer.state_dict(), tmp_path / "state.pt")
        copies = [p.detach().clone().requires_grad_() for p in params]
        resumed = make(copies)
        resumed.load_state_dict(torch.load(tmp_path / "state.pt"))
        straight, after = run(optimizer, params, 5, 5), run(resumed, copies, 5, 5)
        assert all(torch.equal(a, b) for a, b in zip(straight, after, strict=True)), dtype


@every
def test_loaded_state_is_a_copy(make):
    params, others = weights(), weights(seed=1)
    first, second = make(params), make(others)
    run(first, params, 2)
    second.load_state_dict(first.state_dict())
    before = copy.deepcopy(first.state_dict()["state"])
    run(second, others, 2, 2)
    after = first.state_dict()["state"]
    for i, state in before.items():
        for name, value in state.items():
            torch.testing.assert_close(after[i][name], value, rtol=0, atol=0, equal_nan=True)


@every
def test_a_deep_copy_goes_on_by_itself(make):
    params = weights()
    optimizer = make(params)
    run(optimizer, params, 2)
    model = copy.deepcopy({"params": params, "optimizer": optimizer})
    for p, q in zip(
        run(optimizer, params, 2, 2), run(model["optimizer"], model["params"], 2, 2), strict=True
    ):
        assert torch.equal(p, q)


@every
def test_parameter_groups_keep_their_own_options(make):
    p, q = one([1.0]), one([1.0])
    optimizer = make([{"params": [p], "lr": 0.0}, {"params": q}])
    p.grad, q.grad = torch.ones(1, dtype=p.dtype), torch.ones(1, dtype=p.dtype)
    optimizer.step()
    assert p.item() == 1 and q.item() < 1
    r = one([1.0])
    r.grad = torch.ones(1, dtype=r.dtype)
    optimizer.add_param_group({"params": [r]})
    optimizer.step()
    assert r.item() < 1


@every
def test_parameters_without_gradient_are_skipped(make):
    p, q = one([1.0]), one([1.0])
    q.grad = None
    optimizer = make([p, q])
    optimizer.step()
    assert q.item() == 1 and q not in optimizer.state


@every
def test_closure_runs_with_gradients_and_its_loss_is_returned(make):
    p = one([2.0])
    optimizer = make([p])

    def closure():
        optimizer.zero_grad()
        loss = (p**2).sum()
        loss.backward()
        return loss

    assert optimizer.step(closure).item() == 4
    assert p.item() < 2


@every
def test_torchs_schedulers_work(make):
    p = one([2.0])
    optimizer = make([p])
    half = T.lr_scheduler.LambdaLR(optimizer, lambda t: 0.5**t)
    for t in range(3):
        assert optimizer.param_groups[0]["lr"] == 0.05 * 0.5**t
        p.grad = torch.ones_like(p)
        optimizer.step()
        half.step()
    T.lr_scheduler.CosineAnnealingLR(optimizer, 10)
    T.lr_scheduler.ReduceLROnPlateau(optimizer)


def test_one_cycle_moves_betas_and_momentum():
    for make in (partial(Adam, lr=0.1), partial(SGD, lr=0.1, momentum=0.9)):
        p = one([2.0])
        optimizer = make([p])
        schedule = T.lr_scheduler.OneCycleLR(optimizer, max_lr=0.5, total_steps=10)
        for _ in range(9):
            optimizer.step()
            schedule.step()


@every
def test_sparse_gradients_are_refused_and_nothing_has_moved(make):
    dense, table = torch.ones(2, requires_grad=True), torch.ones(4, 2, requires_grad=True)
    dense.grad = torch.ones(2)
    F.embedding(torch.tensor([1, 2]), table, sparse=True).sum().backward()
    with pytest.raises(RuntimeError, match=r"does not support sparse gradients, got one of shape \(4, 2\)"):
        make([dense, table]).step()
    assert torch.equal(dense, torch.ones(2))


@every
def test_complex_parameters_are_refused(make):
    p = torch.ones(2, dtype=torch.complex64, requires_grad=True)
    p.grad = torch.ones_like(p)
    with pytest.raises(RuntimeError, match="does not support complex parameters, got torch.complex64"):
        make([p]).step()


@pytest.mark.parametrize("dtype", (torch.float16, torch.bfloat16))
@every
def test_half_precision_is_updated_in_float32_and_rounded_once(make, dtype):
    halves = weights(dtype)
    wide = [p.detach().float().requires_grad_() for p in halves]
    optimizer, reference = make(halves), make(wide)
    for t in range(10):
        gradients(halves, t)
        for p, q in zip(halves, wide, strict=True):
            q.data.copy_(p.detach())
            q.grad = p.grad.float()
        optimizer.step()
        reference.step()
        for p, q in zip(halves, wide, strict=True):
            assert p.dtype == dtype and p.isfinite().all()
            assert torch.equal(p, q.to(dtype))


def test_adam_of_tiny_float16_gradients_is_finite():
    p = torch.zeros(3, dtype=torch.float16, requires_grad=True)
    p.grad = torch.tensor([0.0, 1e-5, -1e-5], dtype=torch.float16)  # squares, and ε, are 0 in float16
    Adam([p], lr=0.1).step()
    torch.testing.assert_close(
        p.detach(), torch.tensor([0.0, -0.1, 0.1], dtype=torch.float16), rtol=1e-2, atol=0
    )


@every
def test_gradients_and_strides_are_left_alone(make):
    for layout in (lambda p: p, lambda p: p.t().contiguous().t()):
        p = layout(torch.randn(4, 3, generator=torch.Generator().manual_seed(0))).requires_grad_()
        p.grad = torch.full((4, 3), 0.5)
        optimizer = make([p])
        for _ in range(3):
            optimizer.step()
        assert torch.equal(p.grad, torch.full((4, 3), 0.5))


@every
def test_a_nan_gradient_shows(make):
    p = one([1.0, 1.0])
    p.grad = torch.tensor([float("nan"), 1.0], dtype=p.dtype)
    optimizer = make([p])
    optimizer.step()
    spoiled = optimizer.state[p]["exp_avg"] if isinstance(optimizer, Lion) else p  # the sign of NaN is 0
    assert spoiled[0].isnan()


NAN = float("nan")
BAD = [
    (SGD, "lr", -0.1),
    (SGD, "lr", NAN),
    (SGD, "momentum", -0.5),
    (SGD, "weight_decay", -1.0),
    (SGD, "nesterov", True),
    (Adam, "lr", -1.0),
    (Adam, "betas", (1.0, 0.9)),
    (Adam, "betas", (0.9, -0.1)),
    (Adam, "betas", (0.9, NAN)),
    (Adam, "betas", (0.9,)),
    (Adam, "betas", 0.9),
    (Adam, "eps", -1e-8),
    (AdamW, "weight_decay", -1e-8),
    (AdamW, "eps", NAN),
    (Adafactor, "lr", -1.0),
    (Adafactor, "beta2_decay", 0.8),
    (Adafactor, "eps", (-1.0, 1e-3)),
    (Adafactor, "eps", (None, -1e-3)),
    (Adafactor, "eps", 1e-3),
    (Adafactor, "d", 0.5),
    (Adafactor, "weight_decay", -1.0),
    (Lion, "lr", -1.0),
    (Lion, "betas", (0.9, 1.0)),
    (Lion, "weight_decay", -1.0),
    (Sophia, "lr", -1.0),
    (Sophia, "betas", (2.0, 0.9)),
    (Sophia, "rho", 0.0),
    (Sophia, "eps", 0.0),
    (Sophia, "weight_decay", -1.0),
]


@pytest.mark.parametrize(("make", "name", "value"), BAD)
def test_bad_hyper_parameters_raise_and_are_named(make, name, value):
    p = one([1.0])
    with pytest.raises(ValueError, match=name):
        make([p], **({"lr": 0.1} | {name: value}))
    optimizer = make([p], lr=0.1)
    with pytest.raises(ValueError, match=name):
        optimizer.add_param_group({"params": [one([1.0])], name: value})
    assert len(optimizer.param_groups) == 1


@every
def test_what_is_no_number_and_no_list_of_parameters_is_refused(make):
    with pytest.raises(TypeError, match="lr must be a number, got str"):
        make([one([1.0])], lr="0.1")
    with pytest.raises(TypeError, match="iterable of Tensors"):
        make(one([1.0]))
    with pytest.raises(ValueError, match="empty parameter list"):
        make([])


@pytest.mark.parametrize("theirs", (True, False))
def test_state_bytes_counts_tensors_and_no_step_counters(theirs):
    numbers = 300 * 200 + 50
    for name, expected in (
        ("Adam", 8 * numbers),
        ("AdamW", 8 * numbers),
        ("Adafactor", 4 * (300 + 200 + 50)),
    ):
        params = [torch.ones(300, 200, requires_grad=True), torch.ones(50, requires_grad=True)]
        optimizer = getattr(T if theirs else lossfns, name)(params)
        assert lossfns.state_bytes(optimizer) == 0
        sum(p.sum() for p in params).backward()
        optimizer.step()
        assert lossfns.state_bytes(optimizer) == expected


def test_state_bytes_of_the_others():
    for make, per_number in ((SGD, 0), (partial(SGD, momentum=0.9), 4), (Lion, 4), (Sophia, 8)):
        p = torch.ones(1000, requires_grad=True)
        p.grad = torch.ones(1000)
        optimizer = make([p], lr=0.1)
        optimizer.step()
        assert lossfns.state_bytes(optimizer) == per_number * 1000


@every
def test_every_optimizer_finds_the_bottom_of_a_bowl(make):
    p = torch.tensor([1.5, -1.0], dtype=torch.float64, requires_grad=True)
    optimizer = make([p], weight_decay=0.0)
    for t in range(400):
        optimizer.param_groups[0]["lr"] = 0.05 * (1 - t / 400)
        optimizer.zero_grad()
        (torch.tensor([5.0, 1.0]) * p**2).sum().backward()
        optimizer.step()
    assert p.abs().max() < 0.05


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@every
def test_gpu_gives_the_same_trajectory(make):
    params = weights()
    on_gpu = [p.detach().cuda().requires_grad_() for p in params]
    for p, q in zip(run(make(params), params, 10), run(make(on_gpu), on_gpu, 10), strict=True):
        torch.testing.assert_close(q.cpu(), p)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@every
def test_gpu_step_does_not_wait_for_the_device(make):
    params = [p.detach().cuda().requires_grad_() for p in weights()]
    gradients(params, 0)
    optimizer = make(params)
    torch.cuda.set_sync_debug_mode("error")
    try:
        optimizer.step()
    finally:
        torch.cuda.set_sync_debug_mode("default")
