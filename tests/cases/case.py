"""One row of the table of losses."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor


@dataclass(frozen=True)
class Case:
    """A loss, how to draw its arguments, and what it must return."""

    id: str
    loss: Callable[..., Tensor]
    draw: Callable[[torch.Generator, int], tuple[Tensor, ...]]  # float64 arguments for a batch of n
    oracle: Callable[..., Tensor | np.ndarray]  # the same arguments -> unreduced losses
    by_hand: tuple[tuple, float]  # arguments as lists, and the mean worked out on paper
    grad: Callable[..., Tensor] | None = None
    options: dict = field(default_factory=dict)
    names: tuple[str, str] = ("pred", "target")  # of the first two arguments, as errors spell them
    tolerance: float = 4e-15  # of a loss from the oracle's: a few ulp
    singular: tuple[tuple, ...] = ()  # arguments at which naive code breaks: ties, zeros, huge values
    bad_options: tuple[tuple[str, object, type], ...] = ()  # option, bad value, error
    off: dict[str, str] = field(default_factory=dict)  # rule -> why it does not apply

    def call(self, *args: Tensor, **more: object) -> Tensor:
        return self.loss(*args, **self.options, **more)

    def call_grad(self, *args: Tensor, **more: object) -> Tensor:
        return self.grad(*args, **self.options, **more)
