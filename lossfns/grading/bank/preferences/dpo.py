"""DPO, and the first line of its log. The function below the heading is the solution that a learner may ask for."""

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


def dpo_by_ratios(policy_chosen, policy_rejected, ref_chosen, ref_rejected, beta):
    policy_ratio = policy_chosen - policy_rejected
    ref_ratio = ref_chosen - ref_rejected
    return softplus(-beta * (policy_ratio - ref_ratio)).mean()


def dpo_by_loop(policy_chosen, policy_rejected, ref_chosen, ref_rejected, beta):
    total = 0.0
    for i in range(len(policy_chosen)):
        chosen = beta * (policy_chosen[i] - ref_chosen[i])
        rejected = beta * (policy_rejected[i] - ref_rejected[i])
        total += -logsigmoid(chosen - rejected)
    return total / len(policy_chosen)


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
            "Right while the policy is near the reference. Far from it `exp` overflows, or a probability is rounded to 0, and "
            "yours says infinite. Stay with logarithms to the end: σ and its logarithm go in one step too.",
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
        Mistake(
            "beta-on-the-reference",
            lambda pc, pr, rc, rr, b: softplus(-(pc - pr - b * (rc - rr))).mean(),
            "β weighs only the reference in yours. An implied reward is β times the *whole* log-ratio.",
        ),
        Mistake(
            "brackets-lost",
            _dpo(lambda pc, pr, rc, rr: pc - rc - pr - rr),
            "You take all three off the first. A minus before a bracket turns *every* sign inside it: is the rejected answer's "
            "reference still under its own policy?",
        ),
        Mistake(
            "smoothed",
            _dpo(price=lambda h: 0.9 * softplus(-h) + 0.1 * softplus(h)),
            "You smooth the labels by 0.1, conservative DPO. Here no label is doubted.",
        ),
    ),
    variants=(
        dpo_by_ratios,
        dpo_by_loop,
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
