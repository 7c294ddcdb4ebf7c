"""Cross entropies and focal loss against torch, and torchvision's formula."""

from collections.abc import Callable
from functools import partial

import torch
import torch.nn.functional as F
from contest import Arguments, Contest, losses, normal
from torch import Tensor

import lossfns


def classes(n: int, k: int) -> Arguments:
    def draw() -> tuple[Tensor, ...]:
        generator = torch.Generator().manual_seed(0)
        target = torch.randint(k, (n,), generator=generator)
        return torch.randn(n, k, generator=generator).requires_grad_(), target

    return draw


def answers(n: int, of: Callable[[Tensor], Tensor]) -> Arguments:
    def draw() -> tuple[Tensor, ...]:
        logits, target = normal(n, count=2)()
        return logits, of(target)

    return draw


def torchvisions_focal(logits: Tensor, target: Tensor) -> Tensor:
    """(1 − p)² times binary cross entropy: NaN gradients for γ < 1."""
    p = logits.sigmoid()
    wrong = 1 - (p * target + (1 - p) * (1 - target))
    return (wrong**2 * F.binary_cross_entropy_with_logits(logits, target, reduction="none")).mean()


def both(smoothing: float, weight: Tensor | None = None):
    options = {"label_smoothing": smoothing, "weight": weight}
    return partial(lossfns.cross_entropy, **options), partial(F.cross_entropy, **options)


hard, soft = answers(10**6, lambda x: (x > 0).float()), answers(10**6, torch.sigmoid)
CHECKS = "the ranges of the targets are checked, and the logarithm is the exact one of the likelier answer."
ROWS = [
    *(
        Contest(
            f"cross_entropy, {n:,} × {k:,}",
            "F.cross_entropy",
            losses(*both(0.0), classes(n, k)),
            bound=1.1 if n > 32 else None,
            reason="log softmax and gather are torch's own steps; the labels' range is checked before.",
        )
        for n, k in ((32, 10), (4096, 1000), (512, 32000))
    ),
    Contest(
        "cross_entropy, smoothed, 4,096 × 1,000",
        "F.cross_entropy",
        losses(*both(0.1), classes(4096, 1000)),
        bound=1.5,
    ),
    Contest(
        "cross_entropy, smoothed and weighted, 4,096 × 1,000",
        "F.cross_entropy, divided otherwise",
        losses(*both(0.1, torch.ones(1000)), classes(4096, 1000)),
        bound=2.5,
    ),
    Contest(
        "binary_cross_entropy_with_logits, labels 0 and 1, n = 1,000,000",
        "F's, inexact",
        losses(lossfns.binary_cross_entropy_with_logits, F.binary_cross_entropy_with_logits, hard),
        bound=1.3,
        reason=CHECKS,
    ),
    Contest(
        "binary_cross_entropy_with_logits, soft labels, n = 1,000,000",
        "F's, inexact",
        losses(lossfns.binary_cross_entropy_with_logits, F.binary_cross_entropy_with_logits, soft),
        bound=1.3,
        reason=CHECKS + " What the other answer adds is one more product.",
    ),
    Contest(
        "sigmoid_focal_loss, n = 1,000,000",
        "torchvision's formula",
        losses(lossfns.sigmoid_focal_loss, torchvisions_focal, hard),
        bound=1.0,
    ),
]
