"""Momentum and Nesterov's. Each function below a heading is the solution that a learner may ask for."""

from collections.abc import Iterator

import numpy as np
import torch

from lossfns.grading.bank.optimizers.inputs import LATER, walks
from lossfns.grading.exercise import Exercise, Mistake
from lossfns.grading.record import Probe

# opt-02 · momentum --------------------------------------------------------------------------------------------------


def momentum_step(w, velocity, grad, lr, beta):
    velocity = beta * velocity + grad
    return w - lr * velocity, velocity


def momentum_walks(rng: np.random.Generator) -> Iterator[Probe]:
    """At several rates, which change on the way, and several β."""
    return walks(rng, (0,), [(0.1, 0.9), (0.3, 0.8), (0.2, 0.7), (0.1, 0.9), (0.2, 0.6), (0.1, 0.85)])


def _momentum(
    velocity=lambda v, g, lr, b: b * v + g,
    step=lambda v, g, lr, b, old: lr * v,
    end=lambda w, v, old_w, old_v: (w, v),
):
    """A step of momentum with one of its parts replaced."""

    def momentum(w, old, g, lr, b):
        v = velocity(old, g, lr, b)
        return end(w - step(v, g, lr, b, old), v, w, old)

    return momentum


def _momentum_in_numpy(w, velocity, grad, lr, beta):
    w, velocity, grad = (np.asarray(part) for part in (w, velocity, grad))
    velocity = velocity * beta + grad
    return [w - velocity * lr, velocity]


def _momentum_in_place(w, velocity, grad, lr, beta):
    velocity.mul_(beta).add_(grad)
    w.add_(velocity, alpha=-lr)
    return w, velocity


def _momentum_by_torch(w, velocity, grad, lr, beta):
    w = w.clone().requires_grad_()
    optimizer = torch.optim.SGD([w], lr=lr, momentum=beta)
    optimizer.state[w]["momentum_buffer"] = velocity.clone()
    w.grad = grad
    optimizer.step()
    return w.detach(), optimizer.state[w]["momentum_buffer"]


def _momentum_in_a_loop(w, velocity, grad, lr, beta):
    new = [beta * v.item() + g.item() for v, g in zip(velocity, grad, strict=True)]
    return torch.tensor([p.item() - lr * v for p, v in zip(w, new, strict=True)]), torch.tensor(new)


PAIR = "the pair (new weights, new velocity)"
MOMENTUM = Exercise(
    id="opt-02",
    name="momentum_step",
    title="A ball that remembers",
    points=2,
    minutes=8,
    difficulty=1,
    reference=momentum_step,
    probes=momentum_walks,
    regimes=(LATER,),
    gives=PAIR,
    hints=(
        "Two lines: first the velocity takes in the new gradient, then the weight follows the velocity.",
        "What is left of the old velocity is `beta` times it. The gradient is added whole. The learning rate is not in "
        "this line.",
        "`velocity = beta * velocity + grad`, then the weight minus `lr` times *that*; return both.",
    ),
    mistakes=(
        Mistake(
            "averaged",
            _momentum(velocity=lambda v, g, lr, b: b * v + (1 - b) * g),
            "You take an average: the gradient comes in with 1 − β. That is Adam's first moment. Here it is added "
            "whole, and steps grow longer where gradients agree.",
        ),
        Mistake(
            "rate-inside",
            _momentum(velocity=lambda v, g, lr, b: b * v + lr * g, step=lambda v, g, lr, b, old: v),
            "Right until the rate changes. Yours keeps the learning rate inside the velocity, as Sutskever and Keras do; "
            "here it is outside, so a new rate applies to the whole velocity at once.",
        ),
        Mistake(
            "rate-inside-turned",
            _momentum(velocity=lambda v, g, lr, b: b * v - lr * g, step=lambda v, g, lr, b, old: -v),
            "From rest, and while the rate stays, yours goes the same way. Its velocity points downhill and holds the "
            "rate, as in Keras; here the gradient is added, and the rate is outside.",
        ),
        Mistake(
            "no-memory",
            _momentum(velocity=lambda v, g, lr, b: g),
            "The old velocity has no say in yours: that is plain gradient descent.",
        ),
        Mistake(
            "old-velocity",
            _momentum(step=lambda v, g, lr, b, old: lr * old),
            "Your weight follows the velocity from before this gradient. Which comes first, velocity or weight?",
        ),
        Mistake(
            "velocity-not-kept",
            _momentum(end=lambda w, v, old_w, old_v: (w, old_v)),
            "The first step is right. Then the velocity that you return is the old one: nothing is remembered.",
        ),
        Mistake(
            "weights-not-kept",
            _momentum(end=lambda w, v, old_w, old_v: (old_w, v)),
            "The weights that you return are the old ones. Where does the new value go?",
        ),
        Mistake(
            "uphill",
            _momentum(step=lambda v, g, lr, b, old: -lr * v),
            "Yours climbs: the weight moves along the velocity, and the velocity along the gradient. One of the two has "
            "to turn round.",
        ),
        Mistake(
            "gradient-turned-once",
            _momentum(velocity=lambda v, g, lr, b: b * v - g),
            "From rest yours climbs: you subtract the gradient from the velocity and the velocity from the weight. Minus "
            "once is enough.",
        ),
        Mistake(
            "beta-on-the-gradient",
            _momentum(velocity=lambda v, g, lr, b: v + b * g),
            "β multiplies the gradient in yours, and the old velocity is kept whole. Which of the two should fade?",
        ),
        Mistake(
            "no-friction",
            _momentum(velocity=lambda v, g, lr, b: v + g),
            "The first step from rest is right. After it nothing of the old velocity fades: β is never used.",
        ),
        Mistake(
            "shares-exchanged",
            _momentum(velocity=lambda v, g, lr, b: (1 - b) * v + b * g),
            "You average, with the shares exchanged. Here β is what is kept of the old velocity, and the gradient is "
            "added whole.",
        ),
        Mistake(
            "keeps-one-minus-beta",
            _momentum(velocity=lambda v, g, lr, b: (1 - b) * v + g),
            "The first step from rest is right. After it 1 − β of the velocity is kept; β was asked.",
        ),
        Mistake(
            "beta-on-everything",
            _momentum(velocity=lambda v, g, lr, b: b * (v + g)),
            "β multiplies the new gradient too. It is a fresh one; only the old velocity fades.",
        ),
        Mistake(
            "gradient-twice",
            _momentum(step=lambda v, g, lr, b, old: lr * (v + g)),
            "The gradient comes in twice: the velocity has it already when you step.",
        ),
        Mistake(
            "look-ahead",
            _momentum(step=lambda v, g, lr, b, old: lr * (g + b * v)),
            "That is Nesterov's step, which looks ahead. It is the next exercise; here the weight follows the velocity "
            "as it is.",
        ),
        Mistake(
            "rate-twice",
            _momentum(velocity=lambda v, g, lr, b: b * v + lr * g),
            "The rate multiplies the gradient and then the step: it comes in twice.",
        ),
        Mistake(
            "no-rate",
            _momentum(step=lambda v, g, lr, b, old: v),
            "`lr` is never used: the step is the whole velocity.",
        ),
        Mistake(
            "beta-in-the-step",
            _momentum(step=lambda v, g, lr, b, old: lr * b * v),
            "The velocity is right. You multiply it by β once more before you step.",
        ),
        Mistake(
            "average-in-the-step",
            _momentum(step=lambda v, g, lr, b, old: lr * (1 - b) * v),
            "The velocity is right. Your step takes 1 − β of it: that turns the sum into an average, which was not asked.",
        ),
        Mistake(
            "beta-squared",
            _momentum(velocity=lambda v, g, lr, b: b * (b * v) + g),
            "The first step from rest is right. After it the old velocity fades by β twice.",
        ),
        Mistake(
            "returned-in-the-other-order",
            _momentum(end=lambda w, v, old_w, old_v: (v, w)),
            "You return the velocity first. The weights come first, then the velocity.",
        ),
        Mistake(
            "velocity-times-rate-kept",
            _momentum(end=lambda w, v, old_w, old_v: (w, old_w - w)),
            "The first step is right. You keep the step, with the rate in it, as the velocity; the next gradient is "
            "added to the velocity without a rate.",
        ),
        Mistake(
            "gradient-kept",
            lambda w, v, g, lr, b: (w - lr * (b * v + g), g),
            "The first step is right. You keep the last gradient as the velocity, and forget all before it.",
        ),
        Mistake(
            "gradient-subtracted",
            _momentum(velocity=lambda v, g, lr, b: b * v - g, step=lambda v, g, lr, b, old: -lr * v),
            "From rest yours goes the same way. Your velocity points downhill, so one that comes in from before has the "
            "wrong sign. The text adds the gradient, and subtracts the velocity.",
        ),
        Mistake(
            "only-the-step",
            _momentum(end=lambda w, v, old_w, old_v: (old_w - w, v)),
            "The velocity is right. Where the new weights belong you return the step.",
        ),
        Mistake(
            "bracket-missing",
            _momentum(step=lambda v, g, lr, b, old: lr * b * old + g),
            "The velocity is right. In the step the rate reaches the old velocity only: what belongs in brackets?",
        ),
        Mistake(
            "rate-on-the-gradient-alone",
            _momentum(step=lambda v, g, lr, b, old: b * old + lr * g),
            "The velocity is right. In the step the rate reaches the gradient only; it multiplies the whole new velocity.",
        ),
        Mistake(
            "averaged-with-the-rate-inside",
            _momentum(velocity=lambda v, g, lr, b: b * v + (1 - b) * lr * g, step=lambda v, g, lr, b, old: v),
            "Your velocity is an average, and holds the rate. Here the gradient is added whole, and the rate multiplies the step.",
        ),
    ),
    variants=(
        _momentum_in_numpy,
        _momentum_in_place,
        _momentum_by_torch,
        _momentum_in_a_loop,
        lambda w, v, g, lr, b: tuple(part.float() for part in momentum_step(w, v, g, lr, b)),
        lambda w, v, g, lr, b: (w - lr * b * v - lr * g, g + v * b),
    ),
)


# opt-03 · Nesterov ---------------------------------------------------------------------------------------------------


def nesterov_step(w, velocity, grad, lr, beta):
    velocity = beta * velocity + grad
    return w - lr * (grad + beta * velocity), velocity


def _nesterov_by_torch(w, velocity, grad, lr, beta):
    w = w.clone().requires_grad_()
    optimizer = torch.optim.SGD([w], lr=lr, momentum=beta, nesterov=True)
    optimizer.state[w]["momentum_buffer"] = velocity.clone()
    w.grad = grad
    optimizer.step()
    return w.detach(), optimizer.state[w]["momentum_buffer"]


def _nesterov_in_place(w, velocity, grad, lr, beta):
    velocity.mul_(beta).add_(grad)
    w.sub_(lr * grad).sub_(lr * beta * velocity)
    return w, velocity


def _nesterov_in_numpy(w, velocity, grad, lr, beta):
    w, velocity, grad = (np.asarray(part) for part in (w, velocity, grad))
    after = velocity * beta + grad
    return w - lr * grad - lr * after * beta, after


def _nesterov_by_difference(w, velocity, grad, lr, beta):
    new = beta * velocity + grad
    return w - lr * (new + beta * (new - velocity)), new


NESTEROV = Exercise(
    id="opt-03",
    name="nesterov_step",
    title="Look ahead before you step",
    points=2,
    minutes=8,
    difficulty=2,
    reference=nesterov_step,
    probes=momentum_walks,
    regimes=(LATER,),
    gives=PAIR,
    hints=(
        "The velocity is updated exactly as in opt-02. Only the line that moves the weight differs.",
        "The weight moves by the gradient plus what the *new* velocity will be worth one step later.",
        "One step later the new velocity has faded by β: move by `lr * (grad + beta * velocity)`, after the update.",
    ),
    mistakes=(
        Mistake(
            "heavy-ball",
            _momentum(),
            "That is the step of opt-02, and looking ahead with the velocity from *before* this gradient gives the same. "
            "Which velocity knows the newest gradient, and how much of it is left one step later?",
        ),
        Mistake(
            "gradient-forgotten",
            _momentum(step=lambda v, g, lr, b, old: lr * b * v),
            "You step along the faded velocity alone. The gradient belongs to the step as well.",
        ),
        Mistake(
            "no-fading-in-the-step",
            _momentum(step=lambda v, g, lr, b, old: lr * (g + v)),
            "The gradient and the velocity are both there. One step later the velocity will have faded; yours has not.",
        ),
        Mistake(
            "beta-on-the-gradient-in-the-step",
            _momentum(step=lambda v, g, lr, b, old: lr * (v + b * g)),
            "In your step β multiplies the gradient. Which of the two fades on the way ahead?",
        ),
        Mistake(
            "velocity-plus-velocity",
            _momentum(step=lambda v, g, lr, b, old: lr * (v + b * v)),
            "You add the faded velocity to the velocity. It is the gradient that it is added to.",
        ),
        Mistake(
            "averaged",
            _momentum(
                velocity=lambda v, g, lr, b: b * v + (1 - b) * g,
                step=lambda v, g, lr, b, old: lr * (g + b * v),
            ),
            "Your velocity is an average: the gradient comes in with 1 − β. Here it is added whole.",
        ),
        Mistake(
            "averaged-twice",
            _momentum(
                velocity=lambda v, g, lr, b: b * v + (1 - b) * g,
                step=lambda v, g, lr, b, old: lr * ((1 - b) * g + b * v),
            ),
            "You average in both lines, with 1 − β on the gradient, as Nadam does. Here the gradient is added whole in both.",
        ),
        Mistake(
            "rate-inside",
            _momentum(
                velocity=lambda v, g, lr, b: b * v + lr * g, step=lambda v, g, lr, b, old: lr * g + b * v
            ),
            "Right until the rate changes. Yours keeps the learning rate inside the velocity; here it is outside.",
        ),
        Mistake(
            "rate-inside-turned",
            _momentum(
                velocity=lambda v, g, lr, b: b * v - lr * g, step=lambda v, g, lr, b, old: lr * g - b * v
            ),
            "From rest, and while the rate stays, yours goes the same way. Its velocity points downhill and holds the "
            "rate, as in Keras; here the gradient is added, and the rate is outside.",
        ),
        Mistake(
            "no-friction",
            _momentum(velocity=lambda v, g, lr, b: v + g, step=lambda v, g, lr, b, old: lr * (g + b * v)),
            "The first step from rest is right. After it nothing of the old velocity fades in its own update.",
        ),
        Mistake(
            "uphill",
            _momentum(step=lambda v, g, lr, b, old: -lr * (g + b * v)),
            "Yours climbs. The step is right, and goes in the wrong direction.",
        ),
        Mistake(
            "no-rate",
            _momentum(step=lambda v, g, lr, b, old: g + b * v),
            "`lr` is never used in yours.",
        ),
        Mistake(
            "rate-on-the-gradient-only",
            _momentum(step=lambda v, g, lr, b, old: lr * g + b * v),
            "The rate multiplies the gradient alone. What belongs in brackets?",
        ),
        Mistake(
            "rate-on-the-velocity-only",
            _momentum(step=lambda v, g, lr, b, old: g + lr * b * v),
            "The rate multiplies the velocity alone. What belongs in brackets?",
        ),
        Mistake(
            "velocity-not-kept",
            _momentum(
                step=lambda v, g, lr, b, old: lr * (g + b * v), end=lambda w, v, old_w, old_v: (w, old_v)
            ),
            "The first step is right. Then the velocity that you return is the old one: nothing is remembered.",
        ),
        Mistake(
            "look-ahead-kept",
            lambda w, v, g, lr, b: (w - lr * (g + b * (b * v + g)), g + b * (b * v + g)),
            "The first step is right. You keep the look-ahead as the velocity; what is kept is the velocity of opt-02.",
        ),
        Mistake(
            "no-memory",
            _momentum(velocity=lambda v, g, lr, b: g, step=lambda v, g, lr, b, old: lr * (g + b * v)),
            "The first step from rest is right. The old velocity has no say in the new one.",
        ),
        Mistake(
            "plain-descent",
            _momentum(step=lambda v, g, lr, b, old: lr * g),
            "Your weight follows the gradient alone: the velocity is kept, and never used.",
        ),
        Mistake(
            "gradient-subtracted",
            _momentum(
                velocity=lambda v, g, lr, b: b * v - g, step=lambda v, g, lr, b, old: -lr * (b * v - g)
            ),
            "From rest the first step is right. You start the velocity with the gradient subtracted, so a velocity that "
            "comes in from before has the wrong sign. The text adds the gradient.",
        ),
        Mistake(
            "returned-in-the-other-order",
            lambda w, v, g, lr, b: nesterov_step(w, v, g, lr, b)[::-1],
            "You return the velocity first. The weights come first, then the velocity.",
        ),
        Mistake(
            "beta-squared",
            _momentum(step=lambda v, g, lr, b, old: lr * (g + b * b * v)),
            "The velocity fades twice in your step. One step ahead is β once.",
        ),
        Mistake(
            "beta-on-everything-in-the-step",
            _momentum(step=lambda v, g, lr, b, old: lr * b * (g + v)),
            "In your step β multiplies the gradient as well. Which of the two fades on the way ahead?",
        ),
        Mistake(
            "shares-in-the-step",
            _momentum(step=lambda v, g, lr, b, old: lr * ((1 - b) * g + b * v)),
            "The velocity is right. Your step averages the two; here the gradient is added whole.",
        ),
        Mistake(
            "bracket-missing",
            _momentum(step=lambda v, g, lr, b, old: lr * g - b * v),
            "The velocity is right. It pushes the weight *up*, and without the rate. What belongs in brackets?",
        ),
        Mistake(
            "velocity-turned-in-the-step",
            _momentum(step=lambda v, g, lr, b, old: lr * (g - b * v)),
            "The velocity is right. Your step goes against it. A sign, or a bracket?",
        ),
        Mistake(
            "rate-twice",
            _momentum(
                velocity=lambda v, g, lr, b: b * v + lr * g, step=lambda v, g, lr, b, old: lr * (g + b * v)
            ),
            "The rate multiplies the gradient and then the velocity: there it comes in twice.",
        ),
        Mistake(
            "keeps-one-minus-beta",
            _momentum(
                velocity=lambda v, g, lr, b: (1 - b) * v + g, step=lambda v, g, lr, b, old: lr * (g + b * v)
            ),
            "The first step from rest is right. After it 1 − β of the velocity is kept; β was asked.",
        ),
        Mistake(
            "old-velocity-on-top",
            _momentum(step=lambda v, g, lr, b, old: lr * (v + b * old)),
            "You add the faded *old* velocity to the new one, so it comes in twice. What is added to the gradient is the new velocity, faded.",
        ),
        Mistake(
            "old-velocity-whole",
            _momentum(step=lambda v, g, lr, b, old: lr * (g + old)),
            "You look ahead with the velocity from before this gradient, and unfaded. Which velocity knows the newest gradient, and how much of it is left one step later?",
        ),
    ),
    variants=(
        _nesterov_by_torch,
        _nesterov_by_difference,
        _nesterov_in_place,
        _nesterov_in_numpy,
        lambda w, v, g, lr, b: (w - lr * ((1 + b) * g + b * b * v), b * v + g),
        lambda w, v, g, lr, b: tuple(part.float() for part in nesterov_step(w, v, g, lr, b)),
    ),
)
