"""Ranking: only the order of the scores counts.

Pairwise losses look at two items at a time: BPR *is* the logistic loss on a difference of scores, RankNet is BPR on
all pairs of a list.
Listwise losses look at a whole list: ListNet is cross entropy between two softmaxes, ListMLE the likelihood of the
right order when items are drawn one after another. NDCG is what they are judged by: a measure, without a gradient.

A list is the last axis: `scores` and `relevance` are (…, m), m items in each list. What `mask` leaves out is as if it were
not there, whatever stands in its place, and a list that is masked entirely does not count.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from lossfns._numerics import (
    check_count,
    check_floating,
    check_mask,
    check_not_negative,
    check_order,
    check_same_shape,
    reduce,
    widen,
)
from lossfns.classification import cross_entropy

TINY = -30.0  # a log-probability


def bpr_loss(positive: Tensor, negative: Tensor, *, reduction: str = "mean") -> Tensor:
    """Bayesian personalised ranking: the item that was chosen should score above the one that was not.

    l = −log σ(positive − negative): the logistic loss on the difference, which is
    `binary_cross_entropy_with_logits(positive - negative, 1)` without the price of the other label.

    Args:
        positive: scores of the chosen items, floating point, any shape.
        negative: scores of items that were not chosen, the same shape.
        reduction: "mean", "sum" or "none" (the shape of `positive`).

    Returns:
        A scalar, or a tensor like `positive` for "none". Half precision is computed in float32 and returned as
        float32. The mean of no pairs is 0.

    Raises:
        ValueError: the shapes differ (nothing is broadcast), or `reduction` is none of the three.
        TypeError: a score is not a floating-point tensor.

    Example:
        >>> bpr_loss(torch.tensor([2.0, 1.0]), torch.tensor([1.0, 1.0]), reduction="none")
        tensor([0.3133, 0.6931])

    Differs from:
        RecBole, which writes −log(1e-10 + σ): there a pair that is 30 the wrong way round costs 23 and has no
        gradient, here it costs 30 and has gradient −1. The L2 penalty of the paper is `l2_penalty`, not part of it.

    Source:
        Rendle, Freudenthaler, Gantner and Schmidt-Thieme, BPR: Bayesian personalized ranking from implicit feedback,
        UAI 2009.
    """
    check_floating(positive=positive, negative=negative)
    check_same_shape(positive=positive, negative=negative)
    positive, negative = widen(positive, negative)
    return reduce(-F.logsigmoid(positive - negative), None, reduction)


def ranknet_loss(
    scores: Tensor, relevance: Tensor, *, mask: Tensor | None = None, reduction: str = "mean"
) -> Tensor:
    """RankNet: in every pair of a list, the more relevant item should score above the less relevant one.

    lᵢⱼ = −log σ(sᵢ − sⱼ) over the pairs with relevanceᵢ > relevanceⱼ; the mean is over all those pairs.

    Args:
        scores: (…, m), floating point, finite, m items in each list. To leave an item out, use `mask`, not −inf.
        relevance: the same shape, any real dtype, finite. Only its order counts; tied items form no pair.
        mask: (…, m), bool, True where an item counts. None: all do.
        reduction: "mean" (over the valid pairs of all lists), "sum", or "none": (…, m, m), lᵢⱼ at [i, j], 0 where
            i and j form no pair.

    Returns:
        A scalar, or the matrices for "none". Half precision is computed in float32 and returned as float32. Without
        a valid pair the mean is 0 with zero gradient. Memory grows with m².

    Raises:
        ValueError: the shapes differ (nothing is broadcast), or `reduction` is none of the three.
        TypeError: `scores` is not a floating-point tensor, `relevance` no real one, or `mask` no bool one.

    Example:
        >>> ranknet_loss(torch.tensor([2.0, 1.0, 0.0]), torch.tensor([1, 0, 0]), reduction="none")[0]
        tensor([0.0000, 0.3133, 0.1269])

    Differs from:
        the paper's ½ for a tied pair: as in RankLib and rax, ties are left out.

    Source:
        Burges et al., Learning to rank using gradient descent, ICML 2005.
    """
    scores, relevance, mask = _lists(scores, relevance, mask)
    above = relevance.unsqueeze(-1) > relevance.unsqueeze(-2)
    pairs = above & mask.unsqueeze(-1) & mask.unsqueeze(-2)
    winners, losers = torch.broadcast_tensors(scores.unsqueeze(-1), scores.unsqueeze(-2))
    return reduce(bpr_loss(winners, losers, reduction="none"), pairs, reduction)


def listnet_loss(
    scores: Tensor, relevance: Tensor, *, mask: Tensor | None = None, reduction: str = "mean"
) -> Tensor:
    """ListNet: the scores should choose the top item with the probabilities that the relevance gives.

    l = −Σᵢ softmax(relevance)ᵢ · log softmax(scores)ᵢ: cross entropy between two softmaxes over the items of a list.

    Args:
        relevance: (…, m), any real dtype, finite. One grade more makes an item e times as likely.
        reduction: "mean" (over lists), "sum", or "none": one loss for each list, (…), 0 where all is masked.
            (scores, mask, the result and the errors as in `ranknet_loss`)

    Example:
        >>> listnet_loss(torch.tensor([0.0, 0.0]), torch.tensor([5.0, 1.0]))    # log 2, whatever the relevance
        tensor(0.6931)

    Differs from:
        rax's `softmax_loss`, which weighs with the relevance itself instead of its softmax.

    Source:
        Cao, Qin, Liu, Tsai and Li, Learning to rank: from pairwise approach to listwise approach, ICML 2007.
    """
    scores, relevance, mask = _lists(scores, relevance, mask)
    lowest = torch.finfo(scores.dtype).min
    chances = relevance.masked_fill(~mask, lowest).softmax(-1)
    losses = cross_entropy(scores.masked_fill(~mask, lowest), chances, reduction="none")
    return reduce(losses, mask.any(-1), reduction)


def listmle_loss(
    scores: Tensor, relevance: Tensor, *, mask: Tensor | None = None, reduction: str = "mean"
) -> Tensor:
    """ListMLE: −log of the probability of the right order, when items are drawn one by one by their scores.

    l = Σᵢ (log Σ_{j ≥ i} exp(sⱼ) − sᵢ), the items numbered from the most to the least relevant (Plackett–Luce).

    Args:
        relevance: (…, m), any real dtype, finite. Only its order counts; tied items keep the order they came in.
        reduction: "mean" (over lists; within a list it is the sum), "sum", or "none": one loss for each list, (…),
            0 where all is masked. (scores, mask, the result and the errors as in `ranknet_loss`)

    Example:
        >>> listmle_loss(torch.tensor([0.0, 0.0, 0.0]), torch.tensor([1, 3, 2]))    # log 3!: all orders alike
        tensor(1.7918)

    Differs from:
        allRank, which breaks ties at random, so that one call does not give the value of the next, and adds 1e-10
        inside the logarithm, which turns the gradient of widely spread scores the wrong way.

    Source:
        Xia, Liu, Wang, Zhang and Li, Listwise approach to learning to rank: theory and algorithm, ICML 2008; Plackett, 1975.
    """
    scores, relevance, mask = _lists(scores, relevance, mask)
    # only differences count: as log-probabilities, the scores lose no digit to a common offset in what follows
    log_p = scores.masked_fill(~mask, torch.finfo(scores.dtype).min).log_softmax(-1)
    order = _descending(relevance, mask)
    ranked, counts = log_p.gather(-1, order), mask.gather(-1, order)
    losses = (_log_of_rest(ranked, counts) - ranked).masked_fill(~counts, 0).sum(-1)
    return reduce(losses, mask.any(-1), reduction)


@torch.no_grad()
def ndcg(scores: Tensor, relevance: Tensor, *, k: int | None = None, mask: Tensor | None = None) -> Tensor:
    """Normalised discounted cumulative gain: the worth of the ranking over that of the best one, from 0 to 1.

    DCG = Σᵢ (2^relevanceᵢ − 1) / log₂(i + 1) over the k items with the highest scores, in that order, i from 1;
    divided by the DCG of the items sorted by relevance. One value for each list.

    Args:
        scores: (…, m), floating point, m items in each list. Tied items keep the order they came in.
        relevance: grades, the same shape, any real dtype, not negative.
        k: how many places count; None, or more than m, is all of them.
        mask: (…, m), bool, True where an item counts. None: all do.

    Returns:
        NDCG of each list, (…), without a gradient: the order of the scores is no smooth function of them. float32, or
        float64 if an input has it. 0 for a list in which nothing is relevant.

    Raises:
        ValueError: the shapes differ, a grade is negative, or k is not at least 1.
        TypeError: as in `ranknet_loss`, or k is no integer.

    Example:
        >>> ndcg(torch.tensor([[3.0, 2.0, 1.0]]), torch.tensor([[0, 1, 0]]))    # 1 / log₂ 3
        tensor([0.6309])

    Differs from:
        `sklearn.metrics.ndcg_score`, whose gain is the relevance itself, which averages over the orders of tied scores
        and returns the mean over lists.

    Source:
        Järvelin and Kekäläinen, Cumulated gain-based evaluation of IR techniques, TOIS 20, 2002; the gain 2^r − 1 is
        from Burges et al., ICML 2005.
    """
    if k is not None:
        check_count(k=k)
    scores, relevance, mask = _lists(scores, relevance, mask)
    check_not_negative(relevance=relevance)
    gains = _gains(relevance).masked_fill(scores.isnan(), torch.nan)
    by_score = _descending(scores, mask)
    best = _dcg(gains.sort(-1, descending=True).values, k)
    return _dcg(gains.gather(-1, by_score), k) / torch.where(best == 0, 1, best)


def _log_of_rest(log_p: Tensor, counts: Tensor) -> Tensor:
    """log Σ_{j ≥ i} p_j along lists in order: by sums of probabilities, six times faster, where none of them is tiny."""
    backwards = log_p.flip(-1)
    if (counts & (log_p < TINY)).any():
        return backwards.logcumsumexp(-1).flip(-1)
    return backwards.exp().cumsum(-1).flip(-1).masked_fill(~counts, 1).log()


def _gains(relevance: Tensor) -> Tensor:
    """2^relevance − 1 in units of 2^(the list's highest grade), so that no grade is too high; NDCG is a ratio of gains."""
    if relevance.numel() == 0:
        return relevance
    top = relevance.amax(-1, keepdim=True)
    return torch.exp2(relevance - top) - torch.exp2(-top)


def _descending(x: Tensor, mask: Tensor) -> Tensor:
    """The indices that sort x from high to low: stable, what is masked last, even behind −inf."""
    x = x.clamp(min=torch.finfo(x.dtype).min).masked_fill(~mask, -torch.inf)
    return x.argsort(dim=-1, descending=True, stable=True)


def _dcg(gains: Tensor, k: int | None) -> Tensor:
    """Σ gain / log₂(place + 1) over the first k places of gains in ranked order."""
    gains = gains[..., :k]
    places = torch.arange(1, gains.shape[-1] + 1, device=gains.device, dtype=gains.dtype)
    return (gains / torch.log2(places + 1)).sum(-1)


def _lists(scores: Tensor, relevance: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
    """Scores and relevance in working precision, 0 where masked, and the mask, after the checks that all share."""
    check_order(scores=scores, relevance=relevance)
    check_floating(scores=scores)
    check_same_shape(scores=scores, relevance=relevance)
    if scores.ndim == 0:
        raise ValueError("scores must be lists (…, m), got a scalar")
    check_mask(mask, scores=scores)
    mask = torch.ones_like(scores, dtype=torch.bool) if mask is None else mask
    scores, relevance = (x.masked_fill(~mask, 0) for x in widen(scores, relevance))
    # 0 · relevance is 0, and NaN where a grade is NaN: it shows in the loss, where an order would hide it
    return scores + 0 * relevance, relevance, mask
