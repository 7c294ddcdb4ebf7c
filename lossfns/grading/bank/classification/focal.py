"""Focal loss. The function below the heading is the solution that a learner may ask for."""

from collections.abc import Iterator
from math import exp, log, log1p

import numpy as np
import torch
import torch.nn.functional as F

from lossfns.grading.bank.classification.inputs import ADDED, CUTS, sided
from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# cls-08 · focal loss -----------------------------------------------------------------------------------------------


def sigmoid_focal_loss(logits, target, gamma, alpha):
    s = torch.where(target == 1, logits, -logits)  # the logit of the answer that came
    counts = torch.where(target == 1, alpha, 1 - alpha)
    surprise = -torch.nn.functional.logsigmoid(s)
    return (counts * (-s).sigmoid() ** gamma * surprise).mean()


def focused(rng: np.random.Generator) -> Iterator[Probe]:
    """All yes, all no, mixed; several γ, 0 among them, several α; and logits whose sigmoid rounds to 0 or 1."""
    for n, gamma, alpha in ((1, 2.0, 0.7), (2, 1.5, 0.2), (5, 3.0, 0.9)):
        z = sided(rng, n, 0.2, 2.5)
        yield Probe((z, np.ones(n), gamma, alpha))
        yield Probe((z, np.zeros(n), gamma, alpha))
    z = sided(rng, 6, 0.2, 2.5)
    y = np.array([1.0, 0, 0, 1, 0, 0])
    yield Probe((z, y, 2.0, 0.8))
    yield Probe((z, y, 0.0, 0.8))
    yield Probe((z, y, 0.5, 0.8))
    yield Probe((z, y, 0.5, 0.3))
    yield Probe((z, 1 - y, 0.5, 0.3))
    yield Probe((z[::-1].copy(), y, 0.5, 0.3))
    yield Probe((np.array([9.2]), np.array([0.0]), 2.0, 0.3))
    yield Probe((np.array([-9.2]), np.array([1.0]), 2.0, 0.3))
    yield Probe((np.array([900.0]), np.array([0.0]), 2.0, 0.3))
    yield Probe((np.array([-900.0]), np.array([1.0]), 2.0, 0.3))
    yield Probe((np.array([900.0, -900.0]), np.array([1.0, 0.0]), 2.0, 0.3))
    yield Probe((np.array([60.0, -60.0]), np.array([0.0, 1.0]), 1.0, 0.4))


def _t(z, y):
    return torch.where(y == 1, z, -z).sigmoid()


def _focal(
    discount=lambda p, q, g: q**g,
    count=lambda y, a: torch.where(y == 1, a, 1 - a),
    surprise=lambda s: F.softplus(-s),
    total=lambda e, y, c: e.mean(),
):
    """A focal loss with one of its parts replaced: p is the probability of what came, q of the other."""

    def loss(z, y, g, a):
        s = torch.where(y == 1, z, -z)
        c = count(y, a)
        return total(c * discount(s.sigmoid(), (-s).sigmoid(), g) * surprise(s), y, c)

    return loss


def _by_probabilities(z, y, g, a, epsilon=0.0):
    p = z.sigmoid() + epsilon
    q = 1 - z.sigmoid() + epsilon
    return -(a * y * (1 - z.sigmoid()) ** g * p.log() + (1 - a) * (1 - y) * z.sigmoid() ** g * q.log()).mean()


def _chosen_probability(z, y, g, a, cut=0.0):
    p = torch.where(y == 1, z.sigmoid(), 1 - z.sigmoid()).clamp(min=cut)
    return -(torch.where(y == 1, a, 1 - a) * (1 - p) ** g * p.log()).mean()


def _loop(z, y, g, a):
    total = 0.0
    for v, t in zip(z.tolist(), y.tolist(), strict=True):
        s = v if t == 1 else -v
        surprise = max(-s, 0) + log1p(exp(-abs(s)))
        miss = 1 / (1 + exp(s)) if s < 500 else 0.0
        total += (a if t == 1 else 1 - a) * miss**g * surprise
    return total / len(z)


CAPPED = (
    "Right while no probability is near 0. You keep it away from 0, and so you cap the price of a confident mistake. cls-04 "
    "has a way to the surprise that needs no probability."
)

FOCAL = Exercise(
    id="cls-08",
    name="sigmoid_focal_loss",
    title="Focal loss",
    points=3,
    minutes=12,
    difficulty=3,
    reference=sigmoid_focal_loss,
    probes=focused,
    regimes=(
        Regime("yes", lambda z, y, g, a: bool((y == 1).all()), "every target is 1", "some target is 0"),
        Regime("no", lambda z, y, g, a: bool((y == 0).all()), "every target is 0", "some target is 1"),
        Regime(
            "large logits",
            lambda z, y, g, a: bool(np.abs(z).max() > 30),
            "|z| is large",
            "z is of ordinary size",
        ),
        Regime("gamma not 0", lambda z, y, g, a: g != 0, "γ is not 0", "γ is 0"),
    ),
    gives="one number, the mean over the elements,",
    hints=(
        "Write everything for the answer that came: let p be its probability, whether it was a yes or a no.",
        "Turn the sign of the logit round where the target is 0. Then p is σ of that, 1 − p is σ of minus that, and −log p "
        "is as in cls-04.",
        "The price is `counts * (1 − p) ** gamma * surprise`, with `counts` equal to `alpha` for a yes and `1 - alpha` for a "
        "no. The mean is over all n.",
    ),
    mistakes=(
        Mistake(
            "no-alpha-rounded",
            lambda z, y, g, a: -((1 - _t(z, y)) ** g * _t(z, y).log()).mean(),
            "The discount is right, and a yes and a no count alike: where does α come in? Besides, you take the logarithm of a probability that may have rounded to 0.",
        ),
        Mistake(
            "divided-by-yeses-even-none",
            _focal(total=lambda e, y, c: e.sum() / y.sum()),
            "You divide by the number of yeses, as detectors do; without any it is infinite. The mean over all n was asked here.",
        ),
        Mistake(
            "from-mean-surprise-alpha",
            lambda z, y, g, a: (lambda ce: a * (1 - torch.exp(-ce)) ** g * ce)(
                F.binary_cross_entropy_with_logits(z, y)
            ),
            "You take the mean surprise first and discount that, with one α for all. Each element has a discount and a count of its own; the mean comes last.",
        ),
        Mistake(
            "capped-choice",
            lambda z, y, g, a: (
                torch.where(y == 1, a, 1 - a)
                * (1 - _t(z, y)) ** g
                * F.binary_cross_entropy(z.sigmoid(), y, reduction="none")
            ).mean(),
            "Right while no probability rounds to 0 or 1. `F.binary_cross_entropy` takes probabilities and caps their logarithms at −100; cls-04 has a way that needs no cap.",
        ),
        Mistake(
            "from-weighted-surprise",
            lambda z, y, g, a: (lambda ce: ((1 - torch.exp(-ce)) ** g * ce).mean())(
                torch.where(y == 1, a, 1 - a) * F.binary_cross_entropy_with_logits(z, y, reduction="none")
            ),
            "You multiply the surprise by α first and make p from the result. p is a probability before anything is weighed.",
        ),
        Mistake(
            "discount-of-p",
            _focal(discount=lambda p, q, g: p**g),
            "You discount what is *wrong* and keep what is easy. Which power is small where p is near 1?",
        ),
        Mistake(
            "discount-of-yes",
            lambda z, y, g, a: (
                torch.where(y == 1, a, 1 - a) * (-z).sigmoid() ** g * F.softplus(-torch.where(y == 1, z, -z))
            ).mean(),
            "Right for a yes. For a no, the probability of what came is that of the *no*: your discount still looks at the "
            "yes.",
        ),
        Mistake(
            "no-discount",
            _focal(discount=lambda p, q, g: 1),
            "α is right. Nothing is discounted: changing `gamma` does not change your loss.",
        ),
        Mistake(
            "gamma-is-two",
            _focal(discount=lambda p, q, g: q**2),
            "You use 2 where γ was given. Changing `gamma` does not change your loss.",
        ),
        Mistake(
            "gamma-times",
            _focal(discount=lambda p, q, g: g * q),
            "You multiply by γ. It is an exponent: with γ = 0 cross entropy should be left.",
        ),
        Mistake(
            "gamma-on-everything",
            lambda z, y, g, a: (
                torch.where(y == 1, a, 1 - a)
                * ((-torch.where(y == 1, z, -z)).sigmoid() * F.softplus(-torch.where(y == 1, z, -z))) ** g
            ).mean(),
            "Your exponent reaches the surprise as well. It belongs to 1 − p alone.",
        ),
        Mistake(
            "power-of-p-after",
            _focal(discount=lambda p, q, g: 1 - p**g),
            "You take 1 − p^γ. The power is of the whole of 1 − p.",
        ),
        Mistake(
            "exponential-discount",
            _focal(discount=lambda p, q, g: torch.exp(-g * p)),
            "Your discount is an exponential of p. It is a power of 1 − p, and 0 where p is 1.",
        ),
        Mistake(
            "no-alpha",
            _focal(count=lambda y, a: 1),
            "The discount is right. A yes and a no count alike: changing `alpha` does not change your loss.",
        ),
        Mistake(
            "alpha-everywhere",
            _focal(count=lambda y, a: a),
            "Right for a yes. α multiplies the noes too, so it changes the scale and not the balance.",
        ),
        Mistake(
            "alpha-on-yes-only",
            _focal(count=lambda y, a: torch.where(y == 1, a, 1.0)),
            "Right for a yes. A no counts 1 in yours; what was it to count?",
        ),
        Mistake(
            "alpha-swapped",
            _focal(count=lambda y, a: torch.where(y == 1, 1 - a, a)),
            "α counts the noes in yours, and 1 − α the yeses: it is the other way round.",
        ),
        Mistake(
            "alpha-quarter",
            _focal(count=lambda y, a: torch.where(y == 1, 0.25, 0.75)),
            "You use α = ¼ whatever is given: the paper's value, and not a law. Changing `alpha` does not change your loss.",
        ),
        Mistake(
            "alpha-in-discount",
            lambda z, y, g, a: (
                (torch.where(y == 1, a, 1 - a) * (-torch.where(y == 1, z, -z)).sigmoid()) ** g
                * F.softplus(-torch.where(y == 1, z, -z))
            ).mean(),
            "α stands inside the power in yours. It multiplies the result.",
        ),
        Mistake(
            "no-surprise",
            _focal(surprise=lambda s: 1),
            "The discount and α are there. The surprise, −log p, which they multiply, is not.",
        ),
        Mistake(
            "surprise-of-p",
            _focal(surprise=lambda s: s.sigmoid()),
            "The logarithm of p is missing.",
        ),
        Mistake(
            "surprise-of-yes",
            lambda z, y, g, a: (
                torch.where(y == 1, a, 1 - a) * (-torch.where(y == 1, z, -z)).sigmoid() ** g * F.softplus(-z)
            ).mean(),
            "Right for a yes. A no is charged the surprise of a yes.",
        ),
        Mistake(
            "yes-only",
            lambda z, y, g, a: (a * y * (-z).sigmoid() ** g * F.softplus(-z)).mean(),
            "Right for a yes. A no costs nothing in yours.",
        ),
        Mistake(
            "no-only",
            lambda z, y, g, a: ((1 - a) * (1 - y) * z.sigmoid() ** g * F.softplus(z)).mean(),
            "Right for a no. A yes costs nothing in yours.",
        ),
        Mistake(
            "target-ignored",
            lambda z, y, g, a: (a * (-z).sigmoid() ** g * F.softplus(-z)).mean(),
            "Right for a yes. Every target is treated as one: changing `target` does not change your loss.",
        ),
        Mistake(
            "sum",
            _focal(total=lambda e, y, c: e.sum()),
            "Each element is right. Twice the data would double your loss: what turns a total into a mean?",
        ),
        Mistake(
            "not-reduced",
            _focal(total=lambda e, y, c: e),
            "The price of each element is right. One number was asked: their mean.",
        ),
        Mistake(
            "divided-by-alphas",
            _focal(total=lambda e, y, c: e.sum() / c.sum()),
            "You divide by the sum of the α's. Here α is part of the price, and the mean is over all n.",
        ),
        Mistake(
            "divided-by-yeses",
            _focal(total=lambda e, y, c: e.sum() / y.sum().clamp(min=1)),
            "You divide by the number of yeses, as detectors do. The mean over all n was asked here.",
        ),
        Mistake(
            "mean-discount",
            lambda z, y, g, a: (
                (torch.where(y == 1, a, 1 - a) * F.softplus(-torch.where(y == 1, z, -z))).mean()
                * (-torch.where(y == 1, z, -z)).sigmoid().mean() ** g
            ),
            "You discount the whole batch by one number. Each element has a discount of its own.",
        ),
        Mistake(
            "from-mean-surprise",
            lambda z, y, g, a: (
                lambda ce: torch.where(y == 1, a, 1 - a).to(z.dtype).mean() * (1 - torch.exp(-ce)) ** g * ce
            )(F.binary_cross_entropy_with_logits(z, y)),
            "You take the mean surprise first and discount that. Each element has a discount of its own; the mean comes "
            "last.",
        ),
        Mistake(
            "sign",
            lambda z, y, g, a: -sigmoid_focal_loss(z, y, g, a),
            "Yours is never positive. A discounted surprise is never negative.",
        ),
        Mistake(
            "sigmoid-twice",
            lambda z, y, g, a: sigmoid_focal_loss(z.sigmoid(), y, g, a),
            "You apply the sigmoid twice: to the logit, and then to the probability that came out.",
        ),
        Mistake(
            "bits",
            lambda z, y, g, a: sigmoid_focal_loss(z, y, g, a) / log(2),
            "Yours is in bits. The natural logarithm was asked.",
        ),
        Mistake(
            "half",
            lambda z, y, g, a: sigmoid_focal_loss(z, y, g, a) / 2,
            "On every input yours is half the expected value.",
        ),
        Mistake(
            "alpha-doubled",
            lambda z, y, g, a: 2 * sigmoid_focal_loss(z, y, g, a),
            "On every input yours is twice the expected value: with α = ½ a yes counts ½ here.",
        ),
        Mistake(
            "logs-of-rounded",
            _by_probabilities,
            "Right while no probability rounds to 0 or 1. Then you take log 0; cls-04 has a way that does not.",
        ),
        Mistake(
            "log-of-rounded-choice",
            _chosen_probability,
            "Right while no probability rounds to 0. Then its logarithm is infinite; cls-04 has a way that does not take it.",
        ),
        Mistake(
            "capped-at-100",
            _focal(surprise=lambda s: F.softplus(-s).clamp(max=100)),
            "Right while no probability rounds to 0. `F.binary_cross_entropy` takes probabilities and caps their logarithms "
            "at −100; cls-04 has a way that needs no cap.",
        ),
        *(
            Mistake(f"plus-epsilon-{e:g}", lambda z, y, g, a, e=e: _by_probabilities(z, y, g, a, e), CAPPED)
            for e in ADDED
        ),
        *(
            Mistake(f"cut-at-{e:g}", lambda z, y, g, a, e=e: _chosen_probability(z, y, g, a, e), CAPPED)
            for e in CUTS
        ),
        Mistake(
            "sides-swapped",
            lambda z, y, g, a: sigmoid_focal_loss(-z, y, g, a),
            "You take the probability of what did *not* come: a large positive logit should be cheap when the target is 1.",
        ),
        Mistake(
            "logs-of-vanished",
            _focal(surprise=lambda s: -s.sigmoid().log()),
            "Right for logits of ordinary size. At 900 a sigmoid is 0 and an exponential infinite, and so is the logarithm of either; cls-04 takes the two in one piece.",
        ),
        Mistake(
            "yes-throughout",
            lambda z, y, g, a: (torch.where(y == 1, a, 1 - a) * (-z).sigmoid() ** g * F.softplus(-z)).mean(),
            "Right for a yes. For a no, p is the probability of the *no*, in the discount and in the surprise.",
        ),
        Mistake(
            "power-of-surprise",
            lambda z, y, g, a: (
                torch.where(y == 1, a, 1 - a) * F.softplus(-torch.where(y == 1, z, -z)) ** g
            ).mean(),
            "You raise the surprise to the power γ. It is 1 − p that is raised, and the surprise is multiplied by it.",
        ),
        Mistake(
            "numbers-exchanged",
            lambda z, y, g, a: sigmoid_focal_loss(z, y, a, g),
            "γ and α have changed places.",
        ),
    ),
    variants=(
        lambda z, y, g, a: (lambda ce: ((a * y + (1 - a) * (1 - y)) * (1 - torch.exp(-ce)) ** g * ce).mean())(
            F.binary_cross_entropy_with_logits(z, y, reduction="none")
        ),
        lambda z, y, g, a: (
            a * y * (-z).sigmoid() ** g * F.softplus(-z)
            + (1 - a) * (1 - y) * z.sigmoid() ** g * F.softplus(z)
        ).mean(),
        lambda z, y, g, a: (
            -(
                (a * y + (1 - a) * (1 - y))
                * torch.exp(g * F.logsigmoid((1 - 2 * y) * z))
                * F.logsigmoid((2 * y - 1) * z)
            ).mean()
        ),
        lambda z, y, g, a: _focal()(z.float(), y.float(), g, a),
        lambda z, y, g, a: _focal(discount=lambda p, q, g: (1 - p) ** g)(z, y, g, a),
        _loop,
    ),
)
