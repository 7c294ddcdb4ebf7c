"""Which negative to take. The first function is the solution that a learner may ask for."""

from collections.abc import Iterator

import numpy as np
import torch

from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe


def semi_hard(to_positive, to_negatives):
    beyond = to_negatives > to_positive[:, None]
    nearest_beyond = torch.where(beyond, to_negatives, torch.inf).argmin(dim=1)
    return torch.where(beyond.any(dim=1), nearest_beyond, to_negatives.argmax(dim=1))


def candidates(rng: np.random.Generator) -> Iterator[Probe]:
    """Anchors with all negatives beyond, some, or none; no two distances equal."""
    for k, m in ((1, 1), (1, 4), (2, 3), (5, 4), (6, 7), (8, 5)):
        distances = 0.1 * rng.permutation(np.arange(5, 5 + 4 * k * m))[: k * m].reshape(k, m) + 0.013
        ordered = np.sort(distances, axis=1)
        rank = rng.integers(0, m + 1, k)
        rank[: min(k, 3)] = [m, 0, m // 2][: min(k, 3)] if k > 1 else [rng.integers(0, m)]
        gap = np.where(
            rank == m, ordered[:, -1] + 0.03, ordered[np.arange(k), np.minimum(rank, m - 1)] - 0.03
        )
        yield Probe((gap, distances))
    distances = (0.1 * rng.permutation(np.arange(5, 41)).reshape(6, 6)) + 0.013
    yield Probe((np.sort(distances, axis=1)[:, 2] + 0.03, distances))
    yield Probe((np.sort(distances, axis=1)[:, 4] + 0.03, distances))
    yield Probe((np.full(6, 9.0), distances))  # nobody has one beyond


def _mine(
    pool=lambda p, n: n > p[:, None], pick=None, otherwise=lambda p, n: n.argmax(1), end=lambda k, n: k
):
    """Mining with another pool to choose from, another choice or another way out."""
    pick = pick or (lambda pool, p, n: torch.where(pool, n, torch.inf).argmin(1))

    def mine(p, n):
        some = pool(p, n)
        return end(torch.where(some.any(1), pick(some, p, n), otherwise(p, n)), n)

    return mine


def _within_the_pool(p, n):
    """The index within the list of those beyond, not within all negatives."""
    return [
        int(row[row > limit].argmin()) if (row > limit).any() else int(row.argmax())
        for limit, row in zip(p, n, strict=True)
    ]


SEMI_HARD = Exercise(
    id="con-03",
    name="semi_hard",
    title="Not the worst, the next",
    points=3,
    minutes=15,
    difficulty=3,
    reference=semi_hard,
    probes=candidates,
    regimes=(
        Regime(
            "none beyond",
            lambda p, n: (n <= p[:, None]).all(1),
            "no negative is farther than the positive",
            "some negative is farther than the positive",
        ),
        Regime(
            "all beyond",
            lambda p, n: (n > p[:, None]).all(1),
            "all negatives are farther than the positive",
            "some negative is nearer than the positive",
        ),
    ),
    gives="an index for each anchor, shape (k,),",
    hints=(
        "Each anchor has a limit of its own: how far its positive is. Which of its negatives are beyond the limit?",
        "Compare the table (k, m) with the limits as a column (k, 1). Then set the distances that are out of the question "
        "to infinity, and the nearest of the rest is an argmin.",
        "A row with nothing beyond needs the other rule: `torch.where(some.any(dim=1), nearest, farthest)`.",
    ),
    mistakes=(
        Mistake(
            "hardest",
            lambda p, n: n.argmin(1),
            "You take the nearest negative of all, the hardest: that is the rule that collapses. How far the positive "
            "is does not matter in yours.",
        ),
        Mistake(
            "farthest",
            lambda p, n: n.argmax(1),
            "You take the farthest negative, the easiest of all. That is for anchors that have none beyond the positive.",
        ),
        Mistake(
            "fallback-nearest",
            _mine(otherwise=lambda p, n: n.argmin(1)),
            "Right where some negative is farther than the positive. Where none is, you take the hardest; the text "
            "asks for another one.",
        ),
        Mistake(
            "fallback-first",
            _mine(otherwise=lambda p, n: 0 * n.argmin(1)),
            "Right where some negative is farther than the positive. Where none is, you return 0: the argmin of a row "
            "of infinities, perhaps?",
        ),
        Mistake(
            "fallback-none",
            _mine(otherwise=lambda p, n: 0 * n.argmin(1) - 1),
            "Right where some negative is farther than the positive. Where none is, a negative has to be named all the same.",
        ),
        Mistake(
            "nearer-than-the-positive",
            _mine(
                pool=lambda p, n: n < p[:, None],
                pick=lambda pool, p, n: torch.where(pool, n, -torch.inf).argmax(1),
            ),
            "You choose among the negatives that are nearer than the positive: those are hard. On which side of the "
            "positive is semi-hard?",
        ),
        Mistake(
            "pool-turned-round",
            _mine(pool=lambda p, n: n < p[:, None]),
            "You take the nearest of those that are nearer than the positive, the hardest of all. On which side of "
            "the positive is semi-hard?",
        ),
        Mistake(
            "closest-to-the-positive",
            lambda p, n: (n - p[:, None]).abs().argmin(1),
            "You take the negative whose distance is closest to the positive's, on either side. Only one of the sides is meant.",
        ),
        Mistake(
            "distance-returned",
            _mine(end=lambda k, n: n.gather(1, k[:, None])[:, 0]),
            "You found the right negatives and return their distances. Which of them they are was asked: the index.",
        ),
        Mistake(
            "within-the-pool",
            _within_the_pool,
            "You found the right negatives, and you count only those that are beyond. The index is a column of the "
            "whole table.",
        ),
        Mistake(
            "first-beyond",
            _mine(pick=lambda pool, p, n: pool.double().argmax(1)),
            "You take the first negative that is beyond the positive. The nearest of them was asked.",
        ),
        Mistake(
            "last-beyond",
            _mine(pick=lambda pool, p, n: pool.shape[1] - 1 - pool.flip(1).double().argmax(1)),
            "You take the last negative that is beyond the positive. The nearest of them was asked.",
        ),
        Mistake(
            "one-limit",
            _mine(pool=lambda p, n: n > p.mean()),
            "One limit for all anchors, the mean. Each anchor has a positive of its own.",
        ),
        Mistake(
            "loosest-limit",
            _mine(pool=lambda p, n: n > p.max()),
            "One limit for all anchors, the largest. Each anchor has a positive of its own.",
        ),
        Mistake(
            "all-or-none",
            lambda p, n: semi_hard(p, n) if (n > p[:, None]).any(1).all() else n.argmax(1),
            "Right while every anchor has a negative beyond. As soon as one has none, all get the other rule: each "
            "anchor chooses for itself.",
        ),
        Mistake(
            "counted-from-one",
            _mine(end=lambda k, n: k + 1),
            "The right negatives, counted from 1. Columns are counted from 0.",
        ),
        Mistake(
            "fallback-last",
            _mine(otherwise=lambda p, n: 0 * n.argmin(1) + n.shape[1] - 1),
            "Right where some negative is farther than the positive. Where none is, you take the last column; the "
            "text says which one.",
        ),
        Mistake(
            "second-nearest-beyond",
            _mine(
                pool=lambda p, n: n > p[:, None],
                pick=lambda pool, p, n: torch.where(pool, n, torch.inf).argsort(1)[:, min(1, n.shape[1] - 1)],
            ),
            "You take the second of those beyond the positive. Is a sort counted from 0?",
        ),
        Mistake(
            "mask",
            lambda p, n: (
                (n > p[:, None]) & (n == torch.where(n > p[:, None], n, torch.inf).amin(1, keepdim=True))
            ),
            "You return a table of yes and no. Which column says yes, one number for each anchor?",
        ),
        Mistake(
            "first-or-first",
            lambda p, n: (n > p[:, None]).double().argmax(1),
            "You take the first negative that is beyond the positive, and column 0 where none is. The nearest of them "
            "was asked, and the farthest of all where none is.",
        ),
        Mistake(
            "below-or-first",
            lambda p, n: torch.where(n < p[:, None], n, torch.inf).argmin(1),
            "You take the nearest of those that are nearer than the positive, the hardest of all. On which side of the "
            "positive is semi-hard?",
        ),
        Mistake(
            "just-below-or-first",
            lambda p, n: torch.where(n < p[:, None], n, -torch.inf).argmax(1),
            "You choose among the negatives that are nearer than the positive: those are hard. On which side of the "
            "positive is semi-hard?",
        ),
        Mistake(
            "masked-with-zero",
            lambda p, n: (n * (n > p[:, None])).argmin(1),
            "You set the distances that are out of the question to 0 or another small number, and an argmin loves those. "
            "Which number never wins?",
        ),
        Mistake(
            "farthest-beyond",
            lambda p, n: (n * (n > p[:, None])).argmax(1),
            "You take the farthest of those beyond the positive. The nearest of them was asked.",
        ),
        Mistake(
            "rank",
            lambda p, n: (n <= p[:, None]).sum(1),
            "You count how many negatives are nearer than the positive. That is a place in the sorted row; the column "
            "was asked.",
        ),
        Mistake(
            "place",
            lambda p, n: (n <= p[:, None]).sum(1).clamp(max=n.shape[1] - 1),
            "That is the place in the sorted row. Which column of the table, as you got it, does that distance stand in?",
        ),
        Mistake(
            "mirror",
            _mine(
                pool=lambda p, n: n < p[:, None],
                pick=lambda pool, p, n: torch.where(pool, n, -torch.inf).argmax(1),
                otherwise=lambda p, n: n.argmin(1),
            ),
            "That is the rule in a mirror: the farthest of those that are nearer than the positive. Semi-hard is on the other side.",
        ),
    ),
    variants=(
        lambda p, n: [
            min(
                (j for j in range(n.shape[1]) if n[i, j] > p[i]),
                key=lambda j, i=i: float(n[i, j]),
                default=int(n[i].argmax()),
            )
            for i in range(len(p))
        ],
        lambda p, n: np.where(
            (n > p[:, None]).any(1), np.where(n > p[:, None], n, np.inf).argmin(1), n.argmax(1)
        ),
        lambda p, n: torch.where(n > p[:, None], n, 1e9 - n).argmin(1),
        lambda p, n: semi_hard(p.float(), n.float()).int(),
        lambda p, n: semi_hard(p, n).double(),
    ),
)
