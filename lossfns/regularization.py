"""Regularization: what a large weight costs, and the step that makes small weights exactly zero.

L1 charges |w| and switches weights off, L2 charges w² and shrinks them all, elastic net does both. A gradient step on
|w| jumps over zero; the proximal step, a soft threshold, lands on it. Penalties carry no ½ and no mean: λ·Σw² with
factor λ has gradient 2λw, while an optimizer's `weight_decay` adds λw.
"""

import math
from collections.abc import Iterable

import torch
from torch import Tensor

from lossfns._numerics import check_floating, check_range, widen

Tensors = Tensor | Iterable[Tensor]


def l1_penalty(params: Tensors) -> Tensor:
    """L1 norm of all weights together: Σ |w|.

    Multiply by λ and add to the loss. The slope is the sign of w whatever its size; at w = 0 it is 0, as autograd has it.

    Args:
        params: a tensor, or an iterable of tensors such as `model.parameters()`; floating point, any shapes.

    Returns:
        A scalar, differentiable. Half precision is summed in float32 and returned as float32. 0 for no weight at all.

    Raises:
        TypeError: `params` holds something other than floating-point tensors.

    Example:
        >>> l1_penalty([torch.tensor([1.0, -2.0]), torch.tensor([[3.0]])])
        tensor(6.)

    Source:
        Tibshirani, Regression shrinkage and selection via the lasso, JRSS B 58, 1996.
    """
    return _total(w.abs().sum() for w in _weights(params))


def l2_penalty(params: Tensors) -> Tensor:
    """Squared L2 norm of all weights together: Σ w². Its gradient is 2w.

    Arguments, result and errors as in `l1_penalty`.

    Example:
        >>> l2_penalty([torch.tensor([1.0, -2.0]), torch.tensor([[3.0]])])
        tensor(14.)

    Differs from:
        `weight_decay` of torch's SGD and Adam, which adds λ·w to the gradient: that is the penalty (λ/2) Σ w².
        So λ · l2_penalty equals weight_decay = 2λ.

    Source:
        Hoerl and Kennard, Ridge regression, Technometrics 12, 1970.
    """
    return _total(w.square().sum() for w in _weights(params))


def elastic_net_penalty(params: Tensors, *, l1: float, l2: float) -> Tensor:
    """Both penalties: l1 · Σ|w| + l2 · Σw².

    Args:
        params: as in `l1_penalty`, and so are the result and the errors.
        l1: price of Σ|w|, not negative.
        l2: price of Σw², not negative. A negative price is a ValueError.

    Example:
        >>> elastic_net_penalty(torch.tensor([1.0, -2.0]), l1=0.5, l2=0.1)
        tensor(2.)

    Differs from:
        scikit-learn's `ElasticNet(alpha=α, l1_ratio=ρ)`, which minimises ‖y − Xw‖²/(2n) + αρ Σ|w| + ½ α(1−ρ) Σw²:
        there l1 = αρ, and l2 = ½ α(1−ρ).

    Source:
        Zou and Hastie, Regularization and variable selection via the elastic net, JRSS B 67, 2005.
    """
    check_range(0, math.inf, l1=l1, l2=l2)
    weights = _weights(params)
    return l1 * l1_penalty(weights) + l2 * l2_penalty(weights)


def soft_threshold(w: Tensor, threshold: float) -> Tensor:
    """Move every weight towards zero by `threshold`, and stop there: S(w, t) = sign(w) · max(|w| − t, 0).

    It minimises ½ (v − w)² + t·|v| over v: the proximal operator of t·|v|, the step that makes exact zeros.

    Args:
        w: floating point, any shape.
        threshold: t ≥ 0, in the unit of `w`.

    Returns:
        A tensor of the shape of `w`; half precision is computed in float32 and returned as float32. The gradient is
        1 outside the band and 0 where |w| ≤ t, its edges included.

    Raises:
        ValueError: `threshold` is negative or NaN.
        TypeError: `w` is not a floating-point tensor, or `threshold` is not a number.

    Example:
        >>> soft_threshold(torch.tensor([3.0, -0.5, -2.0]), 1.0)
        tensor([ 2.,  0., -1.])

    Source:
        Donoho and Johnstone, Ideal spatial adaptation by wavelet shrinkage, Biometrika 81, 1994.
    """
    check_floating(w=w)
    check_range(0, math.inf, threshold=threshold)
    (w,) = widen(w)
    t = min(float(threshold), torch.finfo(w.dtype).max)  # t = ∞ leaves no finite weight
    # What lies inside [−t, t] is taken away: all of a small weight, t of a large one.
    return w - w.clamp(-t, t)


def elastic_net_prox(w: Tensor, step: float, *, l1: float, l2: float) -> Tensor:
    """Proximal step of the elastic net: S(w, step·l1) / (1 + 2·step·l2), threshold first, then shrink.

    It minimises ½ (v − w)² + step·(l1·|v| + l2·v²) over v. A gradient step on the data term followed by this one, again
    and again, is ISTA; with l2 = 0 it solves the lasso.

    Args:
        w: floating point, any shape: the weights after the gradient step.
        step: that step's size, not negative.
        l1, l2: the prices of `elastic_net_penalty`, not negative.

    Returns:
        As `soft_threshold`, and so are the errors.

    Example:
        >>> elastic_net_prox(torch.tensor([3.0, -0.5]), 0.5, l1=2.0, l2=1.0)
        tensor([1., 0.])

    Differs from:
        the form S(w, step·l1) / (1 + step·l2), whose penalty is ½·l2·Σw². scikit-learn's α(1−ρ) is twice our l2.

    Source:
        Daubechies, Defrise and De Mol, An iterative thresholding algorithm, CPAM 57, 2004; Parikh and Boyd, Proximal
        algorithms, 2014.
    """
    check_range(0, math.inf, step=step, l1=l1, l2=l2)
    return soft_threshold(w, step * l1) / (1 + 2 * step * l2)


def _weights(params: Tensors) -> tuple[Tensor, ...]:
    """One tensor or many, as a checked tuple in working precision."""
    if not isinstance(params, Iterable):
        raise TypeError(f"params must be a tensor or an iterable of tensors, got {type(params).__name__}")
    weights = (params,) if isinstance(params, Tensor) else tuple(params)
    for w in weights:
        check_floating(params=w)
    return tuple(widen(w)[0] for w in weights)


def _total(terms: Iterable[Tensor]) -> Tensor:
    """The sum of scalars, a tensor even when there is none."""
    return sum(terms, start=torch.zeros(()))
