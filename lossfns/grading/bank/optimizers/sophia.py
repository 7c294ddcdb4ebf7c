"""Sophia's clipped step. The function below the heading is the solution that a learner may ask for."""

from collections.abc import Iterator

import numpy as np
import torch

from lossfns.grading.bank.optimizers.inputs import LATER, gradients, weights
from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe, trajectory

# opt-08 · Sophia's clipped step ----------------------------------------------------------------------------------------


def sophia_step(w, m, grad, h, lr, beta1, gamma, eps):
    m = beta1 * m + (1 - beta1) * grad
    step = m / torch.clamp(gamma * h, min=eps)
    return w - lr * step.clamp(-1, 1), m


def curved(rng: np.random.Generator) -> Iterator[Probe]:
    """Curvatures that leave the step whole, that clip it, that are 0 and that are negative."""
    for n, steps, moving in ((1, 1, 0), (1, 2, 0), (4, 3, 0), (4, 3, 1), (8, 4, 1)):
        w = weights(rng, n)
        m = weights(rng, n) / 4 * moving
        kinds = np.array([3.0, 0.3, -2.0, 0.0, 40.0, 1.5, -0.2, 8.0])[:n]
        if n == 1:
            kinds = np.array([6.0])
        gamma, beta1 = float(rng.choice([0.5, 2.0])), float(rng.choice([0.6, 0.8]))
        h = (kinds * rng.uniform(0.8, 1.2, n) / gamma).round(3)
        more = []
        for k, g in enumerate(gradients(rng, n, steps)):
            more.append((g, h, 0.1 * (1.0, 0.5, 1.0, 2.0)[k], beta1, gamma, 0.05))
        yield Probe(((w, m), tuple(more)), via=trajectory)
    for gamma in (
        0.5,
        2.0,
    ):  # the floor ε, seen from just below and just above, with gradients too small to be clipped
        w, g = weights(rng, 5), np.array([0.02, -0.03, 0.025, -0.02, 0.03])
        h = np.array([0.1, 0.3, 4.0, 0.0, -0.5]) / gamma
        yield Probe(
            ((w, np.zeros(5)), ((g, h, 0.1, 0.7, gamma, 0.2), (g / 2, h, 0.1, 0.7, gamma, 0.2))),
            via=trajectory,
        )
    # large gradients where the ground is more curved still
    steep = rng.uniform(6, 9, 2).round(1), rng.uniform(20, 40, 2).round(1)
    yield Probe(
        ((weights(rng, 2), np.zeros(2)), ((*steep, 0.1, 0.6, 0.5, 0.05), (*steep, 0.1, 0.6, 0.5, 0.05))),
        via=trajectory,
    )


def _per_step(condition):
    """A regime over the path of a walk from a condition on the curvature of each step."""

    def mask(carried: tuple, steps: tuple) -> np.ndarray:
        return np.stack([condition(np.asarray(more[1])) for more in steps])

    return mask


def _sophia(
    first=lambda m, g, b: b * m + (1 - b) * g,
    below=lambda h, gamma, eps, m: (gamma * h).clamp(min=eps),
    clip=lambda s: s.clamp(-1, 1),
    move=lambda w, lr, s: w - lr * s,
    end=lambda w, m, old: (w, m),
):
    """A step of Sophia with one of its parts replaced."""

    def sophia(w, old, g, h, lr, b, gamma, eps):
        m = first(old, g, b)
        return end(move(w, lr, clip(m / below(h, gamma, eps, m))), m, old)

    return sophia


def _sophia_in_numpy(w, m, grad, h, lr, beta1, gamma, eps):
    w, m, g, h = (np.asarray(part) for part in (w, m, grad, h))
    m = m + (1 - beta1) * (g - m)
    return w - lr * np.clip(m / np.maximum(gamma * h, eps), -1, 1), m


def _sophia_by_sign_and_size(w, m, grad, h, lr, beta1, gamma, eps):
    m = beta1 * m + (1 - beta1) * grad
    size = (m.abs() / torch.maximum(gamma * h, torch.full_like(h, eps))).minimum(torch.ones_like(m))
    return [w - lr * m.sign() * size, m]


def _sophia_in_a_loop(w, m, grad, h, lr, beta1, gamma, eps):
    new = [beta1 * a.item() + (1 - beta1) * g.item() for a, g in zip(m, grad, strict=True)]
    steps = [max(-1.0, min(1.0, a / max(gamma * c.item(), eps))) for a, c in zip(new, h, strict=True)]
    return torch.tensor([p.item() - lr * s for p, s in zip(w, steps, strict=True)]), torch.tensor(new)


SOPHIA = Exercise(
    id="opt-08",
    name="sophia_step",
    title="Newton, on a leash",
    points=2,
    minutes=10,
    difficulty=2,
    reference=sophia_step,
    probes=curved,
    regimes=(
        LATER,
        Regime(
            "negative curvature",
            _per_step(lambda h: h < 0),
            "the curvature is negative",
            "the curvature is not negative",
        ),
        Regime(
            "no curvature",
            _per_step(lambda h: h <= 0),
            "the curvature is 0 or negative",
            "the curvature is positive",
        ),
        Regime(
            "positive curvature",
            _per_step(lambda h: h > 0),
            "the curvature is positive",
            "the curvature is 0 or negative",
        ),
    ),
    gives="the pair (new weights, new m)",
    hints=(
        "Newton's step divides by the curvature. Two things make that safe: what you divide by is never below ε, and the "
        "quotient never leaves the interval from −1 to 1.",
        "First the average m. Then what it is divided by: γ h, or ε where that is larger. Last the clip.",
        "`m / torch.clamp(gamma * h, min=eps)` and then `.clamp(-1, 1)`; the weight moves against it by `lr` times that.",
    ),
    mistakes=(
        Mistake(
            "not-clipped",
            _sophia(clip=lambda s: s),
            "Right where the step is short. Where the ground is nearly flat yours jumps: nothing holds it to ±1.",
        ),
        Mistake(
            "size-of-the-curvature",
            _sophia(below=lambda h, gamma, eps, m: (gamma * h.abs()).clamp(min=eps)),
            "Right where the curvature is positive. Where it is negative you take its size; Sophia takes ε there, and the "
            "step becomes a full one.",
        ),
        Mistake(
            "no-floor",
            _sophia(below=lambda h, gamma, eps, m: gamma * h),
            "Right where γ h is above ε. ε is never used in yours: where the curvature is negative you go up the hill. Which "
            "number is the larger, γ h or ε?",
        ),
        Mistake(
            "eps-added",
            _sophia(below=lambda h, gamma, eps, m: gamma * h + eps),
            "You add ε to what you divide by. It is a floor: the larger of γ h and ε.",
        ),
        Mistake(
            "eps-added-to-the-floor",
            _sophia(below=lambda h, gamma, eps, m: (gamma * h).clamp(min=0) + eps),
            "You cut the curvature off at 0 and add ε. It is a floor: the larger of γ h and ε.",
        ),
        Mistake(
            "gamma-outside-the-floor",
            _sophia(below=lambda h, gamma, eps, m: gamma * h.clamp(min=eps)),
            "Right unless γ h is small. You hold h above ε and multiply by γ then; γ h is what is held.",
        ),
        Mistake(
            "no-gamma",
            _sophia(below=lambda h, gamma, eps, m: h.clamp(min=eps)),
            "γ is never used: it scales the curvature, and so decides how many steps are clipped.",
        ),
        Mistake(
            "gamma-divides",
            _sophia(below=lambda h, gamma, eps, m: (h / gamma).clamp(min=eps)),
            "You divide the curvature by γ; it is multiplied by it.",
        ),
        Mistake(
            "curvature-multiplies",
            _sophia(below=lambda h, gamma, eps, m: 1 / (gamma * h).clamp(min=eps)),
            "You multiply by the curvature. Where it is steeply curved a step should be short.",
        ),
        Mistake(
            "root-of-the-curvature",
            _sophia(below=lambda h, gamma, eps, m: (gamma * h).clamp(min=eps).sqrt()),
            "You take a root, as Adam does of squares. A curvature is no square: Newton divides by it as it is.",
        ),
        Mistake(
            "root-of-the-curvature-alone",
            _sophia(below=lambda h, gamma, eps, m: (gamma * h.clamp(min=0).sqrt()).clamp(min=eps)),
            "You take a root of the curvature, as Adam does of squares. It is no square: Newton divides by it as it is.",
        ),
        Mistake(
            "one-curvature-for-all",
            _sophia(below=lambda h, gamma, eps, m: (gamma * h).max().clamp(min=eps)),
            "Right where there is one weight. The larger of γ h and ε is taken for each weight by itself; yours takes one for all.",
        ),
        Mistake(
            "no-curvature",
            _sophia(below=lambda h, gamma, eps, m: torch.ones_like(h)),
            "The curvature is never used: you clip the average gradient itself.",
        ),
        Mistake(
            "sign-only",
            _sophia(clip=torch.sign),
            "Every step is a full one in yours. Where the curvature is large, the quotient is below 1 and is taken as it "
            "is.",
        ),
        Mistake(
            "clipped-before-dividing",
            lambda w, m, g, h, lr, b, gamma, eps: (
                w - lr * (b * m + (1 - b) * g).clamp(-1, 1) / (gamma * h).clamp(min=eps),
                b * m + (1 - b) * g,
            ),
            "You clip the average gradient and divide then. It is the quotient that must stay within ±1.",
        ),
        Mistake(
            "clipped-above-only",
            _sophia(clip=lambda s: s.clamp(max=1)),
            "Right for steps that go down. A quotient far below −1 is not held in yours.",
        ),
        Mistake(
            "clipped-at-zero",
            _sophia(clip=lambda s: s.clamp(0, 1)),
            "Weights can only go down in yours: the quotient is held between 0 and 1. Both signs belong.",
        ),
        Mistake(
            "clipped-by-the-rate",
            lambda w, m, g, h, lr, b, gamma, eps: (
                w - (lr * (b * m + (1 - b) * g) / (gamma * h).clamp(min=eps)).clamp(-1, 1),
                b * m + (1 - b) * g,
            ),
            "You clip after the rate has come in. The quotient is clipped, and the rate multiplies what is left: so no step is "
            "longer than `lr`.",
        ),
        Mistake(
            "norm-clipped",
            _sophia(clip=lambda s: s / s.norm().clamp(min=1)),
            "You clip the length of the whole step. Sophia clips each coordinate for itself.",
        ),
        Mistake(
            "squashed",
            _sophia(clip=torch.tanh),
            "You bend the quotient smoothly. Between −1 and 1 it is to be left alone.",
        ),
        Mistake(
            "gradient-for-momentum",
            lambda w, m, g, h, lr, b, gamma, eps: (
                w - lr * (g / (gamma * h).clamp(min=eps)).clamp(-1, 1),
                b * m + (1 - b) * g,
            ),
            "m is never used in your step: you divide the gradient of this moment.",
        ),
        Mistake(
            "old-momentum",
            lambda w, m, g, h, lr, b, gamma, eps: (
                w - lr * (m / (gamma * h).clamp(min=eps)).clamp(-1, 1),
                b * m + (1 - b) * g,
            ),
            "You step along the m from before this gradient. Update it first.",
        ),
        Mistake(
            "added-whole",
            _sophia(first=lambda m, g, b: b * m + g),
            "m adds the whole gradient. It is an average: the gradient comes in with 1 − β₁.",
        ),
        Mistake(
            "shares-exchanged",
            _sophia(first=lambda m, g, b: (1 - b) * m + b * g),
            "The shares are exchanged: β₁ is what is kept of m.",
        ),
        Mistake(
            "corrected",
            lambda w, m, g, h, lr, b, gamma, eps: (
                w - lr * ((b * m + (1 - b) * g) / (1 - b) / (gamma * h).clamp(min=eps)).clamp(-1, 1),
                b * m + (1 - b) * g,
            ),
            "You divide m by 1 − β₁, as Adam does at its first step. Sophia does not correct for the start.",
        ),
        Mistake(
            "momentum-not-kept",
            _sophia(end=lambda w, m, old: (w, old)),
            "The first step is right. Then the m that you return is the old one.",
        ),
        Mistake(
            "gradient-kept",
            lambda w, m, g, h, lr, b, gamma, eps: (sophia_step(w, m, g, h, lr, b, gamma, eps)[0], g),
            "The first step is right. Then m is the last gradient; it is an average of all.",
        ),
        Mistake(
            "quotient-kept",
            lambda w, m, g, h, lr, b, gamma, eps: (
                sophia_step(w, m, g, h, lr, b, gamma, eps)[0],
                ((b * m + (1 - b) * g) / (gamma * h).clamp(min=eps)).clamp(-1, 1),
            ),
            "The first step is right. You keep the clipped quotient as m; m is the average before it is divided.",
        ),
        Mistake(
            "uphill",
            _sophia(move=lambda w, lr, s: w + lr * s),
            "Yours climbs. The step is right, and goes in the wrong direction.",
        ),
        Mistake(
            "no-rate",
            _sophia(move=lambda w, lr, s: w - s),
            "`lr` is never used in yours.",
        ),
        Mistake(
            "smaller-for-larger",
            _sophia(below=lambda h, gamma, eps, m: (gamma * h).clamp(max=eps)),
            "You divide by the smaller of γ h and ε. (`clamp` with `max` sets a ceiling.)",
        ),
        Mistake(
            "clipped-below-only",
            _sophia(clip=lambda s: s.clamp(min=-1)),
            "Right for steps that go up. A quotient far above 1 is not held in yours.",
        ),
        Mistake(
            "clipped-to-the-rate",
            _sophia(clip=lambda s: s, move=lambda w, lr, s: w - s.clamp(-lr, lr)),
            "No step of yours is longer than `lr`, as it should be. But the short ones are not multiplied by it.",
        ),
        Mistake(
            "gamma-is-the-leash",
            lambda w, m, g, h, lr, b, gamma, eps: _sophia(
                below=lambda h, gamma, eps, m: h.clamp(min=eps), clip=lambda s: s.clamp(-gamma, gamma)
            )(w, m, g, h, lr, b, gamma, eps),
            "You hold the quotient within ±γ, as some write it. Here γ scales the curvature, and the leash is 1.",
        ),
        Mistake(
            "returned-in-the-other-order",
            _sophia(end=lambda w, m, old: (m, w)),
            "You return m first. The weights come first, then m.",
        ),
        Mistake(
            "gamma-above",
            lambda w, m, g, h, lr, b, gamma, eps: (
                w - lr * (gamma * (b * m + (1 - b) * g) / h.clamp(min=eps)).clamp(-1, 1),
                b * m + (1 - b) * g,
            ),
            "γ multiplies m in yours. It stands below, with the curvature, and the larger of γ h and ε divides.",
        ),
        Mistake(
            "floor-at-zero",
            _sophia(below=lambda h, gamma, eps, m: (gamma * h).clamp(min=0)),
            "You hold γ h above 0. Where it is 0 you divide by nothing; ε is never used in yours.",
        ),
        Mistake(
            "eps-where-not-positive",
            _sophia(below=lambda h, gamma, eps, m: torch.where(h > 0, gamma * h, torch.full_like(h, eps))),
            "Right where the curvature is 0 or negative. Where γ h is positive and smaller than ε you divide by γ h: which is the larger?",
        ),
        Mistake(
            "stands-still",
            lambda w, m, g, h, lr, b, gamma, eps: (
                torch.where(h > 0, sophia_step(w, m, g, h, lr, b, gamma, eps)[0], w),
                b * m + (1 - b) * g,
            ),
            "Right where the curvature is positive. Elsewhere yours stands still; there the larger of γ h and ε is ε, and the step a full one.",
        ),
    ),
    variants=(
        _sophia_in_numpy,
        _sophia_by_sign_and_size,
        _sophia_in_a_loop,
        lambda w, m, g, h, *rest: tuple(
            p.float() for p in sophia_step(w.float(), m.float(), g.float(), h.float(), *rest)
        ),
    ),
)
