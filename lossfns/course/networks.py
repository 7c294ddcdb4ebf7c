"""Small networks with a seed of their own, and the loop that trains them and watches."""

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn


class Training(NamedTuple):
    """What a training left behind.

    losses: (steps,), of each step's batch, measured before that step was taken. at: the steps after which
    `watch` looked, 0 among them. seen: what it returned, one entry for each of `at`.
    """

    losses: Tensor
    at: list[int]
    seen: list[Any]


def mlp(*sizes: int, seed: int = 0) -> nn.Sequential:
    """A multilayer perceptron: linear layers of the given sizes with ReLU in between, initialised from its own seed.

    sizes: inputs, hidden layers …, outputs: mlp(64, 32, 10) has one hidden layer; mlp(64, 10) is linear.
    Weights are torch's usual initialisation in torch's default dtype; the global random state is left alone.
    Raises ValueError for fewer than two sizes.

    >>> mlp(64, 32, 10)(torch.zeros(5, 64)).shape
    torch.Size([5, 10])
    """
    if len(sizes) < 2:
        raise ValueError(f"a network needs at least the sizes of its input and output, got {sizes}")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        layers = [nn.Linear(a, b) for a, b in pairwise(sizes)]
    between = [part for layer in layers[:-1] for part in (layer, nn.ReLU())]
    return nn.Sequential(*between, layers[-1])


def train(
    model: nn.Module,
    loss: Callable[..., Tensor],
    batches: Iterable[tuple[Tensor, ...]],
    *,
    steps: int,
    lr: float | Callable[[int], float],
    optimizer: Callable[..., torch.optim.Optimizer] = torch.optim.AdamW,
    watch: Callable[[], Any] | None = None,
    every: int | None = None,
    prepare: Callable[..., Any] | None = None,
    **options: Any,
) -> Training:
    """Train `model` in place for a number of steps, keep every batch's loss, and look at it now and then.

    loss: loss(model, *batch) -> a scalar tensor.
    batches: yields the arguments of each step, as `minibatches` does.
    lr: the learning rate, or a schedule that maps the step (from 0) to it.
    optimizer, options: a torch.optim.Optimizer (ours or torch's) and its keywords, weight_decay=0.1.
    watch: watch() -> whatever is worth keeping; called in eval mode without gradients before the first step,
        after every `every` steps (only at the two ends where `every` is None), and after the last.
    prepare: prepare(optimizer, step, *batch), called before each step's loss; Sophia takes in its curvature there.

    Returns a Training. Raises ValueError when steps is below 1, `every` is below 1, or `batches` ends too early.

    >>> model, x = mlp(1, 1), torch.ones(8, 1)
    >>> batches = iter([(x,)] * 50)
    >>> trail = train(model, lambda m, x: (m(x) - 3).square().mean(), batches, steps=50, lr=0.1)
    >>> trail.losses.shape, trail.at
    (torch.Size([50]), [])
    """
    if steps < 1 or (every is not None and every < 1):
        raise ValueError(f"steps and every must be at least 1, got steps={steps} and every={every}")
    rate = lr if callable(lr) else lambda step: lr
    opt = optimizer(model.parameters(), lr=rate(0), **options)
    stream, losses, at, seen = iter(batches), [], [], []
    for step in range(steps + 1):
        if watch and (step in (0, steps) or (every and step % every == 0)):
            at.append(step)
            seen.append(_looked(model, watch))
        if step < steps:
            batch = next(stream, None)
            if batch is None:
                raise ValueError(f"batches ended before step {step}")
            if prepare:
                prepare(opt, step, *batch)
            losses.append(_step(model, loss, batch, opt, rate(step)))
    return Training(torch.stack(losses), at, seen)


def _looked(model: nn.Module, watch: Callable[[], Any]) -> Any:
    training = model.training
    model.eval()
    with torch.no_grad():
        seen = watch()
    model.train(training)
    return seen


def _step(
    model: nn.Module,
    loss: Callable[..., Tensor],
    batch: tuple[Tensor, ...],
    opt: torch.optim.Optimizer,
    lr: float,
) -> Tensor:
    for group in opt.param_groups:
        group["lr"] = lr
    opt.zero_grad()
    value = loss(model, *batch)
    value.backward()
    opt.step()
    return value.detach()
