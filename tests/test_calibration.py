"""Calibration against explicit loops, scikit-learn, scipy and closed forms."""

import warnings
from math import ceil, log, sqrt

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy.optimize import minimize_scalar
from scipy.stats import beta as beta_distribution
from scipy.stats import kstest
from sklearn.calibration import _TemperatureScaling, calibration_curve
from sklearn.metrics import brier_score_loss, log_loss

import lossfns
from lossfns import (
    TemperatureScaler,
    brier_score,
    cutmix,
    expected_calibration_error,
    mixup,
    reliability_curve,
    smooth_labels,
)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def forecast(n=500, k=4, seed=0, sharpness=2.0):
    """Logits, and classes that are drawn from them at temperature 1 / sharpness."""
    generator = seeded(seed)
    logits = torch.randn(n, k, generator=generator, dtype=torch.float64)
    target = torch.multinomial(logits.softmax(1), 1, generator=generator)[:, 0]
    return sharpness * logits, target


def loop_bins(probs, target, bins):
    """The bins by the definition: for each sample the first bin whose upper edge is not below its confidence."""
    members = [[] for _ in range(bins)]
    for row, label in zip(probs.tolist(), target.tolist(), strict=True):
        confidence = max(row)
        index = next(b for b in range(bins) if confidence <= (b + 1) / bins + 1e-9 or b == bins - 1)
        members[index].append((confidence, row.index(confidence) == label))
    return members


def top_only(confidences):
    """Rows whose first class has the given probability and is the top one, at any size."""
    c = torch.as_tensor(confidences)
    return torch.stack([c, torch.zeros_like(c)], dim=1)


# --- reliability curve and ECE ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("bins", (1, 7, 15, 40))
def test_reliability_curve_equals_a_loop(bins):
    logits, target = forecast()
    probs = logits.softmax(1)
    curve = reliability_curve(probs, target, bins=bins)
    for b, members in enumerate(loop_bins(probs, target, bins)):
        assert curve.count[b] == len(members)
        if members:
            confidence, accuracy = np.mean(members, axis=0)
            assert curve.confidence[b].item() == pytest.approx(confidence, rel=1e-13)
            assert curve.accuracy[b].item() == pytest.approx(accuracy, rel=1e-13)
        else:
            assert curve.confidence[b].isnan() and curve.accuracy[b].isnan()
    assert curve.edges.tolist() == pytest.approx([b / bins for b in range(bins + 1)], abs=1e-15)
    assert curve.count.sum() == len(target)


def test_reliability_curve_equals_scikit_learn_off_the_edges():
    logits, target = forecast(2000)
    probs = logits.softmax(1)
    confidence, top = probs.max(1)
    accuracy, mean = calibration_curve((top == target).numpy(), confidence.numpy(), n_bins=10)
    curve = reliability_curve(probs, target, bins=10)
    full = curve.count > 0
    np.testing.assert_allclose(curve.accuracy[full], accuracy, rtol=1e-13)
    np.testing.assert_allclose(curve.confidence[full], mean, rtol=1e-13)


@pytest.mark.parametrize("dtype", (torch.float64, torch.float32))
@pytest.mark.parametrize("bins", (1, 2, 3, 5, 7, 10, 15, 16, 20, 33, 34, 50, 97, 100, 1000))
def test_confidence_on_an_edge_belongs_to_the_bin_below(bins, dtype):
    edges = torch.tensor([b / bins for b in range(bins + 1)], dtype=dtype)
    for b, c in enumerate(edges):
        count = reliability_curve(top_only(c[None]), torch.tensor([0]), bins=bins).count
        assert count.argmax() == max(b - 1, 0), (b, bins)


@pytest.mark.parametrize("bins", (10, 15, 17, 33))
def test_bins_follow_the_stated_rule_just_beside_the_edges(bins):
    for b in range(1, bins):
        for shift in (-1e-4, -1e-9, 1e-9, 0.99e-6 / bins, 1.01e-6 / bins, 1e-4):
            c = b / bins + shift
            expected = min(max(ceil(c * bins - 1e-6) - 1, 0), bins - 1)
            count = reliability_curve(
                top_only(torch.tensor([c], dtype=torch.float64)), torch.tensor([0]), bins=bins
            ).count
            if abs(shift) == 1e-9:
                assert expected == b - 1
            assert count.argmax() == expected, (b, shift)


def test_certainty_falls_into_the_last_bin_and_zero_into_the_first():
    curve = reliability_curve(top_only([1.0, 1.0 + 1e-7, 0.0, 0.95]), torch.tensor([0, 1, 0, 0]), bins=10)
    assert curve.count.tolist() == [1, 0, 0, 0, 0, 0, 0, 0, 0, 3]
    assert len(curve.count) == 10


def test_ece_of_the_case_that_torchmetrics_gets_wrong():
    probs, target = top_only(torch.tensor([0.95, 1.0], dtype=torch.float64)), torch.tensor([0, 1])
    # one bin holds both: accuracy ½, confidence 0.975
    for norm in ("l1", "l2", "max"):
        ece = expected_calibration_error(probs, target, bins=10, norm=norm)
        assert ece.item() == pytest.approx(0.475, rel=1e-14)


def test_ece_norms_worked_by_hand():
    probs = torch.tensor([[0.9, 0.1], [0.9, 0.1], [0.9, 0.1], [0.3, 0.7]], dtype=torch.float64)
    target = torch.tensor([0, 0, 1, 1])
    first, second = 0.9 - 2 / 3, 1 - 0.7
    expected = {
        "l1": 0.75 * first + 0.25 * second,
        "l2": sqrt(0.75 * first**2 + 0.25 * second**2),
        "max": second,
    }
    for norm, value in expected.items():
        ece = expected_calibration_error(probs, target, bins=5, norm=norm)
        assert ece.item() == pytest.approx(value, rel=1e-13)


@pytest.mark.parametrize("bins", (1, 10, 15))
def test_ece_equals_a_loop_in_all_norms(bins):
    logits, target = forecast(300, seed=3)
    probs = logits.softmax(1)
    gaps = [
        (len(m) / 300, abs(np.mean([c for c, _ in m]) - np.mean([r for _, r in m])))
        for m in loop_bins(probs, target, bins)
        if m
    ]
    expected = {
        "l1": sum(s * g for s, g in gaps),
        "l2": sqrt(sum(s * g**2 for s, g in gaps)),
        "max": max(g for _, g in gaps),
    }
    for norm, value in expected.items():
        ece = expected_calibration_error(probs, target, bins=bins, norm=norm)
        assert ece.item() == pytest.approx(value, rel=1e-12)


def test_ece_is_zero_when_every_bin_keeps_its_promise_and_one_when_sure_and_wrong():
    probs = top_only([0.75] * 4).double()
    assert expected_calibration_error(probs, torch.tensor([0, 0, 0, 1])).item() == 0
    for norm in ("l1", "l2", "max"):
        assert expected_calibration_error(torch.eye(2), torch.tensor([1, 0]), norm=norm).item() == 1


def test_ece_of_a_calibrated_model_is_biased_upwards_and_vanishes():
    eces = []
    for n in (100, 10_000, 1_000_000):
        logits, target = forecast(n, k=10, sharpness=1.0)
        eces.append(expected_calibration_error(logits.softmax(1), target).item())
    assert 0.03 < eces[0] < 0.2 and eces[0] > 3 * eces[1] > 9 * eces[2] > 0


def test_float32_and_float64_agree():
    logits, target = forecast(5000, k=10)
    probs = logits.softmax(1)
    for norm in ("l1", "l2", "max"):
        single = expected_calibration_error(probs.float(), target, norm=norm)
        assert single.dtype == torch.float64
        assert single.item() == pytest.approx(
            expected_calibration_error(probs, target, norm=norm).item(), rel=1e-6
        )


@pytest.mark.parametrize("dtype", (torch.float16, torch.bfloat16))
def test_measures_of_half_precision_are_those_of_the_same_numbers_in_float64(dtype):
    logits, target = forecast(20_000)
    probs = logits.softmax(1).to(dtype)
    for measure in (expected_calibration_error, brier_score):
        value = measure(probs, target)
        assert value.dtype == torch.float64
        assert value == measure(probs.double(), target)


# --- Brier score -----------------------------------------------------------------------------------------------------


def test_brier_equals_scikit_learn_summed_over_classes():
    logits, target = forecast()
    probs = logits.softmax(1)
    expected = brier_score_loss(target.numpy(), probs.numpy(), labels=range(4), scale_by_half=False)
    assert brier_score(probs, target).item() == pytest.approx(expected, rel=1e-13)


def test_brier_of_two_classes_is_twice_the_binary_score():
    logits, target = forecast(k=2)
    probs = logits.softmax(1)
    binary = brier_score_loss(target.numpy(), probs[:, 1].numpy())
    assert brier_score(probs, target).item() == pytest.approx(2 * binary, rel=1e-13)


def test_brier_worked_by_hand_and_at_its_ends():
    probs = torch.tensor([[0.5, 0.25, 0.25], [0.0, 1.0, 0.0]], dtype=torch.float64)
    assert brier_score(probs, torch.tensor([0, 1])).item() == 0.375 / 2
    assert brier_score(torch.eye(3), torch.tensor([0, 1, 2])).item() == 0
    assert brier_score(torch.eye(2), torch.tensor([1, 0])).item() == 2


def test_brier_is_proper_and_its_gradient_is_exact():
    truth = torch.tensor([0.7, 0.2, 0.1], dtype=torch.float64)

    def expected_score(p):
        return sum(truth[j] * brier_score(p[None], torch.tensor([j])) for j in range(3))

    p = truth.clone().requires_grad_()
    (slope,) = torch.autograd.grad(expected_score(p), p)
    torch.testing.assert_close(slope, torch.zeros(3, dtype=torch.float64), rtol=0, atol=1e-15)
    probs = torch.rand(5, 3, generator=seeded(), dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda q: brier_score(q, torch.tensor([0, 1, 2, 0, 1])), probs)
    half = torch.eye(2).half().requires_grad_()
    brier_score(half, torch.tensor([0, 0])).backward()
    assert half.grad.dtype == torch.float16


# --- what the measures share -----------------------------------------------------------------------------------------

MEASURES = (reliability_curve, expected_calibration_error, brier_score)


@pytest.mark.parametrize("measure", MEASURES)
def test_measures_refuse_bad_input_and_name_it(measure):
    probs, target = torch.full((3, 2), 0.5), torch.tensor([0, 1, 1])
    for bad in (probs[:, 0], probs[None], probs.sum(), torch.zeros(3, 0)):
        with pytest.raises(ValueError, match=r"probs must have shape \(n, k\), got \("):
            measure(bad, target)
    for bad in (target[:2], target[:, None], target[0]):
        with pytest.raises(ValueError, match=r"target \(.*probs \(3, 2\)"):
            measure(probs, bad)
    for bad in (torch.tensor([0, 1, 2]), torch.tensor([0, 1, -1])):
        with pytest.raises(ValueError, match="target must hold classes from 0 to 1"):
            measure(probs, bad)
    with pytest.raises(TypeError, match="target must hold integers"):
        measure(probs, target.float())
    with pytest.raises(TypeError, match="probs must be floating point"):
        measure(target, probs)
    with pytest.raises(TypeError, match=r"probs must be a torch.Tensor, got ndarray"):
        measure(probs.numpy(), target)
    for logits in (torch.tensor([[2.0, 0.0]] * 3), torch.tensor([[0.5, -0.5]] * 3)):
        with pytest.raises(ValueError, match=r"probs must lie in \[0, 1\].*softmax"):
            measure(logits, target)


def test_numpy_integers_are_counts():
    probs = torch.tensor([[0.9, 0.1], [0.2, 0.8]])
    assert len(reliability_curve(probs, torch.tensor([0, 1]), bins=np.int64(5)).count) == 5
    assert smooth_labels(torch.tensor([1]), np.int32(3), epsilon=0.1).shape == (1, 3)
    assert lossfns.class_weights(torch.tensor([0, 1]), np.int64(2)).tolist() == [1, 1]
    assert lossfns.ndcg(probs, probs, k=np.int64(1)).tolist() == [1, 1]


def test_unknown_norm_and_bad_bins_raise():
    probs, target = torch.full((3, 2), 0.5), torch.tensor([0, 1, 1])
    with pytest.raises(ValueError, match="norm must be .* got 'l3'"):
        expected_calibration_error(probs, target, norm="l3")
    for bins, error in ((0, ValueError), (-3, ValueError), (2.5, TypeError), (True, TypeError)):
        with pytest.raises(error, match="bins"):
            reliability_curve(probs, target, bins=bins)


def test_measures_of_no_samples():
    probs, target = torch.zeros(0, 3), torch.zeros(0, dtype=torch.int64)
    for norm in ("l1", "l2", "max"):
        assert expected_calibration_error(probs, target, norm=norm).item() == 0
    assert brier_score(probs, target).item() == 0
    assert reliability_curve(probs, target).count.tolist() == [0] * 15


def test_measures_show_a_nan_that_came_in():
    probs, target = torch.full((3, 2), 0.5), torch.tensor([0, 1, 1])
    probs[1, 0] = torch.nan
    assert brier_score(probs, target).isnan()
    for norm in ("l1", "l2", "max"):
        assert expected_calibration_error(probs, target, norm=norm).isnan()


def test_measures_leave_their_inputs_alone_and_take_any_integer():
    logits, target = forecast(50)
    probs = logits.softmax(1).requires_grad_()
    before, labels = probs.detach().clone(), target.clone()
    for measure in (expected_calibration_error, brier_score):
        value = measure(probs, target)
        assert value == measure(probs, target.to(torch.uint8)) == measure(probs, target.int())
    assert not reliability_curve(probs, target).confidence.requires_grad
    assert torch.equal(probs, before) and torch.equal(target, labels)


# --- temperature -----------------------------------------------------------------------------------------------------


def nll(temperature, logits, target):
    return log_loss(target.numpy(), (logits / temperature).softmax(1).numpy(), labels=range(logits.shape[1]))


@pytest.mark.parametrize("true", (0.05, 0.2, 1.0, 3.06, 10.2, 50.0))
@pytest.mark.parametrize("k", (2, 10))
def test_temperature_is_the_one_that_scipy_and_scikit_learn_find(true, k):
    logits, target = forecast(3000, k=k, sharpness=true)
    scaler = TemperatureScaler().fit(logits, target)

    def cost(log_t):
        return F.cross_entropy(logits * np.exp(-log_t), target).item()

    oracle = minimize_scalar(cost, bounds=(-6, 6), method="bounded", options={"xatol": 1e-11})
    assert scaler.converged
    assert log(scaler.temperature) == pytest.approx(oracle.x, abs=1e-6)  # a minimum's place: √ε
    beta = _TemperatureScaling().fit(logits.numpy(), target.numpy()).beta_
    assert 1 / scaler.temperature == pytest.approx(beta, rel=1e-5)
    assert scaler.temperature == pytest.approx(true, rel=0.15)
    assert nll(scaler.temperature, logits, target) <= nll(1.0, logits, target)


@pytest.mark.parametrize("true", (0.05, 1.0, 50.0))
def test_temperature_has_no_slope_left(true):
    logits, target = forecast(500, k=5, sharpness=true)
    beta = torch.tensor(1 / TemperatureScaler().fit(logits, target).temperature, dtype=torch.float64)
    beta.requires_grad_()
    (slope,) = torch.autograd.grad(F.cross_entropy(beta * logits, target), beta)
    assert abs(beta * slope).item() < 1e-11


def test_temperature_in_closed_form():
    # three in four are right: sigmoid(4 / T) = 3/4
    logits = torch.tensor([[4.0, 0.0]] * 4)
    scaler = TemperatureScaler().fit(logits, torch.tensor([0, 0, 0, 1]))
    assert scaler.temperature == pytest.approx(4 / log(3), rel=1e-11)
    torch.testing.assert_close(scaler.transform(logits).softmax(1)[0], torch.tensor([0.75, 0.25]))


def test_temperature_of_float32_is_that_of_float64():
    logits, target = forecast(1000, sharpness=3.0)
    double, single = (TemperatureScaler().fit(z, target) for z in (logits, logits.float()))
    assert single.converged
    assert single.temperature == pytest.approx(double.temperature, rel=1e-6)
    assert TemperatureScaler().fit(logits.half(), target).temperature == pytest.approx(
        double.temperature, rel=1e-2
    )


def test_temperature_scales_with_the_logits():
    logits, target = forecast(400, k=6)
    one = TemperatureScaler().fit(logits, target)
    for factor in (1e-3, 7.0, 1e3):
        other = TemperatureScaler().fit(factor * logits + 1e3 * factor, target)  # a shift changes nothing
        assert other.converged
        assert other.temperature == pytest.approx(factor * one.temperature, rel=1e-9)


@pytest.mark.parametrize("seed", range(20))
def test_temperature_of_few_noisy_samples_is_optimal_or_flagged(seed):
    generator = seeded(seed)
    logits = 10 ** (3 * torch.rand((), generator=generator).item() - 1) * torch.randn(
        8, 3, generator=generator, dtype=torch.float64
    )
    target = torch.randint(3, (8,), generator=generator)
    scaler = TemperatureScaler().fit(logits, target)
    grid = np.exp(np.linspace(log(1e-4), log(1e4), 2001))
    costs = [F.cross_entropy(logits / t, target).item() for t in grid]
    best = F.cross_entropy(logits / scaler.temperature, target).item()
    assert best <= min(costs) + 1e-12
    assert scaler.converged == (0 < int(np.argmin(costs)) < 2000)


@pytest.mark.parametrize("scale", (0.01, 1.0, 100.0))
def test_separable_data_stop_at_the_lower_bound_with_a_flag(scale):
    logits, _ = forecast(100)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scaler = TemperatureScaler().fit(scale * logits, logits.argmax(1))
    assert (scaler.temperature, scaler.converged) == (1e-4, False)
    assert scaler.transform(logits).isfinite().all()


@pytest.mark.parametrize("scale", (0.01, 1.0, 100.0))
def test_misleading_and_empty_logits_stop_at_the_upper_bound_with_a_flag(scale):
    logits, target = forecast(100)
    for bad in (-logits, torch.zeros_like(logits), torch.zeros_like(logits) + logits[:, :1]):
        scaler = TemperatureScaler().fit(scale * bad, target)
        assert (scaler.temperature, scaler.converged) == (1e4, False)


def test_one_misclassified_sample_makes_a_temperature_exist():
    logits, _ = forecast(100)
    target = logits.argmax(1)
    target[0] = logits[0].argmin()
    scaler = TemperatureScaler().fit(logits, target)
    assert scaler.converged and 1e-4 < scaler.temperature < 1e4


def test_masked_classes_do_not_count():
    logits, target = forecast(300, k=3)
    masked = F.pad(logits, (0, 2), value=-torch.inf)
    scaler, plain = TemperatureScaler().fit(masked, target), TemperatureScaler().fit(logits, target)
    assert scaler.converged
    assert scaler.temperature == pytest.approx(plain.temperature, rel=1e-12)


def test_transform_keeps_the_ranking_and_lets_gradients_through():
    logits, target = forecast(200, sharpness=3.0)
    before = logits.clone()
    scaler = TemperatureScaler().fit(logits.requires_grad_(), target)
    scaled = scaler.transform(logits)
    torch.testing.assert_close(scaled, before / scaler.temperature, rtol=1e-15, atol=0)
    assert torch.equal(scaled.argsort(1), before.argsort(1))
    scaled.sum().backward()
    torch.testing.assert_close(logits.grad, torch.full_like(before, 1 / scaler.temperature))
    assert torch.equal(logits.detach(), before)
    assert scaler.transform(before[0].half()).dtype == torch.float32
    assert scaler.transform(before.float().view(10, 20, 4)).shape == (10, 20, 4)


def test_scaling_lowers_the_calibration_error_of_an_over_confident_model():
    logits, target = forecast(20_000, k=10, sharpness=3.0)
    scaler = TemperatureScaler().fit(logits[:10_000], target[:10_000])
    held_out, labels = logits[10_000:], target[10_000:]
    before, after = (
        expected_calibration_error(z.softmax(1), labels) for z in (held_out, scaler.transform(held_out))
    )
    assert after < before / 5


def test_unfitted_and_badly_fitted_scalers_say_so():
    logits, target = forecast(10)
    scaler = TemperatureScaler()
    assert scaler.temperature is None and scaler.converged is False
    with pytest.raises(RuntimeError, match=r"call fit\(logits, target\) first"):
        scaler.transform(logits)
    for bad in (torch.nan, torch.inf):
        spoiled = logits.clone()
        spoiled[3, 1] = bad
        with pytest.raises(ValueError, match="logits must be finite"):
            scaler.fit(spoiled, target)
    impossible = logits.clone()
    impossible[3, target[3]] = -torch.inf
    with pytest.raises(ValueError, match="logits must be finite"):
        scaler.fit(impossible, target)
    with pytest.raises(ValueError, match="at least one sample"):
        scaler.fit(logits[:0], target[:0])
    with pytest.raises(ValueError, match=r"logits must have shape \(n, k\)"):
        scaler.fit(logits[:, 0], target)
    with pytest.raises(TypeError, match="target must hold integers"):
        scaler.fit(logits, logits)
    assert scaler.temperature is None
    with pytest.raises(TypeError, match="logits must be floating point"):
        scaler.fit(logits, target).transform(target)


# --- smooth labels ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("k", (2, 3, 10))
@pytest.mark.parametrize("epsilon", (0, 0.1, 0.5, 1.0))
def test_smooth_labels_equal_the_formula(k, epsilon):
    target = torch.arange(k)
    hot = torch.eye(k)
    torch.testing.assert_close(smooth_labels(target, k, epsilon=epsilon), (1 - epsilon) * hot + epsilon / k)
    exact = (1 - epsilon) * hot + epsilon / (k - 1) * (1 - hot)
    torch.testing.assert_close(smooth_labels(target, k, epsilon=epsilon, style="exact"), exact)
    for style in ("uniform", "exact"):
        rows = smooth_labels(target, k, epsilon=epsilon, style=style).sum(1)
        torch.testing.assert_close(rows, torch.ones(k))


def test_smooth_labels_give_torchs_label_smoothing():
    logits, target = forecast(k=5)
    smooth = smooth_labels(target, 5, epsilon=0.1).double()
    torch.testing.assert_close(
        F.cross_entropy(logits, smooth),
        F.cross_entropy(logits, target, label_smoothing=0.1),
        rtol=1e-7,
        atol=0,
    )
    # the styles are one family: exactly 0.9 is torch's ε = 0.1 · 5/4
    exact = smooth_labels(target, 5, epsilon=0.1, style="exact").double()
    torch.testing.assert_close(
        F.cross_entropy(logits, exact),
        F.cross_entropy(logits, target, label_smoothing=0.125),
        rtol=1e-7,
        atol=0,
    )


def test_smooth_labels_take_any_shape_and_one_class():
    target = torch.tensor([[0, 2], [1, 1]], dtype=torch.uint8)
    assert smooth_labels(target, 3, epsilon=0.3).shape == (2, 2, 3)
    assert smooth_labels(torch.tensor(1), 3, epsilon=0.3).tolist() == pytest.approx([0.1, 0.8, 0.1])
    assert smooth_labels(torch.zeros(0, dtype=torch.int64), 3, epsilon=0.3).shape == (0, 3)
    assert smooth_labels(torch.tensor([0]), 1, epsilon=0.3).tolist() == [[1.0]]
    assert smooth_labels(torch.tensor([0]), 1, epsilon=0.0, style="exact").tolist() == [[1.0]]
    with pytest.raises(ValueError, match="no other class"):
        smooth_labels(torch.tensor([0]), 1, epsilon=0.3, style="exact")


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    (
        ({"epsilon": -0.1}, ValueError, "epsilon"),
        ({"epsilon": 1.1}, ValueError, "epsilon"),
        ({"epsilon": float("nan")}, ValueError, "epsilon"),
        ({"epsilon": "0.1"}, TypeError, "epsilon"),
        ({"style": "torch"}, ValueError, "style must be"),
        ({"num_classes": 2}, ValueError, "classes from 0 to 1, got 2"),
        ({"num_classes": 0}, ValueError, "num_classes"),
        ({"num_classes": 3.0}, TypeError, "num_classes"),
        ({"target": torch.tensor([0, -1])}, ValueError, "classes from 0 to 2, got -1"),
        ({"target": torch.tensor([0.0])}, TypeError, "target must hold integers"),
    ),
)
def test_smooth_labels_refuse_bad_input(arguments, error, match):
    with pytest.raises(error, match=match):
        smooth_labels(**({"target": torch.tensor([0, 2]), "num_classes": 3, "epsilon": 0.1} | arguments))


# --- mixup and CutMix ------------------------------------------------------------------------------------------------


def images(n=6, h=5, w=9, channels=(3,)):
    """Image i is i everywhere, and its label is one-hot i: what came from where can be read off."""
    x = torch.arange(n, dtype=torch.float64).view(n, *(1,) * (len(channels) + 2))
    return x.expand(n, *channels, h, w).clone(), torch.eye(n, dtype=torch.float64)


def partners(y):
    """The permutation and λ that made rows of an identity matrix into y, where 0 < λ < 1."""
    return [next((j for j, p in enumerate(row) if j != i and p > 0), i) for i, row in enumerate(y.tolist())]


@pytest.mark.parametrize("seed", range(10))
def test_mixup_blends_inputs_and_labels_alike(seed):
    x = torch.randn(6, 2, 3, generator=seeded(99), dtype=torch.float64)
    y = torch.eye(6, dtype=torch.float64)
    mixed, labels, lam = mixup(x, y, alpha=1.0, generator=seeded(seed))
    order = partners(labels)
    assert sorted(order) == list(range(6)) and 0 <= lam <= 1
    torch.testing.assert_close(mixed, lam * x + (1 - lam) * x[order], rtol=1e-14, atol=1e-15)
    torch.testing.assert_close(labels, lam * y + (1 - lam) * y[order], rtol=1e-14, atol=0)


@pytest.mark.parametrize("shape", ((7, 4), (4, 7), (8, 8), (1, 9), (1, 1)))
@pytest.mark.parametrize("channels", ((), (1,), (2, 3)))
def test_cutmix_pastes_one_box_and_lambda_is_the_share_of_pixels_kept(shape, channels):
    for seed in range(40):
        x, y = images(5, *shape, channels)
        mixed, labels, lam = cutmix(x, y, alpha=1.0, generator=seeded(seed))
        order = partners(labels)
        for i in range(5):
            changed = (mixed[i] != x[i]).reshape(-1, *shape)
            if order[i] == i:
                assert not changed.any()
                continue
            assert all(torch.equal(plane, changed[0]) for plane in changed)
            assert (mixed[i].reshape(-1, *shape)[:, changed[0]] == order[i]).all()
            rows, columns = changed[0].any(1).nonzero(), changed[0].any(0).nonzero()
            assert changed[0].sum() == len(rows) * len(columns)  # a box, without holes
            assert lam == (changed[0].numel() - changed[0].sum().item()) / changed[0].numel()
        torch.testing.assert_close(labels, lam * y + (1 - lam) * y[order], rtol=1e-15, atol=0)


def test_cutmix_reaches_every_pixel_and_keeps_the_shape_of_the_image():
    hits = torch.zeros(4, 12, dtype=torch.float64)
    x, y = images(2, 4, 12, ())
    for seed in range(400):
        mixed, _, _ = cutmix(x, y, alpha=1.0, generator=seeded(seed))
        hits += (mixed[0] != x[0]).double()
    assert hits.min() > 0


def test_cutmix_boxes_have_the_shape_of_the_image():
    x, y = images(2, 20, 60, ())
    for seed in range(300):
        mixed, _, _ = cutmix(x, y, alpha=1.0, generator=seeded(seed))
        changed = mixed[0] != x[0]
        rows, columns = changed.any(1).nonzero(), changed.any(0).nonzero()
        inside = len(rows) and rows.min() > 0 < columns.min() and rows.max() < 19 and columns.max() < 59
        if inside:  # not clipped: ⌊20 r⌋ by ⌊60 r⌋
            assert len(rows) == len(columns) // 3


@pytest.mark.parametrize("alpha", (0.1, 0.4, 1.0, 5.0))
def test_mixup_lambda_is_beta_distributed(alpha):
    generator, x, y = seeded(7), torch.zeros(1, 1), torch.ones(1, 1)
    lams = [mixup(x, y, alpha=alpha, generator=generator)[2] for _ in range(2000)]
    assert kstest(lams, beta_distribution(alpha, alpha).cdf).pvalue > 1e-3


@pytest.mark.parametrize("alpha", (1e-6, 1e-3, 1e6, 10))
def test_mixup_takes_extreme_alpha(alpha):
    x, y = torch.rand(4, 2, generator=seeded()), torch.eye(4)
    for seed in range(50):
        mixed, labels, lam = mixup(x, y, alpha=alpha, generator=seeded(seed))
        assert 0 <= lam <= 1 and mixed.isfinite().all()
        torch.testing.assert_close(labels.sum(1), torch.ones(4))


@pytest.mark.parametrize("mix", (mixup, cutmix))
def test_mixing_is_reproducible_by_generator_and_by_the_global_seed(mix):
    x, y = images()
    first, again = (mix(x, y, alpha=0.5, generator=seeded(3)) for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(first[:2], again[:2], strict=True)) and first[2] == again[2]
    assert mix(x, y, alpha=0.5, generator=seeded(4))[2] != first[2]
    state = torch.random.get_rng_state()
    mix(x, y, alpha=0.5, generator=seeded(3))
    assert torch.equal(torch.random.get_rng_state(), state)
    with torch.random.fork_rng():
        torch.manual_seed(3)
        assert mix(x, y, alpha=0.5)[2] == first[2]


@pytest.mark.parametrize("mix", (mixup, cutmix))
def test_mixing_leaves_its_inputs_alone_and_keeps_dtypes(mix):
    x, y = images()
    before = x.clone(), y.clone()
    for seed in range(5):
        mixed, labels, lam = mix(x, y, alpha=1.0, generator=seeded(seed))
        mixed += 1
        labels += 1
    assert torch.equal(x, before[0]) and torch.equal(y, before[1])
    assert isinstance(lam, float)
    mixed, labels, _ = mix(x.half(), y.float(), alpha=1.0)
    assert (mixed.dtype, labels.dtype) == (torch.float16, torch.float32)


@pytest.mark.parametrize("mix", (mixup, cutmix))
def test_mixing_one_sample_or_none_changes_nothing(mix):
    x, y = images(1)
    mixed, labels, _ = mix(x, y, alpha=1.0, generator=seeded())
    torch.testing.assert_close(mixed, x)
    torch.testing.assert_close(labels, y)
    assert mix(x[:0], y[:0], alpha=1.0)[0].shape == (0, 3, 5, 9)


@pytest.mark.parametrize("mix", (mixup, cutmix))
def test_mixing_refuses_bad_input(mix):
    x, y = images()
    for alpha in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="alpha"):
            mix(x, y, alpha=alpha)
    with pytest.raises(TypeError, match="alpha"):
        mix(x, y, alpha="1")
    with pytest.raises(TypeError, match=r"y must hold class probabilities.*one_hot"):
        mix(x, torch.arange(6), alpha=1.0)
    for bad in (y[:5], y[:, 0], y[None]):
        with pytest.raises(ValueError, match=r"y must have shape \(n, k\).*\(6, 3, 5, 9\)"):
            mix(x, bad, alpha=1.0)
    with pytest.raises(TypeError, match="x must be floating point, got torch.uint8"):
        mix(x.to(torch.uint8), y, alpha=1.0)


def test_cutmix_needs_images():
    for bad in (torch.zeros(2, 5), torch.zeros(2, 3, 0, 4)):
        with pytest.raises(ValueError, match=r"x must be images \(n, …, h, w\), got \(2, "):
            cutmix(bad, torch.eye(2), alpha=1.0)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_calibration_on_a_gpu_equals_the_cpu():
    logits, target = forecast()
    probs = logits.softmax(1)
    for measure in (expected_calibration_error, brier_score):
        torch.testing.assert_close(measure(probs.cuda(), target.cuda()).cpu(), measure(probs, target))
    on_gpu = TemperatureScaler().fit(logits.cuda(), target.cuda())
    assert on_gpu.temperature == pytest.approx(TemperatureScaler().fit(logits, target).temperature, rel=1e-9)
    x, y = images()
    for mix in (mixup, cutmix):
        mixed, labels, lam = mix(x.cuda(), y.cuda(), alpha=1.0, generator=seeded(1))
        expected = mix(x, y, alpha=1.0, generator=seeded(1))
        torch.testing.assert_close(mixed.cpu(), expected[0])
        assert labels.is_cuda and lam == expected[2]
    assert smooth_labels(target.cuda(), 4, epsilon=0.1).is_cuda


def test_public_names_are_lossfns_own():
    assert {"TemperatureScaler", "mixup", "cutmix"} <= set(lossfns.__all__)
