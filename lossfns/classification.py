"""Classification: the price of a probability, and of being on the wrong side.

Cross entropy charges −log of the probability that the right class got; binary cross entropy is the same for two
classes; focal loss discounts what is already right; hinge loss asks for a margin and no probability. All take logits
or scores, never probabilities: log softmax and log sigmoid are computed as one function, so that no logarithm ever
meets a rounded 0. What the losses share is written out once, under `cross_entropy`.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from lossfns._numerics import (
    check_floating,
    check_integer,
    check_labels,
    check_positive,
    check_range,
    check_reduction,
    check_same_shape,
    check_signs,
    check_tensor,
    reduce,
    reduce_gradient,
    total_weight,
    widen,
)


def cross_entropy(
    logits: Tensor,
    target: Tensor,
    *,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
) -> Tensor:
    """Cross entropy: the surprise, in nats, at the class that came.

    lᵢ = Σ_c w_c·t_ic·(−log p_ic), with p = softmax(logits), and the mean is Σᵢ lᵢ / Σᵢ Σ_c w_c·t_ic. The t of a class
    index is 1 at that class and 0 elsewhere, so that an index and its one-hot row cost the same. Label smoothing
    replaces t by (1 − ε)·t + ε/k, everywhere in the formula.

    Args:
        logits: scores before the softmax, floating point, (n, k) or (…, k): the class axis is the last one.
        target: class indices (…), integer, from 0 to k − 1; or probabilities (…, k), floating point.
        weight: how much each class counts, (k,), not negative. None: all classes count alike.
        ignore_index: an index in `target` whose row is as if it were not there, whatever its logits.
        label_smoothing: ε from 0 to 1, the share of each target that is spread evenly over all k classes.
        reduction: "mean", "sum" (Σ lᵢ) or "none" (lᵢ, the shape of `logits` without its last axis).

    Returns:
        A scalar, or a tensor (…) for "none". log k when all classes look alike. Half precision is computed in float32
        and returned as float32. Where nothing is left to average (no row, all ignored, all weights 0) the mean is 0
        with zero gradient. A class that cannot happen (logit −∞) and should not (t = 0) costs nothing.

    Raises:
        ValueError: the shapes do not fit, an index or a probability is out of range, ε is not in [0, 1], or
            `reduction` is none of the three.
        TypeError: `logits` or `weight` is not a floating-point tensor, or `target` is neither integer indices (…)
            nor floating-point probabilities (…, k).

    Example:
        >>> logits = torch.tensor([[0.0, 0.0], [0.0, 1.0986]])
        >>> cross_entropy(logits, torch.tensor([0, 1]), reduction="none")    # p = 1/2 and 3/4
        tensor([0.6931, 0.2877])
        >>> cross_entropy(logits, torch.tensor([[1.0, 0.0], [0.0, 1.0]]), reduction="none")
        tensor([0.6931, 0.2877])

    Differs from:
        `torch.nn.functional.cross_entropy`, whose class axis is the second one; whose weighted mean divides by n when
        targets are probabilities and leaves the smoothing out of the divisor (unweighted, all three agree);
        which is NaN when all rows are ignored, and for t = 0 at a logit of −∞ when targets are probabilities.

    Source:
        Good, Rational decisions, Journal of the Royal Statistical Society B 14, 1952; label smoothing: Szegedy et al.,
        Rethinking the Inception architecture for computer vision, CVPR 2016.
    """
    logits, target, kept = _classes(logits, target, weight, ignore_index, label_smoothing)
    log_p = logits.log_softmax(-1)
    if target.is_floating_point() or label_smoothing > 0:
        share = _shares(logits, target, weight, kept, label_smoothing)
    else:
        log_p, share = log_p.gather(-1, target), _share_of_label(target, weight, kept)
    losses = reduce(_without_impossible(-log_p, share), share, reduction)
    return losses.sum(-1) if reduction == "none" else losses


def cross_entropy_grad(
    logits: Tensor,
    target: Tensor,
    *,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
) -> Tensor:
    """∂ cross_entropy / ∂ logits = (softmax(logits) − t) / n: what was predicted minus what should have been.

    With class weights and a_ic = w_c·t_ic it is (p_ic·Σ_c a_ic − a_ic) / ΣΣ a. Each row sums to 0. Arguments and errors
    as in `cross_entropy`. Returns a tensor of the shape and dtype of `logits`; not divided for "sum" and "none".

    Example:
        >>> cross_entropy_grad(torch.tensor([[0.0, 0.0, 0.0, 0.0]]), torch.tensor([2]))
        tensor([[ 0.2500,  0.2500, -0.7500,  0.2500]])
    """
    check_reduction(reduction)
    wide, target, kept = _classes(logits, target, weight, ignore_index, label_smoothing)
    a = _shares(wide, target, weight, kept, label_smoothing)
    slopes = wide.softmax(-1) * a.sum(-1, keepdim=True) - a
    return (slopes / total_weight(slopes, a) if reduction == "mean" else slopes).to(logits.dtype)


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
    1 − σ(z) is written σ(−z): no digit is lost on either side, and l(z, y) = l(−z, 1 − y) exactly where c = 1.

    Args:
        logits: scores before the sigmoid, floating point, any shape; (…, l) for l labels.
        target: 1 for yes, 0 for no, or a probability between them; floating point, the same shape.
        weight: how much each element counts, not negative, the same shape. None: all count alike.
        pos_weight: what a missed yes costs, in units of a missed no, (l,) for l labels or one number. It is part of l,
            not of w: the mean is not divided by it.
        reduction: "mean" (over samples and labels), "sum" or "none" (w·l, the shape of `logits`).
            (the result as in `cross_entropy`)

    Raises:
        ValueError: the shapes differ (nothing is broadcast), a target is outside [0, 1], or `reduction` is none of the
            three.
        TypeError: an argument is not a floating-point tensor.

    Example:
        >>> binary_cross_entropy_with_logits(torch.tensor([0.0, 100.0]), torch.tensor([1.0, 0.0]), reduction="none")
        tensor([  0.6931, 100.0000])

    Differs from:
        `torch.nn.functional.binary_cross_entropy_with_logits`, which computes (1 − y)·z − log σ(z): in float32 its loss at
        z = −15, y = 0 is 0 instead of 3.06e-7. It divides a weighted mean by n instead of Σ w, accepts targets outside
        [0, 1], and is NaN for z = ∞, y = 1 and for an empty batch. Two logarithms instead of one cost two to three times its time.

    Source:
        Cox, The regression analysis of binary sequences, Journal of the Royal Statistical Society B 20, 1958.
    """
    z, y = _yes_or_no(logits, target, weight)
    z = _finite(z)
    yes, no = F.logsigmoid(z), F.logsigmoid(-z)
    if pos_weight is not None:
        yes = _positive_weight(pos_weight, z) * yes
    # lerp(a, b, y) is (1 − y)·a + y·b in one pass
    return reduce(-torch.lerp(no, yes, y), weight, reduction)


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


def focal_loss(
    logits: Tensor,
    target: Tensor,
    *,
    gamma: float = 2.0,
    weight: Tensor | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Focal loss: cross entropy that loses interest in what is already right.

    l = −(1 − p)^γ·log p, with p the softmax probability of the right class; the mean is Σ w·l / Σ w, with w the weight
    of that class. With γ = 0 it is cross entropy.

    Against all other classes together the right one has the logit s = z_y − log Σ_{c≠y} exp z_c, so that p = σ(s) and
    1 − p = σ(−s): no difference of nearly equal numbers is taken.

    Args:
        logits: scores before the softmax, floating point, (n, k) or (…, k).
        target: class indices (…), integer, from 0 to k − 1.
        gamma: γ ≥ 0. At γ = 2 an example with p = 0.9 costs a hundredth of its cross entropy.
        weight: how much each class counts, (k,), not negative.
        reduction: "mean", "sum" or "none" (one loss for each row, (…)).
            (the result and the errors as in `cross_entropy`; a negative γ is a ValueError)

    Example:
        >>> focal_loss(torch.tensor([[0.0, 0.0], [0.0, 2.1972]]), torch.tensor([0, 1]), reduction="none")    # p = 0.5, 0.9
        tensor([0.1733, 0.0011])

    Differs from:
        implementations that compute (1 − p)^γ from p: for γ < 1 their gradient is NaN where p rounds to 1.

    Source:
        Lin, Goyal, Girshick, He and Dollár, Focal loss for dense object detection, ICCV 2017 (there for two classes).
    """
    check_range(0, torch.inf, gamma=gamma)
    check_integer(target=target)
    logits, target, _ = _classes(logits, target, weight)
    nothing = -(torch.finfo(logits.dtype).max ** 0.5)
    others = _finite(logits).scatter(-1, target, nothing).logsumexp(-1, keepdim=True)
    losses = _focal(logits.gather(-1, target) - others, gamma)
    losses = reduce(losses, _share_of_label(target, weight, kept=None), reduction)
    return losses.squeeze(-1) if reduction == "none" else losses


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
    return reduce(share * _focal(sign * z, gamma), None, reduction)


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
    p, log_p, discount = s.sigmoid(), F.logsigmoid(s), _discount(s, gamma)
    slopes = -sign * share * discount * ((-s).sigmoid() - gamma * p * log_p)
    return reduce_gradient(slopes, None, reduction).to(logits.dtype)


def class_weights(
    target: Tensor, num_classes: int, *, scheme: str = "balanced", beta: float = 0.999
) -> Tensor:
    """Weights that make rare classes count more, from how often each class occurs.

    "balanced": w_c = n / (k·n_c), so that every class has the same total weight. "effective": w_c ∝ (1 − β)/(1 − β^n_c), the
    inverse of the effective number of samples, scaled to sum to k. A class that does not occur gets 0.

    Args:
        target: class indices, integer, any shape.
        num_classes: k; it may be larger than the largest index says.
        scheme: "balanced" or "effective".
        beta: β in [0, 1), for "effective": 0 weighs all classes alike; towards 1 it is the inverse frequency.

    Returns:
        (k,) in torch's default dtype, on the device of `target`.

    Raises:
        ValueError: an index is out of range, k is not positive, β is outside [0, 1), or the scheme is unknown.
        TypeError: `target` is not an integer tensor, k not an int, or β not a number.

    Example:
        >>> class_weights(torch.tensor([0, 0, 0, 1]), 2)
        tensor([0.6667, 2.0000])
        >>> class_weights(torch.tensor([0, 0, 0, 1]), 2, scheme="effective", beta=0.5)
        tensor([0.7273, 1.2727])

    Differs from:
        `sklearn.utils.class_weight.compute_class_weight`, which refuses a class that does not occur.

    Source:
        King and Zeng, Logistic regression in rare events data, Political Analysis 9, 2001; "effective": Cui, Jia, Lin,
        Song and Belongie, Class-balanced loss based on effective number of samples, CVPR 2019.
    """
    if not isinstance(num_classes, int) or isinstance(num_classes, bool):
        raise TypeError(f"num_classes must be an int, got {type(num_classes).__name__}")
    check_positive(num_classes=num_classes)
    check_labels(num_classes, target=target)
    counts = target.flatten().long().bincount(minlength=num_classes).double()
    if scheme == "balanced":
        weight = counts.sum() / (num_classes * counts)
    elif scheme == "effective":
        weight = 1 / _effective_number(counts, beta)
        weight = weight * (num_classes / weight[counts > 0].sum())
    else:
        raise ValueError(f'scheme must be "balanced" or "effective", got {scheme!r}')
    return torch.where(counts > 0, weight, 0).to(torch.get_default_dtype())


def _effective_number(counts: Tensor, beta: float) -> Tensor:
    """(1 − β^n)/(1 − β) = 1 + β + … + β^(n−1): each further sample of a class is worth β times the one before."""
    check_range(0, 1, beta=beta)
    if beta == 1:
        raise ValueError("beta must be below 1; towards 1 the weights tend to those of inverse frequency")
    return (1 - beta**counts) / (1 - beta)


def _classes(
    logits: Tensor,
    target: Tensor,
    weight: Tensor | None,
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
) -> tuple[Tensor, Tensor, Tensor | None]:
    """Logits (…, k) in working precision, the target, and which rows are kept, (…, 1), or None for all of them.

    The target comes back as probabilities (…, k) or as indices (…, 1). The logits of ignored rows are replaced by 0, so
    that even a NaN there reaches neither value nor gradient.
    """
    _check_order(logits, target)
    check_floating(logits=logits, weight=weight)
    check_range(0, 1, label_smoothing=label_smoothing)
    _check_class_shapes(logits, target, weight)
    if target.is_floating_point():
        _check_probabilities(target)
        return *widen(logits, target), None
    check_labels(logits.shape[-1], ignore_index, target=target)
    (logits,), target = widen(logits), target.long().unsqueeze(-1)
    if ignore_index is None or not (ignored := target == ignore_index).any():
        return logits, target, None
    return logits.masked_fill(ignored, 0), target.masked_fill(ignored, 0), ~ignored


def _check_order(logits: Tensor, target: Tensor) -> None:
    """Raise TypeError unless both are tensors, and say so where they look swapped: labels first, scores second."""
    check_tensor(logits=logits, target=target)
    if target.is_floating_point() and not logits.is_floating_point():
        raise TypeError(
            f"logits must be floating point, got {logits.dtype}, and target is {target.dtype}: are the two swapped?"
        )


def _check_class_shapes(logits: Tensor, target: Tensor, weight: Tensor | None) -> None:
    """Raise unless target is indices (…) or probabilities (…, k) for logits (…, k), and weight (k,)."""
    came = f"got logits {tuple(logits.shape)} and target {tuple(target.shape)}"
    if logits.ndim == 0:
        raise ValueError(f"logits must have a last axis of k classes, {came}")
    if target.shape not in (logits.shape, logits.shape[:-1]):
        raise ValueError(
            f"target must be class indices (…) or probabilities (…, k) for logits (…, k), {came}"
        )
    if (target.shape == logits.shape) != target.is_floating_point():
        raise TypeError(
            f"target must be integer class indices (…) or floating-point probabilities (…, k), {came} of {target.dtype}"
        )
    if weight is not None and weight.shape != logits.shape[-1:]:
        raise ValueError(
            f"weight must have one number for each of {logits.shape[-1]} classes, got {tuple(weight.shape)}"
        )


def _check_probabilities(target: Tensor) -> None:
    """Raise ValueError if a target is outside [0, 1]. A NaN passes: it shows in the loss."""
    if target.numel() == 0:
        return
    low, high = target.aminmax()
    if low < 0 or high > 1:
        raise ValueError(f"target must hold probabilities from 0 to 1, got values from {low:g} to {high:g}")


def _shares(
    logits: Tensor, target: Tensor, weight: Tensor | None, kept: Tensor | None, label_smoothing: float
) -> Tensor:
    """a_ic = w_c·t_ic, (…, k), with t the smoothed target: how much each −log p counts."""
    even = label_smoothing / logits.shape[-1] if label_smoothing else 0.0
    if target.is_floating_point():
        share = (1 - label_smoothing) * target + even
    else:
        share = torch.full_like(logits, even).scatter(-1, target, 1 - label_smoothing + even)
    if weight is not None:
        share = share * weight.to(share.dtype)
    return share if kept is None else share * kept


def _share_of_label(target: Tensor, weight: Tensor | None, kept: Tensor | None) -> Tensor | None:
    """The weight of each row's own class, (…, 1), and 0 for a row that is ignored; None if all rows count alike."""
    if weight is None:
        return kept
    return weight[target] if kept is None else weight[target] * kept


def _without_impossible(losses: Tensor, share: Tensor | None) -> Tensor:
    """0·∞ is 0 here, as in the limit of p·log p: a class with p = 0 that has no share costs nothing."""
    return losses if share is None else losses.masked_fill((share == 0) & (losses == torch.inf), 0)


def _yes_or_no(logits: Tensor, target: Tensor, weight: Tensor | None) -> tuple[Tensor, Tensor]:
    """Logits and targets in working precision, after every check that the binary losses share."""
    _check_order(logits, target)
    check_floating(logits=logits, target=target, weight=weight)
    check_same_shape(logits=logits, target=target)
    if weight is not None:
        check_same_shape(weight=weight, target=target)
    _check_probabilities(target)
    return widen(logits, target)


def _positive_weight(pos_weight: Tensor, z: Tensor) -> Tensor:
    """c in the dtype of z: one number, or one for each label on the last axis."""
    check_floating(pos_weight=pos_weight)
    if pos_weight.shape not in ((), (1,), z.shape[-1:]):
        raise ValueError(
            f"pos_weight must be one number, or one for each label, {tuple(z.shape[-1:])}, got {tuple(pos_weight.shape)}"
        )
    return pos_weight.to(z.dtype)


def _finite(z: Tensor) -> Tensor:
    """Infinite logits as very large ones: log σ(∞) = 0 is as exact there, and 0·log σ(−∞) is not NaN."""
    if not z.isinf().any():
        return z
    large = torch.finfo(z.dtype).max ** 0.5
    return z.nan_to_num(nan=torch.nan, posinf=large, neginf=-large)


def _sides(scores: Tensor, target: Tensor, margin: float) -> tuple[Tensor, Tensor]:
    """Scores and signs in working precision, after every check of the hinge loss."""
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
    _check_order(logits, target)
    check_floating(logits=logits)
    check_same_shape(logits=logits, target=target)
    check_range(0, torch.inf, gamma=gamma)
    if ((target != 0) & (target != 1)).any():
        raise ValueError(f"target must be 0 or 1, got values from {target.min()} to {target.max()}")
    (z,) = widen(logits)
    y = target.to(z.dtype)
    if alpha is None:
        return z, 2 * y - 1, 1
    check_range(0, 1, alpha=alpha)
    return z, 2 * y - 1, alpha * y + (1 - alpha) * (1 - y)


def _focal(s: Tensor, gamma: float) -> Tensor:
    """−(1 − p)^γ·log p for p = σ(s)."""
    return -_discount(s, gamma) * F.logsigmoid(s)


def _discount(s: Tensor, gamma: float) -> Tensor | int:
    """(1 − p)^γ = exp(γ·log σ(−s)): in log space its slope is finite for every γ, also where p rounds to 1."""
    return (gamma * F.logsigmoid(-s)).exp() if gamma else 1
