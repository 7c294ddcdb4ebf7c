"""Classification losses: what the table of cases cannot say."""

import math

import mpmath
import numpy as np
import pytest
import sklearn.metrics
import torch
import torch.nn.functional as F
from sklearn._loss.loss import HalfBinomialLoss, HalfMultinomialLoss
from sklearn.utils.class_weight import compute_class_weight

import lossfns

INF = float("inf")


@pytest.fixture
def batch():
    generator = torch.Generator().manual_seed(0)
    logits = 2 * torch.randn(50, 5, generator=generator, dtype=torch.float64)
    return logits, torch.randint(5, (50,), generator=generator), torch.tensor([0.5, 1, 2, 0, 7]).double()


def slopes(loss, x, step=1e-6):
    """Central differences of a scalar loss, one coordinate at a time."""
    out = torch.zeros_like(x)
    for i in np.ndindex(*x.shape):
        up, down = x.clone(), x.clone()
        up[i] += step
        down[i] -= step
        out[i] = (loss(up) - loss(down)) / (2 * step)
    return out


def weighted_mean_loop(logits, target, weight, smoothing):
    """Σᵢ Σ_c w_c t_ic (−log p_ic) / Σᵢ Σ_c w_c t_ic, term by term; a row of −100 is skipped."""
    total = mass = 0.0
    k = logits.shape[1]
    for z, y in zip(logits.tolist(), target.tolist(), strict=True):
        if y == -100:
            continue
        log_sum = math.log(sum(math.exp(v) for v in z))
        for c in range(k):
            t = (y[c] if isinstance(y, list) else float(c == y)) * (1 - smoothing) + smoothing / k
            total += weight[c].item() * t * (log_sum - z[c])
            mass += weight[c].item() * t
    return total / mass


@pytest.mark.parametrize("smoothing", (0.0, 0.1, 1.0))
def test_weighted_cross_entropy_equals_its_formula_for_indices_and_one_hot(batch, smoothing):
    logits, target, weight = batch
    expected = weighted_mean_loop(logits, target, weight, smoothing)
    one_hot = F.one_hot(target, 5).double()
    for t in (target, target.int(), target.to(torch.uint8), one_hot):
        got = lossfns.cross_entropy(logits, t, weight=weight, label_smoothing=smoothing)
        assert got.item() == pytest.approx(expected, rel=1e-13)
    soft = logits.flip(0).softmax(-1)
    got = lossfns.cross_entropy(logits, soft, weight=weight, label_smoothing=smoothing)
    assert got.item() == pytest.approx(weighted_mean_loop(logits, soft, weight, smoothing), rel=1e-13)


@pytest.mark.parametrize("smoothing", (0.0, 0.1))
def test_ignored_rows_are_as_if_they_were_not_there(batch, smoothing):
    logits, target, weight = batch
    spoiled, marked = logits.clone(), target.clone()
    spoiled[10:20], marked[10:20] = torch.nan, -100
    rest = torch.cat([torch.arange(10), torch.arange(20, 50)])
    spoiled.requires_grad_()
    loss = lossfns.cross_entropy(spoiled, marked, weight=weight, label_smoothing=smoothing)
    alone = lossfns.cross_entropy(logits[rest], target[rest], weight=weight, label_smoothing=smoothing)
    torch.testing.assert_close(loss, alone, rtol=1e-14, atol=0)
    loss.backward()
    assert spoiled.grad.isfinite().all()
    assert not spoiled.grad[10:20].any()
    written = lossfns.cross_entropy_grad(spoiled.detach(), marked, weight=weight, label_smoothing=smoothing)
    torch.testing.assert_close(written, spoiled.grad, rtol=1e-12, atol=1e-17)
    other = lossfns.cross_entropy(logits, marked.masked_fill(marked == -100, 3), ignore_index=3)
    torch.testing.assert_close(
        other, F.cross_entropy(logits, marked.masked_fill(marked == -100, 3), ignore_index=3)
    )


@pytest.mark.parametrize("reduction", ("sum", "none"))
@pytest.mark.parametrize("smoothing", (0.0, 0.1))
def test_unaveraged_weighted_cross_entropy_equals_torchs(batch, reduction, smoothing):
    logits, target, weight = batch
    options = {"weight": weight, "label_smoothing": smoothing, "reduction": reduction}
    torch.testing.assert_close(
        lossfns.cross_entropy(logits, target, **options),
        F.cross_entropy(logits, target, **options),
        rtol=1e-13,
        atol=1e-15,
    )
    written = lossfns.cross_entropy_grad(logits, target, **options)
    numeric = slopes(lambda z: lossfns.cross_entropy(z, target, **options).sum(), logits)
    torch.testing.assert_close(written, numeric, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("reduction", ("mean", "sum"))
def test_weighted_cross_entropy_gradient_equals_central_differences(batch, reduction):
    logits, target, weight = batch
    for t in (target, logits.flip(0).softmax(-1)):
        options = {"weight": weight, "label_smoothing": 0.2, "reduction": reduction}
        written = lossfns.cross_entropy_grad(logits, t, **options)
        numeric = slopes(lambda z, t=t, o=options: lossfns.cross_entropy(z, t, **o), logits)
        torch.testing.assert_close(written, numeric, rtol=1e-6, atol=1e-7)


def test_all_ignored_or_without_weight_is_zero_with_zero_gradient(batch):
    logits, target, _ = batch
    for t, options in (
        (torch.full_like(target, -100), {}),
        (torch.full_like(target, -100), {"label_smoothing": 0.1}),
        (target, {"weight": torch.zeros(5)}),
    ):
        x = logits.clone().requires_grad_()
        loss = lossfns.cross_entropy(x, t, **options)
        loss.backward()
        assert loss.item() == 0
        assert torch.equal(x.grad, torch.zeros_like(x))
        assert not lossfns.cross_entropy_grad(logits, t, **options).any()


def test_nan_in_a_row_whose_class_weighs_nothing_still_shows(batch):
    logits, target, weight = batch
    target[3] = 3
    logits[3, 0] = torch.nan
    assert lossfns.cross_entropy(logits, target, weight=weight).isnan()
    assert lossfns.cross_entropy(logits, F.one_hot(target, 5).double(), weight=weight).isnan()


def test_impossible_class_with_a_share_costs_infinity():
    logits = torch.tensor([[-INF, 0.0]])
    assert lossfns.cross_entropy(logits, torch.tensor([0])).item() == INF
    assert lossfns.cross_entropy(logits, torch.tensor([1]), label_smoothing=0.1).item() == INF
    assert lossfns.cross_entropy(logits, torch.tensor([0]), weight=torch.tensor([0.0, 1.0])).item() == 0


def test_cross_entropies_equal_scikit_learns(batch):
    logits, target, _ = batch
    multi = HalfMultinomialLoss(n_classes=5).loss(target.double().numpy(), logits.numpy())
    np.testing.assert_allclose(
        lossfns.cross_entropy(logits, target, reduction="none").numpy(), multi, rtol=1e-13, atol=1e-14
    )
    y = (target % 2).double()
    binary = HalfBinomialLoss().loss(y.numpy(), logits[:, 0].contiguous().numpy())
    got = lossfns.binary_cross_entropy_with_logits(logits[:, 0], y, reduction="none")
    np.testing.assert_allclose(got.numpy(), binary, rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("dtype", (torch.float32, torch.float64))
def test_binary_cross_entropy_is_exact_and_symmetric_on_both_sides(dtype):
    z = torch.linspace(-80, 80, 321, dtype=dtype)
    zero, one = torch.zeros_like(z), torch.ones_like(z)
    no = lossfns.binary_cross_entropy_with_logits(z, zero, reduction="none")
    yes = lossfns.binary_cross_entropy_with_logits(-z, one, reduction="none")
    assert torch.equal(no, yes)
    true = np.logaddexp(0, z.double().numpy())
    np.testing.assert_allclose(no.double().numpy(), true, rtol=4 * torch.finfo(dtype).eps)
    y = torch.tensor(0.25, dtype=dtype).expand_as(z)
    soft = lossfns.binary_cross_entropy_with_logits(z, y, reduction="none")
    assert torch.equal(soft, lossfns.binary_cross_entropy_with_logits(-z, 1 - y, reduction="none"))


@pytest.mark.parametrize("pos_weight", (None, 0.01, 1000.0))
@pytest.mark.parametrize(("dtype", "tolerance"), ((torch.float64, 1.5e-15), (torch.float32, 1e-6)))
def test_binary_cross_entropy_is_exact_for_soft_labels_at_any_logit(dtype, tolerance, pos_weight):
    large = (1e30, 1e4, 700.0, 90.0, 36.0, 15.0, 2.0, 0.3, 1e-8)
    z, y = torch.meshgrid(
        torch.tensor([*large, 0.0, *(-z for z in large)], dtype=dtype),
        torch.tensor([0.0, 1e-6, 0.25, 0.5, 0.75, 1 - 2**-20, 1.0], dtype=dtype),
        indexing="ij",
    )
    c = None if pos_weight is None else torch.tensor(pos_weight, dtype=dtype)
    got = lossfns.binary_cross_entropy_with_logits(z, y, pos_weight=c, reduction="none")
    for one, logit, share in zip(got.flatten(), z.flatten(), y.flatten(), strict=True):
        true = exact_binary(logit.item(), share.item(), 1 if c is None else c.item())
        assert one.item() == pytest.approx(float(true), rel=tolerance, abs=torch.finfo(dtype).tiny)


def exact_binary(z, y, c):
    """c·y·log(1 + e^−z) + (1 − y)·log(1 + e^z), with 60 digits."""
    with mpmath.workdps(60):
        yes, no = (s if s > 500 else mpmath.log1p(mpmath.exp(s)) for s in (mpmath.mpf(-z), mpmath.mpf(z)))
        return c * mpmath.mpf(y) * yes + (1 - mpmath.mpf(y)) * no


@pytest.mark.parametrize("y", (0.0, 0.3, 0.5, 0.9, 1.0))
def test_binary_cross_entropy_gradients_at_zero_and_towards_the_target(y):
    z = torch.tensor([0.0, 1.3, -2.0], dtype=torch.float64, requires_grad=True)
    target = torch.full_like(z, y, requires_grad=True)
    to_z, to_y = torch.autograd.grad(
        lossfns.binary_cross_entropy_with_logits(z, target, reduction="sum"), (z, target)
    )
    torch.testing.assert_close(to_z, z.detach().sigmoid() - y)
    torch.testing.assert_close(to_y, -z.detach())


@pytest.mark.parametrize("soft", (0.0, 0.3))
def test_infinite_logits_cost_nothing_where_they_are_right_and_no_nan_beside_soft_labels(soft):
    z = torch.tensor([INF, -INF, 0.0], requires_grad=True)
    y = torch.tensor([1.0, 0.0, soft])
    for c in (None, torch.tensor(2.0)):
        losses = lossfns.binary_cross_entropy_with_logits(z, y, pos_weight=c, reduction="none")
        assert losses[:2].tolist() == [0, 0]
        (slopes,) = torch.autograd.grad(losses.sum(), z)
        assert slopes.isfinite().all()


def test_pos_weight_of_the_shape_of_the_target(batch):
    logits, _, weight = batch
    y = (logits.flip(0) > 0).double()
    each = lossfns.binary_cross_entropy_with_logits(logits, y, pos_weight=weight.expand_as(y))
    assert each.item() == lossfns.binary_cross_entropy_with_logits(logits, y, pos_weight=weight).item()
    with pytest.raises(ValueError, match="pos_weight"):
        lossfns.binary_cross_entropy_with_logits(logits, y, pos_weight=weight[None])


@pytest.mark.parametrize("reduction", ("mean", "sum", "none"))
@pytest.mark.parametrize("smoothing", (0.1, 1.0))
def test_smoothed_labels_cost_what_their_table_costs(batch, smoothing, reduction):
    logits, target, weight = batch
    table = (1 - smoothing) * F.one_hot(target, 5).double() + smoothing / 5
    x = logits.clone().requires_grad_()
    for w in (None, weight, weight.float(), torch.zeros(5)):
        short = lossfns.cross_entropy(x, target, weight=w, label_smoothing=smoothing, reduction=reduction)
        long = lossfns.cross_entropy(x, table, weight=w, reduction=reduction)
        torch.testing.assert_close(short, long, rtol=1e-13, atol=1e-15)
        slopes = (torch.autograd.grad(losses.sum(), x)[0] for losses in (short, long))
        torch.testing.assert_close(*slopes, rtol=1e-12, atol=1e-15)


def test_smoothing_over_an_impossible_class_that_weighs_nothing_is_finite():
    x = torch.tensor([[0.0, -INF, 1.0], [2.0, 0.0, 1.0]], requires_grad=True)
    for target in ([0, 1], [1, 0]):
        loss = lossfns.cross_entropy(
            x, torch.tensor(target), weight=torch.tensor([1.0, 0.0, 1.0]), label_smoothing=0.1
        )
        assert loss.isfinite()
        assert torch.autograd.grad(loss, x)[0].isfinite().all()


def test_pos_weight_is_torchs_and_part_of_the_loss(batch):
    logits, _, weight = batch
    y = (logits.flip(0) > 0).double()
    ours = lossfns.binary_cross_entropy_with_logits(logits, y, pos_weight=weight)
    torch.testing.assert_close(ours, F.binary_cross_entropy_with_logits(logits, y, pos_weight=weight))
    for one in (torch.tensor(3.0), torch.tensor([3.0])):
        ours = lossfns.binary_cross_entropy_with_logits(logits, y, pos_weight=one)
        torch.testing.assert_close(
            ours, F.binary_cross_entropy_with_logits(logits, y, pos_weight=one.double())
        )


def test_hinge_equals_scikit_learns(batch):
    scores, y = batch[0][:, 0], 2 * (batch[1] % 2) - 1
    assert lossfns.hinge_loss(scores, y).item() == pytest.approx(
        sklearn.metrics.hinge_loss(y.numpy(), scores.numpy()), rel=1e-14
    )
    torch.testing.assert_close(lossfns.hinge_loss(scores, y.float()), lossfns.hinge_loss(scores, y))


@pytest.mark.parametrize("dtype", (torch.bool, torch.complex64))
def test_signs_are_real_numbers(dtype):
    with pytest.raises(TypeError, match="target must be -1 or .1 in a real dtype"):
        lossfns.hinge_loss(torch.zeros(2), torch.ones(2).to(dtype))


@pytest.mark.parametrize("bad", (0.0, 2.0, math.nan))
def test_hinge_target_is_minus_one_or_one(bad):
    for loss in (lossfns.hinge_loss, lossfns.hinge_loss_grad):
        with pytest.raises(ValueError, match="target must be -1 or"):
            loss(torch.zeros(2), torch.tensor([1.0, bad]))


@pytest.mark.parametrize("gamma", (0.1, 0.5, 1.0, 2.0, 5.0))
def test_focal_gradients_are_finite_at_saturation(gamma):
    z = torch.tensor([-1e4, -800.0, -40.0, 0.0, 40.0, 800.0, 1e4, INF], requires_grad=True)
    lossfns.sigmoid_focal_loss(z, torch.ones(8), gamma=gamma).backward()
    assert z.grad.isfinite().all()
    rows = torch.stack([z.detach(), torch.zeros(8)], -1).requires_grad_()
    lossfns.focal_loss(rows, torch.zeros(8).long(), gamma=gamma).backward()
    torch.testing.assert_close(rows.grad[:, 0], z.grad)


def test_focal_without_discount_is_cross_entropy(batch):
    logits, target, weight = batch
    torch.testing.assert_close(
        lossfns.focal_loss(logits, target, gamma=0, weight=weight),
        lossfns.cross_entropy(logits, target, weight=weight),
    )
    y = (logits > 0).double()
    torch.testing.assert_close(
        lossfns.sigmoid_focal_loss(logits, y, gamma=0), lossfns.binary_cross_entropy_with_logits(logits, y)
    )


def test_focal_weighted_mean_and_gradient(batch):
    logits, target, weight = batch
    p = logits.softmax(-1)[torch.arange(50), target]
    w = weight[target]
    expected = (w * (1 - p) ** 2 * -p.log()).sum() / w.sum()
    torch.testing.assert_close(lossfns.focal_loss(logits, target, weight=weight), expected)
    x = logits[:6].clone().requires_grad_()
    lossfns.focal_loss(x, target[:6], gamma=0.7, weight=weight).backward()
    numeric = slopes(lambda z: lossfns.focal_loss(z, target[:6], gamma=0.7, weight=weight), logits[:6])
    torch.testing.assert_close(x.grad, numeric, rtol=1e-6, atol=1e-8)


def test_focal_with_one_class_costs_nothing():
    x = torch.tensor([[3.0], [-INF]], requires_grad=True)
    loss = lossfns.focal_loss(x[:1], torch.tensor([0]))
    loss.backward()
    assert loss.item() == 0
    assert not x.grad.any()


def test_focal_alpha_is_part_of_the_loss():
    z, y = torch.zeros(2, dtype=torch.float64), torch.tensor([1, 0])
    losses = lossfns.sigmoid_focal_loss(z, y, alpha=0.25, reduction="none")
    torch.testing.assert_close(losses, torch.tensor([0.25, 0.75]).double() * math.log(2) / 4)
    assert lossfns.sigmoid_focal_loss(z, y, alpha=0.25).item() == pytest.approx(math.log(2) / 8)


def test_negative_weights_raise_and_are_named(batch):
    logits, target, weight = batch
    for loss in (lossfns.cross_entropy, lossfns.focal_loss):
        with pytest.raises(ValueError, match="weight must not be negative, got -7"):
            loss(logits, target, weight=-weight)
    with pytest.raises(ValueError, match="pos_weight must not be negative, got -7"):
        lossfns.binary_cross_entropy_with_logits(logits, (logits > 0).double(), pos_weight=-weight)


def test_labels_out_of_range_raise_and_name_the_argument(batch):
    logits, target, _ = batch
    for wrong in (5, -1, -99):
        target[7] = wrong
        for loss in (lossfns.cross_entropy, lossfns.cross_entropy_grad, lossfns.focal_loss):
            with pytest.raises(ValueError, match=f"target must hold classes from 0 to 4, got {wrong}"):
                loss(logits, target)
    target[7] = -100
    with pytest.raises(ValueError, match="target must hold classes"):
        lossfns.focal_loss(logits, target)
    for loss in (lossfns.cross_entropy, lossfns.binary_cross_entropy_with_logits):
        with pytest.raises(ValueError, match="target must hold probabilities from 0 to 1"):
            loss(logits, logits)
    with pytest.raises(ValueError, match="target must be 0 or 1"):
        lossfns.sigmoid_focal_loss(logits, torch.full_like(logits, 0.5))


def test_swapped_and_mistyped_arguments_are_recognised(batch):
    logits, target, _ = batch
    for loss in (lossfns.cross_entropy, lossfns.binary_cross_entropy_with_logits, lossfns.focal_loss):
        with pytest.raises(TypeError, match="swapped|must hold integers, got torch.float64"):
            loss(target, logits)
    with pytest.raises(TypeError, match=r"integer class indices.*torch.float64"):
        lossfns.cross_entropy(logits, target.double())
    with pytest.raises(TypeError, match=r"floating-point probabilities.*torch.int64"):
        lossfns.cross_entropy(logits, F.one_hot(target, 5))
    with pytest.raises(TypeError, match="target must hold integers, got torch.bool"):
        lossfns.cross_entropy(logits, target > 2)


def test_balanced_class_weights_are_scikit_learns(batch):
    target = batch[1]
    expected = compute_class_weight("balanced", classes=np.arange(5), y=target.numpy())
    got = lossfns.class_weights(target, 5)
    torch.testing.assert_close(got, torch.tensor(expected).to(got.dtype))


def test_effective_class_weights():
    target = torch.tensor([0] * 1000 + [1] * 10 + [3])
    inverse = [0.001 / (1 - 0.999**n) for n in (1000, 10, 1)]
    expected = [4 * w / sum(inverse) for w in inverse]
    got = lossfns.class_weights(target, 4, scheme="effective")
    assert got.tolist() == pytest.approx([*expected[:2], 0, expected[2]], rel=1e-6)
    assert got.sum().item() == pytest.approx(4)
    assert lossfns.class_weights(target, 4, scheme="effective", beta=0).tolist() == pytest.approx(
        [4 / 3, 4 / 3, 0, 4 / 3]
    )


def test_class_weights_of_absent_classes_and_of_nothing_are_zero():
    assert lossfns.class_weights(torch.tensor([0, 0]), 2).tolist() == [0.5, 0]
    for scheme in ("balanced", "effective"):
        assert lossfns.class_weights(torch.tensor([]).long(), 2, scheme=scheme).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("args", "options", "error", "name"),
    (
        (([0, 2], 2), {}, ValueError, "target"),
        (([0.0, 1.0], 2), {}, TypeError, "target"),
        (([0, 1], 0), {}, ValueError, "num_classes"),
        (([0, 1], 2.0), {}, TypeError, "num_classes"),
        (([0, 1], 2), {"scheme": "inverse"}, ValueError, "scheme"),
        (([0, 1], 2), {"scheme": "effective", "beta": 1.0}, ValueError, "beta"),
        (([0, 1], 2), {"scheme": "effective", "beta": -0.1}, ValueError, "beta"),
    ),
)
def test_class_weights_name_a_bad_argument(args, options, error, name):
    with pytest.raises(error, match=name):
        lossfns.class_weights(torch.tensor(args[0]), args[1], **options)


def test_gradients_of_gradients(batch):
    logits, target, weight = batch
    x = logits[:4].clone().requires_grad_()
    assert torch.autograd.gradgradcheck(lambda z: lossfns.cross_entropy(z, target[:4], weight=weight), (x,))
    y = (logits[:4] > 0).double()
    assert torch.autograd.gradgradcheck(lambda z: lossfns.binary_cross_entropy_with_logits(z, y), (x,))
    assert torch.autograd.gradgradcheck(lambda z: lossfns.sigmoid_focal_loss(z, y), (x,))
