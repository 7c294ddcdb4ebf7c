"""A gradient that has to be emptied. The function below the heading is the solution that a learner may ask for."""

from collections.abc import Iterator

import numpy as np
import torch

from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# opt-12 · fix: the loss that comes back -------------------------------------------------------------------------------


def train_line_shipped(x, y, lr, steps):
    w = torch.zeros(2, dtype=x.dtype, requires_grad=True)
    losses = []
    for _ in range(steps):
        loss = ((w[0] * x + w[1] - y) ** 2).mean()
        loss.backward()
        losses.append(loss.item())
        with torch.no_grad():
            w -= lr * w.grad
    return torch.tensor(losses, dtype=x.dtype)


def train_line(x, y, lr, steps):
    w = torch.zeros(2, dtype=x.dtype, requires_grad=True)
    losses = []
    for _ in range(steps):
        w.grad = None
        loss = ((w[0] * x + w[1] - y) ** 2).mean()
        loss.backward()
        losses.append(loss.item())
        with torch.no_grad():
            w -= lr * w.grad
    return torch.tensor(losses, dtype=x.dtype)


def lines(rng: np.random.Generator) -> Iterator[Probe]:
    """Points near a line, after one step, a few and many."""
    for n, lr, steps in ((3, 0.1, 1), (4, 0.1, 2), (5, 0.1, 4), (5, 0.05, 9), (8, 0.1, 30)):
        x = rng.uniform(-1.5, 1.5, n).round(2)
        yield Probe(
            (x, (rng.uniform(1.5, 3) * x + rng.uniform(1, 2) + rng.normal(0, 0.2, n)).round(2), lr, steps)
        )


def _train(
    slope=lambda x, e: 2 * torch.stack([(e * x).mean(), e.mean()]),
    memory=lambda kept, g, k: g,
    loss=lambda e: (e**2).mean(),
    end=lambda losses: losses,
    after=False,
    extra=0,
    move=lambda w, lr, g: w - lr * g,
):
    """The loop, written without autograd, with one of its parts replaced."""

    def loop(x, y, lr, steps):
        w, kept, losses = torch.zeros(2, dtype=x.dtype), torch.zeros(2, dtype=x.dtype), []
        for k in range(steps + extra):
            e = w[0] * x + w[1] - y
            if not after:
                losses.append(loss(e))
            kept = memory(kept, slope(x, e), k)
            w = move(w, lr, kept)
            if after:
                losses.append(loss(w[0] * x + w[1] - y))
        return end(losses)

    return loop


def _train_with_optimizer(x, y, lr, steps):
    w = torch.zeros(2, dtype=x.dtype, requires_grad=True)
    optimizer, losses = torch.optim.SGD([w], lr=lr), []
    for _ in range(steps):
        loss = ((w[0] * x + w[1] - y) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return torch.tensor(losses)


def _train_with_zero_after(x, y, lr, steps):
    w = torch.zeros(2, dtype=x.dtype, requires_grad=True)
    losses = []
    for _ in range(steps):
        loss = ((w[0] * x + w[1] - y) ** 2).mean()
        loss.backward()
        losses.append(loss.item())
        with torch.no_grad():
            w -= lr * w.grad
        w.grad.zero_()
    return torch.tensor(losses, dtype=x.dtype)


def _train_by_hand(x, y, lr, steps):
    slope, intercept, losses = 0.0, 0.0, []
    for _ in range(steps):
        error = slope * x + intercept - y
        losses.append((error**2).mean())
        slope = slope - lr * 2 * (error * x).mean()
        intercept = intercept - lr * 2 * error.mean()
    return torch.stack(losses)


ZERO_GRAD = Exercise(
    id="opt-12",
    name="train_line",
    title="The loss that comes back",
    points=2,
    minutes=10,
    difficulty=1,
    reference=train_line,
    shipped=train_line_shipped,
    symptom="It still behaves as it came: the loss falls at first, then climbs back nearly to where it began, falls again, and "
    "never settles, at whatever rate.",
    probes=lines,
    regimes=(
        Regime(
            "later steps",
            lambda x, y, lr, steps: steps > 2,
            "more than two losses are kept",
            "one or two losses are kept",
        ),
    ),
    gives="the losses, shape (steps,),",
    hints=(
        "A ball that swings through the valley and never loses speed: that is momentum with β = 1. Where is anything "
        "remembered here?",
        "Print `w.grad` after each `backward()`, beside the gradient that you work out by hand at that point.",
        "`backward()` *adds* to `.grad`. Once in each round it has to be emptied, before the next `backward()`.",
    ),
    mistakes=(
        Mistake(
            "friction-added",
            _train(memory=lambda kept, g, k: 0.9 * kept + g),
            "You let the old gradient fade by 0.9: that is momentum. The line says gradient descent, with nothing remembered.",
        ),
        Mistake(
            "halved-each-round",
            _train(memory=lambda kept, g, k: kept / 2 + g),
            "Half of the old gradient is still there at each step. Nothing of it should be.",
        ),
        Mistake(
            "averaged",
            _train(memory=lambda kept, g, k: (kept * k + g) / (k + 1)),
            "You average the gradients of all steps so far, or let the rate fall while they add up. The step asked here follows the gradient of this point alone.",
        ),
        Mistake(
            "emptied-every-other-round",
            _train(memory=lambda kept, g, k: g if k % 2 == 0 else kept + g),
            "The first step is right. The gradient is emptied in every other round only.",
        ),
        Mistake(
            "never-moves",
            _train(move=lambda w, lr, g: w),
            "Your loss never changes. Is the gradient emptied between `backward()` and the step, or do the weights begin at "
            "zero again in each round?",
        ),
        Mistake(
            "rate-lowered",
            lambda x, y, lr, steps: train_line_shipped(x, y, lr / 10, steps),
            "A smaller rate makes the swings slower. They do not die, and the first step was right before.",
        ),
        Mistake(
            "loss-after-the-step",
            _train(after=True),
            "It descends now. Your losses are measured after the step; they were measured before.",
        ),
        Mistake(
            "half-the-slope",
            _train(slope=lambda x, e: torch.stack([(e * x).mean(), e.mean()])),
            "It descends now, at half the speed. Has the 2 of the square gone, or is the rate another?",
        ),
        Mistake(
            "summed",
            _train(slope=lambda x, e: 2 * torch.stack([(e * x).sum(), e.sum()])),
            "Nothing is remembered now, and the slope is that of the sum: n times too steep.",
        ),
        Mistake(
            "sum-for-the-loss",
            _train(slope=lambda x, e: 2 * torch.stack([(e * x).sum(), e.sum()]), loss=lambda e: (e**2).sum()),
            "Nothing is remembered now. The mean in the loss has become a sum.",
        ),
        Mistake(
            "uphill",
            _train(move=lambda w, lr, g: w + lr * g),
            "Nothing is remembered now, and the steps go uphill.",
        ),
        Mistake(
            "only-w-emptied",
            _train(memory=lambda kept, g, k: torch.stack([g[0], kept[1] + g[1]])),
            "The gradient of the slope is emptied now. That of the intercept still adds up.",
        ),
        Mistake(
            "only-b-emptied",
            _train(memory=lambda kept, g, k: torch.stack([kept[0] + g[0], g[1]])),
            "The gradient of the intercept is emptied now. That of the slope still adds up.",
        ),
        Mistake(
            "last-loss-only",
            _train(end=lambda losses: losses[-1]),
            "It descends now. You return the last loss; all of them were asked.",
        ),
        Mistake(
            "one-loss-more",
            _train(extra=1),
            "It descends now. You return one loss too many.",
        ),
        Mistake(
            "first-step-only",
            _train(memory=lambda kept, g, k: g if k == 0 else kept),
            "The first step is right. After it the gradient is never worked out again.",
        ),
        Mistake(
            "unit-step",
            _train(memory=lambda kept, g, k: g / g.norm()),
            "Nothing is remembered now. You divide the gradient by its length, which was not there before.",
        ),
        Mistake(
            "rate-halved",
            lambda x, y, lr, steps: train_line_shipped(x, y, lr / 2, steps),
            "A smaller rate makes the swings slower. They do not die, and the first step was right before.",
        ),
        Mistake(
            "emptied-at-a-tenth-of-the-rate",
            _train(move=lambda w, lr, g: w - lr / 10 * g),
            "Nothing is remembered now. You lower the rate as well, and it was right before.",
        ),
        Mistake(
            "emptied-at-twice-the-rate",
            _train(move=lambda w, lr, g: w - 2 * lr * g),
            "Nothing is remembered now, and the steps are twice as long as they should be. Does `backward()` or the step come twice?",
        ),
    ),
    variants=(
        _train_with_optimizer,
        _train_with_zero_after,
        _train_by_hand,
        _train(),
        lambda x, y, lr, steps: train_line(x.float(), y.float(), lr, steps),
    ),
)
