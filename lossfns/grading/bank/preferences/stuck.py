"""A run of DPO that is stuck. The function below the heading that does not end in `shipped` is the solution to ask for."""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch.nn.functional import logsigmoid, softplus

from lossfns.grading.exercise import Exercise, Mistake
from lossfns.grading.record import Probe

# pref-08 · fix: stuck at 0.693 -------------------------------------------------------------------------------------


def train_dpo_shipped(logits, chosen, rejected, beta, lr, steps):
    policy = logits.clone().requires_grad_()
    reference = policy
    for _ in range(steps):
        log_ratio = policy.log_softmax(0) - reference.log_softmax(0)
        loss = -logsigmoid(beta * (log_ratio[chosen] - log_ratio[rejected])).mean()
        (slope,) = torch.autograd.grad(loss, policy)
        with torch.no_grad():
            policy -= lr * slope
    return policy.softmax(0)


def train_dpo(logits, chosen, rejected, beta, lr, steps):
    policy = logits.clone().requires_grad_()
    reference = logits.clone()
    for _ in range(steps):
        log_ratio = policy.log_softmax(0) - reference.log_softmax(0)
        loss = -logsigmoid(beta * (log_ratio[chosen] - log_ratio[rejected])).mean()
        (slope,) = torch.autograd.grad(loss, policy)
        with torch.no_grad():
            policy -= lr * slope
    return policy.softmax(0)


def runs(rng: np.random.Generator) -> Iterator[Probe]:
    """Starting policies that are not flat, comparisons that mostly agree, after one step and after many."""
    for k, beta, lr, steps in (
        (3, 0.5, 1.0, 1),
        (4, 0.5, 1.0, 3),
        (4, 1.0, 0.7, 20),
        (5, 0.3, 2.0, 60),
        (3, 0.2, 1.5, 2),
    ):
        chosen, rejected = _compared(rng, k)
        yield Probe(
            (rng.normal(0, 1, k).round(1) + np.linspace(0, 0.3, k), chosen, rejected, beta, lr, steps)
        )


def _compared(rng: np.random.Generator, k: int, n: int = 12) -> tuple[np.ndarray, np.ndarray]:
    """Who won and who lost. No answer wins as often as it loses: its first slope would be rounding, which Adam enlarges."""
    while True:
        quality = rng.permutation(k)
        first = rng.integers(k, size=n)
        second = (first + rng.integers(1, k, size=n)) % k
        wins = (quality[first] > quality[second]) ^ (np.arange(n) == 0)
        chosen, rejected = np.where(wins, first, second), np.where(wins, second, first)
        if (np.bincount(chosen, minlength=k) != np.bincount(rejected, minlength=k)).all():
            return chosen, rejected


def _trained(
    reference: Callable = lambda logits, policy: logits,
    margin: Callable = lambda p, r, c, j: (p - r)[c] - (p - r)[j],
    price: Callable = lambda h: -logsigmoid(h).mean(),
    step: Callable = lambda policy, lr, slope: policy - lr * slope,
    scale: Callable = lambda b: b,
    result: Callable = lambda policy: policy.softmax(0),
) -> Callable:
    """DPO on free logits with one of its parts replaced."""

    def train(logits, chosen, rejected, beta, lr, steps):
        policy = logits.clone().detach()
        for _ in range(steps):
            policy.requires_grad_()
            ref = reference(logits, policy).log_softmax(0)
            h = margin(policy.log_softmax(0), ref, chosen, rejected)
            (slope,) = torch.autograd.grad(
                price(scale(beta) * h), policy, allow_unused=True, materialize_grads=True
            )
            policy = step(policy.detach(), lr, slope.detach())
        return result(policy.detach())

    return train


def _by_hand(logits, chosen, rejected, beta, lr, steps):
    """The slope written out: each comparison pushes its two logits apart."""
    z = logits.clone()
    for _ in range(steps):
        moved = z - logits
        push = beta * torch.sigmoid(-beta * (moved[chosen] - moved[rejected])) / len(chosen)
        z = z.index_add(0, chosen, lr * push).index_add(0, rejected, -lr * push)
    return z.softmax(0)


def _by_optimizer(logits, chosen, rejected, beta, lr, steps):
    policy, ref = torch.nn.Parameter(logits.clone()), logits.log_softmax(0).detach()
    optimizer = torch.optim.SGD([policy], lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        ratio = policy.log_softmax(0) - ref
        softplus(-beta * (ratio[chosen] - ratio[rejected])).mean().backward()
        optimizer.step()
    return policy.softmax(0).detach()


def _by_torch(logits, chosen, rejected, beta, lr, steps):
    """The shipped loop with `backward` in place of `autograd.grad`."""
    policy = logits.clone().requires_grad_()
    reference = policy.detach().clone()
    for _ in range(steps):
        log_ratio = policy.log_softmax(0) - reference.log_softmax(0)
        loss = -logsigmoid(beta * (log_ratio[chosen] - log_ratio[rejected])).mean()
        loss.backward()
        with torch.no_grad():
            policy -= lr * policy.grad
            policy.grad.zero_()
    return policy.detach().softmax(0)


def _piled_up(logits, chosen, rejected, beta, lr, steps):
    policy = logits.clone().requires_grad_()
    for _ in range(steps):
        h = policy.log_softmax(0) - logits.log_softmax(0)
        softplus(-beta * (h[chosen] - h[rejected])).mean().backward()
        with torch.no_grad():
            policy -= lr * policy.grad
    return policy.detach().softmax(0)


def _momentum(logits, chosen, rejected, beta, lr, steps):
    """torch's SGD with a momentum of 0.9, written out."""
    z, heading = logits.clone(), torch.zeros_like(logits)
    for _ in range(steps):
        moved = z - logits
        push = beta * torch.sigmoid(-beta * (moved[chosen] - moved[rejected])) / len(chosen)
        slope = torch.zeros_like(z).index_add(0, chosen, -push).index_add(0, rejected, push)
        heading = 0.9 * heading + slope
        z = z - lr * heading
    return z.softmax(0)


def _leashed(leash: Callable) -> Callable:
    """DPO with a KL divergence between the policy and the reference, of log-probabilities p and r, in the loss."""

    def train(logits, chosen, rejected, beta, lr, steps):
        policy, r = logits.clone(), logits.log_softmax(0)
        for _ in range(steps):
            policy.requires_grad_()
            p = policy.log_softmax(0)
            h = (p - r)[chosen] - (p - r)[rejected]
            (slope,) = torch.autograd.grad(softplus(-beta * h).mean() + leash(p, r, beta), policy)
            policy = policy.detach() - lr * slope
        return policy.softmax(0)

    return train


def _adam(logits, chosen, rejected, beta, lr, steps):
    """torch's Adam with its defaults, written out: importing torch.optim takes seconds."""
    z, m, v = logits.clone(), torch.zeros_like(logits), torch.zeros_like(logits)
    for t in range(1, steps + 1):
        moved = z - logits
        push = beta * torch.sigmoid(-beta * (moved[chosen] - moved[rejected])) / len(chosen)
        slope = torch.zeros_like(z).index_add(0, chosen, -push).index_add(0, rejected, push)
        m, v = 0.9 * m + 0.1 * slope, 0.999 * v + 0.001 * slope**2
        z = z - lr * (m / (1 - 0.9**t)) / ((v / (1 - 0.999**t)).sqrt() + 1e-8)
    return z.softmax(0)


STUCK = Exercise(
    id="pref-08",
    name="train_dpo",
    title="Stuck at 0.693",
    points=2,
    minutes=12,
    difficulty=2,
    reference=train_dpo,
    shipped=train_dpo_shipped,
    symptom="It still behaves as it came: the loss says 0.693 at every step, no error is raised, and the policy comes out as "
    "it went in although the comparisons clearly prefer some answers. If you have changed something already, it has made no "
    "difference to that: look at the slope, step by step.",
    probes=runs,
    gives="one probability for each answer, shape (k,),",
    hints=(
        "A loss of log 2 means a margin of 0. Print the log-ratios at every step: what are they, and what should they be?",
        "They stay 0 although the policy is told to move. Which two tensors are subtracted, and are they two?",
        "A reference is a copy that nobody trains: `logits.clone()`, made once, before the loop, without gradient.",
    ),
    mistakes=(
        Mistake(
            "reference-follows",
            _trained(reference=lambda logits, policy: policy.detach()),
            "The policy moves now, and every step goes as if the margin were still 0, so nothing ever holds it back. Print the "
            "margin at each step: does the reference move along, or is the loss worked out only once? A reference stands still.",
        ),
        Mistake(
            "no-reference",
            _trained(margin=lambda p, r, c, j: p[c] - p[j]),
            "The policy moves now, without a reference, or with one that finds all answers equally likely. Training should "
            "start at a loss of log 2, whatever the logits are.",
        ),
        Mistake(
            "uphill",
            _trained(step=lambda policy, lr, slope: policy + lr * slope),
            "The reference stands still now, and the steps go uphill.",
        ),
        Mistake(
            "sides-exchanged",
            _trained(margin=lambda p, r, c, j: (p - r)[j] - (p - r)[c]),
            "The reference stands still now, and the policy runs towards the rejected answers.",
        ),
        Mistake(
            "no-beta",
            _trained(scale=lambda b: 1.0),
            "The reference stands still now. β was there before and has gone.",
        ),
        Mistake(
            "summed",
            _trained(price=lambda h: -logsigmoid(h).sum()),
            "The reference stands still now. The mean over the comparisons was there before and has become a sum.",
        ),
        Mistake(
            "logits-returned",
            _trained(result=lambda policy: policy),
            "The reference stands still now. You return the logits; their softmax was returned before.",
        ),
        Mistake(
            "log-probabilities-returned",
            _trained(result=lambda policy: policy.log_softmax(0)),
            "The reference stands still now. You return log-probabilities; probabilities were returned before.",
        ),
        Mistake(
            "no-softmax-in-the-reference",
            _trained(
                reference=lambda logits, policy: logits,
                margin=lambda p, r, c, j: (p - r.exp())[c] - (p - r.exp())[j],
            ),
            "The reference stands still now, but as probabilities. The policy's side of the difference is a logarithm.",
        ),
        Mistake(
            "one-step",
            lambda logits, chosen, rejected, beta, lr, steps: train_dpo(
                logits, chosen, rejected, beta, lr, 1
            ),
            "The first step is right. Yours ends there: is the `return` inside the loop, or is each step taken from the start?",
        ),
        Mistake(
            "one-step-behind",
            lambda logits, chosen, rejected, beta, lr, steps: train_dpo(
                logits, chosen, rejected, beta, lr, steps - 1
            ),
            "Yours is exactly one step behind. Either the loop ends early, or the first step goes nowhere: what are the two "
            "names before it, two tensors or one?",
        ),
        Mistake(
            "slopes-pile-up",
            _piled_up,
            "The first step is right. After it the slopes of earlier steps are added to the new one: who clears them?",
        ),
        Mistake(
            "momentum",
            _momentum,
            "The first step is right. After it every step carries on part of those before it: momentum. Plain gradient descent at "
            "rate lr was there before.",
        ),
        *(
            Mistake(
                name,
                _leashed(leash),
                "The first step is right. After it a KL penalty, which you add to the loss, pulls the policy back. The leash is in "
                "DPO's loss already: that is what β is.",
            )
            for name, leash in (
                ("kl-on-top", lambda p, r, beta: beta * (p.exp() * (p - r)).sum()),
                ("kl-on-top-turned-round", lambda p, r, beta: beta * (r.exp() * (r - p)).sum()),
            )
        ),
        Mistake(
            "adam",
            _adam,
            "The reference stands still now. The steps are Adam's: the first is as long as lr, whatever the slope. Plain "
            "gradient descent at rate lr was there before.",
        ),
        Mistake(
            "maximum-likelihood",
            _trained(margin=lambda p, r, c, j: p[c], price=lambda h: -h.mean(), scale=lambda b: 1.0),
            "You make the preferred answers likely, whatever was rejected. That is another training.",
        ),
    ),
    variants=(
        _trained(),
        _trained(reference=lambda logits, policy: logits.detach().clone()),
        _by_torch,
        _by_hand,
        # a lambda, so that no slip is made of it: torch.optim takes seconds to import
        lambda *run: _by_optimizer(*run),
        lambda logits, *rest: train_dpo(logits.float(), *rest),
    ),
)
