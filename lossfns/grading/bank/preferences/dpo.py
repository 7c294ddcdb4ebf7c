"""DPO, the policy it asks for, and a run of it that is stuck. Each function below a heading is the solution to ask for."""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch.nn.functional import logsigmoid, softplus

from lossfns.grading.exercise import Exercise, Mistake, Question, Regime
from lossfns.grading.record import Probe

# pref-03 · DPO -----------------------------------------------------------------------------------------------------


def dpo_loss(policy_chosen, policy_rejected, ref_chosen, ref_rejected, beta):
    chosen = beta * (policy_chosen - ref_chosen)
    rejected = beta * (policy_rejected - ref_rejected)
    return -logsigmoid(chosen - rejected).mean()


def log_probabilities(rng: np.random.Generator) -> Iterator[Probe]:
    """Log-probabilities of whole answers, several β, several sizes; margins of both signs, small and large."""
    for n, beta in ((1, 0.1), (1, 0.5), (2, 0.3), (3, 2.0), (5, 0.1), (6, 0.7)):
        ref_chosen, ref_rejected = rng.uniform(-40, -5, (2, n)).round(1)
        moves = rng.uniform(0.5, 4, (2, n)) * np.where(rng.random((2, n)) < 0.5, -1, 1) / beta**0.5
        yield Probe(
            (
                (ref_chosen + moves[0]).round(2),
                (ref_rejected + moves[1]).round(2),
                ref_chosen,
                ref_rejected,
                beta,
            )
        )
    yield Probe((*np.array([[-20.0], [-900.0], [-700.0], [-10.0]]), 1.5))
    yield Probe((*np.array([[-900.0], [-20.0], [-10.0], [-700.0]]), 1.5))


FAR = Regime(
    "far from the reference",
    lambda pc, pr, rc, rr, b: bool(np.any(abs(pc - rc) > 100)),
    "the policy is very far from the reference",
    "the policy is near the reference",
)


def _dpo(
    margin: Callable = lambda pc, pr, rc, rr: (pc - rc) - (pr - rr),
    price: Callable = lambda h: softplus(-h),
    reduction: Callable = torch.mean,
    scale: Callable = lambda b: b,
) -> Callable:
    """DPO with one of its parts replaced."""
    return lambda pc, pr, rc, rr, b: reduction(price(scale(b) * margin(pc, pr, rc, rr)))


DPO = Exercise(
    id="pref-03",
    name="dpo_loss",
    title="No reward model",
    points=2,
    minutes=10,
    difficulty=2,
    reference=dpo_loss,
    probes=log_probabilities,
    regimes=(FAR,),
    gives="one number, the mean over the comparisons,",
    hints=(
        "DPO is Bradley–Terry. What plays the part of the two rewards?",
        "The reward that a policy implies is β times the log of its probability over the reference's. You are given "
        "logarithms already, so the log of a ratio is a difference.",
        "Chosen: `beta * (policy_chosen - ref_chosen)`. The same for the rejected one. Then minus `logsigmoid` of their "
        "difference, and the mean.",
    ),
    mistakes=(
        Mistake(
            "no-reference",
            _dpo(lambda pc, pr, rc, rr: pc - pr),
            "The reference has no say in yours. An answer that was unlikely from the start should not count as disliked.",
        ),
        Mistake(
            "no-reference-no-beta",
            _dpo(lambda pc, pr, rc, rr: pc - pr, scale=lambda b: 1.0),
            "Yours compares two log-probabilities of the policy. How has each *moved* from the reference, and what does β "
            "weigh?",
        ),
        Mistake(
            "no-beta",
            _dpo(scale=lambda b: 1.0),
            "You use 1 where β was given. Changing `beta` does not change your loss.",
        ),
        Mistake(
            "beta-of-the-paper",
            _dpo(scale=lambda b: 0.1),
            "Right where β is 0.1. Changing `beta` does not change your loss.",
        ),
        Mistake(
            "beta-outside",
            lambda pc, pr, rc, rr, b: b * dpo_loss(pc, pr, rc, rr, 1.0),
            "β stands in front of the whole loss in yours, where it acts like a learning rate. It belongs to the implied "
            "reward, inside σ.",
        ),
        Mistake(
            "beta-inverse",
            _dpo(scale=lambda b: 1 / b),
            "You divide by β. The tilted policy has r/β in its exponent; solved for r, on which side is β?",
        ),
        Mistake(
            "sign",
            _dpo(price=softplus),
            "The more the policy moves towards the preferred answer, the more yours charges. Are the two answers exchanged, or "
            "is the reference on top of its ratio?",
        ),
        Mistake(
            "no-minus",
            _dpo(price=logsigmoid),
            "Yours is never positive. A logarithm of a probability is negative; what makes it a price?",
        ),
        Mistake(
            "probability",
            _dpo(price=torch.sigmoid),
            "Yours is the probability of what happened. Where is the logarithm?",
        ),
        Mistake(
            "minus-probability",
            _dpo(price=lambda h: -torch.sigmoid(h)),
            "Yours is minus the probability of what happened. Minus its *logarithm* was asked.",
        ),
        Mistake(
            "wrong-probability",
            _dpo(price=lambda h: torch.sigmoid(-h)),
            "Yours is the probability of the outcome that did not happen. Where is the logarithm?",
        ),
        Mistake(
            "overflow",
            _dpo(price=lambda h: torch.log(1 + torch.exp(-h))),
            "Right while the policy is near the reference. Far from it `exp` overflows or σ is rounded to 0, and yours says "
            "infinite. Take σ and its logarithm in one step.",
        ),
        Mistake(
            "reference-added",
            _dpo(lambda pc, pr, rc, rr: (pc + rc) - (pr + rr)),
            "The reference enters with the wrong sign. You add its log-probabilities, where the logarithm of a ratio is a "
            "difference; or each answer is measured against the reference of the other one.",
        ),
        Mistake(
            "reference-of-chosen-only",
            _dpo(lambda pc, pr, rc, rr: (pc - rc) - pr),
            "The rejected answer's reference is missing.",
        ),
        Mistake(
            "sum-for-difference",
            _dpo(lambda pc, pr, rc, rr: (pc - rc) + (pr - rr)),
            "You add the two implied rewards. Which of the answers won?",
        ),
        Mistake(
            "chosen-only",
            _dpo(lambda pc, pr, rc, rr: pc - rc),
            "The rejected answer has no say in yours.",
        ),
        Mistake(
            "one-by-one",
            lambda pc, pr, rc, rr, b: (softplus(-b * (pc - rc)) + softplus(b * (pr - rr))).mean(),
            "You judge the two answers one by one. Bradley–Terry sees only the difference of their rewards.",
        ),
        Mistake(
            "ratio-of-logarithms",
            _dpo(lambda pc, pr, rc, rr: pc / rc - pr / rr),
            "You divide the logarithms. They are logarithms already: the log of a ratio is a difference.",
        ),
        Mistake(
            "logarithm-of-logarithms",
            _dpo(lambda pc, pr, rc, rr: (pc / rc).log() - (pr / rr).log()),
            "You take a logarithm once more. The four tensors are logarithms already: the log of a ratio is a difference.",
        ),
        Mistake(
            "probabilities",
            _dpo(lambda pc, pr, rc, rr: (pc - rc).exp() - (pr - rr).exp()),
            "You turn the log-ratios back into ratios. The implied reward is the logarithm.",
        ),
        Mistake(
            "ipo",
            lambda pc, pr, rc, rr, b: (((pc - rc) - (pr - rr) - 1 / (2 * b)) ** 2).mean(),
            "You wrote IPO, a squared relative that asks for a margin of exactly 1/(2β). DPO is logistic.",
        ),
        Mistake(
            "hinge",
            _dpo(price=lambda h: torch.relu(1 - h)),
            "That is a hinge. DPO is logistic: it never quite stops.",
        ),
        Mistake(
            "sum",
            _dpo(reduction=torch.sum),
            "Each comparison is right. Twice the data would double your loss: what turns a total into a mean?",
        ),
        Mistake(
            "not-reduced",
            _dpo(reduction=lambda x: x),
            "The price of each comparison is right. One number was asked: their mean.",
        ),
        Mistake(
            "mean-first",
            lambda pc, pr, rc, rr, b: softplus(-b * ((pc - rc) - (pr - rr)).mean()),
            "You average the differences and take the logistic loss of that. Each comparison has its own price; the mean "
            "comes after.",
        ),
        Mistake(
            "beta-on-one-side",
            lambda pc, pr, rc, rr, b: softplus(-(b * (pc - rc) - (pr - rr))).mean(),
            "β weighs only the chosen answer in yours. `beta * a - b`: what belongs in brackets?",
        ),
        Mistake(
            "beta-on-the-policy",
            lambda pc, pr, rc, rr, b: softplus(-(b * (pc - pr) - (rc - rr))).mean(),
            "β weighs only the policy in yours. `beta * a - b`: what belongs in brackets?",
        ),
    ),
    variants=(
        lambda pc, pr, rc, rr, b: softplus(b * ((pr - pc) - (rr - rc))).mean(),
        lambda pc, pr, rc, rr, b: np.logaddexp(0, -b * np.asarray((pc - pr) - (rc - rr))).sum() / np.size(pc),
        lambda pc, pr, rc, rr, b: torch.nn.functional.binary_cross_entropy_with_logits(
            b * (pc - rc - pr + rr), torch.ones_like(pc)
        ),
        lambda pc, pr, rc, rr, b: -torch.stack([b * (pc - rc), b * (pr - rr)], 1).log_softmax(1)[:, 0].mean(),
        lambda pc, pr, rc, rr, b: (
            -torch.stack(
                [logsigmoid(b * (w - u - x + y)) for w, x, u, y in zip(pc.float(), pr, rc, rr, strict=True)]
            ).mean()
        ),
    ),
)


# pref-04 · predict: the first number of the log --------------------------------------------------------------------


AT_THE_REFERENCE = Question(
    id="pref-04",
    name="first_loss",
    title="The first line of the log",
    kind="predict",
    points=1,
    minutes=3,
    difficulty=1,
    options={
        "A": "0.000, since the policy is the reference and has nothing to answer for",
        "B": "0.693, whatever the answers are and whatever β is",
        "C": "0.693 · β = 0.069, since β scales the margin",
        "D": "about 36, the mean of −log π over the preferred answers",
    },
    answer="B",
    because="Both log-ratios are 0, so the margin is 0 and its price is −log σ(0) = log 2: the loss of a coin toss. A first "
    "line that says anything else means that policy and reference are not the same model.",
    misconceptions={
        "A": "A margin of 0 is no certainty. What probability does it give to the outcome that happened, and what is minus "
        "its logarithm?",
        "C": "β scales the margin, and the margin is 0. What is left to scale?",
        "D": "That is what maximum likelihood on the preferred answers would show. DPO looks at how far each answer has moved "
        "from the reference.",
    },
    hints=(
        "How far has the policy moved from the reference before the first step?",
        "Both log-ratios are 0. What does the loss make of a difference of 0?",
        "−log σ(0) is −log of one half.",
    ),
)


# pref-05 · the policy that a reward asks for -----------------------------------------------------------------------


def best_policy(ref, reward, beta):
    return torch.softmax(ref.log() + reward / beta, dim=0)


def tilts(rng: np.random.Generator) -> Iterator[Probe]:
    """Lopsided references, rewards of both signs, β below and above 1, and rewards in the thousands."""
    for k, beta in ((2, 0.5), (3, 2.0), (4, 0.3), (5, 1.7), (6, 0.8)):
        yield Probe((_shares(rng, k), rng.normal(0, 1.5, k).round(1) + np.linspace(0, 0.5, k), beta))
    order = rng.permutation(3)  # the highest reward goes to the rarest answer, then to the likeliest
    for reward in ([0.1, 0.3, 0.5], [0.5, 0.3, 0.1]):
        yield Probe((np.array([0.9, 0.07, 0.03])[order], np.array(reward)[order], 1.2))
    ref = _shares(rng, 4)
    for reward in (np.array([1.0, 0.2, -0.7, 0.4]), np.array([0.3, 1.2, 0.1, -0.5])):
        yield Probe((ref, reward, 0.6))
    yield Probe((_shares(rng, 3), np.array([3000.0, 3001.0, 2999.5]), 0.5))
    yield Probe((_shares(rng, 3), np.array([-3000.0, -2999.0, -3000.5]), 2.0))
    yield Probe(
        (_shares(rng, 3), rng.permutation([2500.0, -1500.0, 0.0]), 1.5)
    )  # far apart: their mean is no help


def _shares(rng: np.random.Generator, k: int) -> np.ndarray:
    weights = rng.uniform(0.2, 1, k) * rng.permutation(np.arange(1, k + 1))
    return (weights / weights.sum()).round(3) / (weights / weights.sum()).round(3).sum()


LARGE = Regime(
    "large rewards",
    lambda ref, r, b: bool(np.abs(r).max() > 100),
    "the rewards are in the thousands",
    "the rewards are small",
)


def _normalised(weights: Callable) -> Callable:
    def policy(ref, reward, beta):
        w = weights(ref, reward, beta)
        return w / w.sum()

    return policy


BEST_POLICY = Exercise(
    id="pref-05",
    name="best_policy",
    title="The policy that a reward asks for",
    points=2,
    minutes=10,
    difficulty=2,
    reference=best_policy,
    probes=tilts,
    regimes=(LARGE,),
    gives="one probability for each answer, shape (k,), adding up to 1,",
    hints=(
        "The weights are ref · e^(r/β). Two things remain: they must add up to 1, and e^3000 is no number.",
        "Work with the logarithm of the weights: log ref + r/β. Adding a constant to all of them changes nothing after "
        "they are made to add up to 1.",
        "`torch.softmax` takes such logarithms, normalises, and does not overflow.",
    ),
    mistakes=(
        Mistake(
            "overflow",
            _normalised(lambda ref, r, b: ref * torch.exp(r / b)),
            "Right for small rewards. In the thousands `exp` overflows or all weights become 0. Which constant may you take "
            "off all the rewards first?",
        ),
        Mistake(
            "float32",
            lambda ref, r, b: torch.softmax((ref.log() + r / b).float(), 0),
            "Right up to rounding. float32 keeps seven digits, and a reward in the thousands leaves few of them for the "
            "differences. Stay in float64.",
        ),
        Mistake(
            "not-normalised",
            lambda ref, r, b: ref * torch.exp(r / b),
            "Those are the weights. Probabilities add up to 1.",
        ),
        Mistake(
            "no-reference",
            lambda ref, r, b: torch.softmax(r / b, 0),
            "The reference has no say in yours: with a reward of 0 everywhere, the policy should stay where it was.",
        ),
        Mistake(
            "times-beta",
            lambda ref, r, b: torch.softmax(ref.log() + r * b, 0),
            "You multiply by β. A larger β is a tighter leash: should the reward count for more then?",
        ),
        Mistake(
            "no-beta",
            lambda ref, r, b: torch.softmax(ref.log() + r, 0),
            "Changing `beta` does not change your policy.",
        ),
        Mistake(
            "beta-on-everything",
            lambda ref, r, b: torch.softmax((ref.log() + r) / b, 0),
            "β divides the reference's logarithm too in yours. With a reward of 0 everywhere, the policy should stay where "
            "it was, whatever β is.",
        ),
        Mistake(
            "beta-on-the-reference",
            lambda ref, r, b: torch.softmax(b * ref.log() + r, 0),
            "You weigh the reference's logarithm by β. With a reward of 0 everywhere, the policy should stay where it was, "
            "whatever β is.",
        ),
        Mistake(
            "reference-without-logarithm",
            lambda ref, r, b: torch.softmax(ref + r / b, 0),
            "You add the reference's probability to an exponent. A factor in front becomes what, inside the exponential?",
        ),
        Mistake(
            "sign",
            lambda ref, r, b: torch.softmax(ref.log() - r / b, 0),
            "Yours moves towards the answers with the *lowest* reward.",
        ),
        Mistake(
            "greedy",
            lambda ref, r, b: (r == r.max()).double(),
            "All the probability goes to the best answer in yours. That is where β → 0 leads.",
        ),
        Mistake(
            "product-not-normalised",
            lambda ref, r, b: ref * torch.softmax(r / b, 0),
            "Two probabilities multiplied do not add up to 1 any more.",
        ),
        Mistake(
            "mixture",
            lambda ref, r, b: (ref + torch.softmax(r / b, 0)) / 2,
            "You take the average of two policies. The reward *tilts* the reference: it multiplies.",
        ),
        Mistake(
            "reference-under",
            lambda ref, r, b: torch.softmax(r / b - ref.log(), 0),
            "You divide by the reference. What was likely should start ahead.",
        ),
        Mistake(
            "linear",
            _normalised(lambda ref, r, b: ref * r / b),
            "The exponential is missing: a negative reward gives a negative probability.",
        ),
        Mistake(
            "linear-tilt",
            _normalised(lambda ref, r, b: ref * (1 + r / b)),
            "You tilt by 1 + r/β, the beginning of the exponential. A negative reward can give a negative probability.",
        ),
        Mistake(
            "logarithm",
            lambda ref, r, b: torch.log_softmax(ref.log() + r / b, 0),
            "Those are the logarithms of the right probabilities.",
        ),
        Mistake(
            "exponents",
            lambda ref, r, b: ref.log() + r / b,
            "Those are the logarithms of the weights. The weights, made to add up to 1, were asked.",
        ),
        Mistake(
            "expected-reward",
            lambda ref, r, b: (torch.softmax(ref.log() + r / b, 0) * r).sum(),
            "That is the mean reward of the right policy. The policy itself was asked.",
        ),
    ),
    variants=(
        lambda ref, r, b: ref * ((r - r.max()) / b).exp() / (ref * ((r - r.max()) / b).exp()).sum(),
        lambda ref, r, b: ref * torch.softmax(r / b, 0) / (ref * torch.softmax(r / b, 0)).sum(),
        lambda ref, r, b: (ref.log() + r / b - torch.logsumexp(ref.log() + r / b, 0)).exp(),
        lambda ref, r, b: (
            (np.asarray(ref) * np.exp((np.asarray(r) - np.max(np.asarray(r))) / b))
            / np.sum(np.asarray(ref) * np.exp((np.asarray(r) - np.max(np.asarray(r))) / b))
        ),
        lambda ref, r, b: [
            1 / sum(float(ref[j] / ref[i]) * np.exp(min(float(r[j] - r[i]) / b, 700)) for j in range(len(r)))
            for i in range(len(r))
        ],
    ),
)


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
        n = 12
        quality = rng.permutation(k)
        first = rng.integers(k, size=n)
        second = (first + rng.integers(1, k, size=n)) % k
        wins = (quality[first] > quality[second]) ^ (np.arange(n) == 0)
        chosen, rejected = np.where(wins, first, second), np.where(wins, second, first)
        yield Probe(
            (rng.normal(0, 1, k).round(1) + np.linspace(0, 0.3, k), chosen, rejected, beta, lr, steps)
        )


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
    "it went in although the comparisons clearly prefer some answers.",
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
            "The policy moves now, and its reference moves along: the loss stays at 0.693 for ever, and nothing ever holds "
            "the policy back. A reference stands still.",
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
            "maximum-likelihood",
            _trained(margin=lambda p, r, c, j: p[c], price=lambda h: -h.mean(), scale=lambda b: 1.0),
            "You make the preferred answers likely, whatever was rejected. That is another training.",
        ),
    ),
    variants=(
        _trained(),
        _trained(reference=lambda logits, policy: logits.detach().clone()),
        _by_hand,
        _by_optimizer,
        lambda logits, *rest: train_dpo(logits.float(), *rest),
    ),
)


# pref-09 · choose: the reward rises and testers frown --------------------------------------------------------------


LEASH = Question(
    id="pref-09",
    name="leash",
    title="The reward rises, the testers frown",
    kind="choose",
    points=1,
    minutes=4,
    difficulty=2,
    options={
        "A": "train on: as long as the reward rises, the model is getting better",
        "B": "lower β, so that the policy can follow its reward more closely",
        "C": "go back to an earlier policy, and have raters compare what the policy writes now",
        "D": "fit the reward model to the same comparisons for longer, until it foretells all of them",
    },
    answer="C",
    because="The policy has left the place where the reward was fitted. An earlier policy is better already, and new "
    "comparisons teach the reward what raters think of the answers that it is now asked about. A larger β would have stopped "
    "the walk earlier.",
    misconceptions={
        "A": "The reward is a model of what raters said about *other* answers. What do the testers say about these?",
        "B": "β is the price of leaving the start. Lower it, and the policy goes further: in which direction has it been going?",
        "D": "Raters contradict themselves, so no model can foretell them all without learning their noise; and the old "
        "comparisons still say nothing about the new answers.",
    },
    hints=(
        "Two curves disagree. Which of them is a measurement, and which a prediction?",
        "The reward was fitted on answers that the policy no longer writes.",
        "Be near the answers that were compared, or compare the answers that are written.",
    ),
)
