"""Adam. The function below the heading is the solution that a learner may ask for."""

from collections.abc import Callable, Iterator

import numpy as np
import torch

from lossfns.grading.bank.optimizers.inputs import LATER, walks
from lossfns.grading.exercise import Exercise, Mistake
from lossfns.grading.record import Probe

# opt-04 · Adam -------------------------------------------------------------------------------------------------------


def adam_step(w, m, v, grad, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return w - lr * m_hat / (v_hat.sqrt() + eps), m, v


OPTIONS = [
    (0.1, 0.8, 0.95, 1e-2),
    (0.3, 0.7, 0.9, 3e-2),
    (0.1, 0.8, 0.95, 1e-2),
    (0.2, 0.9, 0.98, 2e-2),
    (0.1, 0.6, 0.9, 5e-2),
    (0.2, 0.85, 0.95, 1e-2),
]


def adam_walks(rng: np.random.Generator) -> Iterator[Probe]:
    """No default value anywhere: rates that change, short memories, an ε that can be seen."""
    return walks(rng, (0, 1), OPTIONS, count=True)


def _adam(
    first=lambda m, g, b1, b2: b1 * m + (1 - b1) * g,
    second=lambda v, g, b1, b2, m, old: b2 * v + (1 - b2) * g**2,
    correct=lambda m, v, b1, b2, t: (m / (1 - b1**t), v / (1 - b2**t)),
    step=lambda m, v, lr, eps, g: lr * m / (v.sqrt() + eps),
    end=lambda w, m, v, m_hat, v_hat, old: (w, m, v),
):
    """A step of Adam with one of its parts replaced."""

    def adam(w, old_m, old_v, g, t, lr, b1, b2, eps):
        m = first(old_m, g, b1, b2)
        v = second(old_v, g, b1, b2, m, old_m)
        m_hat, v_hat = correct(m, v, b1, b2, t)
        return end(w - step(m_hat, v_hat, lr, eps, g), m, v, m_hat, v_hat, (w, old_m, old_v))

    return adam


def _another_eps(w, m, v, g, t, lr, b1, b2, eps):
    """Section 2's shortcut with ε as it is: an ε of another size."""
    return adam_step(w, m, v, g, t, lr, b1, b2, eps / (1 - b2**t) ** 0.5)


def _nadam(w, m, v, g, t, lr, b1, b2, eps):
    ahead = lambda m_hat, v_hat, lr, eps, g: (  # noqa: E731
        lr * (b1 * m_hat + (1 - b1) * g / (1 - b1**t)) / (v_hat.sqrt() + eps)
    )
    return _adam(step=ahead)(w, m, v, g, t, lr, b1, b2, eps)


def _adam_as_one_rate(w, m, v, grad, t, lr, beta1, beta2, eps):
    """The rate that the paper's section 2 folds both corrections into, with ε scaled to match."""
    m = m + (1 - beta1) * (grad - m)
    v = v + (1 - beta2) * (grad * grad - v)
    root = np.sqrt(1 - beta2**t)
    return w - lr * root / (1 - beta1**t) * m / (torch.sqrt(v) + eps * root), m, v


def _adam_in_numpy(w, m, v, grad, t, lr, beta1, beta2, eps):
    w, m, v, g = (np.asarray(part) for part in (w, m, v, grad))
    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * np.square(g)
    return w - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


def _adam_in_place(w, m, v, grad, t, lr, beta1, beta2, eps):
    m.lerp_(grad, 1 - beta1)
    v.mul_(beta2).addcmul_(grad, grad, value=1 - beta2)
    denominator = (v / (1 - beta2**t)).sqrt_().add_(eps)
    w.addcdiv_(m, denominator, value=-lr / (1 - beta1**t))
    return w, m, v


def _by_torch(kind: Callable, **options) -> Callable:
    """A step of one of torch's optimizers, put into the state that it is given."""

    def step(w, m, v, grad, t, lr, beta1, beta2, eps, weight_decay=0.0):
        w = w.clone().requires_grad_()
        optimizer = kind([w], lr=lr, betas=(beta1, beta2), eps=eps, weight_decay=weight_decay)
        optimizer.state[w] = {
            "step": torch.tensor(float(t - 1)),
            "exp_avg": m.clone(),
            "exp_avg_sq": v.clone(),
        }
        w.grad = grad
        optimizer.step()
        return w.detach(), optimizer.state[w]["exp_avg"], optimizer.state[w]["exp_avg_sq"]

    return step


TRIPLE = "the three (new weights, new m, new v)"
ADAM = Exercise(
    id="opt-04",
    name="adam_step",
    title="Adam, with its start put right",
    points=3,
    minutes=15,
    difficulty=2,
    reference=adam_step,
    probes=adam_walks,
    regimes=(LATER,),
    gives=TRIPLE,
    hints=(
        "Four lines before the step: two running averages, and each of them corrected for having started at zero.",
        "An average keeps β of the old and takes 1 − β of the new. After t steps from zero it holds only the share "
        "1 − βᵗ of what it should.",
        "Step by `lr * m_hat / (v_hat.sqrt() + eps)`, where `m_hat = m / (1 - beta1**t)`; return the *uncorrected* m and v.",
    ),
    mistakes=(
        Mistake(
            "no-correction",
            _adam(correct=lambda m, v, b1, b2, t: (m, v)),
            "The averages are right, and start from zero. Yours never makes up for that: after one step m is only "
            "1 − β₁ of the gradient, and √v another share of its size.",
        ),
        Mistake(
            "first-moment-only-corrected",
            _adam(correct=lambda m, v, b1, b2, t: (m / (1 - b1**t), v)),
            "m is corrected for its start from zero. v started from zero too.",
        ),
        Mistake(
            "second-moment-only-corrected",
            _adam(correct=lambda m, v, b1, b2, t: (m, v / (1 - b2**t))),
            "v is corrected for its start from zero. m started from zero too.",
        ),
        Mistake(
            "correction-frozen",
            _adam(correct=lambda m, v, b1, b2, t: (m / (1 - b1), v / (1 - b2))),
            "Right on the first step. Your correction is still that of t = 1 afterwards: what does the power say?",
        ),
        Mistake(
            "correction-one-early",
            _adam(correct=lambda m, v, b1, b2, t: (m / (1 - b1 ** (t + 1)), v / (1 - b2 ** (t + 1)))),
            "Your correction is that of the step to come. t counts from 1 and is this step's number already.",
        ),
        Mistake(
            "correction-multiplies",
            _adam(correct=lambda m, v, b1, b2, t: (m * (1 - b1**t), v * (1 - b2**t))),
            "The averages are too small at the start, and your correction makes them smaller.",
        ),
        Mistake(
            "correction-times-t",
            _adam(correct=lambda m, v, b1, b2, t: (m / (1 - b1 * t + 1e-30), v / (1 - b2 * t + 1e-30))),
            "Right on the first step. You multiply β by t in the correction; it is raised to that power.",
        ),
        Mistake(
            "corrections-exchanged",
            _adam(correct=lambda m, v, b1, b2, t: (m / (1 - b2**t), v / (1 - b1**t))),
            "Each average is corrected with the β of the other.",
        ),
        Mistake(
            "corrected-state-kept",
            _adam(end=lambda w, m, v, m_hat, v_hat, old: (w, m_hat, v_hat)),
            "The first step is right. You keep the corrected averages, and the next step corrects them again. The "
            "correction is for looking only.",
        ),
        Mistake(
            "eps-inside-the-root",
            _adam(step=lambda m, v, lr, eps, g: lr * m / (v + eps).sqrt()),
            "All but one thing: ε stands inside the root. At ε = 1e-8 nobody sees it; outside the root was asked.",
        ),
        Mistake(
            "eps-before-the-correction",
            _another_eps,
            "You use the shortcut that folds both corrections into the rate, and add ε to the *uncorrected* root: that is "
            "another ε. It belongs to the root of the corrected v.",
        ),
        Mistake(
            "no-eps",
            _adam(step=lambda m, v, lr, eps, g: lr * m / v.sqrt()),
            "ε is missing, or stands by as a smallest root. It is always *added* to the root, and keeps the step small where "
            "gradients have nearly died.",
        ),
        Mistake(
            "eps-outside-the-fraction",
            _adam(step=lambda m, v, lr, eps, g: lr * (m / v.sqrt() + eps)),
            "ε is added to the step and not to what it is divided by. What belongs in brackets?",
        ),
        Mistake(
            "eps-outside-everything",
            _adam(step=lambda m, v, lr, eps, g: lr * m / v.sqrt() - eps),
            "ε is added to the weights: `a / b + c` divides first. What belongs in brackets?",
        ),
        Mistake(
            "no-root",
            _adam(step=lambda m, v, lr, eps, g: lr * m / (v + eps)),
            "You divide by v itself, a square. Then large gradients give *smaller* steps; what has the size of a gradient?",
        ),
        Mistake(
            "gradient-not-squared",
            _adam(second=lambda v, g, b1, b2, m, old: b2 * v + (1 - b2) * g.abs()),
            "v takes in the size of the gradient. It averages squares.",
        ),
        Mistake(
            "gradient-itself-in-both",
            _adam(second=lambda v, g, b1, b2, m, old: b2 * v + (1 - b2) * g),
            "v takes in the gradient as it is, with its sign, and the root of a negative number is nan. What does v average?",
        ),
        Mistake(
            "momentum-squared",
            _adam(second=lambda v, g, b1, b2, m, old: b2 * v + (1 - b2) * m**2),
            "v takes in the square of m. It averages the squares of the gradients themselves.",
        ),
        Mistake(
            "centred",
            _adam(second=lambda v, g, b1, b2, m, old: b2 * v + (1 - b2) * (g - m) ** 2),
            "v takes in the squared distance of the gradient from its average: a variance. Adam's v is about zero.",
        ),
        Mistake(
            "average-of-gradient-squared-late",
            _adam(second=lambda v, g, b1, b2, m, old: (b2 * v.sqrt() + (1 - b2) * g.abs()) ** 2),
            "You average roots and square then. The squares are averaged, and the root comes last.",
        ),
        Mistake(
            "betas-exchanged",
            lambda w, m, v, g, t, lr, b1, b2, eps: adam_step(w, m, v, g, t, lr, b2, b1, eps),
            "β₁ and β₂ have changed places: β₁ belongs to the gradients, β₂ to their squares.",
        ),
        Mistake(
            "one-beta-for-both",
            lambda w, m, v, g, t, lr, b1, b2, eps: adam_step(w, m, v, g, t, lr, b1, b1, eps),
            "β₂ is never used: v has a memory of its own.",
        ),
        Mistake(
            "shares-exchanged",
            _adam(
                first=lambda m, g, b1, b2: (1 - b1) * m + b1 * g,
                second=lambda v, g, b1, b2, m, old: (1 - b2) * v + b2 * g**2,
            ),
            "The shares are exchanged: β is what is kept of the old, 1 − β what comes in.",
        ),
        Mistake(
            "first-added-whole",
            _adam(first=lambda m, g, b1, b2: b1 * m + g),
            "m adds the whole gradient, as plain momentum does. In Adam it is an average, so the gradient comes in with "
            "1 − β₁.",
        ),
        Mistake(
            "second-added-whole",
            _adam(second=lambda v, g, b1, b2, m, old: b2 * v + g**2),
            "v adds the whole square. It is an average, so the square comes in with 1 − β₂.",
        ),
        Mistake(
            "second-is-a-sum",
            _adam(
                second=lambda v, g, b1, b2, m, old: v + g**2,
                correct=lambda m, v, b1, b2, t: (m / (1 - b1**t), v),
            ),
            "v only grows: that is AdaGrad, whose steps shrink for ever. Adam's v forgets.",
        ),
        Mistake(
            "largest-square",
            _adam(
                second=lambda v, g, b1, b2, m, old: torch.maximum(b2 * v, g**2),
                correct=lambda m, v, b1, b2, t: (m / (1 - b1**t), v),
            ),
            "v keeps the largest of the squares: that is AdaMax's idea. Adam averages them.",
        ),
        Mistake(
            "gradient-for-momentum",
            _adam(step=lambda m, v, lr, eps, g: lr * g / (v.sqrt() + eps)),
            "m is never used: you step along the gradient of this moment, which is RMSProp.",
        ),
        Mistake(
            "momentum-only",
            _adam(step=lambda m, v, lr, eps, g: lr * m),
            "v is never used: you step along the average gradient, whatever its size.",
        ),
        Mistake(
            "look-ahead",
            _nadam,
            "You look ahead, as Nadam does. Adam steps along m̂ as it is.",
        ),
        Mistake(
            "averages-not-kept",
            _adam(end=lambda w, m, v, m_hat, v_hat, old: (w, *old[1:])),
            "The first step is right. Then the averages that you return are the old ones.",
        ),
        Mistake(
            "second-not-kept",
            _adam(end=lambda w, m, v, m_hat, v_hat, old: (w, m, old[2])),
            "The first step is right. Then the v that you return is the old one.",
        ),
        Mistake(
            "first-not-kept",
            _adam(end=lambda w, m, v, m_hat, v_hat, old: (w, old[1], v)),
            "The first step is right. Then the m that you return is the old one.",
        ),
        Mistake(
            "averages-returned-exchanged",
            _adam(end=lambda w, m, v, m_hat, v_hat, old: (w, v, m)),
            "The first step is right. Then m and v come back in each other's place.",
        ),
        Mistake(
            "old-averages-used",
            lambda w, m, v, g, t, lr, b1, b2, eps: (
                w - lr * (m / (1 - b1**t)) / ((v / (1 - b2**t)).sqrt() + eps),
                *adam_step(w, m, v, g, t, lr, b1, b2, eps)[1:],
            ),
            "The step is taken with the averages from before this gradient. Update them first.",
        ),
        Mistake(
            "old-second-used",
            lambda w, m, v, g, t, lr, b1, b2, eps: (
                w - lr * ((b1 * m + (1 - b1) * g) / (1 - b1**t)) / ((v / (1 - b2**t)).sqrt() + eps),
                *adam_step(w, m, v, g, t, lr, b1, b2, eps)[1:],
            ),
            "The step is divided by the v from before this gradient. Update both averages first.",
        ),
        Mistake(
            "uphill",
            _adam(step=lambda m, v, lr, eps, g: -lr * m / (v.sqrt() + eps)),
            "Yours climbs. The step is right, and goes in the wrong direction.",
        ),
        Mistake(
            "no-rate",
            _adam(step=lambda m, v, lr, eps, g: m / (v.sqrt() + eps)),
            "`lr` is never used in yours.",
        ),
        Mistake(
            "rate-falls",
            lambda w, m, v, g, t, lr, b1, b2, eps: adam_step(w, m, v, g, t, lr / t**0.5, b1, b2, eps),
            "Right on the first step. Then your rate falls with √t, as in the paper's proof. A schedule does that, not "
            "the step.",
        ),
        Mistake(
            "shared-over-the-coordinates",
            _adam(second=lambda v, g, b1, b2, m, old: b2 * v + (1 - b2) * (g**2).mean()),
            "Right where there is one weight. You average the squares over the weights; each weight has a v of its own.",
        ),
        Mistake(
            "absolute-momentum",
            _adam(step=lambda m, v, lr, eps, g: lr * m.abs() / (v.sqrt() + eps)),
            "Every weight moves down in yours. The step has the sign of m.",
        ),
        Mistake(
            "corrected-after-the-root",
            _adam(correct=lambda m, v, b1, b2, t: (m / (1 - b1**t), v / (1 - b2**t) ** 2)),
            "You take the root first and correct it then. v is what started from zero: correct it before the root.",
        ),
        Mistake(
            "both-added-whole",
            _adam(first=lambda m, g, b1, b2: b1 * m + g, second=lambda v, g, b1, b2, m, old: b2 * v + g**2),
            "m and v both add what comes in whole. They are averages: it comes in with 1 − β.",
        ),
        Mistake(
            "first-beta-in-both-corrections",
            _adam(correct=lambda m, v, b1, b2, t: (m / (1 - b1**t), v / (1 - b1**t))),
            "m is right. v was averaged with β₂, and is corrected with β₁.",
        ),
        Mistake(
            "summed-over-the-coordinates",
            _adam(second=lambda v, g, b1, b2, m, old: b2 * v + (1 - b2) * (g**2).sum()),
            "Right where there is one weight. You add up the squares of all weights; each weight has a v of its own.",
        ),
        Mistake(
            "correction-one-late",
            _adam(correct=lambda m, v, b1, b2, t: (m / (1 - b1 ** (t - 1)), v / (1 - b2 ** (t - 1)))),
            "You divide by 1 − βᵗ⁻¹, which is 0 on the first step. t counts from 1: it is this step's number already.",
        ),
        Mistake(
            "correction-one-minus-beta-to-the-t",
            _adam(correct=lambda m, v, b1, b2, t: (m / (1 - b1) ** t, v / (1 - b2) ** t)),
            "Right on the first step. (1 − β)ᵗ is not 1 − βᵗ: the power binds first.",
        ),
        Mistake(
            "correction-brackets-missing",
            _adam(correct=lambda m, v, b1, b2, t: (m / 1 - b1**t, v / 1 - b2**t)),
            "`m / 1 - beta1**t` divides first and subtracts then, and what is left is negative under the root. What belongs in brackets?",
        ),
        Mistake(
            "average-squared",
            _adam(second=lambda v, g, b1, b2, m, old: (b2 * v + (1 - b2) * g) ** 2),
            "You square the whole average. v averages squares: the gradient is squared before it comes in.",
        ),
        Mistake(
            "returned-in-another-order",
            _adam(end=lambda w, m, v, m_hat, v_hat, old: (m, v, w)),
            "You return m, v and then the weights. The weights come first.",
        ),
        Mistake(
            "correction-by-the-power-alone",
            _adam(correct=lambda m, v, b1, b2, t: (m / b1**t, v / b2**t)),
            "You divide by βᵗ: on the first step nearly 1. How much of what it should hold does an average hold after t steps from zero?",
        ),
    ),
    variants=(
        _adam_as_one_rate,
        _adam_in_numpy,
        _adam_in_place,
        _by_torch(torch.optim.Adam),
        lambda w, m, v, g, t, *rest: tuple(
            part.float() for part in adam_step(w.float(), m.float(), v.float(), g.float(), t, *rest)
        ),
    ),
)
