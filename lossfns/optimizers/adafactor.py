"""Adafactor: a second moment in the memory of its rows and columns."""

import math

import torch
from torch import Tensor
from torch.optim.optimizer import ParamsT

from lossfns._numerics import check_range
from lossfns.optimizers.base import Base, average, check_pair, count, decay


class Adafactor(Base):
    """Adafactor: Adam's second moment of an n × m matrix from n row means and m column means, and no first moment.

    With 1 − β̂ₜ = t^τ: R ← β̂ R + (1−β̂) · row means of g², C the same over columns, V̂ = R C / max(mean(R), ε₁),
    which is exact when g² has rank one. U = g / max(√V̂, ε₁), Û = U / max(1, RMS(U) / d), and the step is relative to the weights:
    p ← p − lr · λ · p, p ← p − max(ε₂, RMS(p)) · min(lr, 1/√t) · Û.

    Vectors and scalars keep a full V̂; a tensor of more than two dimensions is factored over its last two.

    Args:
        params: as in `SGD`, and so are the errors.
        lr: the largest relative step, not negative.
        beta2_decay: τ ≤ 0.
        eps: (ε₁, ε₂), not negative. ε₁ None: the machine epsilon of the precision worked in.
        d: where the update's RMS is clipped, at least 1.
        weight_decay: λ, not negative, decoupled and scaled by lr.

    Example:
        >>> from lossfns import state_bytes
        >>> w = torch.ones(300, 200, requires_grad=True)
        >>> optimizer = Adafactor([w])
        >>> w.sum().backward()
        >>> optimizer.step()
        >>> state_bytes(optimizer)  # four bytes for each of 300 rows and 200 columns; Adam has 480000
        2000

    Differs from:
        the paper, which adds ε₁ to g²; optax, which factors only from 128 on and takes no relative step;
        `torch.optim.Adafactor` takes ε₁ of a half-precision parameter from its own dtype, and works in it.

    Source:
        Shazeer and Stern, Adafactor: adaptive learning rates with sublinear memory cost, ICML 2018, Algorithms 4 and 5.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float = 1e-2,
        *,
        beta2_decay: float = -0.8,
        eps: tuple[float | None, float] = (None, 1e-3),
        d: float = 1.0,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr=lr, beta2_decay=beta2_decay, eps=eps, d=d, weight_decay=weight_decay)

    @staticmethod
    def _check(*, lr, beta2_decay, eps, d, weight_decay):
        check_range(0, math.inf, lr=lr, weight_decay=weight_decay)
        check_range(-math.inf, 0, beta2_decay=beta2_decay)
        check_range(1, math.inf, d=d)
        eps1, eps2 = check_pair(eps=eps)
        check_range(0, math.inf, **{"eps[0]": 0.0 if eps1 is None else eps1, "eps[1]": eps2})

    @staticmethod
    def _update(p, g, state, *, lr, beta2_decay, eps, d, weight_decay):
        t = count(state)
        eps1 = torch.finfo(p.dtype).eps if eps[0] is None else eps[0]
        step = _rms(p).clamp_(min=eps[1]).mul_(min(lr, t**-0.5))
        decay(p, lr * weight_decay)
        new = t**beta2_decay
        root = (
            _factored_root(g.square(), state, new, eps1) if g.ndim > 1 else _full_root(g.square(), state, new)
        )
        u = torch.div(g, root.clamp_(min=eps1), out=root)
        p.addcmul_(u, step / _rms(u).div_(d).clamp_(min=1), value=-1)


def _factored_root(squares: Tensor, state: dict, new: float, eps1: float) -> Tensor:
    """√V̂ from row and column means (…, n, 1) and (…, 1, m), of which the new ones count with the share `new`."""
    rows, columns = squares.mean(-1, keepdim=True), squares.mean(-2, keepdim=True)
    r = average(state, "row_var", rows).lerp_(rows, new)
    c = average(state, "col_var", columns).lerp_(columns, new)
    # √(R C / mean R) by roots of the factors, which are short
    return (r / r.mean(-2, keepdim=True).clamp_(min=eps1)).sqrt_() * c.sqrt()


def _full_root(squares: Tensor, state: dict, new: float) -> Tensor:
    return average(state, "variance", squares).lerp_(squares, new).sqrt()


def _rms(x: Tensor) -> Tensor:
    return torch.linalg.vector_norm(x) / math.sqrt(x.numel())
