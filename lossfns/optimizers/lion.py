"""Lion: the sign of the momentum."""

import math

import torch
from torch.optim.optimizer import ParamsT

from lossfns._numerics import check_range
from lossfns.optimizers.base import Base, average, check_betas, decay


class Lion(Base):
    """Lion: only the sign of the momentum counts, so every coordinate moves by lr.

    c ← β₁ m + (1−β₁) g, m ← β₂ m + (1−β₂) g, p ← p − lr · λ · p, p ← p − lr · sign(c).

    Args:
        params: as in `SGD`, and so are the errors.
        lr: the size of every step, not negative: three to ten times smaller than for AdamW.
        betas: (β₁, β₂), each from 0 up to, but not including, 1.
        weight_decay: λ, not negative, decoupled and scaled by lr: three to ten times larger than for AdamW.

    Example:
        >>> w = torch.tensor([2.0, 200.0, 0.0], requires_grad=True)
        >>> optimizer = Lion([w], lr=0.1)
        >>> (w**2).sum().backward()
        >>> optimizer.step()
        >>> w
        tensor([  1.9000, 199.9000,   0.0000], requires_grad=True)

    Differs from:
        optax, whose default weight decay is 1e-3. In all of them the sign of NaN is 0: a NaN in g stops its weight and
        shows in m only.

    Source:
        Chen et al., Symbolic discovery of optimization algorithms, NeurIPS 2023, Program 1.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float = 1e-4,
        *,
        betas: tuple[float, float] = (0.9, 0.99),
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr=lr, betas=betas, weight_decay=weight_decay)

    @staticmethod
    def _check(*, lr, betas, weight_decay):
        check_range(0, math.inf, lr=lr, weight_decay=weight_decay)
        check_betas(betas)

    @staticmethod
    def _update(p, g, state, *, lr, betas, weight_decay):
        m = average(state, "exp_avg", p)
        # β₁ m + (1−β₁) g over 1 − β₁, which keeps the sign: one multiplication less
        direction = torch.add(g, m, alpha=betas[0] / (1 - betas[0])).sign_()
        m.lerp_(g, 1 - betas[1])
        decay(p, lr * weight_decay)
        p.add_(direction, alpha=-lr)
