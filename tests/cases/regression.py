"""Rows of the regression losses."""

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from sklearn._loss.loss import HuberLoss, PinballLoss
from torch import Tensor

import lossfns
from cases.case import Case


def pairs(generator: torch.Generator, n: int) -> tuple[Tensor, Tensor]:
    """Predictions and targets whose residuals spread over both sides of zero and of every δ in the table."""
    target = torch.randn(n, generator=generator, dtype=torch.float64)
    return target + 2 * torch.randn(n, generator=generator, dtype=torch.float64), target


def columns(generator: torch.Generator, n: int) -> tuple[Tensor, Tensor]:
    """Three columns of predictions for one column of targets."""
    target = torch.randn(n, generator=generator, dtype=torch.float64)
    return target[:, None] + 2 * torch.randn(n, 3, generator=generator, dtype=torch.float64), target


def sklearn_huber(delta: float) -> Callable[..., np.ndarray]:
    """scikit-learn keeps the absolute errors to take δ as their quantile: set δ itself after construction."""

    def losses(pred: Tensor, target: Tensor) -> np.ndarray:
        oracle = HuberLoss(quantile=0.5)
        oracle.closs.delta = delta
        return oracle.loss(target.numpy(), pred.numpy().copy())

    return losses


def sklearn_pinball(q: float) -> Callable[..., np.ndarray]:
    return lambda pred, target: PinballLoss(quantile=q).loss(target.numpy(), pred.numpy().copy())


def pinball_columns(levels: tuple[float, ...]) -> Callable[..., np.ndarray]:
    def losses(pred: Tensor, target: Tensor) -> np.ndarray:
        by_level = [sklearn_pinball(q)(pred[:, j].contiguous(), target) for j, q in enumerate(levels)]
        return np.stack(by_level, axis=1)

    return losses


TIES_AND_HUGE = (
    ([1.0, 1.0], [1.0, 1.0]),
    ([0.0, 0.0], [0.0, -0.0]),
    ([1e30, -1e30], [-1e30, 1e30]),
    ([1e-300, 0.0], [0.0, 1e-300]),
)

CASES = (
    Case(
        "mse",
        lossfns.mse_loss,
        pairs,
        oracle=lambda pred, target: F.mse_loss(pred, target, reduction="none"),
        by_hand=(([2.0, 5.0, -1.0], [1.0, 3.0, -1.0]), 5 / 3),
        grad=lossfns.mse_loss_grad,
        singular=TIES_AND_HUGE,
    ),
    Case(
        "mae",
        lossfns.mae_loss,
        pairs,
        oracle=lambda pred, target: F.l1_loss(pred, target, reduction="none"),
        by_hand=(([2.0, 5.0, -1.0], [1.0, 3.0, -1.0]), 1.0),
        grad=lossfns.mae_loss_grad,
        singular=TIES_AND_HUGE,
    ),
    *(
        Case(
            f"huber-{delta}",
            lossfns.huber_loss,
            pairs,
            oracle=sklearn_huber(delta),
            by_hand=(([2 * delta, 0.0, delta / 2, -delta], [0.0, 0.0, 0.0, 0.0]), 2.125 * delta**2 / 4),
            grad=lossfns.huber_loss_grad,
            options={"delta": delta},
            singular=(*TIES_AND_HUGE, ([delta, -delta], [0.0, 0.0])),
            bad_options=(
                ("delta", 0.0, ValueError),
                ("delta", -1.0, ValueError),
                ("delta", float("nan"), ValueError),
                ("delta", "1", TypeError),
            ),
        )
        for delta in (0.3, 1.0, 2.5)
    ),
    *(
        Case(
            f"pinball-{q}",
            lossfns.pinball_loss,
            pairs,
            oracle=sklearn_pinball(q),
            by_hand=(([90.0, 120.0, 7.0], [100.0, 100.0, 7.0]), (10 * q + 20 * (1 - q)) / 3),
            grad=lossfns.pinball_loss_grad,
            options={"q": q},
            singular=TIES_AND_HUGE,
            bad_options=(
                ("q", 0.0, ValueError),
                ("q", 1.0, ValueError),
                ("q", float("nan"), ValueError),
                ("q", "half", TypeError),
                ("q", [[0.5]], ValueError),
            ),
        )
        for q in (0.05, 0.5, 0.9)
    ),
    Case(
        "pinball-columns",
        lossfns.pinball_loss,
        columns,
        oracle=pinball_columns((0.1, 0.5, 0.9)),
        by_hand=(([[90.0, 110.0, 100.0]], [100.0]), (1.0 + 5.0 + 0.0) / 3),
        grad=lossfns.pinball_loss_grad,
        options={"q": (0.1, 0.5, 0.9)},
        singular=(([[1.0, 1.0, 1.0]], [1.0]), ([[1e30, -1e30, 0.0]], [0.0])),
        bad_options=(("q", (0.1, 0.9), ValueError), ("q", (0.1, 0.5, 1.5), ValueError)),
    ),
)
