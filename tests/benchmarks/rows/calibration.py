"""Expected calibration error against torchmetrics, netcal, and the two ways that are often written by hand."""

from itertools import pairwise

import torch
from contest import Contest, losses
from torch import Tensor

import lossfns


def forecasts() -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    probs = torch.randn(10**6, 10, generator=generator).softmax(1)
    return probs, torch.randint(10, (10**6,), generator=generator)


def ece_by_bucket(probs: Tensor, target: Tensor) -> Tensor:
    """In one pass, in float32."""
    confidence, top = probs.max(1)
    index = torch.bucketize(confidence, torch.linspace(0, 1, 16), right=True) - 1
    values = torch.ones_like(confidence), confidence, top.eq(target).to(confidence)
    count, sure, right = (torch.zeros(16).scatter_add_(0, index, value) for value in values)
    return ((sure - right).abs() / count.sum()).sum()


def ece_by_bin(probs: Tensor, target: Tensor) -> Tensor:
    """As Guo et al. do it: a mask for each bin."""
    confidence, top = probs.max(1)
    miss = confidence.double() - top.eq(target).double()
    edges = torch.linspace(0, 1, 16)
    inside = ((confidence > low) & (confidence <= high) for low, high in pairwise(edges))
    return sum(miss[mask].sum().abs() for mask in inside) / len(probs)


def torchmetrics_ece(probs: Tensor, target: Tensor) -> Tensor:
    from torchmetrics.functional.classification import multiclass_calibration_error

    return multiclass_calibration_error(probs, target, num_classes=10, n_bins=15)


def netcals_ece(probs: Tensor, target: Tensor) -> Tensor:
    from netcal.metrics import ECE

    return torch.tensor(ECE(15).measure(probs.numpy(), target.numpy()))


ROWS = [
    Contest(
        "expected_calibration_error, 1e6 × 10",
        peer,
        losses(lossfns.expected_calibration_error, function, forecasts, same_value=exact),
        bound=1.0,
        needs=needs,
    )
    for peer, function, needs, exact in (
        ("a mask for each bin", ece_by_bin, "torch", True),
        ("bucketize, scatter_add (float32)", ece_by_bucket, "torch", False),
        ("torchmetrics", torchmetrics_ece, "torchmetrics", False),
        ("netcal", netcals_ece, "netcal", False),
    )
]
