"""Regression: four prices for missing a number, each followed by its gradient.

Squared error asks for the mean, absolute error for the median, Huber for a compromise between the two, pinball for
a quantile. The miss is r = pred − target throughout. What the four share is written out once, under `mse_loss`.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from lossfns._numerics import (
    check_floating,
    check_order,
    check_positive,
    check_same_shape,
    check_weight,
    reduce,
    reduce_gradient,
    widen,
)


def mse_loss(
    pred: Tensor, target: Tensor, *, weight: Tensor | None = None, reduction: str = "mean"
) -> Tensor:
    """Mean squared error: a miss costs its square.

    l = (pred − target)², and the mean is Σ w·l / Σ w.

    Args:
        pred: predictions, floating point, any shape.
        target: true values, the same shape, in the unit of `pred`. The loss is in that unit squared.
        weight: how much each element counts, not negative, the same shape. None: all count alike.
        reduction: "mean", "sum" (Σ w·l) or "none" (w·l, the shape of `pred`).

    Returns:
        A scalar, or a tensor like `pred` for "none". Half precision is computed in float32 and returned as float32.
        Where nothing is left to average (no element, Σ w = 0) the mean is 0 with zero gradient.

    Raises:
        ValueError: the shapes differ (nothing is broadcast or squeezed), a weight is negative, or `reduction` is none of the
            three.
        TypeError: `pred`, `target` or `weight` is not a floating-point tensor.

    Example:
        >>> mse_loss(torch.tensor([2.0, 5.0]), torch.tensor([1.0, 3.0]))
        tensor(2.5000)

    Differs from:
        `torch.nn.functional.mse_loss`, which broadcasts with a warning and is NaN for an empty batch;
        optax's `l2_loss` and scikit-learn's `HalfSquaredError`, which carry a factor ½.

    Source:
        Legendre, Nouvelles méthodes pour la détermination des orbites des comètes, 1805; Gauss, Theoria motus, 1809.
    """
    r = _residual(pred, target, weight)
    return reduce(r.square(), weight, reduction)


def mse_loss_grad(
    pred: Tensor, target: Tensor, *, weight: Tensor | None = None, reduction: str = "mean"
) -> Tensor:
    """∂ mse_loss / ∂ pred = 2 (pred − target) · w / Σ w: the pull grows with the miss.

    The often quoted ŷ − y is the gradient of ½ r², one element, no mean. Arguments and errors as in `mse_loss`.
    Returns a tensor of the shape and dtype of `pred`; for "sum" and "none" the factor w / Σ w is w.

    Example:
        >>> mse_loss_grad(torch.tensor([2.0, 5.0]), torch.tensor([1.0, 3.0]))
        tensor([1., 2.])
    """
    r = _residual(pred, target, weight)
    return reduce_gradient(2 * r, weight, reduction).to(pred.dtype)


def mae_loss(
    pred: Tensor, target: Tensor, *, weight: Tensor | None = None, reduction: str = "mean"
) -> Tensor:
    """Mean absolute error: a miss costs its size.

    l = |pred − target|, in the unit of `target`, and the mean is Σ w·l / Σ w. Arguments, result and errors as in
    `mse_loss`.

    Example:
        >>> mae_loss(torch.tensor([2.0, 5.0]), torch.tensor([1.0, 3.0]))
        tensor(1.5000)

    Differs from:
        `torch.nn.functional.l1_loss`, which broadcasts with a warning and is NaN for an empty batch.

    Source:
        Boscovich, De litteraria expeditione per pontificiam ditionem, 1757; Laplace, 1793.
    """
    r = _residual(pred, target, weight)
    return reduce(r.abs(), weight, reduction)


def mae_loss_grad(
    pred: Tensor, target: Tensor, *, weight: Tensor | None = None, reduction: str = "mean"
) -> Tensor:
    """∂ mae_loss / ∂ pred = sign(pred − target) · w / Σ w: the pull never softens.

    At the kink, pred = target, any slope from −1 to 1 is a subgradient; this one, like autograd's, is 0.
    So it is at NaN, where only the loss shows it. Arguments, result and errors as in `mse_loss_grad`.

    Example:
        >>> mae_loss_grad(torch.tensor([2.0, 3.0]), torch.tensor([1.0, 3.0]))
        tensor([0.5000, 0.0000])
    """
    r = _residual(pred, target, weight)
    return reduce_gradient(r.sign(), weight, reduction).to(pred.dtype)


def huber_loss(
    pred: Tensor, target: Tensor, *, delta: float = 1.0, weight: Tensor | None = None, reduction: str = "mean"
) -> Tensor:
    """Huber loss: squared error for small misses, absolute error for large ones, joined without a kink.

    l = ½ r² where |r| ≤ δ, and δ (|r| − ½ δ) beyond, with r = pred − target; the mean is Σ w·l / Σ w.
    The two pieces meet at |r| = δ in value (½ δ²) and in slope (δ).

    Args:
        delta: δ > 0, where the square ends, in the unit of `target`.
        (the others, the result and the errors as in `mse_loss`; a δ that is not positive is a ValueError)

    Example:
        >>> huber_loss(torch.tensor([2.0, 5.0]), torch.tensor([1.5, 3.0]), reduction="none")
        tensor([0.1250, 1.5000])

    Differs from:
        `torch.nn.functional.huber_loss`, whose weighted mean divides by n instead of Σ w, which broadcasts with a
        warning and is NaN for an empty batch; `smooth_l1_loss`, which is this loss with δ = β, divided by β.

    Source:
        Huber, Robust estimation of a location parameter, Annals of Mathematical Statistics 35, 1964.
    """
    r = _residual(pred, target, weight)
    delta = _finite_delta(delta, r)
    # torch's kernel evaluates the formula in one pass: ten times faster than torch.where over both pieces.
    return reduce(F.huber_loss(r, torch.zeros_like(r), reduction="none", delta=delta), weight, reduction)


def huber_loss_grad(
    pred: Tensor, target: Tensor, *, delta: float = 1.0, weight: Tensor | None = None, reduction: str = "mean"
) -> Tensor:
    """∂ huber_loss / ∂ pred = clip(pred − target, −δ, δ) · w / Σ w: the pull grows, then stays at δ.

    Arguments and errors as in `huber_loss`, result as in `mse_loss_grad`.

    Example:
        >>> huber_loss_grad(torch.tensor([2.0, 5.0]), torch.tensor([1.5, 3.0]), reduction="sum")
        tensor([0.5000, 1.0000])
    """
    r = _residual(pred, target, weight)
    delta = _finite_delta(delta, r)
    return reduce_gradient(r.clamp(-delta, delta), weight, reduction).to(pred.dtype)


def pinball_loss(
    pred: Tensor,
    target: Tensor,
    *,
    q: float | Sequence[float] | Tensor = 0.5,
    weight: Tensor | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Pinball (quantile) loss: a unit too little costs q, a unit too much costs 1 − q.

    l = max((1 − q)·r, −q·r) with r = pred − target. The constant with the least loss is the q-quantile of the targets.
    The mean is Σ w·l / Σ w, over samples and quantiles.

    Args:
        pred: predictions, any shape; or (n, k), one column for each of k quantiles.
        target: true values, the shape of `pred`; or (n,), shared by the k columns.
        q: a level in (0, 1); or k levels, as a tensor (k,) or a sequence, for `pred` of shape (n, k).
        weight: the shape of `target`.
        (reduction, the result and the errors as in `mse_loss`; a level outside (0, 1) is a ValueError)

    Example:
        >>> pinball_loss(torch.tensor([90.0, 110.0]), torch.tensor([100.0, 100.0]), q=0.9, reduction="none")
        tensor([9., 1.])
        >>> pinball_loss(torch.tensor([[90.0, 110.0]]), torch.tensor([100.0]), q=[0.5, 0.9], reduction="none")
        tensor([[5.0000, 1.0000]])

    Differs from:
        `sklearn.metrics.mean_pinball_loss`, which takes (y_true, y_pred) and calls the level alpha. At q = ½ this is
        half the absolute error, there as here.

    Source:
        Koenker and Bassett, Regression quantiles, Econometrica 46, 1978.
    """
    levels = _levels(q)
    r, weight = _residuals_by_level(pred, target, levels, weight)
    if levels.ndim == 0:
        # leaky_relu((1 − q)·r, −q/(1 − q)) has slope 1 − q above 0 and −q below: the formula, in one fused kernel.
        level = levels.item()
        return reduce(F.leaky_relu((1 - level) * r, -level / (1 - level)), weight, reduction)
    levels = levels.to(r)
    return reduce(torch.where(r > 0, 1 - levels, -levels) * r, weight, reduction)


def pinball_loss_grad(
    pred: Tensor,
    target: Tensor,
    *,
    q: float | Sequence[float] | Tensor = 0.5,
    weight: Tensor | None = None,
    reduction: str = "mean",
) -> Tensor:
    """∂ pinball_loss / ∂ pred = (−q where the prediction is too low, 1 − q where too high) · w / Σ w.

    At the kink, pred = target, any slope from −q to 1 − q is a subgradient; this one, like autograd's, is −q.
    So it is at NaN, where only the loss shows it. Arguments and errors as in `pinball_loss`, result as in `mse_loss_grad`.

    Example:
        >>> pinball_loss_grad(torch.tensor([90.0, 110.0]), torch.tensor([100.0, 100.0]), q=0.75, reduction="sum")
        tensor([-0.7500,  0.2500])
    """
    levels = _levels(q)
    r, weight = _residuals_by_level(pred, target, levels, weight)
    too_high = (r > 0).to(r)
    return reduce_gradient(too_high - levels.to(r), weight, reduction).to(pred.dtype)


def _residual(pred: Tensor, target: Tensor, weight: Tensor | None) -> Tensor:
    """pred − target in working precision, after every check that the regression losses share."""
    check_order(pred=pred, target=target)
    check_floating(pred=pred, target=target)
    check_same_shape(pred=pred, target=target)
    check_weight(weight, target=target)
    pred, target = widen(pred, target)
    return pred - target


def _finite_delta(delta: float, r: Tensor) -> float:
    """δ, at most the largest number that r can hold: for δ = inf every finite miss is inside the band."""
    check_positive(delta=delta)
    return min(float(delta), torch.finfo(r.dtype).max)


def _levels(q: float | Sequence[float] | Tensor) -> Tensor:
    """The quantile level () or levels (k,) in float64, each strictly between 0 and 1."""
    if isinstance(q, Tensor) and q.is_complex():
        raise TypeError(f"q must be real, got {q.dtype}")
    try:
        levels = torch.as_tensor(q, dtype=torch.float64)
    except (TypeError, ValueError, RuntimeError):
        raise TypeError(f"q must be a number or a sequence of numbers, got {q!r}") from None
    if levels.ndim > 1 or not ((levels > 0) & (levels < 1)).all():
        raise ValueError(f"q must be one level, or k levels, strictly between 0 and 1, got {q}")
    return levels


def _residuals_by_level(
    pred: Tensor, target: Tensor, levels: Tensor, weight: Tensor | None
) -> tuple[Tensor, Tensor | None]:
    """pred − target and the weights; target and weights are repeated for each of k levels."""
    if levels.ndim == 0:
        return _residual(pred, target, weight), weight
    check_order(pred=pred, target=target)
    check_floating(pred=pred, target=target)
    if pred.shape != (*target.shape, len(levels)):
        raise ValueError(
            f"with {len(levels)} levels in q, pred must be target's shape with {len(levels)} columns, "
            f"got pred {tuple(pred.shape)} and target {tuple(target.shape)}"
        )
    check_weight(weight, target=target)
    if weight is not None:
        weight = weight.unsqueeze(-1).expand_as(pred)
    return _residual(pred, target.unsqueeze(-1).expand_as(pred), weight), weight
