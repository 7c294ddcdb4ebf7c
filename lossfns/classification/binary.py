"""A yes or a no, one or several independent ones: binary cross entropy, its focal form, and hinge loss."""

import torch
import torch.nn.functional as F
from torch import Tensor

from lossfns._numerics import (
    check_floating,
    check_not_negative,
    check_order,
    check_range,
    check_same_shape,
    check_signs,
    check_weight,
    reduce,
    reduce_gradient,
    widen,
)
from lossfns.classification.parts import check_probabilities, discount, finite, focal


def binary_cross_entropy_with_logits(
    logits: Tensor,
    target: Tensor,
    *,
    weight: Tensor | None = None,
    pos_weight: Tensor | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Binary cross entropy: the surprise, in nats, at a yes or a no. One label, or several independent ones.

    l = −c·y·log σ(z) − (1 − y)·log σ(−z) with z = logits, y = target, c = pos_weight; the mean is Σ w·l / Σ w.
    1 − σ(z) is σ(−z), and log σ(−z) = log σ(z) − z: one logarithm, that of the likelier answer, is enough, and no digit is
    lost on either side.

    Args:
        logits: scores before the sigmoid, floating point, any shape; (…, l) for l labels.
        target: 1 for yes, 0 for no, or a probability between them; floating point, the same shape.
        weight: how much each element counts, not negative, the same shape. None: all count alike.
        pos_weight: what a missed yes costs, in units of a missed no, not negative: (l,) for l labels, one number, or the
            shape of `target`. It is part of l, not of w: the mean is not divided by it.
        reduction: "mean" (over samples and labels), "sum" or "none" (w·l, the shape of `logits`).
            (the result as in `cross_entropy`)

    Raises:
        ValueError: the shapes differ (nothing is broadcast), a target is outside [0, 1], a weight is negative, or `reduction`
            is none of the three.
        TypeError: an argument is not a floating-point tensor.

    Example:
        >>> binary_cross_entropy_with_logits(torch.tensor([0.0, 100.0]), torch.tensor([1.0, 0.0]), reduction="none")
        tensor([  0.6931, 100.0000])

    Differs from:
        `torch.nn.functional.binary_cross_entropy_with_logits`, which computes (1 − y)·z − log σ(z): in float32 its loss at
        z = −15, y = 0 is 0 instead of 3.06e-7. It divides a weighted mean by n instead of Σ w, accepts targets outside
        [0, 1], and is NaN for z = ∞, y = 1 and for an empty batch. It takes about half the time.

    Source:
        Cox, The regression analysis of binary sequences, Journal of the Royal Statistical Society B 20, 1958.
    """
    z, y = _yes_or_no(logits, target, weight)
    losses = _logistic(z, y) if pos_weight is None else _weighted_logistic(z, y, pos_weight)
    return reduce(losses, weight, reduction)


def binary_cross_entropy_with_logits_grad(
    logits: Tensor,
    target: Tensor,
    *,
    weight: Tensor | None = None,
    pos_weight: Tensor | None = None,
    reduction: str = "mean",
) -> Tensor:
    """∂ binary_cross_entropy_with_logits / ∂ logits = ((1 − y)·σ(z) − c·y·σ(−z)) · w / Σ w.

    For c = 1 that is σ(z) − y, prediction minus target, as in `cross_entropy_grad`. Arguments and errors as in the
    loss. Returns a tensor of the shape and dtype of `logits`; for "sum" and "none" the factor w / Σ w is w.

    Example:
        >>> binary_cross_entropy_with_logits_grad(torch.tensor([0.0, 0.0]), torch.tensor([1.0, 0.0]))
        tensor([-0.2500,  0.2500])
    """
    z, y = _yes_or_no(logits, target, weight)
    yes = y if pos_weight is None else _positive_weight(pos_weight, z) * y
    slopes = (1 - y) * z.sigmoid() - yes * (-z).sigmoid()
    return reduce_gradient(slopes, weight, reduction).to(logits.dtype)


def sigmoid_focal_loss(
    logits: Tensor,
    target: Tensor,
    *,
    gamma: float = 2.0,
    alpha: float | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Focal loss for a yes or a no, one label or several independent ones.

    l = −α_t·(1 − p)^γ·log p, with p the probability σ(±z) that the right answer got, α_t = α for yes and 1 − α for no.
    With γ = 0 and no α it is binary cross entropy.

    Args:
        logits: scores before the sigmoid, floating point, any shape.
        target: 1 for yes, 0 for no, of any real dtype, the same shape.
        gamma: γ ≥ 0, as in `focal_loss`.
        alpha: α in [0, 1], how much a yes counts; None leaves the factor out. It is part of l: the mean divides by the
            number of elements.
        reduction: "mean" (over samples and labels), "sum" or "none" (the shape of `logits`).
            (the result as in `cross_entropy`)

    Raises:
        ValueError: the shapes differ, a target is neither 0 nor 1, γ is negative, α is outside [0, 1], or `reduction` is
            none of the three.
        TypeError: `logits` is not a floating-point tensor, `target` no tensor, or γ or α not a number.

    Example:
        >>> sigmoid_focal_loss(torch.tensor([0.0, 2.1972]), torch.tensor([1.0, 1.0]), reduction="none")    # p = 0.5, 0.9
        tensor([0.1733, 0.0011])

    Differs from:
        `torchvision.ops.sigmoid_focal_loss`, whose α is 0.25 unless told otherwise (a yes counts a third of a no), whose
        reduction is "none", and whose gradient is NaN where p rounds to 1 and γ < 1.

    Source:
        Lin, Goyal, Girshick, He and Dollár, Focal loss for dense object detection, ICCV 2017.
    """
    z, sign, share = _yes_or_no_focal(logits, target, gamma, alpha)
    return reduce(share * focal(sign * z, gamma), None, reduction)


def sigmoid_focal_loss_grad(
    logits: Tensor,
    target: Tensor,
    *,
    gamma: float = 2.0,
    alpha: float | None = None,
    reduction: str = "mean",
) -> Tensor:
    """∂ sigmoid_focal_loss / ∂ logits = ∓α_t·(1 − p)^γ·(1 − p − γ·p·log p) / n, minus for a yes.

    From the product rule with dp/ds = p·(1 − p), where s = ±z is the logit of the right answer. Arguments and errors
    as in `sigmoid_focal_loss`. Returns a tensor of the shape and dtype of `logits`; not divided by n for "sum" and
    "none".

    Example:
        >>> sigmoid_focal_loss_grad(torch.tensor([0.0, 2.1972]), torch.tensor([1.0, 1.0]), reduction="none")
        tensor([-0.2983, -0.0029])
    """
    z, sign, share = _yes_or_no_focal(logits, target, gamma, alpha)
    s = sign * z
    slopes = -sign * share * discount(s, gamma) * ((-s).sigmoid() - gamma * s.sigmoid() * F.logsigmoid(s))
    return reduce_gradient(slopes, None, reduction).to(logits.dtype)


def hinge_loss(scores: Tensor, target: Tensor, *, margin: float = 1.0, reduction: str = "mean") -> Tensor:
    """Hinge loss: right by a margin costs nothing, everything short of it costs what is missing.

    l = max(0, margin − y·s) with s = scores, y = target.

    Args:
        scores: signed scores, floating point, any shape; not probabilities.
        target: +1 or −1, of any real dtype, the same shape.
        margin: not negative, in the unit of the scores; 0 is the perceptron's loss.
        reduction: "mean", "sum" or "none" (the shape of `scores`).
            (the result as in `cross_entropy`)

    Raises:
        ValueError: the shapes differ, a target is neither −1 nor +1, the margin is negative, or `reduction` is none of
            the three.
        TypeError: `scores` is not a floating-point tensor, `target` no tensor, or the margin not a number.

    Example:
        >>> hinge_loss(torch.tensor([2.0, 0.5, -1.0]), torch.tensor([1, 1, 1]), reduction="none")
        tensor([0.0000, 0.5000, 2.0000])

    Differs from:
        scikit-learn's and keras's `hinge`, which take targets 0 and 1 as well and recode them;
        `torch.nn.functional.hinge_embedding_loss`, another loss under a similar name.

    Source:
        Cortes and Vapnik, Support-vector networks, Machine Learning 20, 1995.
    """
    s, y = _sides(scores, target, margin)
    return reduce((margin - y * s).relu(), None, reduction)


def hinge_loss_grad(
    scores: Tensor, target: Tensor, *, margin: float = 1.0, reduction: str = "mean"
) -> Tensor:
    """∂ hinge_loss / ∂ scores = (−y inside the margin, 0 beyond it) / n: only the points near the border pull.

    At the kink, y·s = margin, any slope between −y and 0 is a subgradient; this one, like autograd's, is 0. So it is at
    NaN, where only the loss shows it. Arguments and errors as in `hinge_loss`. Returns a tensor of the shape and dtype
    of `scores`; not divided by n for "sum" and "none".

    Example:
        >>> hinge_loss_grad(torch.tensor([2.0, 0.5]), torch.tensor([1, 1]), reduction="sum")
        tensor([ 0., -1.])
    """
    s, y = _sides(scores, target, margin)
    return reduce_gradient(torch.where(y * s < margin, -y, 0), None, reduction).to(scores.dtype)


def _yes_or_no(logits: Tensor, target: Tensor, weight: Tensor | None) -> tuple[Tensor, Tensor]:
    """Logits and targets in working precision, after every check that the binary losses share."""
    check_order(logits=logits, target=target)
    check_floating(logits=logits, target=target)
    check_same_shape(logits=logits, target=target)
    check_weight(weight, target=target)
    check_probabilities(target)
    return widen(logits, target)


def _logistic(z: Tensor, y: Tensor) -> Tensor:
    """−y·log σ(z) − (1 − y)·log σ(−z) = r·s − log σ(s): s is the logit of the likelier answer, r the other one's share."""
    likelier = y.round()
    sign = 2 * likelier - 1
    s, r = sign * z, likelier - sign * y
    if r.sum() == 0 and not y.requires_grad:  # labels 0 and 1 only
        return -F.logsigmoid(s)
    s = finite(s)
    return r * s - F.logsigmoid(s)


def _weighted_logistic(z: Tensor, y: Tensor, pos_weight: Tensor) -> Tensor:
    """−c·y·log σ(z) − (1 − y)·log σ(−z): lerp(a, b, y) is (1 − y)·a + y·b in one pass."""
    z = finite(z)
    return -torch.lerp(F.logsigmoid(-z), _positive_weight(pos_weight, z) * F.logsigmoid(z), y)


def _positive_weight(pos_weight: Tensor, z: Tensor) -> Tensor:
    """c in the dtype of z: one number, one for each label on the last axis, or one for each element."""
    check_floating(pos_weight=pos_weight)
    if pos_weight.shape not in ((), (1,), z.shape[-1:], z.shape):
        raise ValueError(
            f"pos_weight must be one number, or one for each label, {tuple(z.shape[-1:])}, got {tuple(pos_weight.shape)}"
        )
    check_not_negative(pos_weight=pos_weight)
    return pos_weight.to(z.dtype)


def _sides(scores: Tensor, target: Tensor, margin: float) -> tuple[Tensor, Tensor]:
    """Scores and signs in working precision, after every check of the hinge loss."""
    check_order(scores=scores, target=target)
    check_floating(scores=scores)
    check_signs(target=target)
    check_same_shape(scores=scores, target=target)
    check_range(0, torch.inf, margin=margin)
    (s,) = widen(scores)
    return s, target.to(s.dtype)


def _yes_or_no_focal(
    logits: Tensor, target: Tensor, gamma: float, alpha: float | None
) -> tuple[Tensor, Tensor, Tensor | int]:
    """Logits, the sign that turns each into that of the right answer, and α_t, after every check."""
    check_order(logits=logits, target=target)
    check_floating(logits=logits)
    check_same_shape(logits=logits, target=target)
    check_range(0, torch.inf, gamma=gamma)
    if not torch.equal(target * target, target):  # only 0 and 1 are their own squares
        raise ValueError(f"target must be 0 or 1, got values from {target.min()} to {target.max()}")
    (z,) = widen(logits)
    y = target.to(z.dtype)
    if alpha is None:
        return z, 2 * y - 1, 1
    check_range(0, 1, alpha=alpha)
    return z, 2 * y - 1, alpha * y + (1 - alpha) * (1 - y)
