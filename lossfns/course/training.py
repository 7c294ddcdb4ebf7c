"""Two ways to fit: walk downhill and keep the trail, or find the best line exactly."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor


class Descent(NamedTuple):
    """The trail of a descent: losses (steps + 1,) and the parameters that gave them (steps + 1, *shape)."""

    losses: Tensor
    path: Tensor


class Line(NamedTuple):
    """A straight line, called with x: line(x) = intercept + slope·x."""

    slope: float
    intercept: float

    def __call__(self, x: Any) -> Any:
        return self.intercept + self.slope * x


def descend(
    loss: Callable[..., Tensor],
    start: Any,
    lr: float | Callable[[int], float],
    steps: int,
    *,
    batches: Iterable[tuple[Tensor, ...]] | None = None,
    optimizer: Callable[..., torch.optim.Optimizer] = torch.optim.SGD,
    **options: Any,
) -> Descent:
    """Minimise `loss` from `start`, and return every loss and every point on the way.

    loss: loss(params) -> a scalar tensor; with `batches`, loss(params, *batch).
    start: the first parameters, numbers of any shape; float64, copied.
    lr: the learning rate, or a schedule that maps the step (from 0) to it.
    batches: yields the arguments of each step, as `minibatches` does; the losses are then the batches' own.
    optimizer, options: a torch.optim.Optimizer and its keywords, such as momentum=0.9.

    Returns a Descent; losses[t] was measured at path[t], before step t was taken.
    Raises ValueError when steps is negative or `batches` ends too early. A descent that diverges is no error.

    >>> descend(lambda w: (w - 3) ** 2, 0.0, lr=0.5, steps=1).path
    tensor([0., 3.], dtype=torch.float64)
    """
    if steps < 0:
        raise ValueError(f"steps must not be negative, got {steps}")
    params = torch.as_tensor(start, dtype=torch.float64).detach().clone().requires_grad_()
    rate = lr if callable(lr) else lambda step: lr
    opt = optimizer([params], lr=rate(0), **options)
    losses, path, stream = [], [], None if batches is None else iter(batches)
    for step in range(steps + 1):
        opt.zero_grad()
        value = loss(params, *_next(stream, step))
        losses.append(value.detach().clone())
        path.append(params.detach().clone())
        if step < steps:
            value.backward()
            opt.param_groups[0]["lr"] = rate(step)
            opt.step()
    return Descent(torch.stack(losses), torch.stack(path))


def minibatches(*tensors: Any, size: int, seed: int = 0) -> Iterator[tuple[Tensor, ...]]:
    """Batches of `size` rows without end: each pass has a new order and leaves out an incomplete batch.

    tensors: arrays or tensors with the same number of rows n. Raises ValueError when the numbers of rows
    differ or when size is not between 1 and n.

    >>> next(minibatches(torch.arange(4.0), size=4))[0].sort().values
    tensor([0., 1., 2., 3.])
    """
    rows = [torch.as_tensor(part) for part in tensors]
    lengths = [len(part) for part in rows]
    if len(set(lengths)) != 1 or not 1 <= size <= lengths[0]:
        raise ValueError(
            f"tensors must have equal lengths and size must be between 1 and that, got {lengths} and {size}"
        )
    return _shuffled(rows, size, torch.Generator().manual_seed(seed))


def fit_line(x: Any, y: Any, loss: Callable[..., Tensor], **options: Any) -> Line:
    """The straight line with the smallest mean loss, exactly, for any convex loss of the residual.

    x, y: (n,), at most 500 points. loss: a library loss such as lossfns.huber_loss; options: its keywords,
        delta=1.0.

    Where a loss has corners (absolute, pinball), some best line runs through two of the points: all pairs are
    tried. Where it is smooth, Newton-like steps (L-BFGS) from the best of those lines reach the minimum.
    The better of the two answers is returned, so nobody needs to say which kind of loss it is.

    Raises ValueError when x and y are not (n,) with 2 to 500 points, or when all x are equal.

    >>> line = fit_line([0.0, 1.0, 2.0, 3.0], [0.0, 1.0, 2.0, 30.0], torch.nn.functional.l1_loss)
    >>> round(line.slope, 9)
    1.0

    Source: Koenker and Bassett (1978), Regression Quantiles, Econometrica 46, theorem 3.1 (a best line
    through two points).
    """
    x, y = _points(x, y)
    centre, scale = x.mean(), x.std(correction=0)
    z = (x - centre) / scale
    best = min(_through_pairs(z, y, loss, options), key=lambda found: found[0])
    best = min(best, _polished(best[1], z, y, loss, options), key=lambda found: found[0])
    level, steepness = best[1].tolist()
    slope = steepness / float(scale)
    return Line(slope, level - slope * float(centre))


def _next(stream: Iterator | None, step: int) -> tuple:
    batch = () if stream is None else next(stream, None)
    if batch is None:
        raise ValueError(f"batches ended before step {step}")
    return batch


def _shuffled(rows: list[Tensor], size: int, generator: torch.Generator) -> Iterator[tuple[Tensor, ...]]:
    n = len(rows[0])
    while True:
        order = torch.randperm(n, generator=generator)
        for chosen in order[: n - n % size].split(size):
            yield tuple(part[chosen] for part in rows)


def _points(x: Any, y: Any) -> tuple[Tensor, Tensor]:
    x, y = (torch.as_tensor(values, dtype=torch.float64) for values in (x, y))
    if x.ndim != 1 or x.shape != y.shape or not 2 <= len(x) <= 500:
        raise ValueError(
            f"x and y must both be (n,) with 2 to 500 points, got {tuple(x.shape)} and {tuple(y.shape)}"
        )
    if x.min() == x.max():
        raise ValueError(f"x must hold at least two different values, got {float(x[0])} only")
    return x, y


def _through_pairs(z: Tensor, y: Tensor, loss: Callable, options: dict) -> Iterator[tuple[float, Tensor]]:
    """For each point, the best of the lines that join it to a later one: (mean loss, (level, slope))."""
    for i in range(len(z) - 1):
        apart = z[i + 1 :] != z[i]
        slope = ((y[i + 1 :] - y[i]) / (z[i + 1 :] - z[i]))[apart]
        lines = torch.stack([y[i] - slope * z[i], slope], dim=1)
        if len(lines):
            pred = lines[:, :1] + lines[:, 1:] * z
            cost = loss(pred, y.expand_as(pred), reduction="none", **options).mean(1)
            yield float(cost.min()), lines[cost.argmin()]


def _polished(start: Tensor, z: Tensor, y: Tensor, loss: Callable, options: dict) -> tuple[float, Tensor]:
    line = start.clone().requires_grad_()
    search = torch.optim.LBFGS(
        [line], max_iter=200, tolerance_grad=1e-12, tolerance_change=1e-15, line_search_fn="strong_wolfe"
    )

    def cost() -> Tensor:
        search.zero_grad()
        value = loss(line[0] + line[1] * z, y, **options)
        value.backward()
        return value

    search.step(cost)
    return float(cost().detach()), line.detach()
