"""Regression losses against torch's fused kernels."""

from functools import partial

import torch.nn.functional as F
from contest import Contest, losses, normal

import lossfns

ROWS = [
    Contest(
        f"{ours.__name__}, n = {n:,}",
        f"F.{peer.__name__}",
        losses(ours, peer, normal(n, count=2)),
        bound=2.0 if n > 1000 else None,
    )
    for n in (32, 10**6)
    for ours, peer in (
        (lossfns.mse_loss, F.mse_loss),
        (lossfns.mae_loss, F.l1_loss),
        (lossfns.huber_loss, F.huber_loss),
    )
]
ROWS += [
    Contest(
        f"pinball_loss, n = {n:,}",
        "F.huber_loss",
        losses(partial(lossfns.pinball_loss, q=0.9), F.huber_loss, normal(n, count=2), same_value=False),
        bound=2.0 if n > 1000 else None,
    )
    for n in (32, 10**6)
]
