"""AdamW: Adam's parts with decay beside them. The function below the heading is the solution that a learner may ask for."""

from collections.abc import Iterator

import numpy as np
import torch

from lossfns.grading.bank.optimizers.adam import (
    OPTIONS,
    TRIPLE,
    _adam,
    _adam_as_one_rate,
    _adam_in_numpy,
    _another_eps,
    _by_torch,
    adam_step,
)
from lossfns.grading.bank.optimizers.inputs import LATER, walks
from lossfns.grading.exercise import Exercise, Mistake
from lossfns.grading.record import Probe

# opt-05 · AdamW ------------------------------------------------------------------------------------------------------


def adamw_step(w, m, v, grad, t, lr, beta1, beta2, eps, weight_decay):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    step = (m / (1 - beta1**t)) / ((v / (1 - beta2**t)).sqrt() + eps)
    return w - lr * (step + weight_decay * w), m, v


def adamw_walks(rng: np.random.Generator) -> Iterator[Probe]:
    """The walks of Adam, with a decay of 0.2 or so."""
    decays = (0.2, 0.1, 0.2, 0.15, 0.3, 0.25)
    return walks(rng, (0, 1), [(*o, d) for o, d in zip(OPTIONS, decays, strict=True)], count=True)


def _adamw(gradient=lambda g, w, lr, d: g, decay=lambda w, lr, d, step: lr * d * w, **parts):
    """A step of AdamW with one of its parts replaced; `parts` as in `_adam`."""

    def adamw(w, m, v, g, t, lr, b1, b2, eps, d):
        after, m, v = _adam(**parts)(w, m, v, gradient(g, w, lr, d), t, lr, b1, b2, eps)
        return after - decay(w, lr, d, w - after), m, v

    return adamw


def _adamw_shrink_first(w, m, v, grad, t, lr, beta1, beta2, eps, weight_decay):
    w = w * (1 - lr * weight_decay)
    return adam_step(w, m, v, grad, t, lr, beta1, beta2, eps)


def _adamw_as_one_rate(w, m, v, grad, t, lr, beta1, beta2, eps, weight_decay):
    new, m, v = _adam_as_one_rate(w, m, v, grad, t, lr, beta1, beta2, eps)
    return torch.add(new, w, alpha=-lr * weight_decay), m, v


def _adamw_in_numpy(w, m, v, grad, t, lr, beta1, beta2, eps, weight_decay):
    old = np.asarray(w)
    new, m, v = _adam_in_numpy(w, m, v, grad, t, lr, beta1, beta2, eps)
    return new - lr * weight_decay * old, m, v


ADAMW = Exercise(
    id="opt-05",
    name="adamw_step",
    title="Decay that goes its own way",
    points=2,
    minutes=10,
    difficulty=2,
    reference=adamw_step,
    probes=adamw_walks,
    regimes=(LATER,),
    gives=TRIPLE,
    hints=(
        "The averages are those of Adam, and see the plain gradient. Where does the weight decay enter, if not there?",
        "Decoupled means: the weight shrinks by a share of itself, beside Adam's step and not through it. The share is "
        "`lr * weight_decay`.",
        "With Adam's `step` worked out, return `w - lr * (step + weight_decay * w)`, where w is the weight that came in.",
    ),
    mistakes=(
        Mistake(
            "decay-in-the-gradient",
            _adamw(gradient=lambda g, w, lr, d: g + d * w, decay=lambda w, lr, d, step: 0),
            "The decay is added to the gradient: that is Adam with L2. It passes through both averages, and v divides it "
            "away again.",
        ),
        Mistake(
            "decay-in-the-gradient-with-rate",
            _adamw(gradient=lambda g, w, lr, d: g + lr * d * w, decay=lambda w, lr, d, step: 0),
            "The decay is added to the gradient, and so passes through both averages. It should go beside them.",
        ),
        Mistake(
            "both-ways",
            _adamw(gradient=lambda g, w, lr, d: g + d * w),
            "The decay comes in twice: once beside Adam's step, as it should, and once through the gradient.",
        ),
        Mistake(
            "no-decay",
            _adamw(decay=lambda w, lr, d, step: 0),
            "That is Adam. `weight_decay` is never used.",
        ),
        Mistake(
            "decay-without-rate",
            _adamw(decay=lambda w, lr, d, step: d * w),
            "Adam's part is right. Your weights shrink by `weight_decay` itself; the text scales it by the learning rate.",
        ),
        Mistake(
            "decay-grows",
            _adamw(decay=lambda w, lr, d, step: -lr * d * w),
            "Adam's part is right. Your decay makes the weights grow.",
        ),
        Mistake(
            "decay-after-the-step",
            _adamw(decay=lambda w, lr, d, step: lr * d * (w - step)),
            "Nearly: you shrink the weight that Adam's step has left. Some books do. Here the weight that came in is what "
            "shrinks.",
        ),
        Mistake(
            "decay-divided-too",
            lambda w, m, v, g, t, lr, b1, b2, eps, d: _adam(
                step=lambda m_hat, v_hat, lr, eps, g: lr * (m_hat + d * w) / (v_hat.sqrt() + eps)
            )(w, m, v, g, t, lr, b1, b2, eps),
            "The decay stays out of the averages and is still divided by √v̂. Decoupled means that it is not.",
        ),
        Mistake(
            "decay-by-sign",
            _adamw(decay=lambda w, lr, d, step: lr * d * w.sign()),
            "Every weight shrinks by the same amount: that is L1. Here it shrinks by a share of itself.",
        ),
        Mistake(
            "decay-halved",
            _adamw(decay=lambda w, lr, d, step: lr * d * w / 2),
            "Adam's part is right. The decay is half of what was asked.",
        ),
        Mistake(
            "decay-doubled",
            _adamw(decay=lambda w, lr, d, step: 2 * lr * d * w),
            "Adam's part is right. The decay is twice what was asked: the 2 of λ w² is in `weight_decay` already.",
        ),
        Mistake(
            "decay-with-the-rate-squared",
            _adamw(decay=lambda w, lr, d, step: lr**2 * d * w),
            "Adam's part is right. The rate multiplies your decay twice.",
        ),
        Mistake(
            "decay-of-the-step",
            _adamw(decay=lambda w, lr, d, step: -lr * d * step),
            "You shrink the step. It is the weight that decays.",
        ),
        Mistake(
            "shrunk-to-the-decay",
            _adamw(decay=lambda w, lr, d, step: w - lr * d * w),
            "Only `lr * weight_decay` of the weight is left in yours. That share is what it should lose.",
        ),
        Mistake(
            "decay-in-the-first-moment",
            lambda w, m, v, g, t, lr, b1, b2, eps, d: _adam(
                first=lambda m, g, b1, b2: b1 * m + (1 - b1) * (g + d * w)
            )(w, m, v, g, t, lr, b1, b2, eps),
            "v sees the plain gradient, as it should, and m sees the decay. It should go beside both.",
        ),
        Mistake(
            "no-correction",
            _adamw(correct=lambda m, v, b1, b2, t: (m, v)),
            "The decay is right. The averages started from zero, and nothing makes up for it.",
        ),
        Mistake(
            "first-moment-only-corrected",
            _adamw(correct=lambda m, v, b1, b2, t: (m / (1 - b1**t), v)),
            "The decay is right. m is corrected for its start from zero; v is not.",
        ),
        Mistake(
            "second-moment-only-corrected",
            _adamw(correct=lambda m, v, b1, b2, t: (m, v / (1 - b2**t))),
            "The decay is right. v is corrected for its start from zero; m is not.",
        ),
        Mistake(
            "correction-frozen",
            _adamw(correct=lambda m, v, b1, b2, t: (m / (1 - b1), v / (1 - b2))),
            "The decay is right, and so is the first step. Your bias correction is still that of t = 1 afterwards.",
        ),
        Mistake(
            "corrected-state-kept",
            _adamw(end=lambda w, m, v, m_hat, v_hat, old: (w, m_hat, v_hat)),
            "The first step is right. You keep the corrected averages, and the next step corrects them again.",
        ),
        Mistake(
            "eps-inside-the-root",
            _adamw(step=lambda m, v, lr, eps, g: lr * m / (v + eps).sqrt()),
            "The decay is right. ε stands inside the root; outside was asked.",
        ),
        Mistake(
            "no-eps",
            _adamw(step=lambda m, v, lr, eps, g: lr * m / v.sqrt()),
            "The decay is right. ε is missing, or stands by as a smallest root: it is always *added* to the root.",
        ),
        Mistake(
            "no-root",
            _adamw(step=lambda m, v, lr, eps, g: lr * m / (v + eps)),
            "The decay is right. Adam divides by the *root* of v̂.",
        ),
        Mistake(
            "betas-exchanged",
            lambda w, m, v, g, t, lr, b1, b2, eps, d: adamw_step(w, m, v, g, t, lr, b2, b1, eps, d),
            "The decay is right. β₁ and β₂ have changed places.",
        ),
        Mistake(
            "uphill",
            _adamw(step=lambda m, v, lr, eps, g: -lr * m / (v.sqrt() + eps)),
            "The decay is right. Adam's step goes uphill.",
        ),
        Mistake(
            "averages-not-kept",
            _adamw(end=lambda w, m, v, m_hat, v_hat, old: (w, *old[1:])),
            "The first step is right. Then the averages that you return are the old ones.",
        ),
        Mistake(
            "gradient-for-momentum",
            _adamw(step=lambda m, v, lr, eps, g: lr * g / (v.sqrt() + eps)),
            "The decay is right. m is never used: you step along the gradient of this moment.",
        ),
        Mistake(
            "gradient-not-squared",
            _adamw(second=lambda v, g, b1, b2, m, old: b2 * v + (1 - b2) * g.abs()),
            "The decay is right. v takes in the size of the gradient; it averages squares.",
        ),
        Mistake(
            "gradient-itself-in-both",
            _adamw(second=lambda v, g, b1, b2, m, old: b2 * v + (1 - b2) * g),
            "v takes in the gradient as it is, with its sign, and the root of a negative number is nan. What does v average?",
        ),
        Mistake(
            "decay-not-of-the-weight",
            _adamw(decay=lambda w, lr, d, step: lr * d),
            "Adam's part is right. Yours takes the same amount from every weight; it should be a share of the weight.",
        ),
        Mistake(
            "decay-grows-without-rate",
            _adamw(decay=lambda w, lr, d, step: -d * w),
            "Adam's part is right. Your decay makes the weights grow, and the rate does not reach it. A bracket?",
        ),
        Mistake(
            "all-uphill",
            _adamw(
                step=lambda m, v, lr, eps, g: -lr * m / (v.sqrt() + eps),
                decay=lambda w, lr, d, step: -lr * d * w,
            ),
            "Everything is there, and all of it goes the other way.",
        ),
        Mistake(
            "eps-before-the-correction",
            lambda w, m, v, g, t, lr, b1, b2, eps, d: (
                _another_eps(w, m, v, g, t, lr, b1, b2, eps)[0] - lr * d * w,
                *adam_step(w, m, v, g, t, lr, b1, b2, eps)[1:],
            ),
            "The decay is right. Your shortcut adds ε to the *uncorrected* root: that is another ε.",
        ),
        Mistake(
            "both-added-whole",
            _adamw(first=lambda m, g, b1, b2: b1 * m + g, second=lambda v, g, b1, b2, m, old: b2 * v + g**2),
            "The decay is right. m and v add what comes in whole; they are averages.",
        ),
        Mistake(
            "correction-one-late",
            _adamw(correct=lambda m, v, b1, b2, t: (m / (1 - b1 ** (t - 1)), v / (1 - b2 ** (t - 1)))),
            "You divide by 1 − βᵗ⁻¹, which is 0 on the first step. t counts from 1: it is this step's number already.",
        ),
        Mistake(
            "correction-one-minus-beta-to-the-t",
            _adamw(correct=lambda m, v, b1, b2, t: (m / (1 - b1) ** t, v / (1 - b2) ** t)),
            "Right on the first step. (1 − β)ᵗ is not 1 − βᵗ: the power binds first.",
        ),
        Mistake(
            "correction-brackets-missing",
            _adamw(correct=lambda m, v, b1, b2, t: (m / 1 - b1**t, v / 1 - b2**t)),
            "`m / 1 - beta1**t` divides first and subtracts then, and what is left is negative under the root. What belongs in brackets?",
        ),
        Mistake(
            "returned-in-another-order",
            lambda *a: adamw_step(*a)[1:] + adamw_step(*a)[:1],
            "You return m, v and then the weights. The weights come first.",
        ),
        Mistake(
            "step-stretched",
            _adamw(decay=lambda w, lr, d, step: d * step),
            "Adam's part is right. You stretch the step by the decay; the *weight* is what decays, with a gradient or without.",
        ),
        Mistake(
            "decay-taken-from-the-gradient",
            _adamw(gradient=lambda g, w, lr, d: g - d * w, decay=lambda w, lr, d, step: 0),
            "The decay is subtracted from the gradient: it passes through both averages, and makes the weights grow. It goes beside the step.",
        ),
        Mistake(
            "decay-twice-in-the-gradient",
            _adamw(gradient=lambda g, w, lr, d: g + 2 * d * w, decay=lambda w, lr, d, step: 0),
            "The decay is added to the gradient, with a 2: that is Adam with L2. It passes through both averages, and v divides it away again.",
        ),
        Mistake(
            "both-ways-shrunk-first",
            _adamw(gradient=lambda g, w, lr, d: g + d * (1 - lr * d) * w),
            "The decay comes in twice: the weight shrinks, as it should, and the shrunk weight goes through the gradient as well.",
        ),
        Mistake(
            "correction-by-the-power-alone",
            _adamw(correct=lambda m, v, b1, b2, t: (m / b1**t, v / b2**t)),
            "The decay is right. You divide by βᵗ: how much of what it should hold does an average hold after t steps from zero?",
        ),
    ),
    variants=(
        _adamw_shrink_first,
        _adamw_in_numpy,
        _by_torch(torch.optim.AdamW),
        lambda w, *rest: tuple(part.float() for part in adamw_step(w, *rest)),
        _adamw_as_one_rate,
    ),
)
