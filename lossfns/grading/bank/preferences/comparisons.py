"""Bradley–Terry and its pull. Each function below a heading is the solution that a learner may ask for."""

from collections.abc import Iterator

import numpy as np
import torch

from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe


def rewards(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Rewards of both signs with one decimal; differences of 0.3 to 3 on both sides, never a tie."""
    rejected = rng.uniform(-3, 4, n).round(1)
    side = np.where(np.arange(n) % 3 == rng.integers(3), -1, 1) * rng.choice([-1, 1])
    return (rejected + side * rng.uniform(0.3, 3, n)).round(1), rejected


def pairs(rng: np.random.Generator) -> Iterator[Probe]:
    """Batches of several sizes; three share their first argument, and three their second."""
    for n in (1, 1, 2, 3, 5, 8):
        yield Probe(rewards(rng, n))
    chosen, rejected = rewards(rng, 4)
    for shift in ([1.5, 0.3, -0.8, 0.6], [0.0, 0.0, 0.0, 0.0], [-0.7, 1.1, 0.5, -1.3]):
        yield Probe((chosen, rejected + np.array(shift)))
    rejected = rng.uniform(-3, 4, 5).round(1)
    for gaps in ([0.4, 0.8, 1.4, -0.4, -1.2], [-0.3, 1.1, -1.5, 0.6, 0.9], [0.5, 2.1, 1.2, 0.3, 0.7]):
        yield Probe((rejected + rng.permutation(gaps), rejected))


def far_pairs(rng: np.random.Generator) -> Iterator[Probe]:
    """The same, and differences of hundreds, in both directions."""
    yield from pairs(rng)
    for gap, rejected in ((800.0, 0.0), (-800.0, 1.0), (40.0, -1.0), (-40.0, 2.0)):
        yield Probe((np.array([gap + rejected]), np.array([rejected])))
    yield Probe((np.array([800.0, 1.0]), np.array([0.0, 900.0])))


FAR = (
    Regime(
        "far apart",
        lambda c, r: bool(np.any(abs(c - r) > 30)),
        "some rewards lie very far apart",
        "the rewards lie near each other",
    ),
    Regime(
        "far behind",
        lambda c, r: bool(np.any(c - r < -30)),
        "a chosen one is behind by dozens or hundreds",
        "the chosen ones are ahead, or a little behind",
    ),
)
SOME_ORDERED = (
    Regime(
        "some ahead",
        lambda c, r: bool(np.any(c > r)),
        "some chosen one is ahead",
        "every chosen one is behind",
    ),
    Regime(
        "some behind",
        lambda c, r: bool(np.any(c < r)),
        "some chosen one is behind",
        "every chosen one is ahead",
    ),
)
ORDERED = (
    Regime("chosen ahead", lambda c, r: c > r, "the chosen one is ahead", "the chosen one is behind"),
    Regime("chosen behind", lambda c, r: c < r, "the chosen one is behind", "the chosen one is ahead"),
)


# pref-01 · the loss of a comparison --------------------------------------------------------------------------------


def bradley_terry_loss(chosen, rejected):
    return -torch.nn.functional.logsigmoid(chosen - rejected).mean()


def bradley_terry_by_softplus(chosen, rejected):
    return torch.nn.functional.softplus(rejected - chosen).sum() / len(chosen)


def bradley_terry_by_loop(chosen, rejected):
    total = 0.0
    for c, r in zip(chosen, rejected, strict=True):
        total += np.logaddexp(0.0, float(r - c))
    return total / len(chosen)


BRADLEY_TERRY = Exercise(
    id="pref-01",
    name="bradley_terry_loss",
    title="The price of a comparison",
    points=2,
    minutes=6,
    difficulty=1,
    reference=bradley_terry_loss,
    probes=far_pairs,
    regimes=(*FAR, *SOME_ORDERED),
    gives="one number, the mean over the comparisons,",
    hints=(
        "The model gives the outcome that happened some probability. The price is minus its logarithm.",
        "The probability is σ(d), with d the chosen reward minus the rejected one. Written as σ first and a logarithm "
        "after, it breaks when d is −800. What is −log(1/(1 + e^−d)) without the fraction?",
        "It is log(1 + e^−d), and `torch.nn.functional` has that in one piece: `logsigmoid` with a minus, or "
        "`softplus`. The mean comes last.",
    ),
    mistakes=(
        Mistake(
            "sign",
            lambda c, r: torch.nn.functional.softplus(c - r).mean(),
            "The better the chosen answer scores, the more yours charges. Whose reward should be the higher one?",
        ),
        Mistake(
            "sum",
            lambda c, r: torch.nn.functional.softplus(r - c).sum(),
            "Each comparison is right. Twice the data would double your loss: what turns a total into a mean?",
        ),
        Mistake(
            "not-reduced",
            lambda c, r: torch.nn.functional.softplus(r - c),
            "The price of each comparison is right. One number was asked: their mean.",
        ),
        Mistake(
            "no-minus",
            lambda c, r: torch.nn.functional.logsigmoid(c - r).mean(),
            "Yours is never positive. A logarithm of a probability is negative; what makes it a price?",
        ),
        Mistake(
            "probability",
            lambda c, r: torch.sigmoid(c - r).mean(),
            "Yours is the probability of what happened. A loss falls as that rises; where is the logarithm?",
        ),
        Mistake(
            "minus-probability",
            lambda c, r: -torch.sigmoid(c - r).mean(),
            "Yours is minus the probability of what happened, which never asks for more than 1 whatever the rewards. Minus its "
            "*logarithm* was asked.",
        ),
        Mistake(
            "wrong-probability",
            lambda c, r: torch.sigmoid(r - c).mean(),
            "Yours is the probability of the outcome that did not happen. It is bounded by 1, so a wild mistake costs hardly "
            "more than a small one. Where is the logarithm?",
        ),
        Mistake(
            "overflow",
            lambda c, r: torch.log(1 + torch.exp(r - c)).mean(),
            "Right while the rewards are near each other. When the chosen one is far behind, `exp` overflows or σ is "
            "rounded to 0, and yours says infinite where the price is 800. Take σ and its logarithm in one step.",
        ),
        *(
            Mistake(
                name,
                wrong,
                "Right for small rewards. You take `exp` of each reward by itself, and e^800 is no number. Which difference is "
                "all that matters?",
            )
            for name, wrong in (
                ("strengths", lambda c, r: -torch.log(c.exp() / (c.exp() + r.exp())).mean()),
                ("log-of-strengths", lambda c, r: (torch.log(c.exp() + r.exp()) - c).mean()),
            )
        ),
        Mistake(
            "epsilon",
            lambda c, r: -torch.log(torch.sigmoid(c - r) + 1e-12).mean(),
            "Right while the rewards are near each other. You add a small number inside the logarithm, so the price stops at "
            "27.6 however wrong the order is, and no slope is left there.",
        ),
        Mistake(
            "epsilon-8",
            lambda c, r: -torch.log(torch.sigmoid(c - r) + 1e-8).mean(),
            "Right while the rewards are near each other. You add a small number inside the logarithm, so the price stops at "
            "18.4 however wrong the order is, and no slope is left there.",
        ),
        *(
            Mistake(
                f"held-within-{limit}",
                lambda c, r, limit=limit: torch.nn.functional.softplus((r - c).clamp(-limit, limit)).mean(),
                f"Right while the rewards are near each other. You hold the difference within ±{limit} so that nothing overflows: then no "
                "comparison costs more than that however wrong its order is, and no slope is left there.",
            )
            for limit in (20, 30, 50, 100)
        ),
        Mistake(
            "bits",
            lambda c, r: torch.nn.functional.softplus(r - c).mean() / np.log(2),
            "Yours is in bits, a logarithm to base 2. The natural one was asked.",
        ),
        Mistake(
            "hinge",
            lambda c, r: torch.relu(1 - (c - r)).mean(),
            "That is a hinge: it stops caring as soon as the chosen one is ahead by 1. Bradley–Terry never quite stops.",
        ),
        Mistake(
            "perceptron",
            lambda c, r: torch.relu(r - c).mean(),
            "Yours costs nothing as soon as the order is right, be it by a hair. A comparison that was barely "
            "foreseen should still cost.",
        ),
        Mistake(
            "squared",
            lambda c, r: ((c - r - 1) ** 2).mean(),
            "You ask for a difference of exactly 1. An answer that is ahead by more is not worse for it.",
        ),
        Mistake(
            "difference",
            lambda c, r: (r - c).mean(),
            "Yours is the difference itself, without end in both directions. What turns it into a probability?",
        ),
        Mistake(
            "exponential",
            lambda c, r: torch.exp(r - c).mean(),
            "Yours is e^−d. The 1 under the logarithm is missing, and the logarithm.",
        ),
        Mistake(
            "one-by-one",
            lambda c, r: (torch.nn.functional.softplus(-c) + torch.nn.functional.softplus(r)).mean(),
            "You judge the two answers one by one, as if there were an absolute yes and no. Add 5 to both rewards: your "
            "loss moves, and nothing has been learned about which is better.",
        ),
        Mistake(
            "one-by-one-halved",
            lambda c, r: (torch.nn.functional.softplus(-c) + torch.nn.functional.softplus(r)).mean() / 2,
            "You judge the two answers one by one, as if there were an absolute yes and no. Add 5 to both rewards: your "
            "loss moves, and nothing has been learned about which is better.",
        ),
        Mistake(
            "chosen-only",
            lambda c, r: torch.nn.functional.softplus(-c).mean(),
            "The rejected answer has no say in yours.",
        ),
        Mistake(
            "mean-first",
            lambda c, r: torch.nn.functional.softplus(r.mean() - c.mean()),
            "You compare the average chosen answer with the average rejected one. Each comparison has its own price; the "
            "mean comes after.",
        ),
        Mistake(
            "log-of-the-mean",
            lambda c, r: -torch.log(torch.sigmoid(c - r).mean()),
            "Right for a single comparison that is not far apart. You average the probabilities and take one logarithm of "
            "that. Each comparison has its own price; the mean comes after. (And σ is rounded to 0 where the chosen answer is "
            "far behind.)",
        ),
        Mistake(
            "sigmoid-of-each",
            lambda c, r: -(torch.nn.functional.logsigmoid(c) - torch.nn.functional.logsigmoid(r)).mean(),
            "You take σ of each reward and then the difference. Add 5 to both rewards: your loss moves. What does σ want to "
            "be given?",
        ),
        Mistake(
            "disagreements",
            lambda c, r: (c < r).double().mean(),
            "That is the share of comparisons in the wrong order: a fine thing to report, and flat nearly everywhere, so "
            "nothing can descend it.",
        ),
        Mistake(
            "halved",
            lambda c, r: torch.nn.functional.softplus(r - c).mean() / 2,
            "On every input yours is half of what was asked. Are there two answers, or two comparisons?",
        ),
        Mistake(
            "all-pairs",
            lambda c, r: torch.nn.functional.softplus(r - c[:, None]).mean(),
            "Yours compares every chosen answer with every rejected one. Each was compared with its own partner.",
        ),
    ),
    variants=(
        bradley_terry_by_softplus,
        bradley_terry_by_loop,
        lambda c, r: torch.logaddexp(torch.zeros_like(c), r - c).mean(),
        lambda c, r: np.logaddexp(0, np.asarray(r) - np.asarray(c)).mean(),
        lambda c, r: torch.nn.functional.binary_cross_entropy_with_logits(c - r, torch.ones_like(c)),
        lambda c, r: torch.nn.functional.cross_entropy(
            torch.stack([c, r], dim=1).float(), torch.zeros(len(c), dtype=torch.long)
        ),
        lambda c, r: sum(max(d, 0.0) + np.log1p(np.exp(-abs(d))) for d in (r - c).tolist()) / len(c),
    ),
)


# pref-02 · the pull of a comparison --------------------------------------------------------------------------------


def bradley_terry_grad(chosen, rejected):
    return -torch.sigmoid(rejected - chosen) / len(chosen)


def bradley_terry_grad_by_autograd(chosen, rejected):
    rewards = chosen.clone().requires_grad_()
    loss = -torch.nn.functional.logsigmoid(rewards - rejected).mean()
    loss.backward()
    return rewards.grad


def bradley_terry_grad_by_complement(chosen, rejected):
    n = len(chosen)
    return (torch.sigmoid(chosen - rejected) - 1) / n


def bradley_terry_grad_by_loop(chosen, rejected):
    slopes = []
    for c, r in zip(chosen, rejected, strict=True):
        slopes.append(-1 / (1 + torch.exp(c - r)) / len(chosen))
    return torch.stack(slopes)


BRADLEY_TERRY_GRAD = Exercise(
    id="pref-02",
    name="bradley_terry_grad",
    title="The pull of a comparison",
    points=2,
    minutes=7,
    difficulty=2,
    reference=bradley_terry_grad,
    probes=far_pairs,
    regimes=(*FAR, *ORDERED),
    gives="one slope for each chosen reward, shape (n,),",
    hints=(
        "Differentiate log(1 + e^−d) with respect to d: the outer derivative, then the inner one.",
        "It is −e^−d / (1 + e^−d). Which probability is that, in words?",
        "Minus the probability of the outcome that did not happen, σ(rejected − chosen); and the mean leaves a factor.",
    ),
    mistakes=(
        Mistake(
            "no-mean",
            lambda c, r: -torch.sigmoid(r - c),
            "Each slope is that of the sum. The loss is a mean, and its factor survives the derivative.",
        ),
        Mistake(
            "sign",
            lambda c, r: torch.sigmoid(r - c) / len(c),
            "The size is right. Raising the chosen reward lowers the loss: which sign has that slope? (Yours is the "
            "slope of the *rejected* reward.)",
        ),
        *(
            Mistake(
                name,
                lambda c, r, e=small: (
                    -torch.sigmoid(c - r) * torch.sigmoid(r - c) / (torch.sigmoid(c - r) + e) / len(c)
                ),
                "Right while the rewards are near each other. You differentiate a logarithm with a small number added inside. Where "
                "the chosen one is far behind, σ is smaller than that number, and no slope is left just where it should be steepest.",
            )
            for name, small in (("epsilon", 1e-8), ("epsilon-12", 1e-12))
        ),
        *(
            Mistake(
                f"held-within-{limit}",
                lambda c, r, limit=limit: -torch.sigmoid(r - c) * (abs(r - c) <= limit) / len(c),
                "Right while the rewards are near each other. You hold the difference within bounds before you differentiate. Beyond "
                "them it no longer moves, and no slope is left just where it should be steepest.",
            )
            for limit in (30, 50)
        ),
        Mistake(
            "twice-as-far",
            lambda c, r: -torch.sigmoid(2 * (r - c)) / len(c),
            "Yours is the pull at *twice* the difference. Did you write σ as a tanh? Compare how steep the two are at 0.",
        ),
        Mistake(
            "times-the-reward",
            lambda c, r: -torch.sigmoid(r - c) * c / len(c),
            "You multiply by the chosen reward, as for a weight whose input it is. The slope for the reward itself was asked: how far "
            "does d move when it rises by a little?",
        ),
        Mistake(
            "sign-no-mean",
            lambda c, r: torch.sigmoid(r - c),
            "Raising the chosen reward lowers the loss: which sign has that slope? And the loss is a mean, whose factor "
            "survives the derivative.",
        ),
        Mistake(
            "right-probability",
            lambda c, r: -torch.sigmoid(c - r) / len(c),
            "Yours pulls hardest at the comparisons that are settled already. Which of the two probabilities should it be?",
        ),
        Mistake(
            "right-probability-no-mean",
            lambda c, r: -torch.sigmoid(c - r),
            "Yours pulls hardest at the comparisons that are settled already. And the loss is a mean, whose factor "
            "survives the derivative.",
        ),
        Mistake(
            "product",
            lambda c, r: -torch.sigmoid(c - r) * torch.sigmoid(r - c) / len(c),
            "σ(1 − σ) is the slope of σ. The loss is minus its *logarithm*: one of the two factors cancels.",
        ),
        Mistake(
            "product-positive",
            lambda c, r: torch.sigmoid(c - r) * torch.sigmoid(r - c) / len(c),
            "σ(1 − σ) is the slope of σ, and that is not the loss: there is a logarithm, and a minus.",
        ),
        Mistake(
            "value",
            lambda c, r: torch.nn.functional.softplus(r - c).mean(),
            "That is the loss itself. Its slope was asked, one for each chosen reward.",
        ),
        Mistake(
            "values",
            lambda c, r: torch.nn.functional.softplus(r - c),
            "Those are the prices of the comparisons. The slope for each chosen reward was asked.",
        ),
        Mistake(
            "values-over-n",
            lambda c, r: torch.nn.functional.softplus(r - c) / len(c),
            "Those are the terms of the loss. The slope for each chosen reward was asked.",
        ),
        Mistake(
            "summed",
            lambda c, r: (-torch.sigmoid(r - c) / len(c)).sum(),
            "You rolled the slopes into one number. Each chosen reward has one of its own.",
        ),
        Mistake(
            "constant",
            lambda c, r: -torch.ones_like(c) / len(c),
            "Every comparison pulls equally hard in yours. A comparison that is settled should hardly pull.",
        ),
        Mistake(
            "hinge",
            lambda c, r: -((c - r) < 1).double() / len(c),
            "That is the pull of a hinge, all or nothing. Bradley–Terry's fades smoothly.",
        ),
        Mistake(
            "wrong-order-only",
            lambda c, r: -(c < r).double() / len(c),
            "That is all or nothing: only pairs in the wrong order pull. Bradley–Terry's pull fades smoothly.",
        ),
        Mistake(
            "inverse-exponential",
            lambda c, r: -torch.exp(r - c) / len(c),
            "You have the numerator. The derivative of a logarithm puts what stood inside it underneath.",
        ),
        Mistake(
            "no-inner",
            lambda c, r: 1 / (1 + torch.exp(r - c)) / len(c),
            "Yours pushes a chosen reward down, and hardest where it is ahead. Did you forget the derivative of what stands "
            "inside the logarithm?",
        ),
        Mistake(
            "both",
            lambda c, r: torch.stack([-torch.sigmoid(r - c), torch.sigmoid(r - c)]) / len(c),
            "Both slopes are right, that of the chosen and that of the rejected rewards. Only the first was asked.",
        ),
        Mistake(
            "both-side-by-side",
            lambda c, r: torch.stack([-torch.sigmoid(r - c), torch.sigmoid(r - c)], 1) / len(c),
            "Both slopes are right, that of the chosen and that of the rejected rewards. Only the first was asked.",
        ),
        Mistake(
            "overflow",
            lambda c, r: -torch.exp(r - c) / (1 + torch.exp(r - c)) / len(c),
            "Right while the rewards are near each other. When the chosen one is far behind, `exp` is infinite or σ is rounded "
            "to 0, and you divide by that. The fraction is a probability: let the library work it out in one piece.",
        ),
        Mistake(
            "strengths",
            lambda c, r: -r.exp() / (c.exp() + r.exp()) / len(c),
            "Right for small rewards. You take `exp` of each reward by itself, and e^900 is no number. Which difference is all "
            "that matters?",
        ),
        Mistake(
            "outer-derivative-only",
            lambda c, r: -1 / torch.sigmoid(c - r) / len(c),
            "You have the derivative of the logarithm, −1/σ. The chain goes on: what is the slope of σ itself?",
        ),
        Mistake(
            "doubled",
            lambda c, r: -2 * torch.sigmoid(r - c) / len(c),
            "Twice what was asked. There are two rewards in a comparison; the slope is that of one of them.",
        ),
        Mistake(
            "averaged",
            lambda c, r: -torch.sigmoid(r - c).mean() * torch.ones_like(c) / len(c),
            "Every comparison gets the average pull. Whose difference pulls whom?",
        ),
    ),
    variants=(
        lambda c, r: (torch.sigmoid(c - r) - 1) / c.numel(),
        lambda c, r: torch.autograd.functional.jacobian(
            lambda z: torch.nn.functional.softplus(r - z).mean(), c
        ),
        lambda c, r: -1 / (1 + torch.exp(c - r)) / len(r),
        lambda c, r: [-1 / (1 + np.exp(d)) / len(c) for d in (c - r).tolist()],
        lambda c, r: (
            -(np.asarray(r - c).clip(-50, 50) * 0 + 1 / (1 + np.exp(np.asarray(c - r)))) / np.size(c)
        ),
        lambda c, r: -torch.stack([r.float(), c.float()]).softmax(0)[0] / len(c),
    ),
)
