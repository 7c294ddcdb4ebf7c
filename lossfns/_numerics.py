"""What every loss shares: argument checks, working precision, and one weighted mean.

The only private module of the library. Each loss reads `check → widen → formula → reduce`.
"""

from numbers import Real

import torch
from torch import Tensor

REDUCTIONS = ("mean", "sum", "none")


def check_floating(**tensors: Tensor | None) -> None:
    """Raise TypeError unless every given argument is a floating-point tensor. None is skipped."""
    for name, value in tensors.items():
        if value is None:
            continue
        if not isinstance(value, Tensor):
            raise TypeError(f"{name} must be a torch.Tensor, got {type(value).__name__}")
        if not value.is_floating_point():
            raise TypeError(f"{name} must be floating point, got {value.dtype}: use {name}.float()")


def check_same_shape(**tensors: Tensor) -> None:
    """Raise ValueError unless all arguments have one shape: predictions and targets never broadcast."""
    shapes = {name: tuple(value.shape) for name, value in tensors.items()}
    if len(set(shapes.values())) > 1:
        came = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        raise ValueError(f"{' and '.join(shapes)} must have the same shape, got {came}")


def check_positive(**numbers: float) -> None:
    """Raise unless every argument is a real number above zero. NaN is refused."""
    for name, value in numbers.items():
        if not isinstance(value, Real) or isinstance(value, bool):
            raise TypeError(f"{name} must be a number, got {type(value).__name__}")
        if not value > 0:
            raise ValueError(f"{name} must be positive, got {value}")


def widen(*tensors: Tensor) -> tuple[Tensor, ...]:
    """The arguments in their common dtype, at least float32: float16 squares to inf at 256."""
    dtype = torch.float32
    for tensor in tensors:
        dtype = torch.promote_types(dtype, tensor.dtype)
    return tuple(tensor.to(dtype) for tensor in tensors)


def reduce(losses: Tensor, weight: Tensor | None, reduction: str) -> Tensor:
    """Σ w·l / Σ w for "mean", Σ w·l for "sum", w·l for "none"; without weights every w is 1.

    Where nothing is left to average (Σ w = 0, or no element) the mean is 0 with zero gradient. The numerator is
    kept as it is, so a NaN among the losses still shows: 0 · NaN is NaN.
    """
    check_reduction(reduction)
    if weight is not None:
        losses = weight.to(losses.dtype) * losses
    if reduction == "none":
        return losses
    total = losses.sum()
    return total if reduction == "sum" else total / total_weight(losses, weight)


def reduce_gradient(slopes: Tensor, weight: Tensor | None, reduction: str) -> Tensor:
    """∂reduce/∂pred from the slopes ∂l/∂pred: w/Σw each for "mean", w each for "sum" and "none"."""
    check_reduction(reduction)
    if weight is not None:
        slopes = weight.to(slopes.dtype) * slopes
    return slopes / total_weight(slopes, weight) if reduction == "mean" else slopes


def total_weight(losses: Tensor, weight: Tensor | None) -> Tensor | int:
    """Σ w over the losses, and 1 where that is 0, so that an empty mean is 0 / 1. Weights are not negative."""
    if weight is None:
        return max(losses.numel(), 1)
    total = weight.to(losses.dtype).sum()
    return torch.where(total == 0, 1, total)


def check_reduction(reduction: str) -> None:
    """Raise ValueError unless `reduction` is one of the three that all losses know."""
    if reduction not in REDUCTIONS:
        raise ValueError(f'reduction must be "mean", "sum" or "none", got {reduction!r}')
