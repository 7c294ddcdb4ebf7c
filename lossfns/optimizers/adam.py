"""Adam, and AdamW, whose weight decay does not pass through the averages."""

import math

from torch import Tensor
from torch.optim.optimizer import ParamsT

from lossfns._numerics import check_range
from lossfns.optimizers.base import Base, average, check_betas, count, decay


class Adam(Base):
    """Adam: momentum, with each coordinate's step measured in units of its own typical gradient.

    g ← g + λ p, m ← β₁ m + (1−β₁) g, v ← β₂ v + (1−β₂) g²; m̂ = m / (1−β₁ᵗ) and v̂ = v / (1−β₂ᵗ) undo the start from
    zero; p ← p − lr · m̂ / (√v̂ + ε), with ε outside the root.

    Args:
        params: as in `SGD`, and so are the errors.
        lr: learning rate, not negative: about the length of a step in each coordinate.
        betas: (β₁, β₂), each from 0 up to, but not including, 1.
        eps: ε, not negative.
        weight_decay: λ, not negative. It enters g, so v divides it away again where gradients are large: see `AdamW`.

    Example:
        >>> import torch
        >>> w = torch.tensor([2.0, 200.0], requires_grad=True)
        >>> optimizer = Adam([w], lr=0.1)
        >>> (w**2).sum().backward()
        >>> optimizer.step()
        >>> w
        tensor([  1.9000, 199.9000], requires_grad=True)

    Differs from:
        `torch.optim.Adam`, which updates half precision in half precision (where ε = 1e-8 is 0 in float16) and knows
        `amsgrad`.

    Source:
        Kingma and Ba, Adam: a method for stochastic optimization, ICLR 2015, Algorithm 1.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float = 1e-3,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    @staticmethod
    def _check(*, lr, betas, eps, weight_decay):
        check_range(0, math.inf, lr=lr, eps=eps, weight_decay=weight_decay)
        check_betas(betas)

    @staticmethod
    def _update(p, g, state, *, lr, betas, eps, weight_decay):
        if weight_decay:
            g = g.add(p, alpha=weight_decay)
        _adam_step(p, g, state, lr, betas, eps)


class AdamW(Adam):
    """Adam with decoupled weight decay: the shrinking does not pass through the averages.

    p ← p − lr · λ · p, then Adam's step with the plain gradient. A parameter whose gradient is zero still shrinks.

    Args:
        weight_decay: λ, not negative; a step shrinks by the factor 1 − lr·λ.
        (params, lr, betas, eps and the errors as in `Adam`)

    Example:
        >>> import torch
        >>> w = torch.tensor([2.0], requires_grad=True)
        >>> optimizer = AdamW([w], lr=0.1, weight_decay=0.5)
        >>> (0 * w).sum().backward()
        >>> optimizer.step()
        >>> w
        tensor([1.9000], requires_grad=True)

    Differs from:
        the paper's Algorithm 2, whose decay is scaled by the schedule's factor and not by lr (torch scales by lr, as
        here); optax, whose default decay is 1e-4; `torch.optim.AdamW` as in `Adam`.

    Source:
        Loshchilov and Hutter, Decoupled weight decay regularization, ICLR 2019.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float = 1e-3,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    @staticmethod
    def _update(p, g, state, *, lr, betas, eps, weight_decay):
        decay(p, lr * weight_decay)
        _adam_step(p, g, state, lr, betas, eps)


def _adam_step(p: Tensor, g: Tensor, state: dict, lr: float, betas: tuple[float, float], eps: float) -> None:
    """m and v take in g; p ← p − lr · m̂ / (√v̂ + ε)."""
    t, (beta1, beta2) = count(state), betas
    m, v = average(state, "exp_avg", p), average(state, "exp_avg_sq", p)
    m.lerp_(g, 1 - beta1)
    v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
    root = v.sqrt().div_(math.sqrt(1 - beta2**t)).add_(eps)
    p.addcdiv_(m, root, value=-lr / (1 - beta1**t))
