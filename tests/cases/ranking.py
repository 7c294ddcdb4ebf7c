"""Rows of the ranking losses: the sums written as loops over items and pairs, with plain `math` inside."""

import math
from collections.abc import Callable

import numpy as np
import torch
from scipy.special import log_softmax, softmax
from torch import Tensor

import lossfns
from cases.case import Case
from cases.contrastive import OFF
from cases.regression import pairs


def softplus(x: float) -> float:
    """log(1 + eˣ) by the side that does not overflow."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def lists(generator: torch.Generator, n: int) -> tuple[Tensor, Tensor]:
    """n lists of six items with grades 0 to 3, so that there are ties."""
    scores = 2 * torch.randn(n, 6, generator=generator, dtype=torch.float64)
    return scores, torch.randint(4, (n, 6), generator=generator, dtype=torch.float64)


def preferred(positive: Tensor, negative: Tensor) -> Tensor:
    losses = [softplus(b - a) for a, b in zip(positive.tolist(), negative.tolist(), strict=True)]
    return torch.tensor(losses, dtype=torch.float64)


def by_list(loss: Callable[[list[float], list[float]], object]) -> Callable[..., Tensor]:
    def losses(scores: Tensor, relevance: Tensor) -> Tensor:
        rows = zip(scores.tolist(), relevance.tolist(), strict=True)
        return torch.tensor([loss(s, r) for s, r in rows], dtype=torch.float64)

    return losses


def valid_pairs(s: list[float], r: list[float]) -> list[list[float]]:
    items = range(len(s))
    return [[softplus(s[j] - s[i]) if r[i] > r[j] else 0.0 for j in items] for i in items]


def top_one(s: list[float], r: list[float]) -> float:
    return -float(softmax(r) @ log_softmax(np.array(s)))


def drawn_in_order(s: list[float], r: list[float]) -> float:
    """−log of the product of P(next item | items that remain). Python's sort is stable, reversed or not."""
    left = [s[i] for i in sorted(range(len(s)), key=lambda i: -r[i])]
    total = 0.0
    while left:
        best = max(left)
        total += math.log(math.fsum(math.exp(x - best) for x in left)) + (best - left[0])
        left.pop(0)
    return total


HARD_SCORES = (
    ([[1e4, -1e4, 0.0]], [[0.0, 2.0, 1.0]]),  # the wrong way round
    ([[-1e4, 1e4, 0.0]], [[0.0, 2.0, 1.0]]),
    ([[1.0, 1.0, 1.0]], [[1.0, 1.0, 1.0]]),  # all tied
    ([[0.0, 200.0, -200.0, 50.0]], [[3.0, 2.0, 1.0, 0.0]]),
    ([[5.0]], [[1.0]]),
)

CASES = (
    Case(
        "bpr",
        lossfns.bpr_loss,
        pairs,
        oracle=preferred,
        by_hand=(([0.0, 2.0], [0.0, 2.0 + math.log(3)]), (math.log(2) + math.log(4)) / 2),
        names=("positive", "negative"),
        singular=(([0.0, 1e4, -1e4, -200.0], [0.0, -1e4, 1e4, 0.0]),),
        off=OFF,
    ),
    Case(
        "ranknet",
        lossfns.ranknet_loss,
        lists,
        oracle=by_list(valid_pairs),
        # one pair is right by log 3, one wrong by log 3, one tie does not count
        by_hand=(
            ([[math.log(3), 0.0], [0.0, math.log(3)], [1.0, 2.0]], [[2.0, 1.0], [1.0, 0.0], [1.0, 1.0]]),
            (math.log(4 / 3) + math.log(4)) / 2,
        ),
        names=("scores", "relevance"),
        singular=HARD_SCORES,
        off=OFF | {"oracle": "the mean is over pairs with a winner, not over all cells: test_ranking"},
    ),
    Case(
        "listnet",
        lossfns.listnet_loss,
        lists,
        oracle=by_list(top_one),
        # items that should win with odds 1 : 3 and score with odds 1 : 1, then 3 : 1
        by_hand=(
            ([[0.0, 0.0], [math.log(3), 0.0]], [[0.0, math.log(3)], [0.0, math.log(3)]]),
            (math.log(2) + math.log(4 / 3) / 4 + 3 * math.log(4) / 4) / 2,
        ),
        names=("scores", "relevance"),
        singular=HARD_SCORES,
        off=OFF,
    ),
    Case(
        "listmle",
        lossfns.listmle_loss,
        lists,
        oracle=by_list(drawn_in_order),
        # weights 1, 2, 3 drawn in the order 3, 2, 1: 3/6 · 2/3; and in the order 1, 2, 3: 1/6 · 2/5
        by_hand=(
            (
                [[0.0, math.log(2), math.log(3)], [0.0, math.log(2), math.log(3)]],
                [[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]],
            ),
            (math.log(3) + math.log(15)) / 2,
        ),
        names=("scores", "relevance"),
        singular=HARD_SCORES,
        off=OFF,
    ),
)
