"""One step over a hundred matrices of 316 × 316, against torch and the packages that have the same optimizer."""

from collections.abc import Callable
from importlib import import_module

import torch
from contest import Contest, Run
from torch import Tensor
from torch.optim import Optimizer

import lossfns

LOOP = {
    "foreach": False
}  # torch's form that goes from tensor to tensor, as ours does; on a CPU it is the faster one


def matrices() -> list[Tensor]:
    """Ten million numbers in a hundred square matrices, each with a gradient."""
    generator = torch.Generator().manual_seed(0)
    params = [torch.randn(316, 316, generator=generator).requires_grad_() for _ in range(100)]
    for p in params:
        p.grad = torch.randn(316, 316, generator=generator)
    return params


def steps(name: str, peer: str, ours: dict, theirs: dict) -> Callable[[], tuple[Run, Run]]:
    """`peer` is a class by its dotted name."""

    def start() -> tuple[Run, Run]:
        module, _, theirs_name = peer.rpartition(".")
        make: type[Optimizer] = getattr(import_module(module), theirs_name)
        return getattr(lossfns, name)(matrices(), **ours).step, make(matrices(), **theirs).step

    return start


SGD, SLOW, DECAY = {"lr": 0.01, "momentum": 0.9}, {"lr": 1e-4}, {"lr": 1e-4, "weight_decay": 0.1}
PARITY = "the same four passes over memory in the same kernels; what differs is noise."
ROWS = [
    Contest(name, peer, steps(name, peer, ours, theirs), bound, needs=peer.split(".")[0], reason=reason)
    for name, peer, ours, theirs, bound, reason in (
        ("SGD", "torch.optim.SGD", SGD, SGD | LOOP, 1.25, ""),
        ("Adam", "torch.optim.Adam", SLOW, SLOW | LOOP, 1.1, ""),
        ("AdamW", "torch.optim.AdamW", DECAY, DECAY | LOOP, 1.1, ""),
        ("Adafactor", "torch.optim.Adafactor", {}, LOOP, 1.0, ""),
        ("Adafactor", "transformers.Adafactor", {}, {"lr": 1e-2, "relative_step": False}, 1.0, ""),
        ("Adafactor", "pytorch_optimizer.AdaFactor", {}, {}, 1.0, ""),
        ("Lion", "optimi.Lion", DECAY, DECAY, 1.0, PARITY),
        ("Lion", "lion_pytorch.Lion", DECAY, DECAY, 1.0, ""),
        ("Lion", "pytorch_optimizer.Lion", DECAY, DECAY, 1.0, PARITY),
        ("Sophia", "torch.optim.AdamW", DECAY, DECAY | LOOP, 1.0, ""),
    )
]
