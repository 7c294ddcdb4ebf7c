"""Yes or no, once and many times over. Each function below a heading is the solution that a learner may ask for."""

from collections.abc import Iterator
from math import exp, log, log1p

import numpy as np
import torch
import torch.nn.functional as F

from lossfns.grading.bank.classification.inputs import ADDED, CUTS, sided
from lossfns.grading.exercise import Exercise, Mistake, Question, Regime
from lossfns.grading.record import Probe

CAPPED = (
    "Right while no probability is near 0 or 1. You keep the probability away from 0, and so you cap the price of a "
    "confident mistake. Can you get there without a probability?"
)

# cls-04 · binary cross entropy ----------------------------------------------------------------------------------


def binary_cross_entropy_with_logits(logits, target):
    yes = torch.nn.functional.logsigmoid(logits)
    no = torch.nn.functional.logsigmoid(-logits)
    return -(target * yes + (1 - target) * no).mean()


def yes_or_no(rng: np.random.Generator) -> Iterator[Probe]:
    """All yes, all no, mixed and soft targets; logits of ordinary size, and logits whose sigmoid rounds to 0 or 1."""
    for n in (1, 2, 3, 6):
        z = sided(rng, n)
        yield Probe((z, np.ones(n)))
        yield Probe((z, np.zeros(n)))
    z = sided(rng, 7)
    hard = np.array([1.0, 0, 1, 1, 0, 0, 0])
    yield Probe((z, hard))
    yield Probe((z, 1 - hard))
    yield Probe((z, rng.uniform(0.1, 0.4, 7).round(2)))
    yield Probe((z + 0.7, rng.uniform(0.1, 0.9, 7).round(2)))
    for value in (9.2, 60.0, 900.0):
        for side, y in ((-1, 0.0), (-1, 1.0), (1, 0.0), (1, 1.0)):
            if (value, side, y) != (9.2, -1, 0.0):  # where float32 loses digits that nobody asks for
                yield Probe((np.array([side * value]), np.array([y])))


SIZES = (
    Regime("large logits", lambda z, t: bool(np.abs(z).max() > 30), "|z| is large", "z is of ordinary size"),
    Regime(
        "soft targets",
        lambda z, t: bool(((t > 0) & (t < 1)).all()),
        "the target lies between 0 and 1",
        "the target is 0 or 1",
    ),
    Regime("yes", lambda z, t: bool((t == 1).all()), "the target is 1", "the target is not 1"),
    Regime("no", lambda z, t: bool((t == 0).all()), "the target is 0", "the target is not 0"),
)


def _two_logs(p=torch.sigmoid, yes=torch.log, no=torch.log):
    """−y·log p − (1 − y)·log(1 − p), with one of its parts replaced."""
    return lambda z, t: -(t * yes(p(z)) + (1 - t) * no(1 - p(z))).mean()


def _each(z, t):
    return F.softplus(z) - t * z


def _loop(z, t):
    costs = [max(a, 0) - a * y + log1p(exp(-abs(a))) for a, y in zip(z.tolist(), t.tolist(), strict=True)]
    return sum(costs) / len(costs)


BCE = Exercise(
    id="cls-04",
    name="binary_cross_entropy_with_logits",
    title="Binary cross entropy, stable on both sides",
    points=3,
    minutes=10,
    difficulty=2,
    reference=binary_cross_entropy_with_logits,
    probes=yes_or_no,
    regimes=SIZES,
    gives="one number, the mean over the elements,",
    hints=(
        "Two prices, −log σ(z) for a yes and −log(1 − σ(z)) for a no. And 1 − σ(z) is itself a sigmoid: of what?",
        "1 − σ(z) = σ(−z). So you need the logarithm of a sigmoid, on both sides, computed in one piece.",
        "`torch.nn.functional.logsigmoid` is that piece: the yes needs it at `logits`, the no at `-logits`. Weigh the two "
        "by `target` and `1 - target`.",
    ),
    mistakes=(
        Mistake(
            "logs-of-vanished",
            lambda z, t: -(t * z.sigmoid().log() + (1 - t) * (-z).sigmoid().log()).mean(),
            "Right for logits of ordinary size, and 1 − σ(z) is taken from the right side, which is the harder half. At 900 a sigmoid is 0 and an exponential infinite, and so is the logarithm of either; the two belong in one piece.",
        ),
        Mistake(
            "logs-of-vanished-bits",
            lambda z, t: -(t * z.sigmoid().log2() + (1 - t) * (-z).sigmoid().log2()).mean(),
            "Yours is in bits, and it takes the logarithm of a sigmoid that may have vanished. The natural logarithm was asked, in one piece.",
        ),
        Mistake(
            "one-minus-log",
            lambda z, t: -(t * F.logsigmoid(z) + (1 - t) * (1 - F.logsigmoid(z))).mean(),
            "Right for a yes. For a no you take 1 − log p where log(1 − p) was meant.",
        ),
        Mistake(
            "hard-labels-only-sum",
            lambda z, t: F.softplus(-(2 * t - 1) * z).sum(),
            "A target between 0 and 1 is a mixture of the two prices, and not the price at a shrunken logit. And what turns a total into a mean?",
        ),
        Mistake(
            "hard-labels-swapped",
            lambda z, t: F.softplus((2 * t - 1) * z).mean(),
            "A yes pays the price of a no and the other way round. (And a target between 0 and 1 is a mixture of the two prices.)",
        ),
        Mistake(
            "yes-only-sum",
            lambda z, t: (t * F.softplus(-z)).sum(),
            "A no costs nothing in yours. And what turns a total into a mean?",
        ),
        Mistake(
            "worst",
            lambda z, t: _each(z, t).max(),
            "You keep the worst element. The mean over all of them was asked.",
        ),
        Mistake(
            "logs-of-rounded",
            _two_logs(),
            "Right while no probability rounds to 0 or 1. Then you take log 0, and 0 times infinity is not a number.",
        ),
        Mistake(
            "logs-of-rounded-where",
            lambda z, t: -torch.where(t == 1, z.sigmoid().log(), (1 - z.sigmoid()).log()).mean(),
            "You choose one of two prices, which is right for targets 0 and 1 only; and the price is infinite once a "
            "probability rounds to 0 or 1.",
        ),
        Mistake(
            "capped-at-100",
            lambda z, t: F.binary_cross_entropy(z.sigmoid(), t),
            "Right while no probability rounds to 0. `F.binary_cross_entropy` takes probabilities, and caps their "
            "logarithms at −100 to hide the infinite ones. There is a way that needs no cap.",
        ),
        Mistake(
            "overflow-above",
            lambda z, t: (torch.log(1 + z.exp()) - t * z).mean(),
            "The algebra is right, and so is everything except large positive logits: exp(900) is infinite here.",
        ),
        Mistake(
            "overflow-below",
            lambda z, t: (torch.log(1 + (-z).exp()) + (1 - t) * z).mean(),
            "The algebra is right, and so is everything except large negative logits: exp(900) is infinite here.",
        ),
        Mistake(
            "hard-labels-only",
            lambda z, t: F.softplus(-(2 * t - 1) * z).mean(),
            "Right for targets 0 and 1. A target between them is a mixture of the two prices, and not the price at a "
            "shrunken logit.",
        ),
        Mistake(
            "where-hard",
            lambda z, t: torch.where(t > 0.5, F.softplus(-z), F.softplus(z)).mean(),
            "Right for targets 0 and 1. A target of 0.3 is part yes and part no; yours rounds it.",
        ),
        Mistake(
            "where-one",
            lambda z, t: torch.where(t == 1, F.softplus(-z), F.softplus(z)).mean(),
            "Right for targets 0 and 1. A target of 0.3 is part yes and part no; yours counts it as a no.",
        ),
        Mistake(
            "yes-only",
            lambda z, t: (t * F.softplus(-z)).mean(),
            "Right for a yes. A no costs nothing in yours, so a model that always says yes is perfect.",
        ),
        Mistake(
            "no-only",
            lambda z, t: ((1 - t) * F.softplus(z)).mean(),
            "Right for a no. A yes costs nothing in yours, so a model that always says no is perfect.",
        ),
        Mistake(
            "target-ignored-yes",
            lambda z, t: F.softplus(-z).mean(),
            "Every target is treated as a yes. Changing `target` does not change your loss.",
        ),
        Mistake(
            "target-ignored-no",
            lambda z, t: F.softplus(z).mean(),
            "Every target is treated as a no. Changing `target` does not change your loss.",
        ),
        Mistake(
            "both-sides-always",
            lambda z, t: (F.softplus(z) + F.softplus(-z)).mean(),
            "You add both prices, whatever came. Changing `target` does not change your loss.",
        ),
        Mistake(
            "sides-swapped",
            lambda z, t: _each(-z, t).mean(),
            "A yes pays the price of a no and the other way round: a large positive logit should be cheap when the "
            "target is 1.",
        ),
        Mistake(
            "sum",
            lambda z, t: _each(z, t).sum(),
            "Each element is right. Twice the data would double your loss: what turns a total into a mean?",
        ),
        Mistake(
            "not-reduced",
            _each,
            "The price of each element is right. One number was asked: their mean.",
        ),
        Mistake(
            "sign",
            lambda z, t: -_each(z, t).mean(),
            "Yours is the mean log probability, which is never positive. A surprise is never negative.",
        ),
        Mistake(
            "plus-between",
            lambda z, t: (-t * F.logsigmoid(z) + (1 - t) * F.logsigmoid(-z)).mean(),
            "The minus sign reaches the first term only: a no is rewarded.",
        ),
        Mistake(
            "bits",
            lambda z, t: _each(z, t).mean() / log(2),
            "Yours is in bits. The natural logarithm was asked, so the unit is the nat.",
        ),
        Mistake(
            "base-ten",
            lambda z, t: _each(z, t).mean() / log(10),
            "You took the logarithm to base 10. The natural logarithm was asked.",
        ),
        Mistake(
            "half",
            lambda z, t: _each(z, t).mean() / 2,
            "On every input yours is half the expected value. There is one question per element, and one surprise.",
        ),
        Mistake(
            "sigmoid-twice",
            lambda z, t: _each(z.sigmoid(), t).mean(),
            "You apply the sigmoid twice: to the logit, and then to the probability that came out.",
        ),
        Mistake(
            "no-sigmoid",
            lambda z, t: -(t * z.log() + (1 - t) * (1 - z).log()).mean(),
            "You take logarithms of the logits. They are no probabilities yet, and may be negative.",
        ),
        Mistake(
            "no-logarithm",
            lambda z, t: -(t * z.sigmoid() + (1 - t) * (-z).sigmoid()).mean(),
            "The right probabilities are there and their logarithm is missing.",
        ),
        Mistake(
            "one-minus",
            lambda z, t: (t * (-z).sigmoid() + (1 - t) * z.sigmoid()).mean(),
            "You charge 1 − p, at most 1 for whatever mistake. A surprise is −log p, and has no limit.",
        ),
        Mistake(
            "squared-error",
            lambda z, t: ((z.sigmoid() - t) ** 2).mean(),
            "You charge the squared distance between probability and target. A surprise is −log p.",
        ),
        Mistake(
            "absolute-error",
            lambda z, t: (z.sigmoid() - t).abs().mean(),
            "You charge the distance between probability and target. A surprise is −log p.",
        ),
        Mistake(
            "softmax",
            lambda z, t: -(t * z.log_softmax(0)).sum() / len(t),
            "Your softmax makes the elements share one unit of probability. Each is a yes-or-no question of its own.",
        ),
        Mistake(
            "linear-part-lost",
            lambda z, t: (torch.log1p((-z.abs()).exp()) - t * z).mean(),
            "The exponential is tamed. What taming it took out of the formula has to be put back for positive logits.",
        ),
        Mistake(
            "absolute-forgotten",
            lambda z, t: (z.clamp(min=0) - t * z + torch.log1p((-z).exp())).mean(),
            "Right for positive logits. For negative ones the exponential has the wrong sign in it: which sign makes it "
            "small on both sides?",
        ),
        Mistake(
            "wrong-absolute",
            lambda z, t: (z.abs() - t * z + torch.log1p((-z.abs()).exp())).mean(),
            "Right for positive logits. For negative ones a linear part is left over that should not be there.",
        ),
        Mistake(
            "hinge",
            lambda z, t: F.relu(1 - (2 * t - 1) * z).mean(),
            "That is a hinge: it charges what is missing to a margin. A surprise is −log p.",
        ),
        *(
            Mistake(
                f"plus-epsilon-{e:g}",
                _two_logs(yes=lambda p, e=e: (p + e).log(), no=lambda p, e=e: (p + e).log()),
                CAPPED,
            )
            for e in (*ADDED, 1e-8, 1e-9, 1e-10, 1e-12)
        ),
        *(
            Mistake(f"cut-at-{e:g}", _two_logs(p=lambda z, e=e: z.sigmoid().clamp(e, 1 - e)), CAPPED)
            for e in CUTS
        ),
        *(
            Mistake(
                f"logits-cut-at-{c}",
                lambda z, t, c=c: _each(z.clamp(-c, c), t).mean(),
                "Right for logits of ordinary size. You cut large logits off, so a confident mistake costs no more than a "
                "less confident one.",
            )
            for c in (10, 15, 20, 30, 50, 80, 88, 100, 500, 700)
        ),
        Mistake(
            "plus-minus-one",
            lambda z, t: F.softplus(-t * z).mean(),
            "Right for a yes. Your formula is for targets of −1 and +1; with a target of 0 it costs log 2 whatever the logit.",
        ),
        Mistake(
            "linear-part-added",
            lambda z, t: (z.clamp(min=0) + t * z + torch.log1p((-z.abs()).exp())).mean(),
            "Right for a no. For a yes one sign is turned round: should a large logit then be dear or cheap?",
        ),
        Mistake(
            "linear-part-only",
            lambda z, t: (t * F.relu(-z) + (1 - t) * F.relu(z)).mean(),
            "Right for a confident mistake, which costs the logit itself. A right answer costs something too, while it is not certain.",
        ),
    ),
    variants=(
        lambda z, t: F.binary_cross_entropy_with_logits(z, t),
        lambda z, t: (z.clamp(min=0) - t * z + torch.log1p(torch.exp(-z.abs()))).mean(),
        lambda z, t: (F.softplus(z) - t * z).mean(),
        lambda z, t: np.mean(np.logaddexp(0, np.asarray(z)) - np.asarray(t) * np.asarray(z)),
        lambda z, t: (t * F.softplus(-z.float()) + (1 - t) * F.softplus(z.float())).mean(),
        lambda z, t: -(torch.stack([1 - t, t]) * torch.stack([0 * z, z]).log_softmax(0)).sum() / len(t),
        _loop,
    ),
)


# cls-05 · predict: a confident mistake ----------------------------------------------------------------------------


CONFIDENT = Question(
    id="cls-05",
    name="confident",
    title="One confident mistake",
    kind="predict",
    points=1,
    minutes=3,
    difficulty=1,
    options={
        "A": "Model 1: it is right on 99 examples, and one example in a hundred cannot matter much",
        "B": "Model 2: the one mistake of model 1 costs more than all the surprise of model 2",
        "C": "Neither: model 1's loss is infinite as soon as one example is that wrong, and so is any comparison",
        "D": "Model 1, but only just: the mistake costs about as much as the ninety-nine right answers save",
    },
    answer="B",
    because="−log 10⁻⁴⁰ is 92 nats. Spread over 100 examples that is 0.92, and model 2 pays log 2, 0.69, on each. Without "
    "that example, model 1 would pay 0.01.",
    misconceptions={
        "A": "In accuracy it is one in a hundred. But what does log loss charge for a class that was called impossible, and is "
        "that a hundredth of the whole?",
        "C": "10⁻⁴⁰ is tiny and not zero, so its logarithm is finite. Work it out: 40 times log 10.",
        "D": "Put numbers to it: what does model 2 pay in all on 100 examples, and what does model 1 pay on the one?",
    },
    hints=(
        "Add up the surprise of 100 examples for each of the two models.",
        "Model 2 pays log 2 = 0.69 on each example. Model 1 pays about 0.01 on ninety-nine.",
        "The last example costs −log 10⁻⁴⁰ = 40 · log 10. Is that more or less than 100 · log 2?",
    ),
)
