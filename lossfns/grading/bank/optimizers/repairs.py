"""A training loop that fails silently. The function below the heading is the solution that a learner may ask for."""

from collections.abc import Iterator

import numpy as np
import torch

from lossfns.grading.bank.optimizers.descent import bowl, tilted
from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# opt-11 · fix: Adam whose corrections do not follow the step -----------------------------------------------------------------------------------


def minimise_shipped(grad, start, lr, steps):
    w, m, v, t = start.clone(), torch.zeros_like(start), torch.zeros_like(start), 0
    for _ in range(steps):
        t = 1
        g = grad(w)
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g**2
        m_hat = m / (1 - 0.9**t)
        v_hat = v / (1 - 0.999**t)
        w = w - lr * m_hat / (v_hat.sqrt() + 1e-8)
    return w


def minimise(grad, start, lr, steps):
    w, m, v, t = start.clone(), torch.zeros_like(start), torch.zeros_like(start), 0
    for _ in range(steps):
        t = t + 1
        g = grad(w)
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g**2
        m_hat = m / (1 - 0.9**t)
        v_hat = v / (1 - 0.999**t)
        w = w - lr * m_hat / (v_hat.sqrt() + 1e-8)
    return w


def slopes(rng: np.random.Generator) -> Iterator[Probe]:
    """Two slopes, after one step, a few and many; and next to the lowest point."""
    for grad, n, lr, steps in (
        (bowl, 2, 0.1, 1),
        (bowl, 2, 0.1, 2),
        (tilted, 2, 0.1, 3),
        (bowl, 3, 0.05, 12),
        (tilted, 3, 0.05, 40),
    ):
        yield Probe((grad, (rng.uniform(1.2, 3, n) * rng.choice([-1, 1], n)).round(2), lr, steps))
    # gradients of the size of √ε: there it shows where ε stands
    yield Probe((bowl, np.array([2e-4, -1.5e-4]), 2e-5, 3))


def _minimise(
    t=lambda k, t: k + 1,
    correct=lambda m, v, t: (m / (1 - 0.9**t), v / (1 - 0.999**t)),
    second=lambda v, g, m: 0.999 * v + 0.001 * g**2,
    first=lambda m, g: 0.9 * m + 0.1 * g,
    move=lambda w, lr, m, v, g: w - lr * m / (v.sqrt() + 1e-8),
    extra=0,
):
    """The loop with one of its parts replaced; t(k, t) is the number of step k = 0, 1, …"""

    def loop(grad, start, lr, steps):
        w, m, v, now = start.clone(), torch.zeros_like(start), torch.zeros_like(start), 0
        for k in range(steps + extra):
            now = t(k, now)
            g = grad(w)
            m, v = first(m, g), second(v, g, m)
            m_hat, v_hat = correct(m, v, now)
            w = move(w, lr, m_hat, v_hat, g)
        return w

    return loop


def _corrected_in_place(grad, start, lr, steps):
    w, m, v = start.clone(), torch.zeros_like(start), torch.zeros_like(start)
    for t in range(1, steps + 1):
        g = grad(w)
        m = (0.9 * m + 0.1 * g) / (1 - 0.9**t)
        v = (0.999 * v + 0.001 * g**2) / (1 - 0.999**t)
        w = w - lr * m / (v.sqrt() + 1e-8)
    return w


def _corrected_twice(grad, start, lr, steps):
    w, m, v = start.clone(), torch.zeros_like(start), torch.zeros_like(start)
    for t in range(1, steps + 1):
        g = grad(w)
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        rate = lr * (1 - 0.999**t) ** 0.5 / (1 - 0.9**t)
        w = w - rate * (m / (1 - 0.9**t)) / ((v / (1 - 0.999**t)).sqrt() + 1e-8)
    return w


def _minimise_by_torch(grad, start, lr, steps):
    w = start.clone().requires_grad_()
    optimizer = torch.optim.Adam([w], lr=lr)
    for _ in range(steps):
        w.grad = grad(w.detach())
        optimizer.step()
    return w


def _minimise_counting_from_one(grad, start, lr, steps):
    w, m, v = start, 0 * start, 0 * start
    for t in range(1, steps + 1):
        g = grad(w)
        m = 0.9 * m + (1 - 0.9) * g
        v = 0.999 * v + (1 - 0.999) * g * g
        w = w - lr * (m / (1 - 0.9**t)) / (torch.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return w


FROZEN = Exercise(
    id="opt-11",
    name="minimise",
    title="Adam, written by hand",
    points=2,
    minutes=12,
    difficulty=2,
    reference=minimise,
    shipped=minimise_shipped,
    symptom="It still behaves as it came: the first step is torch's to the last digit and the second is not. The steps are "
    "too long at first and too short in the end, although no error is raised and the loss goes down.",
    probes=slopes,
    regimes=(
        Regime(
            "later steps",
            lambda g, s, lr, steps: steps > 1,
            "more than one step is taken",
            "a single step is taken",
        ),
    ),
    gives="the final weights, shape (d,),",
    hints=(
        "The first step is right and later ones are not. Which lines should give something else on the second step?",
        "Print m, v, m_hat and v_hat for the first three steps, and what they are divided by.",
        "The number of the step must grow: t is 1 on the first step, 2 on the second. Look at where it is set.",
    ),
    mistakes=(
        Mistake(
            "corrections-removed",
            _minimise(correct=lambda m, v, t: (m, v)),
            "That is Adam without any correction (or with a rate three times as high, which comes to the same). Then the first "
            "steps are far too long. The corrections belong there, with the right t.",
        ),
        Mistake(
            "starts-at-two",
            _minimise(t=lambda k, t: k + 2),
            "t grows now, and is one ahead: on the first step it is 1.",
        ),
        Mistake(
            "starts-at-zero",
            _minimise(t=lambda k, t: k),
            "Yours is nan from the first step on. If t is 0 there: what is 1 − βᵗ, which you divide by? On the first step t is 1.",
        ),
        Mistake(
            "first-step-only-corrected",
            _minimise(correct=lambda m, v, t: (m / 0.1, v / 0.001) if t == 1 else (m, v)),
            "Right on the first step. The later ones are not corrected at all, and the averages are still filling up.",
        ),
        Mistake(
            "counted-twice",
            _minimise(t=lambda k, t: 2 * k + 1),
            "Right on the first step. t grows by two from step to step.",
        ),
        Mistake(
            "counted-twice-from-two",
            _minimise(t=lambda k, t: 2 * k + 2),
            "t grows by two from step to step. On the first step it is 1, on the second 2.",
        ),
        Mistake(
            "only-first-moment-grows",
            _minimise(correct=lambda m, v, t: (m / (1 - 0.9**t), v / (1 - 0.999))),
            "Right on the first step. The correction of m follows the step now; that of v is still the first one's.",
        ),
        Mistake(
            "only-second-moment-grows",
            _minimise(correct=lambda m, v, t: (m / (1 - 0.9), v / (1 - 0.999**t))),
            "Right on the first step. The correction of v follows the step now; that of m is still the first one's.",
        ),
        Mistake(
            "last-step-throughout",
            lambda grad, start, lr, steps: _minimise(t=lambda k, t: steps)(grad, start, lr, steps),
            "Right for a single step. Your t is that of the last step throughout: at which step does the loop stand?",
        ),
        Mistake(
            "times-t",
            _minimise(correct=lambda m, v, t: (m / (1 - 0.9 * t), v / (1 - 0.999 * t))),
            "t grows now. You multiply by it in the correction, where β was raised to its power.",
        ),
        Mistake(
            "square-lost",
            _minimise(second=lambda v, g, m: 0.999 * v + 0.001 * g.abs()),
            "t is right now. The square in v was there before and has gone.",
        ),
        Mistake(
            "beta2-changed",
            _minimise(
                second=lambda v, g, m: 0.9 * v + 0.1 * g**2,
                correct=lambda m, v, t: (m / (1 - 0.9**t), v / (1 - 0.9**t)),
            ),
            "t is right now. β₂ was 0.999 and has become 0.9: that hides the trouble, and changes the optimizer.",
        ),
        Mistake(
            "averages-restarted",
            _minimise(
                first=lambda m, g: 0.1 * g,
                second=lambda v, g, m: 0.001 * g**2,
                correct=lambda m, v, t: (m / 0.1, v / 0.001),
            ),
            "Every step is like the first now: the averages have lost their memory, and what is left is the sign of the "
            "gradient.",
        ),
        Mistake(
            "plain-descent",
            _minimise(move=lambda w, lr, m, v, g: w - lr * g),
            "That is plain gradient descent now. The loop is Adam's, but for one line.",
        ),
        Mistake(
            "momentum-only",
            _minimise(move=lambda w, lr, m, v, g: w - lr * m),
            "t is right now. The division by √v̂ was there before and has gone.",
        ),
        Mistake(
            "uphill",
            _minimise(move=lambda w, lr, m, v, g: w + lr * m / (v.sqrt() + 1e-8)),
            "t is right now, and the steps go uphill.",
        ),
        Mistake(
            "one-step-more",
            _minimise(extra=1),
            "The steps are right now, and there is one too many.",
        ),
        Mistake(
            "one-step-less",
            _minimise(extra=-1),
            "The steps are right now, and there is one too few. Does your loop count from 1 and stop before `steps`?",
        ),
        Mistake(
            "one-step-only",
            lambda grad, start, lr, steps: minimise(grad, start, lr, 1),
            "Yours ends where the first step ends. Is the `return` inside the loop?",
        ),
        Mistake(
            "corrected-state-kept",
            _corrected_in_place,
            "Right on the first step. You write the corrected averages back into m and v, and the next step corrects them "
            "again.",
        ),
        Mistake(
            "starts-at-one-and-waits",
            _minimise(t=lambda k, t: max(1, k)),
            "The first two steps share the same t. It is 1 on the first step and 2 on the second.",
        ),
        Mistake(
            "only-first-moment-corrected",
            _minimise(correct=lambda m, v, t: (m / (1 - 0.9**t), v)),
            "m is corrected, and v no longer is. Both started from zero.",
        ),
        Mistake(
            "only-second-moment-corrected",
            _minimise(correct=lambda m, v, t: (m, v / (1 - 0.999**t))),
            "v is corrected, and m no longer is. Both started from zero.",
        ),
        Mistake(
            "no-root",
            _minimise(move=lambda w, lr, m, v, g: w - lr * m / (v + 1e-8)),
            "t is right now. The root of v̂ was there before and has gone.",
        ),
        Mistake(
            "eps-inside-the-root",
            _minimise(move=lambda w, lr, m, v, g: w - lr * m / (v + 1e-8).sqrt()),
            "t is right now. ε was outside the root before and stands inside it: near the lowest point, where gradients "
            "are tiny, that shows.",
        ),
        Mistake(
            "whole-path",
            lambda grad, start, lr, steps: torch.stack(
                [start, *(minimise(grad, start, lr, k + 1) for k in range(steps))]
            ),
            "You return the whole path. The weights at its end were asked.",
        ),
        Mistake(
            "one-minus-beta-to-the-t",
            _minimise(correct=lambda m, v, t: (m / (1 - 0.9) ** t, v / (1 - 0.999) ** t)),
            "Right on the first step. (1 − β)ᵗ is not 1 − βᵗ: the power binds first.",
        ),
        Mistake(
            "counts-down",
            lambda grad, start, lr, steps: _minimise(t=lambda k, t: steps - k)(grad, start, lr, steps),
            "Right for a single step. Your t counts down: it is 1 on the first step and grows.",
        ),
        Mistake(
            "first-beta-in-both-corrections",
            _minimise(correct=lambda m, v, t: (m / (1 - 0.9**t), v / (1 - 0.9**t))),
            "t is right now, and m. v was averaged with 0.999, and is corrected with 0.9.",
        ),
        Mistake(
            "corrections-exchanged",
            _minimise(correct=lambda m, v, t: (m / (1 - 0.999**t), v / (1 - 0.9**t))),
            "t is right now. Each average is corrected with the β of the other.",
        ),
        Mistake(
            "no-eps",
            _minimise(move=lambda w, lr, m, v, g: w - lr * m / v.sqrt()),
            "t is right now. ε was there before and has gone: near the lowest point, where gradients are tiny, that shows.",
        ),
        Mistake(
            "corrected-twice",
            _corrected_twice,
            "The averages are corrected, and the rate once more. Some fold both corrections into the rate; then the averages are left as they are.",
        ),
        Mistake(
            "power-alone",
            _minimise(correct=lambda m, v, t: (m / 0.9**t, v / 0.999**t)),
            "t grows now. You divide by βᵗ; it was 1 minus that before.",
        ),
    ),
    variants=(
        _minimise_by_torch,
        _minimise_counting_from_one,
        _minimise(),
        lambda grad, start, lr, steps: minimise(grad, start.float(), lr, steps),
    ),
)
