"""One of k classes: cross entropy and focal loss over a softmax, and weights for rare classes."""

import torch
from torch import Tensor

from lossfns._numerics import (
    check_count,
    check_floating,
    check_integer,
    check_labels,
    check_not_negative,
    check_order,
    check_range,
    check_reduction,
    reduce,
    total_weight,
    widen,
)
from lossfns.classification.parts import check_probabilities, finite, focal


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
        ValueError: the shapes do not fit, an index or a probability is out of range, a weight is negative, ε is not in [0, 1], or
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
    if target.is_floating_point():
        losses, share = -log_p, _shares(logits, target, weight, kept, label_smoothing)
    else:
        losses, share = -log_p.gather(-1, target), _share_of_label(target, weight, kept)
        if label_smoothing > 0:
            losses, share = _smoothed(losses, share, log_p, weight, kept, label_smoothing)
    losses = reduce(_without_impossible(losses, share), share, reduction)
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
    check_order(logits=logits, target=target)
    check_integer(target=target)
    logits, target, _ = _classes(logits, target, weight)
    nothing = -(torch.finfo(logits.dtype).max ** 0.5)
    others = finite(logits).scatter(-1, target, nothing).logsumexp(-1, keepdim=True)
    losses = focal(logits.gather(-1, target) - others, gamma)
    losses = reduce(losses, _share_of_label(target, weight, kept=None), reduction)
    return losses.squeeze(-1) if reduction == "none" else losses


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
    check_count(num_classes=num_classes)
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
    check_order(logits=logits, target=target)
    check_floating(logits=logits, weight=weight)
    check_range(0, 1, label_smoothing=label_smoothing)
    _check_class_shapes(logits, target, weight)
    if target.is_floating_point():
        check_probabilities(target)
        return *widen(logits, target), None
    check_labels(logits.shape[-1], ignore_index, target=target)
    (logits,), target = widen(logits), target.long().unsqueeze(-1)
    if ignore_index is None or not (ignored := target == ignore_index).any():
        return logits, target, None
    return logits.masked_fill(ignored, 0), target.masked_fill(ignored, 0), ~ignored


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
    if weight is not None:
        _check_class_weight(weight, logits.shape[-1])


def _check_class_weight(weight: Tensor, k: int) -> None:
    """Raise unless it is (k,) and not negative."""
    if weight.shape != (k,):
        raise ValueError(f"weight must have one number for each of {k} classes, got {tuple(weight.shape)}")
    check_not_negative(weight=weight)


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


def _smoothed(
    own: Tensor,
    share: Tensor | None,
    log_p: Tensor,
    weight: Tensor | None,
    kept: Tensor | None,
    label_smoothing: float,
) -> tuple[Tensor, Tensor]:
    """Two losses a row, (…, 2), and their shares: the label's with 1 − ε, and with ε the average over all classes.

    The same as Σ_c w_c·t_ic·(−log p_ic) with the smoothed target t, without a table of t.
    """
    if weight is None:
        average, mass = -log_p.mean(-1, keepdim=True), 1
    else:
        weight = weight.to(log_p.dtype)
        mass = weight.mean()
        average = -(weight * log_p.masked_fill(weight == 0, 0)).mean(-1, keepdim=True)
        average = average / torch.where(mass == 0, 1, mass)
    every = torch.ones_like(own) if kept is None else kept.to(own.dtype)
    of_label = (1 - label_smoothing) * (every if share is None else share.to(own.dtype))
    return torch.cat([own, average], -1), torch.cat([of_label, label_smoothing * mass * every], -1)


def _without_impossible(losses: Tensor, share: Tensor | None) -> Tensor:
    """0·∞ is 0 here, as in the limit of p·log p: a class with p = 0 that has no share costs nothing."""
    return losses if share is None else losses.masked_fill((share == 0) & (losses == torch.inf), 0)
