"""Preferences: learn from "this answer is better than that one", or from rewards within a group of answers.

Bradley–Terry fits a reward model: it *is* BPR, the logistic loss on a difference, on rewards. DPO is the same loss with
the reward read off the policy itself, so that no reward model is needed. GRPO compares each answer with its own group.
"""

import math

import torch
from torch import Tensor

from lossfns._numerics import (
    check_floating,
    check_mask,
    check_not_negative,
    check_positive,
    check_range,
    check_same_shape,
    check_tensor,
    reduce,
    unit_vectors,
    widen,
)
from lossfns.ranking import bpr_loss


def bradley_terry_loss(
    chosen: Tensor, rejected: Tensor, *, margin: float | Tensor = 0.0, reduction: str = "mean"
) -> Tensor:
    """Bradley–Terry: the chosen answer beats the rejected one with probability σ(chosen − rejected).

    l = −log σ(chosen − rejected − margin): the logistic loss on the difference of two rewards.

    Args:
        chosen: rewards of the preferred answers, floating point, any shape. Only differences count.
        rejected: rewards of the other answers, the same shape.
        margin: by how much the chosen reward should be higher; a number, or a tensor of the shape of `chosen` with
            one for each pair. Not negative.
        reduction: "mean", "sum" or "none" (the shape of `chosen`).

    Returns:
        A scalar, or a tensor like `chosen` for "none". Half precision is computed in float32 and returned as
        float32. The mean of no pairs is 0.

    Raises:
        ValueError: the shapes differ (nothing is broadcast), the margin is negative, or `reduction` is none of the
            three.
        TypeError: a reward is not a floating-point tensor, or the margin neither that nor a number.

    Example:
        >>> bradley_terry_loss(torch.tensor([2.0, 1.0]), torch.tensor([1.0, 1.0]), reduction="none")
        tensor([0.3133, 0.6931])

    Differs from:
        TRL's reward trainer, which can add a penalty on the mean of both rewards.

    Source:
        Bradley and Terry, Rank analysis of incomplete block designs, Biometrika 39, 1952; the margin is from
        Touvron et al., Llama 2, 2023.
    """
    check_floating(chosen=chosen, rejected=rejected)
    check_same_shape(chosen=chosen, rejected=rejected)
    _check_margin(margin, chosen)
    chosen, rejected = widen(chosen, rejected)
    return bpr_loss(chosen - margin, rejected, reduction=reduction)


def dpo_loss(
    policy_chosen: Tensor,
    policy_rejected: Tensor,
    ref_chosen: Tensor,
    ref_rejected: Tensor,
    *,
    beta: float = 0.1,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
) -> Tensor:
    """DPO: Bradley–Terry with the reward β·log(policy / reference) that the policy itself implies.

    l = −(1 − ε) log σ(h) − ε log σ(−h), with h = β·((policy_chosen − ref_chosen) − (policy_rejected − ref_rejected)).

    Args:
        policy_chosen: log-probabilities of the preferred answers under the policy, summed over tokens, in nats, any
            shape, floating point.
        policy_rejected: the same for the other answers, the same shape.
        ref_chosen, ref_rejected: the same under the frozen reference model, computed without gradient.
        beta: β > 0. The larger, the less the policy has to move from the reference for one and the same loss.
        label_smoothing: ε in [0, ½], the share of pairs thought to be labelled the wrong way round.
        reduction: "mean", "sum" or "none" (the shape of `policy_chosen`).

    Returns:
        A scalar, or a tensor like `policy_chosen` for "none": log 2 while policy and reference are one. Half precision
        is computed in float32 and returned as float32. The mean of no pairs is 0.

    Raises:
        ValueError: the shapes differ (nothing is broadcast), β is not positive, ε outside [0, ½], or `reduction`
            none of the three.
        TypeError: a log-probability is not a floating-point tensor, or β or ε not a number.

    Example:
        >>> dpo_loss(torch.tensor([-10.0]), torch.tensor([-40.0]), torch.tensor([-20.0]), torch.tensor([-40.0]))
        tensor(0.3133)

    Differs from:
        IPO, another loss on h, which some libraries offer as an option of DPO. With ε > 0 this is the "conservative" DPO of
        its authors; TRL's "robust" DPO divides by 1 − 2ε and subtracts the second term.

    Source:
        Rafailov, Sharma, Mitchell, Ermon, Manning and Finn, Direct preference optimization, NeurIPS 2023.
    """
    check_positive(beta=beta)
    check_range(0, 0.5, label_smoothing=label_smoothing)
    logps = {"policy_chosen": policy_chosen, "policy_rejected": policy_rejected}
    logps |= {"ref_chosen": ref_chosen, "ref_rejected": ref_rejected}
    check_floating(**logps)
    check_same_shape(**logps)
    policy_chosen, policy_rejected, ref_chosen, ref_rejected = widen(*logps.values())
    chosen, rejected = beta * (policy_chosen - ref_chosen), beta * (policy_rejected - ref_rejected)
    as_labelled = bradley_terry_loss(chosen, rejected, reduction=reduction)
    if label_smoothing == 0:
        return as_labelled
    flipped = bradley_terry_loss(rejected, chosen, reduction=reduction)
    return (1 - label_smoothing) * as_labelled + label_smoothing * flipped


def grpo_advantages(rewards: Tensor) -> Tensor:
    """GRPO's advantages: how far each answer's reward is above its group's mean, in standard deviations.

    A = (r − mean) / std within each group, std with n − 1 under the root. Written as √(n − 1) times the unit vector
    along r − mean, which is the same, has no epsilon, and is 0 where all rewards of a group are equal.

    Args:
        rewards: (groups, size), floating point, one row for the answers to one prompt.

    Returns:
        Advantages (groups, size), at least float32. 0 in a group whose std is 0, and in groups of one.

    Raises:
        ValueError: `rewards` is not (groups, size).
        TypeError: `rewards` is not a floating-point tensor.

    Example:
        >>> grpo_advantages(torch.tensor([[1.0, 0.0, 0.0, 1.0], [0.1, 0.1, 0.1, 0.1]]))
        tensor([[ 0.8660, -0.8660, -0.8660,  0.8660],
                [ 0.0000,  0.0000,  0.0000,  0.0000]])

    Differs from:
        TRL, which divides by std + 1e-4; "Dr. GRPO", which does not divide.

    Source:
        Shao et al., DeepSeekMath, 2024.
    """
    check_floating(rewards=rewards)
    if rewards.ndim != 2 or rewards.shape[1] == 0:
        raise ValueError(f"rewards must be (groups, size), got {tuple(rewards.shape)}")
    (rewards,) = widen(rewards)
    # the mean of equal numbers may be rounded, that of zeros is not: count from the first reward of the group
    above_first = rewards - rewards[:, :1]
    centred = above_first - above_first.mean(-1, keepdim=True)
    return max(rewards.shape[-1] - 1, 0) ** 0.5 * unit_vectors(centred)


def grpo_loss(
    logp: Tensor,
    old_logp: Tensor,
    advantages: Tensor,
    *,
    mask: Tensor,
    clip: float = 0.2,
    beta: float = 0.0,
    ref_logp: Tensor | None = None,
) -> Tensor:
    """GRPO: make tokens of better answers likelier, in steps that the clip keeps near the policy that wrote them.

    l = −min(ρ·A, clip(ρ, 1 − ε, 1 + ε)·A) + β·KL for each token, with ρ = exp(logp − old_logp) and
    KL ≈ exp(d) − d − 1, d = ref_logp − logp ("k3": unbiased, never negative). The mean is over all unmasked tokens.

    Args:
        logp: log-probabilities of the sampled tokens under the policy, in nats, (b, t), floating point.
        old_logp: the same under the policy that sampled them, (b, t), without gradient.
        advantages: one for each answer, (b,), shared by its tokens; for example `grpo_advantages(rewards).flatten()`.
        mask: (b, t), bool, True at the tokens of the answer. What stands elsewhere does not count, whatever it is.
        clip: ε in (0, 1).
        beta: β ≥ 0, the price of leaving the reference model; above 0 it needs `ref_logp`.
        ref_logp: log-probabilities under the reference model, (b, t), without gradient.

    Returns:
        A scalar, at least float32; 0 with zero gradient where all is masked.

    Raises:
        ValueError: the shapes do not fit, ε or β is out of range, or β > 0 without `ref_logp`.
        TypeError: a log-probability or an advantage is not a floating-point tensor, or `mask` not a bool one.

    Example:
        >>> old_logp, mask = torch.zeros(2, 3), torch.ones(2, 3, dtype=torch.bool)
        >>> grpo_loss(old_logp + 1, old_logp, torch.tensor([1.0, 0.0]), mask=mask)    # ρ = e, clipped to 1.2
        tensor(-0.6000)

    Differs from:
        the paper, which takes the mean of each answer's mean, so that tokens of long answers count less; this is
        the token mean, which TRL calls "bnpo".

    Source:
        Shao et al., DeepSeekMath, 2024; the clip is from Schulman et al., Proximal policy optimization algorithms,
        2017; k3 from Schulman, Approximating KL divergence, 2020.
    """
    if ref_logp is None:
        if beta != 0:
            raise ValueError(f"beta = {beta} needs ref_logp, got None")
        ref_logp = logp
    _check_grpo(advantages, mask, clip, beta, logp=logp, old_logp=old_logp, ref_logp=ref_logp)
    advantages, *logps = widen(advantages.unsqueeze(-1), logp, old_logp, ref_logp)
    logp, old_logp, ref_logp = (x.masked_fill(~mask, 0) for x in logps)
    losses = -_clipped_gain(logp - old_logp, advantages, clip)
    if beta > 0:
        d = ref_logp - logp
        losses = losses + beta * (d.expm1() - d)
    return reduce(losses, mask, "mean")


def _clipped_gain(log_ratio: Tensor, advantages: Tensor, clip: float) -> Tensor:
    """min(ρA, clip(ρ)A): ρ is bounded above where A > 0 and below where A < 0. Done on log ρ, it cannot overflow."""
    worse = advantages < 0
    low = torch.full_like(advantages, math.log1p(-clip)).masked_fill(~worse, -torch.inf)
    high = torch.full_like(advantages, math.log1p(clip)).masked_fill(worse, torch.inf)
    return advantages * log_ratio.clamp(low, high).exp()


def _check_margin(margin: float | Tensor, chosen: Tensor) -> None:
    """Raise unless the margin is one number, or one for each pair, and not negative."""
    if not isinstance(margin, Tensor):
        check_range(0, float("inf"), margin=margin)
        return
    check_floating(margin=margin)
    check_same_shape(margin=margin, chosen=chosen)
    check_not_negative(margin=margin)


def _check_grpo(advantages: Tensor, mask: Tensor, clip: float, beta: float, **logps: Tensor) -> None:
    """Raise unless the arguments of `grpo_loss` fit together."""
    check_positive(clip=clip)
    if clip >= 1:
        raise ValueError(f"clip must be below 1, got {clip}")
    check_range(0, float("inf"), beta=beta)
    check_tensor(advantages=advantages, mask=mask)
    check_floating(advantages=advantages, **logps)
    check_same_shape(**logps)
    logp = logps["logp"]
    if logp.ndim != 2 or advantages.shape != logp.shape[:1]:
        raise ValueError(
            f"logp must be (b, t) and advantages (b,), got logp {tuple(logp.shape)} "
            f"and advantages {tuple(advantages.shape)}"
        )
    check_mask(mask, logp=logp)
