"""Lion's step. The function below the heading is the solution that a learner may ask for."""

from collections.abc import Iterator

import numpy as np
import torch

from lossfns.grading.bank.optimizers.inputs import LATER, walks, weights
from lossfns.grading.exercise import Exercise, Mistake
from lossfns.grading.record import Probe, trajectory

# opt-06 · Lion -------------------------------------------------------------------------------------------------------


def lion_step(w, m, grad, lr, beta1, beta2, weight_decay):
    direction = torch.sign(beta1 * m + (1 - beta1) * grad)
    return w - lr * (direction + weight_decay * w), beta2 * m + (1 - beta2) * grad


def lion_walks(rng: np.random.Generator) -> Iterator[Probe]:
    """Walks on which gradients turn round, so that the two memories disagree; and one that stands still."""
    options = [
        (0.1, 0.8, 0.9, 0.2),
        (0.1, 0.6, 0.9, 0.1),
        (0.1, 0.6, 0.85, 0.3),
        (0.05, 0.7, 0.95, 0.2),
        (0.1, 0.55, 0.8, 0.25),
        (0.1, 0.65, 0.9, 0.15),
    ]
    yield from walks(rng, (0,), options)
    # gradients that turn round are outvoted at first: in the sign with β₁, and not with β₂, or the other way round
    for b1, b2 in ((0.5, 0.9), (0.9, 0.5), (0.7, 0.9)):
        w, g = weights(rng, 3), rng.uniform(0.5, 1, 3).round(2) * rng.choice([-1, 1], 3)
        sizes = (1.0, 1.0, -0.3, -0.5, -0.7, 0.9, -0.15, 0.2)
        yield Probe(((w, np.zeros(3)), tuple((g * s, 0.1, b1, b2, 0.2) for s in sizes)), via=trajectory)
    # a memory that outvotes the first gradients and fades: kept as it was it would outvote them all
    w, g = weights(rng, 3), rng.uniform(0.5, 1, 3).round(2) * rng.choice([-1, 1], 3)
    yield Probe(
        ((w, -2 * g), tuple((g * s, 0.1, 0.8, 0.7, 0.2) for s in (1.0, 0.9, 1.1, 0.8))), via=trajectory
    )
    yield Probe(((weights(rng, 2), np.zeros(2)), ((np.zeros(2), 0.1, 0.7, 0.9, 0.2),) * 2), via=trajectory)


def _lion(
    mix=lambda m, g, b1, b2: b1 * m + (1 - b1) * g,
    direction=torch.sign,
    memory=lambda m, g, b1, b2, mix: b2 * m + (1 - b2) * g,
    decay=lambda w, lr, d, step: lr * d * w,
    gradient=lambda g, w, d: g,
):
    """A step of Lion with one of its parts replaced."""

    def lion(w, m, g, lr, b1, b2, d):
        g = gradient(g, w, d)
        c = mix(m, g, b1, b2)
        step = lr * direction(c)
        return w - step - decay(w, lr, d, step), memory(m, g, b1, b2, c)

    return lion


def _lion_in_numpy(w, m, grad, lr, beta1, beta2, weight_decay):
    w, m, g = (np.asarray(part) for part in (w, m, grad))
    return w - lr * np.sign(beta1 * m + (1 - beta1) * g) - lr * weight_decay * w, m * beta2 + g * (1 - beta2)


def _lion_in_place(w, m, grad, lr, beta1, beta2, weight_decay):
    w.mul_(1 - lr * weight_decay)
    w.sub_(lr * torch.lerp(m, grad, 1 - beta1).sign_())
    m.lerp_(grad, 1 - beta2)
    return w, m


def _lion_with_where(w, m, grad, lr, beta1, beta2, weight_decay):
    mixed = grad + beta1 * (m - grad)
    up, still = torch.ones_like(w), torch.zeros_like(w)
    way = torch.where(mixed > 0, up, torch.where(mixed < 0, -up, still))
    return torch.stack([w - lr * way - lr * weight_decay * w, grad + beta2 * (m - grad)])


LION = Exercise(
    id="opt-06",
    name="lion_step",
    title="Only the sign",
    points=2,
    minutes=8,
    difficulty=2,
    reference=lion_step,
    probes=lion_walks,
    regimes=(LATER,),
    gives="the pair (new weights, new m)",
    hints=(
        "There are two mixtures of the old m and the gradient: one decides the direction of this step, the other is kept.",
        "The direction is the sign of the mixture with β₁. The m that you return is the mixture with β₂, made from the "
        "*old* m.",
        "`direction = torch.sign(beta1 * m + (1 - beta1) * grad)`; the weight moves by `lr * (direction + weight_decay * w)`.",
    ),
    mistakes=(
        Mistake(
            "betas-exchanged",
            lambda w, m, g, lr, b1, b2, d: lion_step(w, m, g, lr, b2, b1, d),
            "β₁ and β₂ have changed places: β₁ mixes for the direction, β₂ for what is kept.",
        ),
        Mistake(
            "sign-of-the-new-memory",
            _lion(mix=lambda m, g, b1, b2: b2 * m + (1 - b2) * g),
            "Your direction is the sign of the m that you keep. Lion mixes a second time for the direction, with β₁.",
        ),
        Mistake(
            "one-mixture-kept",
            _lion(memory=lambda m, g, b1, b2, mix: mix),
            "The direction is right at first. You keep the mixture that made it; the one with β₂ is kept.",
        ),
        Mistake(
            "memory-first",
            _lion(mix=lambda m, g, b1, b2: b1 * (b2 * m + (1 - b2) * g) + (1 - b1) * g),
            "You update m and mix the gradient in once more for the direction. The direction is made from the *old* m.",
        ),
        Mistake(
            "mixed-one-upon-the-other",
            _lion(memory=lambda m, g, b1, b2, mix: b2 * mix + (1 - b2) * g),
            "The direction is right at first. The m that you keep is made from the mixture; it is made from the old m.",
        ),
        Mistake(
            "sign-of-the-gradient",
            _lion(mix=lambda m, g, b1, b2: g),
            "m has no say in your direction: that is signed gradient descent.",
        ),
        Mistake(
            "sign-of-the-old-memory",
            _lion(mix=lambda m, g, b1, b2: m),
            "The new gradient has no say in your direction.",
        ),
        Mistake(
            "no-sign",
            _lion(direction=lambda c: c),
            "You step along the mixture itself. Lion keeps only its sign.",
        ),
        Mistake(
            "unit-length",
            _lion(direction=lambda c: c / (c.norm() + 1e-12)),
            "You divide the mixture by its length. Lion takes the sign of each coordinate.",
        ),
        Mistake(
            "signs-mixed",
            _lion(mix=lambda m, g, b1, b2: b1 * m.sign() + (1 - b1) * g.sign()),
            "You mix signs and take the sign again. Numbers are mixed, and the sign comes last.",
        ),
        Mistake(
            "sign-kept",
            _lion(memory=lambda m, g, b1, b2, mix: b2 * m + (1 - b2) * g.sign()),
            "The direction is right at first. m takes in the sign of the gradient; it averages the gradient itself.",
        ),
        Mistake(
            "direction-kept",
            _lion(memory=lambda m, g, b1, b2, mix: b2 * m + (1 - b2) * mix.sign()),
            "The direction is right at first. m takes in the sign that you step by; it averages the gradients.",
        ),
        Mistake(
            "zero-by-zero",
            _lion(direction=lambda c: c / c.abs()),
            "Right wherever there is a gradient. Where there never was one you divide zero by zero; the sign of 0 is 0.",
        ),
        Mistake(
            "shares-exchanged",
            _lion(
                mix=lambda m, g, b1, b2: (1 - b1) * m + b1 * g,
                memory=lambda m, g, b1, b2, mix: (1 - b2) * m + b2 * g,
            ),
            "The shares are exchanged: β is what is kept of m, 1 − β what comes in.",
        ),
        Mistake(
            "gradient-whole-in-the-direction",
            _lion(mix=lambda m, g, b1, b2: b1 * m + g),
            "In your direction the gradient counts whole. It is a mixture: β₁ of m and 1 − β₁ of the gradient.",
        ),
        Mistake(
            "gradient-whole-in-the-memory",
            _lion(memory=lambda m, g, b1, b2, mix: b2 * m + g),
            "The direction is right at first. m adds the whole gradient; it is an average.",
        ),
        Mistake(
            "memory-not-kept",
            _lion(memory=lambda m, g, b1, b2, mix: m),
            "The first step is right. Then the m that you return is the old one.",
        ),
        Mistake(
            "gradient-kept",
            _lion(memory=lambda m, g, b1, b2, mix: g),
            "The first step is right. Then m is the last gradient; it is an average of all.",
        ),
        Mistake(
            "no-decay",
            _lion(decay=lambda w, lr, d, step: 0),
            "The direction is right. `weight_decay` is never used.",
        ),
        Mistake(
            "decay-in-the-gradient",
            _lion(gradient=lambda g, w, d: g + d * w, decay=lambda w, lr, d, step: 0),
            "The decay is added to the gradient, and the sign swallows its size. It goes beside the sign.",
        ),
        Mistake(
            "decay-inside-the-sign",
            lambda w, m, g, lr, b1, b2, d: (
                w - lr * torch.sign(b1 * m + (1 - b1) * g + d * w),
                b2 * m + (1 - b2) * g,
            ),
            "The decay is inside the sign, which swallows its size. It goes beside the sign.",
        ),
        Mistake(
            "decay-without-rate",
            _lion(decay=lambda w, lr, d, step: d * w),
            "The direction is right. Your weights shrink by `weight_decay` itself; the text scales it by the learning rate.",
        ),
        Mistake(
            "decay-grows",
            _lion(decay=lambda w, lr, d, step: -lr * d * w),
            "The direction is right. Your decay makes the weights grow.",
        ),
        Mistake(
            "decay-after-the-step",
            _lion(decay=lambda w, lr, d, step: lr * d * (w - step)),
            "Nearly: you shrink the weight that the step has left. Here the weight that came in is what shrinks.",
        ),
        Mistake(
            "uphill",
            _lion(direction=lambda c: -c.sign()),
            "Yours climbs. The size of the step is right, and its direction is turned round.",
        ),
        Mistake(
            "no-rate",
            lambda w, m, g, lr, b1, b2, d: lion_step(w, m, g, 1.0, b1, b2, d),
            "`lr` is never used in yours.",
        ),
        Mistake(
            "never-zero",
            _lion(direction=lambda c: torch.where(c >= 0, 1.0, -1.0).to(c)),
            "Right wherever there is a gradient. Where there never was one the sign is 0, and yours is not: such a weight "
            "only shrinks.",
        ),
        Mistake(
            "minus-where-zero",
            _lion(direction=lambda c: torch.where(c > 0, 1.0, -1.0).to(c)),
            "Right wherever there is a gradient. Where there never was one the sign is 0, and yours is −1: such a weight "
            "only shrinks.",
        ),
        Mistake(
            "all-uphill",
            _lion(direction=lambda c: -c.sign(), decay=lambda w, lr, d, step: -lr * d * w),
            "Everything is there, and all of it goes the other way.",
        ),
        Mistake(
            "returned-in-the-other-order",
            lambda w, m, g, *rest: lion_step(w, m, g, *rest)[::-1],
            "You return m first. The weights come first, then m.",
        ),
        Mistake(
            "signs-averaged",
            _lion(mix=lambda m, g, b1, b2: b1 * m.sign() + (1 - b1) * g.sign(), direction=lambda c: c),
            "You average two signs, so a step may be shorter than the rate. Numbers are mixed, and the sign comes last.",
        ),
        Mistake(
            "signs-added",
            _lion(mix=lambda m, g, b1, b2: m.sign() + g.sign(), direction=lambda c: c),
            "You add two signs. Numbers are mixed, with β₁ and 1 − β₁, and the sign of the mixture is the step.",
        ),
        Mistake(
            "decay-in-the-direction",
            lambda w, m, g, lr, b1, b2, d: (
                w - lr * torch.sign(b1 * m + (1 - b1) * (g + d * w)),
                b2 * m + (1 - b2) * g,
            ),
            "The decay is inside the sign, which swallows its size. It goes beside the sign.",
        ),
        Mistake(
            "decay-grows-without-rate",
            _lion(decay=lambda w, lr, d, step: -d * w),
            "The direction is right. Your decay makes the weights grow, and the rate does not reach it. A bracket?",
        ),
        Mistake(
            "decay-doubled",
            _lion(decay=lambda w, lr, d, step: 2 * lr * d * w),
            "The direction is right. The decay is twice what was asked: the 2 of λ w² is in `weight_decay` already.",
        ),
        Mistake(
            "both-added-whole",
            _lion(mix=lambda m, g, b1, b2: b1 * m + g, memory=lambda m, g, b1, b2, mix: b2 * m + g),
            "You add the gradient whole in both mixtures. They are averages: it comes in with 1 − β.",
        ),
    ),
    variants=(
        _lion_in_numpy,
        _lion_in_place,
        _lion_with_where,
        lambda w, m, g, *rest: tuple(p.float() for p in lion_step(w.float(), m.float(), g.float(), *rest)),
    ),
)
