"""The policy that a reward asks for, and a reward that is climbed too far."""

from collections.abc import Callable, Iterator

import numpy as np
import torch

from lossfns.grading.exercise import Exercise, Mistake, Question, Regime
from lossfns.grading.record import Probe

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
    for reward in (np.array([3.0, 0.2, -0.7, 0.4]), np.array([0.3, 3.2, 0.1, -0.5])):
        yield Probe((ref, reward, 0.6))
    yield Probe((_even_steps(rng), np.array([3000.0, 3001.0, 2999.5]), 0.5))
    yield Probe((_even_steps(rng), np.array([-3000.0, -2999.0, -3000.5]), 2.0))
    # far apart: their mean is no help
    yield Probe((_shares(rng, 3), rng.permutation([2500.0, -1500.0, 0.0]), 1.5))


def _shares(rng: np.random.Generator, k: int) -> np.ndarray:
    weights = rng.uniform(0.2, 1, k) * rng.permutation(np.arange(1, k + 1))
    return (weights / weights.sum()).round(3) / (weights / weights.sum()).round(3).sum()


def _even_steps(rng: np.random.Generator) -> np.ndarray:
    """Three shares whose logarithms lie quarters apart: beside thousands float32 rounds all of them by the same amount."""
    weights = np.exp(rng.permutation([0.0, 0.75, 1.5]) + rng.choice([0.0, 0.25], 3))
    return weights / weights.sum()


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


def best_policy_by_largest(ref, reward, beta):
    exponent = (reward - reward.max()) / beta
    weights = ref * torch.exp(exponent)
    return weights / weights.sum()


def best_policy_by_logarithms(ref, reward, beta):
    logits = torch.log(ref) + reward / beta
    return torch.exp(logits - torch.logsumexp(logits, dim=0))


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
            "mean-taken-off",
            _normalised(lambda ref, r, b: ref * torch.exp((r - r.mean()) / b)),
            "Right unless the rewards are far apart. You take the mean off before `exp`, and the best answer can still lie a "
            "thousand above it. Which constant leaves nothing above 0?",
        ),
        Mistake(
            "other-unit",
            _normalised(lambda ref, r, b: ref * torch.exp(r / b - r.max())),
            "Right for small rewards. A constant is taken off, but in another unit: the exponents have been divided by β, and "
            "the reward that you take off has not.",
        ),
        Mistake(
            "not-normalised",
            lambda ref, r, b: ref * torch.exp(r / b),
            "Those are the weights. Probabilities add up to 1.",
        ),
        Mistake(
            "not-normalised-shifted",
            lambda ref, r, b: ref * torch.exp((r - r.max()) / b),
            "Those are the weights, safe from overflow. Probabilities add up to 1.",
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
            "Yours do not add up to 1: the reference stands in what you divide, and not in what you divide *by*. (Two "
            "probabilities multiplied are no probabilities yet.)",
        ),
        Mistake(
            "reference-inside",
            lambda ref, r, b: torch.softmax(ref * r / b, 0),
            "The reference multiplies the reward in yours, inside the exponential. With a reward of 0 everywhere, the policy "
            "should stay where it was.",
        ),
        Mistake(
            "standardised",
            lambda ref, r, b: torch.softmax(ref.log() + (r - r.mean()) / r.std() / b, 0),
            "You standardise the rewards first. Then rewards twice as large move the policy no further.",
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
        best_policy_by_largest,
        best_policy_by_logarithms,
        lambda ref, r, b: ref * torch.softmax(r / b, 0) / (ref * torch.softmax(r / b, 0)).sum(),
        lambda ref, r, b: torch.softmax(ref.float().log() + r.float() / b, 0),
        lambda ref, r, b: torch.softmax((ref.log() + r / b).float(), 0),
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
        "D": "fit the reward model to the same comparisons for longer, until it predicts all of them",
    },
    answer="C",
    because="The policy has left the place where the reward was fitted. An earlier policy is better already, and new "
    "comparisons teach the reward what raters think of the answers that it is now asked about. A larger β would have stopped "
    "the walk earlier.",
    misconceptions={
        "A": "The reward is a model of what raters said about *other* answers. What do the testers say about these?",
        "B": "β is the price of leaving the start. Lower it, and the policy goes further: in which direction has it been going?",
        "D": "Raters contradict themselves, so no model can predict them all without learning their noise; and the old "
        "comparisons still say nothing about the new answers.",
    },
    hints=(
        "Two curves disagree. Which of them is a measurement, and which a prediction?",
        "The reward was fitted on answers that the policy no longer writes.",
        "Be near the answers that were compared, or compare the answers that are written.",
    ),
)
