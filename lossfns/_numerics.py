"""What every loss shares: argument checks, working precision, and one weighted mean.

The only private module of the library. Each loss reads `check → widen → formula → reduce`.
"""

from numbers import Integral, Real

import torch
from torch import Tensor

REDUCTIONS = ("mean", "sum", "none")


def check_tensor(**tensors: Tensor) -> None:
    """Raise TypeError unless every argument is a tensor."""
    for name, value in tensors.items():
        if not isinstance(value, Tensor):
            raise TypeError(f"{name} must be a torch.Tensor, got {type(value).__name__}")


def check_floating(**tensors: Tensor | None) -> None:
    """Raise TypeError unless every given argument is a floating-point tensor. None is skipped."""
    for name, value in tensors.items():
        if value is None:
            continue
        check_tensor(**{name: value})
        if not value.is_floating_point():
            raise TypeError(f"{name} must be floating point, got {value.dtype}: use {name}.float()")


def check_order(**pair: Tensor) -> None:
    """Raise TypeError unless both are tensors, and say so where they look swapped: labels first, scores second."""
    check_tensor(**pair)
    (first, scores), (second, labels) = pair.items()
    if labels.is_floating_point() and not scores.is_floating_point():
        raise TypeError(
            f"{first} must be floating point, got {scores.dtype}, and {second} is {labels.dtype}: "
            "are the two swapped?"
        )


def check_same_shape(**tensors: Tensor) -> None:
    """Raise ValueError unless all arguments have one shape: predictions and targets never broadcast."""
    check_tensor(**tensors)
    shapes = {name: tuple(value.shape) for name, value in tensors.items()}
    if len(set(shapes.values())) > 1:
        came = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        raise ValueError(f"{' and '.join(shapes)} must have the same shape, got {came}")


def check_not_negative(**tensors: Tensor) -> None:
    """Raise ValueError if an argument holds a number below zero. NaN passes: it shows in the result."""
    for name, value in tensors.items():
        if value.numel() and (least := value.detach().amin()) < 0:
            raise ValueError(f"{name} must not be negative, got {least.item():g}")


def check_weight(weight: Tensor | None, **like: Tensor) -> None:
    """Raise unless `weight` is None, or not negative and of the shape of the one argument it belongs to."""
    if weight is not None:
        check_floating(weight=weight)
        check_same_shape(weight=weight, **like)
        check_not_negative(weight=weight)


def check_mask(mask: Tensor | None, **like: Tensor) -> None:
    """Raise unless `mask` is None or a bool tensor of the shape of the one argument it belongs to."""
    if mask is None:
        return
    check_tensor(mask=mask)
    if mask.dtype != torch.bool:
        raise TypeError(f"mask must be a bool tensor, True where an element counts, got {mask.dtype}")
    check_same_shape(mask=mask, **like)


def check_integer(**tensors: Tensor) -> None:
    """Raise TypeError unless every argument is a tensor of whole numbers. A bool tensor is none."""
    check_tensor(**tensors)
    for name, value in tensors.items():
        if value.is_floating_point() or value.is_complex() or value.dtype == torch.bool:
            raise TypeError(f"{name} must hold integers, got {value.dtype}: use {name}.long()")


def check_labels(num_classes: int, ignore_index: int | None = None, **labels: Tensor) -> None:
    """Raise unless every argument holds integers from 0 to num_classes − 1, or `ignore_index`."""
    check_integer(**labels)
    for name, value in labels.items():
        outside = (value < 0) | (value >= num_classes)
        if ignore_index is not None:
            outside &= value != ignore_index
        if outside.any():
            wrong = value[outside][0].item()
            raise ValueError(f"{name} must hold classes from 0 to {num_classes - 1}, got {wrong}")


def check_signs(**targets: Tensor) -> None:
    """Raise unless every argument holds −1 and +1 only, in any real dtype. NaN is refused."""
    check_tensor(**targets)
    for name, value in targets.items():
        if value.is_complex() or value.dtype == torch.bool:
            raise TypeError(f"{name} must be -1 or +1 in a real dtype, got {value.dtype}")
        wrong = value[value.abs() != 1]
        if wrong.numel():
            raise ValueError(f"{name} must be -1 or +1, got {wrong[0].item():g}")


def check_count(**counts: int) -> None:
    """Raise unless every argument is an integer, Python's or NumPy's, of at least 1."""
    for name, value in counts.items():
        if not isinstance(value, Integral) or isinstance(value, bool):
            raise TypeError(f"{name} must be an integer, got {value!r}")
        if value < 1:
            raise ValueError(f"{name} must be 1 or more, got {value}")


def check_positive(**numbers: float) -> None:
    """Raise unless every argument is a real number above zero. NaN is refused."""
    check_number(**numbers)
    for name, value in numbers.items():
        if not value > 0:
            raise ValueError(f"{name} must be positive, got {value}")


def check_range(low: float, high: float, **numbers: float) -> None:
    """Raise unless every argument is a real number from `low` to `high`, both included. NaN is refused."""
    check_number(**numbers)
    for name, value in numbers.items():
        if not low <= value <= high:
            raise ValueError(f"{name} must be from {low} to {high}, got {value}")


def check_number(**numbers: float) -> None:
    """Raise TypeError unless every argument is a real number. A bool is none."""
    for name, value in numbers.items():
        if not isinstance(value, Real) or isinstance(value, bool):
            raise TypeError(f"{name} must be a number, got {type(value).__name__}")


def widen(*tensors: Tensor) -> tuple[Tensor, ...]:
    """The arguments in their common dtype, at least float32: float16 squares to inf at 256."""
    dtype = torch.float32
    for tensor in tensors:
        dtype = torch.promote_types(dtype, tensor.dtype)
    return tuple(tensor.to(dtype) for tensor in tensors)


def euclidean_norm(x: Tensor) -> Tensor:
    """‖x‖ over the last axis (…, d) → (…), for any finite x; the subgradient at the zero vector is 0."""
    balanced, scale = balance(x)
    return scale.squeeze(-1) * torch.linalg.vector_norm(balanced, dim=-1)


def unit_vectors(x: Tensor) -> Tensor:
    """x / ‖x‖ over the last axis; the zero vector is divided by ∞, so that it and its gradient stay 0."""
    balanced, _ = balance(x)
    norm = torch.linalg.vector_norm(balanced, dim=-1, keepdim=True)
    return balanced / torch.where(norm == 0, torch.inf, norm)


def balance(x: Tensor) -> tuple[Tensor, Tensor]:
    """x / s and s = max |xᵢ| over the last axis, so that squares neither overflow nor vanish; s is 1 for x = 0.

    Whoever uses both, or the direction of x only, may take s for a constant: its gradient cancels.
    """
    s = x.detach().abs().amax(-1, keepdim=True)
    s = torch.where((s > 0) & (s < torch.inf), s, 1)
    return x / s, s


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
