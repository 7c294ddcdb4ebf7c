"""Calibration: does a model that says 70 % hit 70 % of the time? Three measures, one repair, three preventions.

Measures (reliability curve, expected calibration error, Brier score) take probabilities and are computed in float64.
Temperature scaling repairs a trained model. Smoothed labels, mixup and CutMix soften the targets while it trains.
"""

from dataclasses import dataclass, field
from math import inf, isfinite, sqrt
from sys import float_info
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from lossfns._numerics import (
    check_count,
    check_floating,
    check_labels,
    check_order,
    check_positive,
    check_range,
    widen,
)

COLDEST, HOTTEST = 1e-4, 1e4  # the temperatures between which TemperatureScaler looks


class ReliabilityCurve(NamedTuple):
    """What `reliability_curve` returns: float64 tensors, `count` int64."""

    confidence: Tensor  # (bins,) mean top probability of the bin's samples, NaN in an empty bin
    accuracy: Tensor  # (bins,) share of them whose top class is right, NaN in an empty bin
    count: Tensor  # (bins,) how many they are
    edges: Tensor  # (bins + 1,) from 0 to 1


def reliability_curve(probs: Tensor, target: Tensor, *, bins: int = 15) -> ReliabilityCurve:
    """How often the top class is right, by how sure the model was of it.

    The confidence of a sample is c = max_j p_j. Bins have equal width and are (lo, hi], the first [0, hi]: c falls
    into bin ⌈c·bins⌉ − 1. A c up to 1e-6 bin widths above an edge counts as on it, so that float32 and float64
    agree about 0.3; with 34 bins and more it is bins·2⁻²⁵, which is what rounding to float32 can add.

    Args:
        probs: predicted probabilities (n, k), floating point, each in [0, 1].
        target: true classes (n,), integers from 0 to k − 1.
        bins: how many bins, 1 or more.

    Returns:
        `ReliabilityCurve(confidence, accuracy, count, edges)`, without gradient. An empty bin has count 0 and NaN for
        the rest: a plot leaves it out, where 0 would draw a model that is sure and always wrong. With two classes and
        more, bins below 1/k are always empty.

    Raises:
        ValueError: `probs` is not (n, k), `target` not (n,), a label is not in [0, k), a probability not in [0, 1]
            (logits?), `bins` is below 1.
        TypeError: `probs` is not floating point, `target` or `bins` not integer.

    Example:
        >>> probs = torch.tensor([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.45, 0.55]])
        >>> curve = reliability_curve(probs, torch.tensor([0, 1, 1, 1]), bins=2)
        >>> curve.count, curve.confidence
        (tensor([0, 4]), tensor([   nan, 0.7125], dtype=torch.float64))

    Differs from:
        `sklearn.calibration.calibration_curve`, which looks at one class, drops empty bins and has
        no slack at the edges.
        Ties between classes go to the first, as in `argmax`.

    Source:
        Murphy and Winkler, Reliability of subjective probability forecasts of precipitation and temperature,
        Applied Statistics 26, 1977;
        Guo et al., On calibration of modern neural networks, ICML 2017.
    """
    _check_probs(probs, target)
    check_count(bins=bins)
    confidence, top = probs.detach().max(dim=1)
    confidence, right = confidence.double(), (top == target).double()
    index = _bin_index(confidence, bins)
    count = torch.bincount(index, minlength=bins)
    return ReliabilityCurve(
        torch.bincount(index, weights=confidence, minlength=bins) / count,
        torch.bincount(index, weights=right, minlength=bins) / count,
        count,
        torch.linspace(0, 1, bins + 1, dtype=torch.float64, device=probs.device),
    )


def expected_calibration_error(probs: Tensor, target: Tensor, *, bins: int = 15, norm: str = "l1") -> Tensor:
    """How far confidence and accuracy lie apart, over the bins of `reliability_curve`.

    With gap_b = |accuracy_b − confidence_b| and the share s_b = count_b / n of the samples:
    "l1" is Σ s_b gap_b (ECE), "l2" is √(Σ s_b gap_b²), "max" is the largest gap of a bin that is not empty (MCE).

    It is biased upwards: a perfectly calibrated model shows about 0.1 with 100 samples and 15 bins. Compare values of
    equal n and equal bins only.

    Args:
        norm: "l1", "l2" or "max".
        (the others and the errors as in `reliability_curve`; another norm is a ValueError)

    Returns:
        A float64 scalar in [0, 1], without gradient. 0 for no samples.

    Example:
        >>> probs = torch.tensor([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.45, 0.55]], dtype=torch.float64)
        >>> expected_calibration_error(probs, torch.tensor([0, 1, 1, 1]), bins=5)
        tensor(0.1125, dtype=torch.float64)

    Differs from:
        torchmetrics, which puts a confidence of exactly 1 into a bin of its own, computes in float32 and treats
        the binary task by p(y = 1) instead of the top class.

    Source:
        Naeini et al., Obtaining well calibrated probabilities using Bayesian binning, AAAI 2015 ("l1", "max");
        Kumar et al., Verified uncertainty calibration, NeurIPS 2019 ("l2").
    """
    if norm not in ("l1", "l2", "max"):
        raise ValueError(f'norm must be "l1", "l2" or "max", got {norm!r}')
    curve = reliability_curve(probs, target, bins=bins)
    gap = torch.where(curve.count > 0, (curve.accuracy - curve.confidence).abs(), 0)
    share = curve.count.double() / max(len(probs), 1)
    if norm == "max":
        return gap.amax()
    return (share * gap).sum() if norm == "l1" else (share * gap**2).sum().sqrt()


def brier_score(probs: Tensor, target: Tensor) -> Tensor:
    """Brier score: the squared distance between the predicted distribution and what happened.

    The mean over samples of Σ_j (p_j − t_j)², with t the true class as one-hot: 0 when sure and right, 2 when sure and
    wrong. Like the log-loss it is a proper score: the true probabilities minimise its expectation.

    Args:
        probs, target, and the errors: as in `reliability_curve`.

    Returns:
        A float64 scalar in [0, 2], differentiable in `probs`. 0 for no samples.

    Example:
        >>> brier_score(torch.tensor([[0.75, 0.25], [0.5, 0.5]]), torch.tensor([0, 1]))
        tensor(0.3125, dtype=torch.float64)

    Differs from:
        `sklearn.metrics.brier_score_loss`, which for two classes halves it: (p(y = 1) − y)².

    Source:
        Brier, Verification of forecasts expressed in terms of probability, Monthly Weather Review 78, 1950.
    """
    _check_probs(probs, target)
    miss = probs.double() - F.one_hot(target.long(), probs.shape[1])
    return (miss**2).sum() / max(len(probs), 1)


@dataclass
class TemperatureScaler:
    """Temperature scaling: one number T that divides the logits, learned on data held out from training.

    T minimises the mean negative log-likelihood of softmax(z / T). Above 1 it softens an over-confident model, below 1
    it sharpens a timid one. The order of the classes stays, and with it every top-1 prediction.

    Attributes (None and False before `fit`):
        temperature: T, a float between 1e-4 and 1e4.
        converged: True when the slope of the negative log-likelihood along log T is below 1e-12 nats at `temperature`.
            False when there is no best T in between, and `temperature` is the bound on the side where it lies: 1e-4 if
            every sample is classified correctly (T → 0 is best), 1e4 if the logits point away from the truth or say
            nothing about it (T → ∞).

    Example:
        >>> logits = torch.tensor([[4.0, 0.0], [4.0, 0.0], [4.0, 0.0], [4.0, 0.0]])
        >>> scaler = TemperatureScaler().fit(logits, torch.tensor([0, 0, 0, 1]))
        >>> scaler.converged, round(scaler.temperature, 4)  # 3 in 4 are right: 4 / T = log 3
        (True, 3.641)
        >>> scaler.transform(logits).softmax(-1)[0]
        tensor([0.7500, 0.2500])

    Differs from:
        the authors' code, whose 50 steps of L-BFGS stop early (1.78 where 3.06 is best); netcal, whose
        `temperature` is 1 / T; scikit-learn, which returns its bound without saying so.

    Source:
        Guo et al., On calibration of modern neural networks, ICML 2017.
    """

    temperature: float | None = field(default=None, init=False)
    converged: bool = field(default=False, init=False)

    def fit(self, logits: Tensor, target: Tensor) -> "TemperatureScaler":
        """Find the temperature, in float64, and return self.

        Args:
            logits: (n, k), floating point; −inf only for classes that are not the target.
            target: true classes (n,), integers from 0 to k − 1.

        Raises:
            ValueError: shapes or labels as in `reliability_curve`; no samples; a NaN or infinite logit.
            TypeError: `logits` is not floating point, `target` not integer.
        """
        _check_rows("logits", logits, target)
        self.temperature, self.converged = _best_temperature(_leads(logits, target))
        return self

    def transform(self, logits: Tensor) -> Tensor:
        """logits / T, any shape, differentiable; half precision comes back as float32.

        Raises:
            RuntimeError: `fit` was not called yet.
            TypeError: `logits` is not floating point.
        """
        if self.temperature is None:
            raise RuntimeError(
                "this TemperatureScaler has no temperature yet: call fit(logits, target) first"
            )
        check_floating(logits=logits)
        return widen(logits)[0] / self.temperature


def smooth_labels(target: Tensor, num_classes: int, *, epsilon: float, style: str = "uniform") -> Tensor:
    """Class indices as softened one-hot probabilities: the true class gives up a little.

    "uniform" mixes one-hot with the uniform distribution: 1 − ε + ε/k for the true class, ε/k for every other.
    "exact" gives the true class exactly 1 − ε, and ε/(k − 1) to every other. They are one family: "exact" with ε is
    "uniform" with ε·k/(k − 1).

    Args:
        target: true classes, integers from 0 to k − 1, any shape (…).
        num_classes: k.
        epsilon: ε in [0, 1].
        style: "uniform" or "exact".

    Returns:
        Probabilities (…, k) in torch's default dtype; each row sums to 1.

    Raises:
        ValueError: a label is not in [0, k), ε not in [0, 1], k below 1, an unknown style; or "exact" with one class
            and ε > 0, where no other class can take the ε.
        TypeError: `target` or `num_classes` is not integer, `epsilon` not a number.

    Example:
        >>> smooth_labels(torch.tensor([2]), 5, epsilon=0.1)
        tensor([[0.0200, 0.0200, 0.9200, 0.0200, 0.0200]])
        >>> smooth_labels(torch.tensor([2]), 5, epsilon=0.1, style="exact")
        tensor([[0.0250, 0.0250, 0.9000, 0.0250, 0.0250]])

    Differs from:
        nothing: `label_smoothing` of torch, optax and keras is "uniform". "Target 0.9 for the true class" is "exact".

    Source:
        Szegedy et al., Rethinking the inception architecture for computer vision, CVPR 2016.
    """
    check_count(num_classes=num_classes)
    check_labels(num_classes, target=target)
    true, other = _smoothed(num_classes, epsilon, style)
    labels = torch.full((*target.shape, num_classes), other, device=target.device)
    return labels.scatter_(-1, target.long().unsqueeze(-1), true)


def mixup(
    x: Tensor, y: Tensor, *, alpha: float, generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor, float]:
    """Mixup: every sample is blended with another one of the batch, inputs and labels alike.

    x' = λ·x + (1 − λ)·x[π] and y' = λ·y + (1 − λ)·y[π], with one λ ~ Beta(α, α) and one random permutation π for the
    batch. A small α leaves λ near 0 or 1, α = 1 makes it uniform.

    Args:
        x: inputs (n, …), floating point.
        y: class probabilities (n, k), floating point. For class indices: `F.one_hot(y, k).float()`.
        alpha: α > 0.
        generator: source of λ and π; None: torch's global one.

    Returns:
        x', y', each in its own shape and dtype, and λ as a float. The arguments are not modified.

    Raises:
        ValueError: α is not positive and finite; y is not (n, k) with the n of x.
        TypeError: x or y is not floating point (class indices included).

    Example:
        >>> x, y = torch.tensor([[0.0], [1.0]]), torch.eye(2)
        >>> x2, y2, lam = mixup(x, y, alpha=0.4, generator=torch.Generator().manual_seed(1))
        >>> torch.allclose(x2[:, 0], y2[:, 1])  # here x is the probability of class 1, before and after
        True

    Source:
        Zhang et al., mixup: Beyond empirical risk minimization, ICLR 2018.
    """
    _check_batch(x, y, alpha)
    lam, order = _draw_beta(alpha, generator), _draw_permutation(len(x), generator)
    return _blend(x, order, lam), _blend(y, order, lam), lam


def cutmix(
    x: Tensor, y: Tensor, *, alpha: float, generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor, float]:
    """CutMix: in every image a box is replaced by the same box of another image; labels mix by the pixels kept.

    Draw λ₀ ~ Beta(α, α). The box has sides ⌊h·√(1 − λ₀)⌋ and ⌊w·√(1 − λ₀)⌋ around a uniformly drawn pixel, and is
    clipped at the border. λ is the share of pixels outside the clipped box, and y' = λ·y + (1 − λ)·y[π]. One box and
    one permutation π serve the batch.

    Args:
        x: images (n, …, h, w), floating point.
        (y, alpha, generator, the result and the errors as in `mixup`; images without pixels are a ValueError)

    Example:
        >>> x, y = torch.stack([torch.zeros(4, 6), torch.ones(4, 6)]), torch.eye(2)
        >>> x2, y2, lam = cutmix(x, y, alpha=1.0, generator=torch.Generator().manual_seed(2))
        >>> torch.allclose(x2.mean((1, 2)), y2[:, 1])  # the share of white pixels is the probability of "white"
        True

    Differs from:
        the authors' code, which cuts an odd side down to the even number below.

    Source:
        Yun et al., CutMix: Regularization strategy to train strong classifiers with localizable features, ICCV 2019.
    """
    _check_batch(x, y, alpha)
    if x.ndim < 3 or 0 in x.shape[-2:]:
        raise ValueError(f"x must be images (n, …, h, w), got {tuple(x.shape)}")
    lam, order = _draw_beta(alpha, generator), _draw_permutation(len(x), generator)
    h, w = x.shape[-2:]
    rows, columns = (_draw_span(side, sqrt(1 - lam), generator) for side in (h, w))
    mixed = x.clone()
    mixed[..., rows, columns] = x[order.to(x.device)][..., rows, columns]
    kept = h * w - (rows.stop - rows.start) * (columns.stop - columns.start)
    return mixed, _blend(y, order, kept / (h * w)), kept / (h * w)


def _bin_index(confidence: Tensor, bins: int) -> Tensor:
    """⌈c·bins⌉ − 1 in 0 … bins − 1, with some slack: rounding to float32 adds up to 2⁻²⁵ to an edge k/bins."""
    slack = max(1e-6, bins * 2**-25)
    return (torch.ceil(confidence * bins - slack).long() - 1).clamp(0, bins - 1)


def _leads(logits: Tensor, target: Tensor) -> Tensor:
    """d_ij = z_ij − z_iy in float64: by how much each class leads the true one."""
    logits = logits.detach().double()
    leads = logits - logits.gather(1, target.long()[:, None])
    if not len(leads):
        raise ValueError("logits must hold at least one sample, got none")
    if not (leads < inf).all():
        raise ValueError("logits must be finite (−inf only for classes that are not the target)")
    return leads.clamp(min=-1e100)  # −inf · p = 0 where p = 0


def _slope_and_curvature(beta: float, leads: Tensor) -> tuple[float, float]:
    """∂ and ∂² along β of the negative log-likelihood, mean log Σ_j exp(β d_j): mean and variance of d under p."""
    p = torch.softmax(beta * leads, dim=1)
    mean = (p * leads).sum(1, keepdim=True)
    variance = (p * (leads - mean) ** 2).sum(1)
    return mean.mean().item(), variance.mean().item()


def _best_temperature(leads: Tensor) -> tuple[float, bool]:
    """Newton's method for β = 1/T, in which the negative log-likelihood is convex, inside a bracket that shrinks."""
    low, high = 1 / HOTTEST, 1 / COLDEST
    if _slope_and_curvature(low, leads)[0] >= 0:
        return HOTTEST, False
    if _slope_and_curvature(high, leads)[0] <= 0:
        return COLDEST, False
    beta = 1.0
    for _ in range(100):
        slope, curvature = _slope_and_curvature(beta, leads)
        if abs(beta * slope) <= 1e-12:
            return 1 / beta, True
        low, high = (beta, high) if slope < 0 else (low, beta)
        step = beta - slope / max(curvature, float_info.min)
        beta = step if low < step < high else sqrt(low * high)
    return 1 / beta, False


def _smoothed(k: int, epsilon: float, style: str) -> tuple[float, float]:
    """The probability of the true class and of each other."""
    check_range(0, 1, epsilon=epsilon)
    if style == "uniform":
        return 1 - epsilon * (k - 1) / k, epsilon / k
    if style != "exact":
        raise ValueError(f'style must be "uniform" or "exact", got {style!r}')
    if k == 1 and epsilon > 0:
        raise ValueError('num_classes must be 2 or more for style "exact": no other class can take epsilon')
    return 1 - epsilon, epsilon / max(k - 1, 1)


def _blend(values: Tensor, order: Tensor, lam: float) -> Tensor:
    return lam * values + (1 - lam) * values[order.to(values.device)]


def _draw_beta(alpha: float, generator: torch.Generator | None) -> float:
    """λ ~ Beta(α, α). torch's Beta takes no generator, so the generator seeds NumPy's."""
    seed = _draw_integer(2**63 - 1, generator)
    return float(np.random.default_rng(seed).beta(alpha, alpha))


def _draw_integer(below: int, generator: torch.Generator | None) -> int:
    device = generator.device if generator else None
    return torch.randint(below, (), generator=generator, device=device).item()


def _draw_permutation(n: int, generator: torch.Generator | None) -> Tensor:
    device = generator.device if generator else None
    return torch.randperm(n, generator=generator, device=device)


def _draw_span(side: int, share: float, generator: torch.Generator | None) -> slice:
    """⌊side·share⌋ pixels around a pixel drawn uniformly from 0 … side − 1, clipped to the image."""
    length = int(side * share)
    start = _draw_integer(side, generator) - length // 2
    return slice(max(start, 0), min(start + length, side))


def _check_rows(name: str, rows: Tensor, target: Tensor) -> None:
    """(n, k) floating point, with n class indices."""
    check_order(**{name: rows}, target=target)
    check_floating(**{name: rows})
    if rows.ndim != 2 or rows.shape[1] == 0:
        raise ValueError(f"{name} must have shape (n, k), got {tuple(rows.shape)}")
    check_labels(rows.shape[1], target=target)
    if target.shape != rows.shape[:1]:
        raise ValueError(
            f"target must have shape (n,), one class for each row of {name}, "
            f"got target {tuple(target.shape)} and {name} {tuple(rows.shape)}"
        )


def _check_probs(probs: Tensor, target: Tensor) -> None:
    """(n, k) in [0, 1] up to rounding. NaN passes, and shows in the result."""
    _check_rows("probs", probs, target)
    if not probs.numel():
        return
    low, high = (value.item() for value in probs.detach().aminmax())
    if low < -1e-6 or high > 1 + 1e-6:
        raise ValueError(
            f"probs must lie in [0, 1], got {low:g} to {high:g}: for logits take softmax(-1) first"
        )


def _check_batch(x: Tensor, y: Tensor, alpha: float) -> None:
    """Inputs (n, …) and class probabilities (n, k), both floating point, and a finite α > 0."""
    check_positive(alpha=alpha)
    if not isfinite(alpha):
        raise ValueError(f"alpha must be finite, got {alpha}")
    check_floating(x=x)
    if isinstance(y, Tensor) and not y.is_floating_point():
        raise TypeError(
            f"y must hold class probabilities (n, k), got {y.dtype}: "
            "for class indices take torch.nn.functional.one_hot(y, k).float() first"
        )
    check_floating(y=y)
    if y.ndim != 2 or x.shape[:1] != y.shape[:1]:
        raise ValueError(
            f"y must have shape (n, k) with the n of x, got x {tuple(x.shape)} and y {tuple(y.shape)}"
        )
