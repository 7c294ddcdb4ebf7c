"""Rows of the classification losses."""

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from scipy.special import expit, logsumexp
from torch import Tensor

import lossfns
from cases.case import Case

K = 4
INF = float("inf")
TAKES_CLASS_WEIGHTS = {"weight": "weights belong to classes, not to targets: test_classification.py"}
TAKES_NO_WEIGHT = {"weight": "takes no weight"}


def indices(generator: torch.Generator, n: int) -> tuple[Tensor, Tensor]:
    logits = 3 * torch.randn(n, K, generator=generator, dtype=torch.float64)
    return logits, torch.randint(K, (n,), generator=generator)


def probabilities(generator: torch.Generator, n: int) -> tuple[Tensor, Tensor]:
    logits, target = 3 * torch.randn(2, n, K, generator=generator, dtype=torch.float64)
    return logits, target.softmax(-1)


def soft_answers(generator: torch.Generator, n: int) -> tuple[Tensor, Tensor]:
    """Logits and targets in [0, 1]: a third of them 0, a third 1."""
    logits = 3 * torch.randn(n, generator=generator, dtype=torch.float64)
    return logits, (3 * torch.rand(n, generator=generator, dtype=torch.float64) - 1).clamp(0, 1)


def several_answers(generator: torch.Generator, n: int) -> tuple[Tensor, Tensor]:
    logits, target = soft_answers(generator, 3 * n)
    return logits.reshape(n, 3), target.reshape(n, 3)


def answers(generator: torch.Generator, n: int) -> tuple[Tensor, Tensor]:
    logits, target = indices(generator, n)
    return logits[:, 0], target % 2


def signs(generator: torch.Generator, n: int) -> tuple[Tensor, Tensor]:
    scores, target = answers(generator, n)
    return scores / 2, 2 * target - 1


def np_cross_entropy(smoothing: float) -> Callable[..., np.ndarray]:
    """Σ_c t_c·(log Σ exp z − z_c), one class at a time, skipping those with t_c = 0."""

    def loss(z: np.ndarray, t: np.ndarray) -> float:
        t = (1 - smoothing) * t + smoothing / len(z)
        return sum(t[c] * (logsumexp(z) - z[c]) for c in range(len(z)) if t[c] > 0)

    def losses(logits: Tensor, target: Tensor) -> np.ndarray:
        rows = target if target.is_floating_point() else F.one_hot(target, logits.shape[-1])
        return np.array([loss(z, t) for z, t in zip(logits.numpy(), rows.double().numpy(), strict=True)])

    return losses


def np_binary(c: np.ndarray | float) -> Callable[..., np.ndarray]:
    def losses(logits: Tensor, target: Tensor) -> np.ndarray:
        z, y = logits.numpy(), target.numpy()
        with np.errstate(invalid="ignore"):  # 0·∞
            yes = np.where(y == 0, 0, c * y * np.logaddexp(0, -z))
            no = np.where(y == 1, 0, (1 - y) * np.logaddexp(0, z))
        return yes + no

    return losses


def np_focal(gamma: float) -> Callable[..., np.ndarray]:
    def losses(logits: Tensor, target: Tensor) -> np.ndarray:
        z, y = logits.numpy(), target.numpy()
        every = logsumexp(z, axis=1)
        right = np.take_along_axis(z, y[:, None], 1)[:, 0]
        rest = logsumexp(np.where(np.arange(z.shape[1]) == y[:, None], -np.inf, z), axis=1)
        return np.exp(rest - every) ** gamma * np.logaddexp(0, rest - right)

    return losses


def np_sigmoid_focal(gamma: float, alpha: float | None) -> Callable[..., np.ndarray]:
    def losses(logits: Tensor, target: Tensor) -> np.ndarray:
        z, y = logits.numpy(), target.numpy()
        s = np.where(y == 1, z, -z)
        share = 1 if alpha is None else np.where(y == 1, alpha, 1 - alpha)
        return share * expit(-s) ** gamma * np.logaddexp(0, -s)

    return losses


SATURATED_ROWS = (
    ([[1e4, -1e4, 0.0]], [1]),
    ([[1e4, -1e4, 0.0]], [0]),
    ([[0.0, 0.0, 0.0]], [2]),
    ([[-INF, 0.0, 0.0]], [1]),
    ([[-INF, 3.0, -INF]], [1]),
)
SATURATED = (
    ([1e4, -1e4], [1, 0]),
    ([1e4, -1e4], [0, 1]),
    ([0.0, -0.0], [0, 1]),
    ([INF, -INF], [1, 0]),
)
BAD_GAMMA = (("gamma", -1.0, ValueError), ("gamma", float("nan"), ValueError), ("gamma", "2", TypeError))

CASES = (
    *(
        Case(
            f"cross-entropy-{smoothing}",
            lossfns.cross_entropy,
            indices,
            oracle=np_cross_entropy(smoothing),
            # one class has p = 1/2 and two have 1/4: nll log 2 and log 4; smoothing by ε moves ⅔ε to the other two
            by_hand=(([[np.log(2), 0.0, 0.0]], [0]), (1 + 2 * smoothing / 3) * np.log(2)),
            grad=lossfns.cross_entropy_grad,
            options={"label_smoothing": smoothing},
            names=("logits", "target"),
            tolerance=1e-14,
            singular=SATURATED_ROWS[: None if smoothing == 0 else 3],
            bad_options=(
                ("label_smoothing", -0.1, ValueError),
                ("label_smoothing", 1.1, ValueError),
                ("weight", torch.ones(K + 1), ValueError),
                ("weight", torch.ones(K).long(), TypeError),
            ),
            off=TAKES_CLASS_WEIGHTS,
        )
        for smoothing in (0.0, 0.1)
    ),
    Case(
        "cross-entropy-probabilities",
        lossfns.cross_entropy,
        probabilities,
        oracle=np_cross_entropy(0.0),
        by_hand=(([[np.log(2), 0.0, 0.0]], [[0.5, 0.0, 0.5]]), 1.5 * np.log(2)),
        grad=lossfns.cross_entropy_grad,
        names=("logits", "target"),
        tolerance=1e-14,
        singular=(
            ([[1e4, -1e4, 0.0]], [[0.5, 0.25, 0.25]]),
            ([[-INF, 0.0, 0.0]], [[0.0, 1.0, 0.0]]),
            ([[-INF, 0.0, -INF]], [[0.0, 1.0, 0.0]]),
        ),
        off=TAKES_CLASS_WEIGHTS,
    ),
    Case(
        "binary-cross-entropy",
        lossfns.binary_cross_entropy_with_logits,
        soft_answers,
        oracle=np_binary(1.0),
        by_hand=(([0.0, np.log(3), np.log(3)], [0.5, 1.0, 0.0]), np.log(2 * (4 / 3) * 4) / 3),
        grad=lossfns.binary_cross_entropy_with_logits_grad,
        names=("logits", "target"),
        singular=tuple((z, [float(v) for v in y]) for z, y in SATURATED),
    ),
    Case(
        "binary-cross-entropy-labels",
        lossfns.binary_cross_entropy_with_logits,
        several_answers,
        oracle=np_binary(np.array([0.5, 1.0, 20.0])),
        by_hand=(([[0.0, 0.0, 0.0]], [[1.0, 0.0, 1.0]]), (0.5 + 1 + 20) / 3 * np.log(2)),
        grad=lossfns.binary_cross_entropy_with_logits_grad,
        options={"pos_weight": torch.tensor([0.5, 1.0, 20.0], dtype=torch.float64)},
        names=("logits", "target"),
        singular=(([[1e4, INF, -1e4]], [[1.0, 1.0, 0.0]]), ([[INF, -INF, 0.0]], [[1.0, 0.0, 0.0]])),
        bad_options=(
            ("pos_weight", torch.ones(2), ValueError),
            ("pos_weight", torch.ones(1, 3), ValueError),
            ("pos_weight", torch.ones(3).long(), TypeError),
        ),
        off={"weight": "one for each sample and label: checked on the row without a label axis"},
    ),
    *(
        Case(
            f"hinge-{margin}",
            lossfns.hinge_loss,
            signs,
            oracle=lambda s, y, m=margin: np.maximum(0, m - (y * s).numpy()),
            by_hand=(([2 * margin, 0.0, -margin], [1, 1, 1]), margin),
            grad=lossfns.hinge_loss_grad,
            options={"margin": margin},
            names=("scores", "target"),
            singular=(([margin, -margin], [1, -1]), ([1e30, -1e30], [-1, 1]), ([INF, 0.0], [1, -1])),
            bad_options=(("margin", -1.0, ValueError), ("margin", "1", TypeError)),
            off=TAKES_NO_WEIGHT,
        )
        for margin in (1.0, 0.25)
    ),
    *(
        Case(
            f"focal-{gamma}",
            lossfns.focal_loss,
            indices,
            oracle=np_focal(gamma),
            by_hand=(([[np.log(2), 0.0, 0.0]], [0]), np.log(2) / 2**gamma),
            options={"gamma": gamma},
            names=("logits", "target"),
            tolerance=4e-14,
            singular=SATURATED_ROWS,
            bad_options=(*BAD_GAMMA, ("weight", torch.ones(K - 1), ValueError)),
            off={
                **TAKES_CLASS_WEIGHTS,
                "grad": "autograd's: test_classification.py differentiates numerically",
            },
        )
        for gamma in (0.0, 0.5, 2.0)
    ),
    *(
        Case(
            f"sigmoid-focal-{gamma}-{alpha}",
            lossfns.sigmoid_focal_loss,
            answers,
            oracle=np_sigmoid_focal(gamma, alpha),
            by_hand=(([0.0, 0.0], [1, 0]), np.log(2) / 2**gamma * (1 if alpha is None else 0.5)),
            grad=lossfns.sigmoid_focal_loss_grad,
            options={"gamma": gamma, "alpha": alpha},
            names=("logits", "target"),
            tolerance=4e-14,
            singular=SATURATED,
            bad_options=(*BAD_GAMMA, ("alpha", 1.5, ValueError), ("alpha", "a", TypeError)),
            off=TAKES_NO_WEIGHT,
        )
        for gamma, alpha in ((0.0, None), (0.5, None), (2.0, 0.25))
    ),
)
