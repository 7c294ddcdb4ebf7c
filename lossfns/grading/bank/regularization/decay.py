"""A decay that has to stay out of the gradient. Each function below a heading is the solution that a learner may ask for."""

from collections.abc import Callable, Iterator

import numpy as np
import torch

from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# pen-10 · fix: a decay that does not decay -------------------------------------------------------------------------


def adam_run_shipped(w, grads, lr, decay):
    """Adam and a decay, as the docstring in the sheet promises it.

    In every step each weight first loses the share lr * decay of itself; then comes Adam's step.
    """
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(grads, start=1):
        g = g + decay * w
        m = 0.9 * m + 0.1 * g
        v = 0.99 * v + 0.01 * g**2
        step = m / (1 - 0.9**t) / ((v / (1 - 0.99**t)).sqrt() + 1e-8)
        w = w - lr * step
    return w


def adam_run(w, grads, lr, decay):
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(grads, start=1):
        m = 0.9 * m + 0.1 * g
        v = 0.99 * v + 0.01 * g**2
        step = m / (1 - 0.9**t) / ((v / (1 - 0.99**t)).sqrt() + 1e-8)
        w = (1 - lr * decay) * w - lr * step
    return w


def gradients(rng: np.random.Generator) -> Iterator[Probe]:
    """Weights with gradients of very different sizes, one without any; 1 to 9 steps; rates and decays in twins."""
    for steps, lr, decay in (
        (1, 0.1, 0.3),
        (2, 0.1, 0.3),
        (5, 0.1, 0.3),
        (5, 0.1, 1.1),
        (5, 0.04, 0.3),
        (9, 0.03, 0.7),
    ):
        w = (rng.uniform(0.5, 2, 4) * np.array([1, -1, 1, -1])).round(2)
        sizes = np.array([0.1, 1.0, 7.0, 0.0])
        yield Probe((w, (sizes * rng.normal(0.4, 1.0, (steps, 4))).round(3), lr, decay))
    yield Probe((np.array([1.5]), np.array([[0.4], [-0.2], [0.3]]), 0.1, 0.0))
    # all with gradients: a weight without one may become so large under a decay in `m` that it hides the others
    w, grads = rng.uniform(0.5, 2, 2).round(2), rng.normal(0.4, 1.0, (4, 2)).round(3)
    yield Probe((w * np.array([1, -1]), grads, 0.1, 0.5))


Rule = Callable[..., torch.Tensor]


def _adam(
    end: Rule = lambda w, step, lr, decay, g, w0, t: (1 - lr * decay) * w - lr * step,
    into_m: Rule = lambda g, w, decay: g,
    into_v: Rule = lambda g, w, decay: g,
    corrected: bool = True,
    last: Rule = lambda w, lr, decay, t: w,
    beta: float = 0.99,
) -> Callable:
    """The run as it should be, with one of its parts replaced."""

    def run(w, grads, lr, decay):
        w0, m, v, t = w, torch.zeros_like(w), torch.zeros_like(w), 0
        for t, g in enumerate(grads, start=1):
            m = 0.9 * m + 0.1 * into_m(g, w, decay)
            v = beta * v + (1 - beta) * into_v(g, w, decay) ** 2
            a, b = (1 - 0.9**t, 1 - beta**t) if corrected else (1.0, 1.0)
            step = m / a / ((v / b).sqrt() + 1e-8)
            w = end(w, step, lr, decay, g, w0, t)
        return last(w, lr, decay, t)

    return run


def _divided(w, grads, lr, decay):
    """The decay joins the corrected m, and both are divided."""
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(grads, start=1):
        m = 0.9 * m + 0.1 * g
        v = 0.99 * v + 0.01 * g**2
        w = w - lr * (m / (1 - 0.9**t) + decay * w) / ((v / (1 - 0.99**t)).sqrt() + 1e-8)
    return w


def _plain(w, step, lr, decay, g, w0, t):
    return w - lr * step


def _inside(g, w, decay):
    return g + decay * w


def _in_numpy(w, grads, lr, decay):
    w, m, v = np.asarray(w), 0.0, 0.0
    for t, g in enumerate(np.asarray(grads), 1):
        w = w - lr * decay * w
        m, v = 0.9 * m + 0.1 * g, 0.99 * v + 0.01 * g * g
        w = w - lr * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.99**t)) + 1e-8)
    return w


def _beside_the_step(w, grads, lr, decay):
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(grads, start=1):
        m = 0.9 * m + 0.1 * g
        v = 0.99 * v + 0.01 * g**2
        step = m / (1 - 0.9**t) / ((v / (1 - 0.99**t)).sqrt() + 1e-8)
        w = w - lr * (step + decay * w)
    return w


def _shrunk_first(w, grads, lr, decay):
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t, g in enumerate(grads, start=1):
        w = w - lr * decay * w
        m = 0.9 * m + 0.1 * g
        v = 0.99 * v + 0.01 * g**2
        step = m / (1 - 0.9**t) / ((v / (1 - 0.99**t)).sqrt() + 1e-8)
        w = w - lr * step
    return w


ADAM_DECAY = Exercise(
    id="pen-10",
    name="adam_run",
    title="The decay that does not decay",
    points=3,
    minutes=15,
    difficulty=3,
    reference=adam_run,
    shipped=adam_run_shipped,
    symptom="It still behaves as it came: a weight without any gradient moves by the same amount whether `decay` is 0.01 or 1.",
    probes=gradients,
    regimes=(
        Regime(
            "more than one step",
            lambda w, g, lr, d: len(g) > 1,
            "more than one step is taken",
            "a single step is taken",
        ),
        Regime("a decay", lambda w, g, lr, d: d > 0, "`decay` is not 0", "`decay` is 0"),
    ),
    gives="the vector of weights after the last step, shape (d,),",
    hints=(
        "Follow the weight whose gradient is always 0. What reaches `m` and `v`, and what is left of `decay` when one has been divided by the root of the other?",
        "The decay must not pass through `m` and `v`. Take it out there, and let the weights lose their share where they are moved.",
        "In the last line of the loop, `w` first keeps the share `1 - lr * decay` of itself; then the step goes off, as before.",
    ),
    mistakes=(
        Mistake(
            "no-decay",
            _adam(end=_plain),
            "The decay is out of the gradient, and it has not come back anywhere: nothing decays now.",
        ),
        Mistake(
            "no-rate",
            _adam(end=lambda w, step, lr, decay, g, w0, t: (1 - decay) * w - lr * step),
            "The decay is out of the gradient now. The share that a weight loses is `lr * decay`; yours forgets the rate.",
        ),
        Mistake(
            "after-the-step",
            _adam(end=lambda w, step, lr, decay, g, w0, t: (1 - lr * decay) * (w - lr * step)),
            "The decay is out of the gradient now. It takes its share after the step; the text says before, so that the step itself is not shrunk.",
        ),
        Mistake(
            "both",
            _adam(into_m=_inside, into_v=_inside),
            "The weights lose their share now. But the decay is still in the gradient too.",
        ),
        Mistake(
            "both-after",
            _adam(
                end=lambda w, step, lr, decay, g, w0, t: (1 - lr * decay) * (w - lr * step),
                into_m=_inside,
                into_v=_inside,
            ),
            "The weights lose their share now, after the step where the text says before. And the decay is still in the gradient too.",
        ),
        Mistake(
            "twice",
            _adam(end=lambda w, step, lr, decay, g, w0, t: (1 - 2 * lr * decay) * w - lr * step),
            "The decay is out of the gradient now. The weights lose twice their share: no square is differentiated here.",
        ),
        Mistake(
            "half",
            _adam(end=lambda w, step, lr, decay, g, w0, t: (1 - lr * decay / 2) * w - lr * step),
            "The decay is out of the gradient now. The weights lose half of their share.",
        ),
        Mistake(
            "grows",
            _adam(end=lambda w, step, lr, decay, g, w0, t: (1 + lr * decay) * w - lr * step),
            "The decay is out of the gradient now, and the weights grow by it.",
        ),
        Mistake(
            "moving-only",
            _adam(
                end=lambda w, step, lr, decay, g, w0, t: (
                    torch.where(g == 0, w, (1 - lr * decay) * w) - lr * step
                )
            ),
            "Weights with a gradient are right. Those without one should lose their share as well.",
        ),
        Mistake(
            "from-the-start",
            _adam(end=lambda w, step, lr, decay, g, w0, t: w - lr * step - lr * decay * w0),
            "Right for a single step. Each step takes a share of the weight as it *was at the start*.",
        ),
        Mistake(
            "first-step-only",
            _adam(end=lambda w, step, lr, decay, g, w0, t: (1 - lr * decay * (t == 1)) * w - lr * step),
            "Right for a single step. Later steps should take their share, too.",
        ),
        Mistake(
            "at-the-end-once",
            _adam(end=_plain, last=lambda w, lr, decay, t: (1 - lr * decay) * w),
            "The weights lose one share, after the last step. Each step should take one.",
        ),
        Mistake(
            "at-the-end-all",
            _adam(end=_plain, last=lambda w, lr, decay, t: (1 - lr * decay) ** t * w),
            "You let all shares go at the end. What a step adds should be shrunk by the later steps only.",
        ),
        Mistake(
            "m-only",
            _adam(end=_plain, into_m=_inside),
            "The decay is out of `v` and still in `m`: divided by a root that knows nothing of it.",
        ),
        Mistake(
            "v-only",
            _adam(end=_plain, into_v=_inside),
            "The decay is out of `m` and still in `v`: it shortens steps, and no weight decays.",
        ),
        Mistake(
            "divided",
            _divided,
            "The decay is out of `m` and `v`, and it is still divided by the root of `v`, which is 0 for a weight without any gradient.",
        ),
        Mistake(
            "minus-inside",
            _adam(end=_plain, into_m=lambda g, w, d: g - d * w, into_v=lambda g, w, d: g - d * w),
            "You turned a sign round. The decay is still in the gradient, and now the weights grow.",
        ),
        Mistake(
            "flat-fee",
            _adam(end=lambda w, step, lr, decay, g, w0, t: w - lr * decay * w.sign() - lr * step),
            "Each weight loses the same amount in yours, as under L1. A share of itself was asked.",
        ),
        Mistake(
            "rate-squared",
            _adam(end=lambda w, step, lr, decay, g, w0, t: (1 - lr**2 * decay) * w - lr * step),
            "The decay is out of the gradient now. The rate enters its share twice.",
        ),
        Mistake(
            "step-shrunk-too",
            _adam(end=lambda w, step, lr, decay, g, w0, t: (1 - lr * decay) * w - lr * (1 - decay) * step),
            "The weights lose their share now. The step has become smaller as well.",
        ),
        Mistake(
            "uncorrected",
            _adam(corrected=False),
            "The decay is right now. The divisions by 1 − 0.9ᵗ and 1 − 0.99ᵗ have gone; they were right.",
        ),
        Mistake(
            "plain-descent",
            _adam(end=lambda w, step, lr, decay, g, w0, t: (1 - lr * decay) * w - lr * g),
            "The decay is right now. The step is plain gradient descent, and no longer Adam's.",
        ),
        Mistake(
            "decay-compounds",
            _adam(end=lambda w, step, lr, decay, g, w0, t: (1 - lr * decay) ** t * w - lr * step),
            "Right for a single step. At step t yours takes t shares.",
        ),
        Mistake(
            "decay-only",
            _adam(end=lambda w, step, lr, decay, g, w0, t: (1 - lr * decay) * w),
            "The decay is right now. Where has Adam's step gone?",
        ),
        Mistake(
            "step-not-scaled",
            _adam(end=lambda w, step, lr, decay, g, w0, t: (1 - lr * decay) * w - step),
            "The decay is right now. The step has lost its rate.",
        ),
        Mistake(
            "rate-for-decay",
            _adam(end=lambda w, step, lr, decay, g, w0, t: (1 - lr) * w - lr * step),
            "The share that a weight loses is `lr` in yours, whatever `decay` is.",
        ),
        Mistake(
            "decay-in-the-step",
            _adam(end=lambda w, step, lr, decay, g, w0, t: w - lr * (step + decay)),
            "You add `decay` to the step. It is a share of the *weight*.",
        ),
        Mistake(
            "step-stretched",
            _adam(end=lambda w, step, lr, decay, g, w0, t: w - lr * (1 + decay) * step),
            "You stretch the step. A weight without a gradient makes none, and should lose its share all the same.",
        ),
        Mistake(
            "silent-only",
            _adam(
                end=lambda w, step, lr, decay, g, w0, t: (
                    torch.where(g == 0, (1 - lr * decay) * w, w) - lr * step
                )
            ),
            "Weights without a gradient are right. The others should lose their share as well.",
        ),
        Mistake(
            "inside-twice",
            _adam(end=_plain, into_m=lambda g, w, d: g + 2 * d * w, into_v=lambda g, w, d: g + 2 * d * w),
            "The decay is still in the gradient, twice as much of it. Where does Adam divide by it?",
        ),
        Mistake(
            "rate-inside",
            lambda w, grads, lr, decay: adam_run_shipped(w, grads, lr, lr * decay),
            "`lr * decay` is the share that was meant. But it is still put into the gradient, and Adam divides it away again.",
        ),
        Mistake(
            "share-kept",
            _adam(end=lambda w, step, lr, decay, g, w0, t: lr * decay * w - lr * step),
            "The decay is out of the gradient now. Your weights *keep* the share `lr * decay`; they should lose it.",
        ),
        Mistake(
            "longer-memory",
            _adam(beta=0.999),
            "The decay is right now. `v` used to forget at 0.99, and yours forgets at 0.999, which is AdamW's default in torch.",
        ),
        Mistake(
            "decay-fades",
            _adam(end=lambda w, step, lr, decay, g, w0, t: (1 - lr * decay / t) * w - lr * step),
            "Right for a single step. At step t yours takes a t-th of the share.",
        ),
        Mistake(
            "uphill",
            _adam(end=lambda w, step, lr, decay, g, w0, t: (1 - lr * decay) * w + lr * step),
            "The decay is right now. The step goes uphill.",
        ),
        Mistake(
            "both-in-v",
            _adam(into_v=_inside),
            "The weights lose their share now. But the decay is still in `v` too.",
        ),
        Mistake(
            "uncorrected-after",
            _adam(
                end=lambda w, step, lr, decay, g, w0, t: (1 - lr * decay) * (w - lr * step), corrected=False
            ),
            "The decay comes after the step where the text says before, and the divisions by 1 − 0.9ᵗ and 1 − 0.99ᵗ have gone; they were right.",
        ),
        Mistake(
            "step-loses-the-share",
            _adam(end=lambda w, step, lr, decay, g, w0, t: w - (1 - lr * decay) * lr * step),
            "The decay is out of the gradient now. It is the step that loses the share in yours; the weight should.",
        ),
        Mistake(
            "both-in-m",
            _adam(into_m=_inside),
            "The weights lose their share now. But the decay is still in `m` too.",
        ),
    ),
    variants=(
        _adam(end=lambda w, step, lr, decay, g, w0, t: w - lr * step - lr * decay * w),
        _in_numpy,
        _beside_the_step,
        _shrunk_first,
        lambda w, grads, lr, decay: adam_run(w.float(), grads.float(), lr, decay),
        _adam(end=lambda w, step, lr, decay, g, w0, t: w.mul(1 - lr * decay).sub(step, alpha=lr)),
    ),
)
