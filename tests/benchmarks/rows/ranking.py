"""ListMLE and RankNet against the ways in which they are usually written."""

import torch
import torch.nn.functional as F
from contest import Arguments, Contest, losses
from torch import Tensor

import lossfns


def graded(lists: int, items: int) -> Arguments:
    def draw() -> tuple[Tensor, ...]:
        generator = torch.Generator().manual_seed(0)
        scores = torch.randn(lists, items, generator=generator).requires_grad_()
        return scores, torch.randint(5, (lists, items), generator=generator)

    return draw


def listmle_by_place(scores: Tensor, relevance: Tensor) -> Tensor:
    ranked = scores.gather(-1, relevance.argsort(dim=-1, descending=True, stable=True))
    places = range(scores.shape[-1])
    return sum(ranked[:, i:].logsumexp(-1) - ranked[:, i] for i in places).mean()


def allranks_listmle(scores: Tensor, relevance: Tensor) -> Tensor:
    """allRank's steps: shuffle, sort, subtract the largest score, sum exponentials, an epsilon in the logarithm."""
    shuffled = torch.randperm(scores.shape[-1])
    _, order = relevance[:, shuffled].sort(descending=True, dim=-1)
    mask = relevance == -1
    ranked = scores[:, shuffled].gather(1, order).masked_fill(mask, -torch.inf)
    ranked = ranked - ranked.max(dim=1, keepdim=True).values
    remaining = ranked.exp().flip(1).cumsum(1).flip(1)
    return ((remaining + 1e-10).log() - ranked).masked_fill(mask, 0).sum(1).mean()


def ranknet_by_index(scores: Tensor, relevance: Tensor) -> Tensor:
    above = relevance[:, :, None] > relevance[:, None, :]
    return -F.logsigmoid((scores[:, :, None] - scores[:, None, :])[above]).mean()


ROWS = [
    Contest(
        "listmle_loss, 4,096 × 64",
        "logsumexp, place by place",
        losses(lossfns.listmle_loss, listmle_by_place, graded(4096, 64)),
        bound=1.0,
    ),
    Contest(
        "listmle_loss, 4,096 × 64",
        "allRank's formula, wrong for spread scores",
        losses(lossfns.listmle_loss, allranks_listmle, graded(4096, 64), same_value=False),
        bound=1.0,
        reason="sorting is half of either; log softmax, masks and checks are what theirs does without.",
    ),
    Contest(
        "ranknet_loss, 2,048 × 64",
        "F.logsigmoid of the pairs",
        losses(lossfns.ranknet_loss, ranknet_by_index, graded(2048, 64)),
        bound=1.0,
    ),
]
