"""SGD, with or without momentum."""

import math

from torch.optim.optimizer import ParamsT

from lossfns._numerics import check_range
from lossfns.optimizers.base import Base, average


class SGD(Base):
    """Stochastic gradient descent: downhill, if you like with momentum.

    g ← g + λ p, v ← μ v + g, p ← p − lr · v; with Nesterov's look ahead, p ← p − lr · (g + μ v).

    Args:
        params: an iterable of tensors, or of dicts, the parameter groups, each with "params" and options of its own.
        lr: learning rate, not negative. Change it in `param_groups`, or leave that to torch's schedulers.
        momentum: μ, not negative, 0.9 is typical. The learning rate stays outside v, as in torch.
        nesterov: look ahead along the momentum, which must then be positive.
        weight_decay: λ of ½ λ Σ p², not negative; it is added to the gradient.

    Every optimizer here: parameters without a gradient are skipped; `state_dict` continues the same trajectory to the
    bit; half-precision parameters are updated in float32, with a float32 state, and rounded once.

    Raises:
        ValueError: a hyper-parameter is out of its range, in the constructor or in a group; the text names it.
        TypeError: a hyper-parameter is not a number.
        RuntimeError: in `step`, a gradient is sparse or a parameter complex; nothing has been changed then.

    Example:
        >>> import torch
        >>> w = torch.tensor([2.0], requires_grad=True)
        >>> optimizer = SGD([w], lr=0.1)
        >>> (w**2).sum().backward()
        >>> optimizer.step()
        >>> w
        tensor([1.6000], requires_grad=True)

    Differs from:
        Sutskever et al. and keras, who put lr inside the velocity: the same until lr changes.
        `torch.optim.SGD` updates half precision in half precision, and knows `dampening`.

    Source:
        Robbins and Monro, 1951; Polyak, 1964; Nesterov, 1983; Sutskever et al., ICML 2013.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float,
        *,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr=lr, momentum=momentum, nesterov=nesterov, weight_decay=weight_decay)

    @staticmethod
    def _check(*, lr, momentum, nesterov, weight_decay):
        check_range(0, math.inf, lr=lr, momentum=momentum, weight_decay=weight_decay)
        if nesterov and momentum == 0:
            raise ValueError(f"nesterov needs a momentum above 0, got momentum {momentum}")

    @staticmethod
    def _update(p, g, state, *, lr, momentum, nesterov, weight_decay):
        if weight_decay:
            g = g.add(p, alpha=weight_decay)
        if momentum:
            v = average(state, "momentum_buffer", p).mul_(momentum).add_(g)
            g = g.add(v, alpha=momentum) if nesterov else v
        p.add_(g, alpha=-lr)
