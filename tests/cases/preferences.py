"""Rows of the preference losses, with the logistic loss in plain `math`."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

import lossfns
from cases.case import Case
from cases.contrastive import OFF
from cases.ranking import softplus
from cases.regression import pairs


def log_probabilities(generator: torch.Generator, n: int) -> tuple[Tensor, ...]:
    """Policy and reference log-probabilities of chosen and rejected answers."""
    logps = -20 + 8 * torch.randn(4, n, generator=generator, dtype=torch.float64)
    return tuple(logps)


def rewards(margin: float) -> Callable[..., Tensor]:
    def losses(chosen: Tensor, rejected: Tensor) -> Tensor:
        rows = zip(chosen.tolist(), rejected.tolist(), strict=True)
        return torch.tensor([softplus(r + margin - c) for c, r in rows], dtype=torch.float64)

    return losses


def implied_rewards(beta: float, flipped: float) -> Callable[..., Tensor]:
    """Both labels, each with its probability of being the true one."""

    def loss(pc: float, pr: float, rc: float, rr: float) -> float:
        h = beta * ((pc - rc) - (pr - rr))
        return (1 - flipped) * softplus(-h) + flipped * softplus(h)

    def losses(*logps: Tensor) -> Tensor:
        rows = zip(*(x.tolist() for x in logps), strict=True)
        return torch.tensor([loss(*row) for row in rows], dtype=torch.float64)

    return losses


CASES = (
    *(
        Case(
            f"bradley-terry-{margin}",
            lossfns.bradley_terry_loss,
            pairs,
            oracle=rewards(margin),
            by_hand=(([margin, 0.0], [0.0, math.log(3) - margin]), (math.log(2) + math.log(4)) / 2),
            names=("chosen", "rejected"),
            options={"margin": margin},
            singular=(([0.0, 1e4, -1e4, -200.0], [0.0, -1e4, 1e4, 0.0]),),
            bad_options=(
                ("margin", -0.5, ValueError),
                ("margin", float("nan"), ValueError),
                ("margin", "1", TypeError),
                ("margin", torch.tensor(1.0), ValueError),
                ("margin", torch.ones(7, dtype=torch.long), TypeError),
                ("margin", -torch.ones(7), ValueError),
            ),
            off=OFF,
        )
        for margin in (0.0, 0.5)
    ),
    *(
        Case(
            f"dpo-{beta}-{flipped}",
            lossfns.dpo_loss,
            log_probabilities,
            oracle=implied_rewards(beta, flipped),
            # h = 0, and h = log 3
            by_hand=(
                (
                    [-4.0, math.log(3) / beta],
                    [-9.0, 0.0],
                    [-1.0, 0.0],
                    [-6.0, 0.0],
                ),
                (math.log(2) + (1 - flipped) * math.log(4 / 3) + flipped * math.log(4)) / 2,
            ),
            names=("policy_chosen", "policy_rejected"),
            options={"beta": beta, "label_smoothing": flipped},
            singular=(([0.0, -1e4, -1e5], [0.0, -1e5, -1e4], [0.0, -1e3, -1e3], [0.0, -1e3, -1e3]),),
            bad_options=(
                ("beta", 0.0, ValueError),
                ("beta", -1.0, ValueError),
                ("beta", "1", TypeError),
                ("label_smoothing", -0.1, ValueError),
                ("label_smoothing", 0.6, ValueError),
                ("label_smoothing", float("nan"), ValueError),
                ("label_smoothing", None, TypeError),
            ),
            off=OFF,
        )
        for beta, flipped in ((0.1, 0.0), (1.0, 0.0), (0.3, 0.2))
    ),
)
