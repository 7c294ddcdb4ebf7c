"""Gradient descent that keeps its path. The function below the heading is the solution that a learner may ask for."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import torch

from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# opt-01 · gradient descent that keeps its path ---------------------------------------------------------------------


def gradient_descent(grad, start, lr, steps):
    w, path = start, [start]
    for _ in range(steps):
        w = w - lr * grad(w)
        path.append(w)
    return torch.stack(path)


def bowl(w):
    """The gradient of ½ Σ k w², with curvatures 1, 2, 3 …"""
    return w * torch.arange(1, len(w) + 1, dtype=w.dtype)


def tilted(w):
    """The gradient of a bowl with its lowest point at 1, 2, 3 …, steeper far out, its valley askew to the axes."""
    away = w - torch.arange(1, len(w) + 1, dtype=w.dtype)
    return away + 0.3 * away.sum() + 0.02 * away**3


def descents(rng: np.random.Generator) -> Iterator[Probe]:
    """Two slopes, two to four coordinates, one to six steps."""
    for grad, n, lr, steps in (
        (bowl, 2, 0.3, 1),
        (bowl, 2, 0.3, 2),
        (tilted, 2, 0.1, 3),
        (tilted, 2, 0.2, 3),
        (bowl, 3, 0.2, 6),
        (tilted, 4, 0.1, 4),
    ):
        start = (rng.uniform(1.2, 3, n) * rng.choice([-1, 1], n)).round(2)
        yield Probe((grad, start, lr, steps))
    yield Probe((bowl, start, 0.1, 4))


def _descent(
    step=lambda w, g, lr: w - lr * g,
    end=torch.stack,
    at=lambda w, start, k: w,
    extra=0,
    lr_at=lambda lr, k: lr,
):
    """Gradient descent with one of its parts replaced."""

    def descent(grad, start, lr, steps):
        w, path = start, [start]
        for k in range(steps + extra):
            w = step(w, grad(at(w, start, k)), lr_at(lr, k))
            path.append(w)
        return end(path)

    return descent


def _one_list_of_one_tensor(grad, start, lr, steps):
    w, path = start, [start]
    for _ in range(steps):
        w -= lr * grad(w)
        path.append(w)
    return torch.stack(path)


def _one_coordinate_at_a_time(grad, start, lr, steps):
    w, path = start.clone(), [start.clone()]
    for _ in range(steps):
        for i in range(len(w)):
            w[i] = w[i] - lr * grad(w)[i]
        path.append(w.clone())
    return torch.stack(path)


def _in_place_with_copies(grad, start, lr, steps):
    path = torch.empty(steps + 1, len(start), dtype=start.dtype)
    path[0] = start
    for k in range(steps):
        path[k + 1] = path[k] - lr * grad(path[k])
    return path


def _with_torchs_sgd(grad, start, lr, steps):
    w = start.clone().requires_grad_()
    optimizer, path = torch.optim.SGD([w], lr=lr), [start.clone()]
    for _ in range(steps):
        w.grad = grad(w.detach())
        optimizer.step()
        path.append(w.detach().clone())
    return path


def _recursive(grad, start, lr, steps):
    if steps == 0:
        return start[None]
    return torch.cat([start[None], _recursive(grad, start - lr * grad(start), lr, steps - 1)])


def _start_overwritten(grad, start, lr, steps):
    path = [start]
    for _ in range(steps):
        start -= lr * grad(start)
        path.append(start.clone())
    return torch.stack(path)


def _steps_kept(grad, start, lr, steps):
    path = gradient_descent(grad, start, lr, steps)
    return torch.cat([path[:1], path[:-1] - path[1:]])


def _from_the_start_each_time(grad, start, lr, steps):
    w, path = start, [start]
    for _ in range(steps):
        w = start - lr * grad(w)
        path.append(w)
    return torch.stack(path)


GRADIENT_DESCENT = Exercise(
    id="opt-01",
    name="gradient_descent",
    title="Downhill, and keep the path",
    points=1,
    minutes=8,
    difficulty=1,
    reference=gradient_descent,
    probes=descents,
    regimes=(
        Regime(
            "more than one step",
            lambda g, s, lr, steps: steps > 1,
            "more than one step is taken",
            "a single step is taken",
        ),
        Regime(
            "another slope",
            lambda g, s, lr, steps: g is not bowl,
            "another slope is handed in",
            "the slope is that of the bowl",
        ),
    ),
    gives="the path, shape (steps + 1, d),",
    hints=(
        "A loop, and a list that grows by one point in each round. What is in the list before the first round?",
        "Begin with `path = [start]`. In each round ask `grad` for the slope at the point where you stand now.",
        "`w = w - lr * grad(w)` makes a new tensor, `path.append(w)` keeps it, and `torch.stack(path)` at the end.",
    ),
    mistakes=(
        Mistake(
            "one-tensor-many-times",
            _one_list_of_one_tensor,
            "All points of your path are the same one, the last. `-=` changes a tensor in place, and your list holds "
            "that tensor many times.",
        ),
        Mistake(
            "uphill",
            _descent(step=lambda w, g, lr: w + lr * g),
            "Yours climbs. The slope says where the loss grows; which way is down?",
        ),
        Mistake(
            "no-rate",
            _descent(step=lambda w, g, lr: w - g),
            "`lr` is never used: the step is the whole slope.",
        ),
        Mistake(
            "no-start",
            _descent(end=lambda path: torch.stack(path[1:])),
            "Every step is right, and the first point is missing: the path begins where you start.",
        ),
        Mistake(
            "no-end",
            _descent(end=lambda path: torch.stack(path[:-1])),
            "Every point is right, and the last one is missing. Do you keep the point before or after the step, and how often does the loop run?",
        ),
        Mistake(
            "start-twice",
            _descent(end=lambda path: torch.stack([path[0], *path[:-1]])),
            "The path is one step behind: it holds the start twice and not the end. Do you keep the point before the "
            "step as well as the start?",
        ),
        Mistake(
            "only-the-end",
            _descent(end=lambda path: path[-1]),
            "You return where the walk ends. The whole path was asked, the start included.",
        ),
        Mistake(
            "one-step-more",
            _descent(extra=1),
            "You take one step too many. How often does the loop run?",
        ),
        Mistake(
            "slope-of-the-start",
            _descent(at=lambda w, start, k: start),
            "The first step is right. After it you have moved, and the slope is still that of the start.",
        ),
        Mistake(
            "always-from-the-start",
            lambda grad, start, lr, steps: torch.stack([start] + [start - lr * grad(start)] * steps),
            "The first step is right. Every further one begins at the start again: does `w` take the new value?",
        ),
        Mistake(
            "sign-only",
            _descent(step=lambda w, g, lr: w - lr * g.sign()),
            "Every step has the same length in yours. Gradient descent goes far where it is steep.",
        ),
        Mistake(
            "unit-slope",
            _descent(step=lambda w, g, lr: w - lr * g / g.norm()),
            "Yours divides the slope by its length, so all steps are equally long. Plain descent does not.",
        ),
        Mistake(
            "rate-falls",
            _descent(lr_at=lambda lr, k: lr / (k + 1)),
            "The first step is right. Then your rate shrinks with the step; here it stays.",
        ),
        Mistake(
            "rate-squared",
            _descent(step=lambda w, g, lr: w - lr**2 * g),
            "The rate comes in twice in your step.",
        ),
        Mistake(
            "double-rate",
            _descent(step=lambda w, g, lr: w - 2 * lr * g),
            "Your steps are twice too long. A factor 2, if the loss has one, is in `grad` already.",
        ),
        Mistake(
            "steps-and-not-points",
            _descent(end=lambda path: torch.stack([path[0], *(b - a for a, b in pairwise(path))])),
            "After the start you keep the steps. The points were asked, each the one before plus its step.",
        ),
        Mistake(
            "shrinks-itself",
            _descent(step=lambda w, g, lr: (1 - lr) * w - lr * g),
            "Your step also shrinks the weights: `w` itself is multiplied by the rate somewhere.",
        ),
        Mistake(
            "one-coordinate-at-a-time",
            _one_coordinate_at_a_time,
            "You move the coordinates one after the other and ask for the slope in between. Right where they do not "
            "touch each other; here they may, and one slope serves all.",
        ),
        Mistake(
            "transposed",
            lambda grad, start, lr, steps: gradient_descent(grad, start, lr, steps).T,
            "The numbers are right and the table lies on its side: one row for each point.",
        ),
        Mistake(
            "mean-slope",
            _descent(step=lambda w, g, lr: w - lr * g.mean()),
            "Every coordinate moves by the same amount in yours. Each has a slope of its own.",
        ),
        Mistake(
            "ascending-order-reversed",
            lambda grad, start, lr, steps: gradient_descent(grad, start, lr, steps).flip(0),
            "The points are right and in the wrong order: the start comes first.",
        ),
        Mistake(
            "slopes-kept",
            lambda grad, start, lr, steps: torch.stack(
                [grad(w) for w in gradient_descent(grad, start, lr, steps)]
            ),
            "You return the slopes along the way. The points were asked.",
        ),
        Mistake(
            "step-for-the-point",
            _descent(step=lambda w, g, lr: lr * g),
            "Your new point is the step alone. It is taken from somewhere: where do you stand?",
        ),
        Mistake(
            "divided-by-the-rate",
            _descent(step=lambda w, g, lr: w - g / lr),
            "You divide by the rate, so a small one gives long steps.",
        ),
        Mistake(
            "start-overwritten",
            _start_overwritten,
            "All points after the first are right. Where the start belongs there is the end: `-=` has changed the tensor that your list holds.",
        ),
        Mistake(
            "steps-kept",
            _steps_kept,
            "After the start you keep the steps. The points were asked: where each step leads.",
        ),
        Mistake(
            "start-left-zero",
            _descent(end=lambda path: torch.stack([0 * path[0], *path[1:]])),
            "Every step is right. The first row is 0; the path begins at `start`.",
        ),
        Mistake(
            "from-the-start-each-time",
            _from_the_start_each_time,
            "The first step is right. The later ones set out from `start` again; a step sets out from where the last one ended.",
        ),
        Mistake(
            "half-steps",
            _descent(step=lambda w, g, lr: w - lr * g / 2),
            "Every step is half as long as it should be. (The ½ of ½ w² is gone in its slope, and `grad` gives the slope.)",
        ),
    ),
    variants=(
        _in_place_with_copies,
        _with_torchs_sgd,
        _recursive,
        lambda grad, start, lr, steps: gradient_descent(grad, start.float(), lr, steps),
        lambda grad, start, lr, steps: [p.tolist() for p in gradient_descent(grad, start, lr, steps)],
    ),
)
