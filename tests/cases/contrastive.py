"""Rows of the contrastive losses: distances by math.dist, similarities by math.hypot, sums by scipy's logsumexp."""

import math
from collections.abc import Callable

import numpy as np
import torch
from scipy.special import logsumexp
from torch import Tensor

import lossfns
from cases.case import Case

BATCH_IS_THE_TASK = "the other rows are the negatives: splitting a batch changes the loss by design"
NO_WEIGHT = "the signature has no weight"
NO_GRAD = "no written gradient in the library"
OFF = {"weight": NO_WEIGHT, "grad": NO_GRAD}
OFF_IN_BATCH = OFF | {"split": BATCH_IS_THE_TASK, "layout": "one (n, d) batch at a time"}


def embeddings(count: int) -> Callable[..., tuple[Tensor, ...]]:
    """`count` matrices (n, 5), each a noisy copy of the first."""

    def draw(generator: torch.Generator, n: int) -> tuple[Tensor, ...]:
        first = torch.randn(n, 5, generator=generator, dtype=torch.float64)
        noise = torch.randn(count - 1, n, 5, generator=generator, dtype=torch.float64)
        return first, *(first + noise)

    return draw


def signed_pairs(generator: torch.Generator, n: int) -> tuple[Tensor, ...]:
    x1, x2 = embeddings(2)(generator, n)
    return x1, x2, 2 * torch.randint(2, (n,), generator=generator, dtype=torch.float64) - 1


def units(x: Tensor) -> np.ndarray:
    rows = [np.array(row) / (math.hypot(*row) or 1) for row in x.tolist()]
    return np.array(rows).reshape(x.shape)


def triplets(margin: float) -> Callable[..., Tensor]:
    def losses(*points: Tensor) -> Tensor:
        rows = zip(*(x.tolist() for x in points), strict=True)
        return torch.tensor(
            [max(0.0, math.dist(a, p) - math.dist(a, n) + margin) for a, p, n in rows], dtype=torch.float64
        )

    return losses


def own_key(temperature: float) -> Callable[..., np.ndarray]:
    """−log of the share of key i among all keys, for each query i."""

    def losses(queries: Tensor, keys: Tensor) -> np.ndarray:
        s = units(queries) @ units(keys).T / temperature
        return np.array([logsumexp(s[i]) - s[i, i] for i in range(len(s))])

    return losses


def both_directions(temperature: float) -> Callable[..., np.ndarray]:
    return lambda a, b: (own_key(temperature)(a, b) + own_key(temperature)(b, a)) / 2


def other_view(temperature: float) -> Callable[..., np.ndarray]:
    """The sum over j ≠ i, written as the removal of entry i."""

    def losses(view1: Tensor, view2: Tensor) -> np.ndarray:
        n, z = len(view1), units(torch.cat([view1, view2]))
        s = z @ z.T / temperature
        return np.array([logsumexp(np.delete(s[i], i)) - s[i, (i + n) % (2 * n)] for i in range(2 * n)])

    return losses


def signed_cosines(margin: float) -> Callable[..., np.ndarray]:
    def losses(x1: Tensor, x2: Tensor, target: Tensor) -> np.ndarray:
        cosine = (units(x1) * units(x2)).sum(-1)
        return np.where(target.numpy() == 1, 1 - cosine, np.maximum(0, cosine - margin))

    return losses


BAD_TEMPERATURES = (
    ("temperature", 0.0, ValueError),
    ("temperature", -0.1, ValueError),
    ("temperature", float("nan"), ValueError),
    ("temperature", "hot", TypeError),
    ("temperature", torch.tensor(0.0), ValueError),
    ("temperature", torch.ones(2), ValueError),
)
BAD_MARGINS = (
    ("margin", 0.0, ValueError),
    ("margin", -1.0, ValueError),
    ("margin", float("nan"), ValueError),
    ("margin", "1", TypeError),
)
HARD_PAIRS = (
    ([[0.0, 0.0], [1.0, 0.0]], [[1.0, 0.0], [0.0, 1.0]]),  # a zero vector among the first
    ([[1.0, 0.0], [1.0, 1.0]], [[0.0, 0.0], [0.0, 0.0]]),  # none but zero vectors among the second
    ([[0.0, 0.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]),
    ([[1.0, 2.0], [1.0, 2.0]], [[1.0, 2.0], [1.0, 2.0]]),  # all alike
    ([[1.0, 0.0], [-1.0, 0.0]], [[-1.0, 0.0], [1.0, 0.0]]),  # each the opposite of its own
    ([[3e200, 4e200], [0.0, -1e200]], [[1e200, 0.0], [1.0, 0.0]]),  # the squares overflow
    ([[3e30, 4e30], [0.0, -1e30]], [[1e30, 0.0], [1.0, 0.0]]),
    ([[3e-200, 4e-200], [0.0, -1e-200]], [[1e-200, 0.0], [1.0, 0.0]]),  # the squares vanish
    ([[3e-30, 4e-30], [0.0, -1e-30]], [[1e-30, 0.0], [1.0, 0.0]]),
    ([[2.0, 1.0]], [[0.5, -1.0]]),  # a batch of one
)

CASES = (
    Case(
        "triplet",
        lossfns.triplet_margin_loss,
        embeddings(3),
        oracle=triplets(1.0),
        by_hand=(([[0.0, 0.0], [0.0, 0.0]], [[3.0, 4.0], [0.0, 1.0]], [[0.0, 5.5], [9.0, 0.0]]), 0.25),
        names=("anchor", "positive"),
        singular=(
            ([[1.0, 2.0]], [[1.0, 2.0]], [[1.0, 2.0]]),
            ([[1.0, 2.0]], [[1.0, 2.0]], [[3.0, 0.0]]),
            ([[1.0, 2.0]], [[3.0, 0.0]], [[1.0, 2.0]]),
            ([[3e200, 4e200]], [[0.0, 0.0]], [[3e200, 0.0]]),
            ([[3e30, 4e30]], [[0.0, 0.0]], [[3e30, 0.0]]),
            ([[1e-200, 0.0]], [[0.0, 0.0]], [[0.0, 1e-200]]),
            ([[0.0, 0.0]], [[0.0, 2.0]], [[3.0, 0.0]]),  # on the margin
        ),
        bad_options=BAD_MARGINS,
        off=OFF,
    ),
    *(
        case
        for temperature in (0.005, 0.07, 1.0)
        for case in (
            Case(
                f"info-nce-{temperature}",
                lossfns.info_nce_loss,
                embeddings(2),
                oracle=own_key(temperature),
                # cosines 1 and 0 in the first row, 0.6 (its own) and 0.8 in the second
                by_hand=(
                    ([[2.0, 0.0], [4.0, 3.0]], [[7.0, 0.0], [0.0, 1.0]]),
                    (math.log1p(math.exp(-1 / temperature)) + math.log1p(math.exp(0.2 / temperature))) / 2,
                ),
                names=("queries", "keys"),
                options={"temperature": temperature},
                tolerance=2e-15 / temperature,
                singular=HARD_PAIRS,
                bad_options=BAD_TEMPERATURES,
                off=OFF_IN_BATCH,
            ),
            Case(
                f"clip-{temperature}",
                lossfns.clip_loss,
                embeddings(2),
                oracle=both_directions(temperature),
                # rows as above: 1 against 0, 0.6 against 0.8; columns: 1 against 0.8, 0.6 against 0
                by_hand=(
                    ([[2.0, 0.0], [4.0, 3.0]], [[7.0, 0.0], [0.0, 1.0]]),
                    sum(math.log1p(math.exp(gap / temperature)) for gap in (-1, 0.2, -0.2, -0.6)) / 4,
                ),
                names=("a", "b"),
                options={"temperature": temperature},
                tolerance=2e-15 / temperature,
                singular=HARD_PAIRS,
                bad_options=BAD_TEMPERATURES,
                off=OFF_IN_BATCH,
            ),
            Case(
                f"nt-xent-{temperature}",
                lossfns.nt_xent_loss,
                embeddings(2),
                oracle=other_view(temperature),
                # the four views are e1, e2, e1, e2: each has one twin at cosine 1 and two others at 0
                by_hand=(
                    ([[2.0, 0.0], [0.0, 3.0]], [[1.0, 0.0], [0.0, 5.0]]),
                    math.log1p(2 * math.exp(-1 / temperature)),
                ),
                names=("view1", "view2"),
                options={"temperature": temperature},
                tolerance=2e-15 / temperature,
                singular=HARD_PAIRS,
                bad_options=BAD_TEMPERATURES,
                off=OFF_IN_BATCH,
            ),
        )
    ),
    *(
        Case(
            f"cosine-{margin}",
            lossfns.cosine_embedding_loss,
            signed_pairs,
            oracle=signed_cosines(margin),
            # cosines 0.8 (alike: 0.2), 0.6 (unlike) and −1 (unlike: free)
            by_hand=(
                (
                    [[2.0, 0.0], [3.0, 4.0], [1.0, 0.0]],
                    [[4.0, 3.0], [1.0, 0.0], [-1.0, 0.0]],
                    [1.0, -1.0, -1.0],
                ),
                (0.2 + (0.6 - margin)) / 3,
            ),
            names=("x1", "x2"),
            options={"margin": margin},
            singular=(
                *((*pair, [1.0, -1.0][: len(pair[0])]) for pair in HARD_PAIRS),
                *((*pair, [-1.0, 1.0][: len(pair[0])]) for pair in HARD_PAIRS),
            ),
            bad_options=(
                ("margin", 1.5, ValueError),
                ("margin", -1.5, ValueError),
                ("margin", float("nan"), ValueError),
                ("margin", "1", TypeError),
            ),
            off=OFF | {"half": "the signs cannot be scaled: test_contrastive"},
        )
        for margin in (0.0, 0.3)
    ),
)
