"""Rows of the sequence losses."""

import numpy as np
import torch
from scipy.special import logsumexp
from torch import Tensor

import lossfns
from cases.case import Case

T, V = 3, 6
OFF = {
    "weight": "a mask instead: test_sequence.py",
    "grad": "that of cross_entropy, which it is",
}


def tokens(generator: torch.Generator, n: int) -> tuple[Tensor, Tensor]:
    logits = 3 * torch.randn(n, T, V, generator=generator, dtype=torch.float64)
    return logits, torch.randint(V, (n, T), generator=generator)


def np_token_losses(logits: Tensor, target: Tensor) -> np.ndarray:
    z, y = logits.numpy(), target.numpy()
    losses = np.empty(y.shape)
    for b, t in np.ndindex(*y.shape):
        losses[b, t] = logsumexp(z[b, t]) - z[b, t, y[b, t]]
    return losses


def np_next_token_losses(logits: Tensor, tokens: Tensor) -> np.ndarray:
    return np_token_losses(logits[:, :-1], tokens[:, 1:])


SATURATED = (([[[1e4, -1e4], [0.0, 0.0]]], [[1, 0]]), ([[[0.0, -np.inf], [-np.inf, 1.0]]], [[1, 0]]))

CASES = (
    Case(
        "sequence-cross-entropy",
        lossfns.sequence_cross_entropy,
        tokens,
        oracle=np_token_losses,
        by_hand=(([[[np.log(2), 0.0, 0.0], [0.0, 0.0, 0.0]]], [[0, 2]]), np.log(6) / 2),
        names=("logits", "target"),
        tolerance=1e-14,
        singular=SATURATED,
        bad_options=(
            ("label_smoothing", 2.0, ValueError),
            ("mask", torch.ones(7, T), TypeError),
            ("mask", torch.ones(T, dtype=torch.bool), ValueError),
        ),
        off=OFF,
    ),
    Case(
        "next-token",
        lossfns.next_token_loss,
        tokens,
        oracle=np_next_token_losses,
        by_hand=(([[[np.log(2), 0.0, 0.0], [7.0, 8.0, 9.0]]], [[2, 0]]), np.log(2)),
        names=("logits", "tokens"),
        tolerance=1e-14,
        singular=SATURATED,
        bad_options=(
            ("mask", torch.ones(7, T), TypeError),
            ("mask", torch.ones(7, T - 1, dtype=torch.bool), ValueError),
        ),
        off=OFF,
    ),
)
