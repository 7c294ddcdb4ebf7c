"""What the softmax losses and the binary ones share."""

import torch
import torch.nn.functional as F
from torch import Tensor


def check_probabilities(target: Tensor) -> None:
    """Raise ValueError if a target is outside [0, 1]. A NaN passes: it shows in the loss."""
    if target.numel() == 0:
        return
    low, high = target.aminmax()
    if low < 0 or high > 1:
        raise ValueError(f"target must hold probabilities from 0 to 1, got values from {low:g} to {high:g}")


def finite(z: Tensor) -> Tensor:
    """Infinite logits as very large ones: log σ(∞) = 0 is as exact there, and 0·log σ(−∞) is not NaN."""
    if z.numel() == 0 or all(extreme.isfinite() for extreme in z.detach().aminmax()):
        return z
    large = torch.finfo(z.dtype).max ** 0.5
    return z.nan_to_num(nan=torch.nan, posinf=large, neginf=-large)


def focal(s: Tensor, gamma: float) -> Tensor:
    """−(1 − p)^γ·log p for p = σ(s)."""
    return -discount(s, gamma) * F.logsigmoid(s)


def discount(s: Tensor, gamma: float) -> Tensor | int:
    """(1 − p)^γ = σ(−s)^γ. The slope of x^γ at 0 is infinite for γ < 1: there exp(γ·log σ(−s)), finite where p rounds to 1."""
    if gamma == 0:
        return 1
    return (-s).sigmoid() ** gamma if gamma >= 1 else (gamma * F.logsigmoid(-s)).exp()
