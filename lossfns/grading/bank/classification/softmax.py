"""Log softmax, cross entropy and its pull. Each function below a heading is the solution that a learner may ask for."""

from collections.abc import Iterator
from math import exp, log

import numpy as np
import torch
import torch.nn.functional as F

from lossfns.grading.bank.classification.inputs import ADDED, CUTS, LARGE_TABLE, classified, table
from lossfns.grading.exercise import Exercise, Mistake
from lossfns.grading.record import Probe

EPSILON = (
    "Right while no probability is tiny. Yours adds something to a probability before the logarithm, or cuts it off, "
    "and so it caps the surprise. Can you get there without a probability?"
)

# cls-01 · log softmax -----------------------------------------------------------------------------------------------


def log_softmax(logits):
    top = logits.max(dim=1, keepdim=True).values
    shifted = logits - top
    return shifted - shifted.exp().sum(dim=1, keepdim=True).log()


def tables(rng: np.random.Generator) -> Iterator[Probe]:
    """Tables of several sizes, rows of very different level, and logits whose exponentials over- and underflow."""
    for n, k in ((1, 2), (1, 3), (2, 2), (3, 3), (2, 4), (5, 3)):
        yield Probe((table(rng, n, k),))
    level = np.array([[40.0], [-3.0], [0.0]])
    yield Probe((table(rng, 3, 4) + level,))
    yield Probe((np.array([[1000.0, 0.0, -1000.0], [2.5, 1.5, -0.5]]),))
    yield Probe((np.array([[-2000.0, -2001.5, -1999.0]]),))
    yield Probe((np.array([[1000.5, 1001.0, 999.0], [-1000.0, -1002.0, -999.5]]),))
    yield Probe((np.array([[400.0, 398.5, 399.0]]),))
    yield Probe((np.array([[0.0, 800.0, 798.5, 801.0]]),))
    yield Probe((np.array([[0.0, 9.2]]),))
    yield Probe((np.array([[0.0, 60.0]]),))


def _loop_log_softmax(z):
    rows = []
    for row in z.tolist():
        m = max(row)
        total = log(sum(exp(v - m) for v in row))
        rows.append([v - m - total for v in row])
    return rows


def _numpy_log_softmax(z):
    z = np.asarray(z)
    m = z.max(axis=-1, keepdims=True)
    return z - m - np.log(np.exp(z - m).sum(axis=-1, keepdims=True))


LOG_SOFTMAX = Exercise(
    id="cls-01",
    name="log_softmax",
    title="Log softmax that does not overflow",
    points=2,
    minutes=10,
    difficulty=2,
    reference=log_softmax,
    probes=tables,
    regimes=LARGE_TABLE,
    gives="a table of the logits' shape, (n, k),",
    hints=(
        "Adding the same number to every score of a row changes no probability. Which number makes every exponential "
        "harmless?",
        "Subtract each row's largest score first. Then the largest exponential is 1, and the sum is at least 1.",
        "With `shifted` in hand, the answer is `shifted` minus the logarithm of the row's sum of `shifted.exp()`; "
        "`keepdim=True` keeps the shapes together.",
    ),
    mistakes=(
        Mistake(
            "probabilities",
            lambda z: z.softmax(1),
            "Those are the probabilities. Their logarithms were asked.",
        ),
        Mistake(
            "log-of-softmax",
            lambda z: z.softmax(1).log(),
            "Right while no probability is tiny. You round to a probability first and take its logarithm then; what is "
            "the logarithm of a probability that rounded to 0?",
        ),
        Mistake(
            "exponentials-first",
            lambda z: (z.exp() / z.exp().sum(1, keepdim=True)).log(),
            "Right for small scores. exp(1000) is infinite here, and infinite over infinite is not a number.",
        ),
        Mistake(
            "no-shift",
            lambda z: z - z.exp().sum(1, keepdim=True).log(),
            "The algebra is right, and so are small scores. exp(1000) overflows and exp(−2000) is 0: what may be "
            "subtracted from a row without changing its probabilities?",
        ),
        Mistake(
            "columns",
            lambda z: z.log_softmax(0),
            "Your columns add up to one; it is the rows that are distributions. Over which axis do you sum?",
        ),
        Mistake(
            "whole-table",
            lambda z: z - z.flatten().logsumexp(0),
            "You normalise the whole table. Each row is a distribution of its own.",
        ),
        Mistake(
            "one-shift-for-all",
            lambda z: z - z.max() - (z - z.max()).exp().sum(1, keepdim=True).log(),
            "Right while the rows are on one level. You subtract the largest score of the whole table, and a row far "
            "below it underflows: each row needs a shift of its own.",
        ),
        Mistake(
            "shift-lost",
            lambda z: z - (z - z.max(1, keepdim=True).values).exp().sum(1, keepdim=True).log(),
            "You shift inside the sum and not outside it, so every row is off by its largest score.",
        ),
        Mistake(
            "shift-twice",
            lambda z: z.log_softmax(1) - z.max(1, keepdim=True).values,
            "The shift is taken off twice: once with the scores, once more with the sum.",
        ),
        Mistake(
            "shift-added",
            lambda z: (
                z
                + z.max(1, keepdim=True).values
                - (z + z.max(1, keepdim=True).values).exp().sum(1, keepdim=True).log()
            ),
            "The algebra is right, and so are small scores. You *add* the largest score, which makes large "
            "exponentials larger still.",
        ),
        Mistake(
            "smallest-subtracted",
            lambda z: (
                z
                - z.min(1, keepdim=True).values
                - (z - z.min(1, keepdim=True).values).exp().sum(1, keepdim=True).log()
            ),
            "Right while the scores of a row are close together. After your shift the *smallest* is 0, and the largest "
            "may still overflow.",
        ),
        Mistake(
            "mean-subtracted",
            lambda z: (
                z - z.mean(1, keepdim=True) - (z - z.mean(1, keepdim=True)).exp().sum(1, keepdim=True).log()
            ),
            "Right while the scores of a row are close together. A score far above the row's mean still overflows.",
        ),
        Mistake(
            "largest-only",
            lambda z: z - z.max(1, keepdim=True).values,
            "You subtract the largest score and stop there. The exponentials of a row must add up to one: do yours?",
        ),
        Mistake(
            "no-exponential",
            lambda z: z - z.sum(1, keepdim=True),
            "Yours subtracts the sum of the scores. A softmax adds up their exponentials.",
        ),
        Mistake(
            "no-logarithm",
            lambda z: z - z.exp().sum(1, keepdim=True),
            "You subtract the sum of the exponentials itself. Dividing a probability by a sum subtracts what from its "
            "logarithm?",
        ),
        Mistake(
            "no-logarithm-shifted",
            lambda z: (
                z
                - z.max(1, keepdim=True).values
                - (z - z.max(1, keepdim=True).values).exp().sum(1, keepdim=True)
            ),
            "The shift is right. You subtract the sum of the exponentials itself. Dividing a probability by a sum "
            "subtracts what from its logarithm?",
        ),
        Mistake(
            "mean-of-exponentials",
            lambda z: z.log_softmax(1) + log(z.shape[1]),
            "You divide by the mean of the exponentials. For probabilities that add up to one it is their sum.",
        ),
        Mistake(
            "sign",
            lambda z: -z.log_softmax(1),
            "That is minus the logarithm: the surprises. A log probability is never positive.",
        ),
        Mistake(
            "bits",
            lambda z: z.log_softmax(1) / log(2),
            "Those are logarithms to base 2. The natural logarithm was asked.",
        ),
        Mistake(
            "base-ten",
            lambda z: z.log_softmax(1) / log(10),
            "Those are logarithms to base 10. The natural logarithm was asked.",
        ),
        Mistake(
            "sigmoid",
            lambda z: F.logsigmoid(z),
            "You took each score by itself. In a softmax the classes share one unit of probability.",
        ),
        Mistake(
            "exponentials",
            lambda z: (z - z.max(1, keepdim=True).values).exp(),
            "Those are the shifted exponentials. They still have to be divided by their sum, and their logarithm taken.",
        ),
        Mistake(
            "twice-softmax",
            lambda z: z.softmax(1).log_softmax(1),
            "You apply a softmax to what is a probability already.",
        ),
        *(Mistake(f"plus-epsilon-{e:g}", lambda z, e=e: (z.softmax(1) + e).log(), EPSILON) for e in ADDED),
        *(
            Mistake(f"cut-at-{e:g}", lambda z, e=e: z.softmax(1).clamp(min=e).log(), EPSILON)
            for e in (*CUTS, 1e-30)
        ),
        *(
            Mistake(
                f"scores-cut-at-{c}",
                lambda z, c=c: z.clamp(-c, c).log_softmax(1),
                "Right for scores of ordinary size. You cut large scores off, which changes the probabilities; there is "
                "a shift that changes none.",
            )
            for c in (20, 50, 80, 88, 100, 500, 700)
        ),
        *(
            Mistake(
                f"scores-cut-above-{c}",
                lambda z, c=c: z.clamp(max=c) - z.clamp(max=c).exp().sum(1, keepdim=True).log(),
                "Right for scores of ordinary size. You cut large scores off, which changes the probabilities; there is "
                "a shift that changes none.",
            )
            for c in (50, 80, 88, 100, 500, 700)
        ),
    ),
    variants=(
        _loop_log_softmax,
        _numpy_log_softmax,
        lambda z: F.log_softmax(z, dim=-1),
        lambda z: z - z.logsumexp(1, keepdim=True),
        lambda z: z.float().log_softmax(1),
        lambda z: torch.stack([row - torch.logsumexp(row, 0) for row in z]),
        lambda z: -(z[:, None, :] - z[:, :, None]).logsumexp(2),
    ),
)


# cls-02 · cross entropy -----------------------------------------------------------------------------------------


def cross_entropy(logits, target):
    log_p = logits.log_softmax(dim=1)
    return -log_p[torch.arange(len(target)), target].mean()


def _own(log_p, t):
    """The entry of each row at its target, (n,)."""
    return log_p.gather(1, t[:, None])[:, 0]


def _entropy_from(p):
    """Cross entropy from a way to make probabilities: −log of the target's."""
    return lambda z, t: -_own(p(z), t).log().mean()


def _one_hot(z, t):
    return F.one_hot(t, z.shape[1]).to(z.dtype)


CROSS_ENTROPY = Exercise(
    id="cls-02",
    name="cross_entropy",
    title="Cross entropy from logits",
    points=2,
    minutes=8,
    difficulty=1,
    reference=cross_entropy,
    probes=classified,
    regimes=LARGE_TABLE,
    gives="one number, the mean over the rows,",
    hints=(
        "Of each row only one number matters: the log probability of the class that came.",
        "Turn the logits into log probabilities, row by row. Then pick one entry per row, the one at `target`.",
        "`log_p[torch.arange(n), target]` picks row by row; `gather` does too. Then the sign and the mean.",
    ),
    mistakes=(
        Mistake(
            "sum",
            lambda z, t: F.cross_entropy(z, t, reduction="sum"),
            "Each row is right. Twice the data would double your loss: what turns a total into a mean?",
        ),
        Mistake(
            "not-reduced",
            lambda z, t: F.cross_entropy(z, t, reduction="none"),
            "The surprise of each row is right. One number was asked: their mean.",
        ),
        Mistake(
            "sign",
            lambda z, t: -F.cross_entropy(z, t),
            "Yours is the mean log probability, which is never positive. A surprise is never negative.",
        ),
        Mistake(
            "log-of-softmax",
            _entropy_from(lambda z: z.softmax(1)),
            "Right while no probability is tiny. You round to a probability first and take its logarithm then; what is "
            "the logarithm of a probability that rounded to 0?",
        ),
        Mistake(
            "overflow",
            _entropy_from(lambda z: z.exp() / z.exp().sum(1, keepdim=True)),
            "Right for small logits. exp(1000) is infinite here, and infinite over infinite is not a number.",
        ),
        Mistake(
            "no-shift",
            lambda z, t: (z.exp().sum(1).log() - _own(z, t)).mean(),
            "The algebra is right, and so are small logits. exp(1000) overflows: what may be subtracted from a row "
            "without changing its probabilities?",
        ),
        Mistake(
            "shift-forgotten",
            lambda z, t: ((z - z.max(1, keepdim=True).values).exp().sum(1).log() - _own(z, t)).mean(),
            "The logits are shifted inside the sum of exponentials and not outside it: every row is off by its "
            "largest logit.",
        ),
        Mistake(
            "softmax-twice",
            lambda z, t: F.cross_entropy(z.softmax(1), t),
            "You apply the softmax twice: to the logits, and then to the probabilities that came out.",
        ),
        Mistake(
            "columns",
            lambda z, t: -_own(z.log_softmax(0), t).mean(),
            "Your softmax runs down the columns. It is the rows that are distributions.",
        ),
        Mistake(
            "no-softmax",
            lambda z, t: -_own(z, t).mean(),
            "You take minus the logit itself, which a model could lower for ever. What makes the classes compete for one "
            "unit of probability?",
        ),
        Mistake(
            "log-of-logit",
            lambda z, t: -_own(z, t).log().mean(),
            "You take the logarithm of the logits. They are no probabilities yet, and may be negative.",
        ),
        Mistake(
            "no-logarithm",
            lambda z, t: -_own(z.softmax(1), t).mean(),
            "You picked the right probabilities and forgot their logarithm.",
        ),
        Mistake(
            "one-minus",
            lambda z, t: (1 - _own(z.softmax(1), t)).mean(),
            "You charge 1 − p, at most 1 for whatever mistake. A surprise is −log p, and has no limit.",
        ),
        Mistake(
            "logarithm-last",
            lambda z, t: -_own(z.softmax(1), t).mean().log(),
            "You average the probabilities and take the logarithm of that. Each row has a surprise of its own; the mean "
            "comes last.",
        ),
        Mistake(
            "all-pairs",
            lambda z, t: -z.log_softmax(1)[:, t].mean(),
            "`log_p[:, target]` takes, for *every* row, the columns of *all* targets: a table n by n. One entry per row "
            "is wanted.",
        ),
        Mistake(
            "all-classes",
            lambda z, t: -z.log_softmax(1).sum(1).mean(),
            "You add up the surprise at all classes; only one of them came. Changing `target` does not change your loss.",
        ),
        Mistake(
            "mean-over-everything",
            lambda z, t: -z.log_softmax(1).mean(),
            "You average over all classes; only one of them came. Changing `target` does not change your loss.",
        ),
        Mistake(
            "mean-over-classes-too",
            lambda z, t: F.cross_entropy(z, t) / z.shape[1],
            "The right entries, and a mean over the n · k of a table in which only n are not zero. Over how many rows was "
            "the mean asked?",
        ),
        Mistake(
            "predicted-class",
            lambda z, t: -z.log_softmax(1).max(1).values.mean(),
            "You charge the class that the model likes best. It pays for the class that came.",
        ),
        Mistake(
            "off-by-one",
            lambda z, t: F.cross_entropy(z, (t - 1) % z.shape[1]),
            "You pick the class before the right one. Class indices start from 0.",
        ),
        Mistake(
            "next-class",
            lambda z, t: F.cross_entropy(z, (t + 1) % z.shape[1]),
            "You pick the class after the right one. Class indices start from 0.",
        ),
        Mistake(
            "first-class",
            lambda z, t: -z.log_softmax(1)[:, 0].mean(),
            "You always charge the first class. Changing `target` does not change your loss.",
        ),
        Mistake(
            "bits",
            lambda z, t: F.cross_entropy(z, t) / log(2),
            "Yours is in bits. The natural logarithm was asked, so the unit is the nat.",
        ),
        Mistake(
            "base-ten",
            lambda z, t: F.cross_entropy(z, t) / log(10),
            "You took the logarithm to base 10. The natural logarithm was asked.",
        ),
        Mistake(
            "exponential",
            lambda z, t: F.cross_entropy(z, t).exp(),
            "That is the exponential of the loss, known as the perplexity. The loss itself was asked.",
        ),
        Mistake(
            "squared-error",
            lambda z, t: ((z.softmax(1) - _one_hot(z, t)) ** 2).sum(1).mean(),
            "You charge the squared distance to the one-hot target, which is the Brier score. A surprise is −log p.",
        ),
        Mistake(
            "both-sides",
            lambda z, t: F.binary_cross_entropy_with_logits(z, _one_hot(z, t), reduction="sum") / len(t),
            "You treat each class as a yes-or-no question of its own. Here exactly one class comes, and the classes "
            "compete.",
        ),
        Mistake(
            "both-sides-mean",
            lambda z, t: F.binary_cross_entropy_with_logits(z, _one_hot(z, t)),
            "You treat each class as a yes-or-no question of its own, and average over the classes too. Here exactly one "
            "class comes, and the classes compete.",
        ),
        Mistake(
            "median",
            lambda z, t: F.cross_entropy(z, t, reduction="none").median(),
            "The surprise of each row is right. You took their median; the mean was asked.",
        ),
        Mistake(
            "accuracy",
            lambda z, t: (z.argmax(1) == t).to(z.dtype).mean(),
            "That is the share of right answers. It cannot tell a narrow win from a sure one; the loss should.",
        ),
        Mistake(
            "error-rate",
            lambda z, t: (z.argmax(1) != t).to(z.dtype).mean(),
            "That is the share of wrong answers. It cannot tell a narrow defeat from a sure one; the loss should.",
        ),
        *(
            Mistake(f"plus-epsilon-{e:g}", _entropy_from(lambda z, e=e: z.softmax(1) + e), EPSILON)
            for e in ADDED
        ),
        *(
            Mistake(f"cut-at-{e:g}", _entropy_from(lambda z, e=e: z.softmax(1).clamp(min=e)), EPSILON)
            for e in (*CUTS, 1e-30)
        ),
    ),
    variants=(
        lambda z, t: F.cross_entropy(z, t),
        lambda z, t: -(_one_hot(z, t) * z.log_softmax(1)).sum() / len(t),
        lambda z, t: (z.logsumexp(1) - _own(z, t)).mean(),
        lambda z, t: -sum(row[i] for row, i in zip(log_softmax(z), t.tolist(), strict=True)) / len(t),
        lambda z, t: -_numpy_log_softmax(z)[np.arange(len(t)), np.asarray(t)].mean(),
        lambda z, t: F.nll_loss(z.float().log_softmax(1), t),
    ),
)


# cls-03 · the gradient of cross entropy ------------------------------------------------------------------------


def cross_entropy_grad(logits, target):
    slopes = logits.softmax(dim=1)
    slopes[torch.arange(len(target)), target] -= 1
    return slopes / len(target)


def _pull(p=lambda z: z.softmax(1), minus=_one_hot, spread=lambda s: s / len(s)):
    """p − t, spread over the batch, with one of its parts replaced."""
    return lambda z, t: spread(p(z) - minus(z, t))


def _squared_pull(z, t):
    p, gap = z.softmax(1), z.softmax(1) - _one_hot(z, t)
    return 2 * p * (gap - (p * gap).sum(1, keepdim=True)) / len(t)


def _all_columns(z, t):
    slopes = z.softmax(1)
    slopes[:, t] -= 1
    return slopes / len(t)


CROSS_ENTROPY_GRAD = Exercise(
    id="cls-03",
    name="cross_entropy_grad",
    title="The pull of cross entropy",
    points=2,
    minutes=8,
    difficulty=2,
    reference=cross_entropy_grad,
    probes=classified,
    regimes=LARGE_TABLE,
    gives="one slope for each logit, shape (n, k),",
    hints=(
        "What the model said, minus what it should have said. Both are distributions over the classes.",
        "The first is a softmax. The second is 1 at the class that came and 0 elsewhere: subtract 1 in one place per row.",
        "`slopes[torch.arange(n), target] -= 1` on the probabilities is that; the 1/n of the mean is still to come.",
    ),
    mistakes=(
        Mistake(
            "no-mean",
            _pull(spread=lambda s: s),
            "Each slope is that of the sum. The loss is a mean, and its factor survives the derivative.",
        ),
        Mistake(
            "sign",
            lambda z, t: -cross_entropy_grad(z, t),
            "The sign is turned round: raising the logit of the class that came must *lower* the loss.",
        ),
        Mistake(
            "sign-no-mean",
            _pull(spread=lambda s: -s),
            "The sign is turned round: raising the logit of the class that came must lower the loss. And the loss is a "
            "mean.",
        ),
        Mistake(
            "mean-over-classes-too",
            _pull(spread=lambda s: s / s.numel()),
            "You divide by the n · k entries of the table. The loss is a mean over n rows.",
        ),
        Mistake(
            "divided-by-classes",
            _pull(spread=lambda s: s / s.shape[1]),
            "You divide by the number of classes. The loss is a mean over the rows.",
        ),
        Mistake(
            "probabilities-only",
            _pull(minus=lambda z, t: 0),
            "What was said is there. What should have been said is missing: every slope of yours is positive.",
        ),
        Mistake(
            "true-class-only",
            _pull(spread=lambda s: s.clamp(max=0) / len(s)),
            "The slope at the class that came is right. The other classes pull too: each logit you raise takes "
            "probability away from the right one.",
        ),
        Mistake(
            "other-classes-only",
            _pull(spread=lambda s: s.clamp(min=0) / len(s)),
            "The wrong classes are right. The class that came has a slope as well.",
        ),
        Mistake(
            "minus-one-at-true-class",
            lambda z, t: -_one_hot(z, t) / len(t),
            "You pull the right class up with full strength however likely it is, and the others not at all. Where "
            "does the model's own opinion come in?",
        ),
        Mistake(
            "one-everywhere",
            _pull(minus=lambda z, t: 1),
            "You subtract 1 from every class. Only one of them came.",
        ),
        Mistake(
            "all-pairs",
            _all_columns,
            "`p[:, target]` touches, in *every* row, the columns of *all* targets. One entry per row is wanted.",
        ),
        Mistake(
            "added",
            lambda z, t: (z.softmax(1) + _one_hot(z, t)) / len(t),
            "You add the target where it should be subtracted. Each row of slopes adds up to zero; do yours?",
        ),
        Mistake(
            "logits",
            _pull(p=lambda z: z),
            "You subtract the target from the logits. They have to become probabilities first.",
        ),
        Mistake(
            "log-probabilities",
            _pull(p=lambda z: z.log_softmax(1)),
            "You subtract the target from the log probabilities. It is the probabilities that appear in the slope.",
        ),
        Mistake(
            "sigmoid",
            _pull(p=lambda z: z.sigmoid()),
            "That is the slope of a yes-or-no question per class. In a softmax the classes compete: each row of slopes "
            "adds up to zero.",
        ),
        Mistake(
            "columns",
            _pull(p=lambda z: z.softmax(0)),
            "Your softmax runs down the columns. It is the rows that are distributions.",
        ),
        Mistake(
            "softmax-twice",
            _pull(p=lambda z: z.softmax(1).softmax(1)),
            "You apply the softmax twice: to the logits, and then to the probabilities that came out.",
        ),
        Mistake(
            "wrt-probabilities",
            lambda z, t: -_one_hot(z, t) / z.softmax(1) / len(t),
            "That is the slope with respect to the *probabilities*, −1/p. With respect to the logits it goes on through "
            "the softmax.",
        ),
        Mistake(
            "softmax-slope",
            lambda z, t: z.softmax(1) * (1 - z.softmax(1)) / len(t),
            "p(1 − p) is a slope of the softmax alone. The logarithm before it has a slope too, and they are multiplied.",
        ),
        Mistake(
            "squared-error",
            _squared_pull,
            "That is the slope of the squared distance, which nearly vanishes for a confident mistake. Cross entropy's "
            "does not.",
        ),
        Mistake(
            "doubled",
            _pull(spread=lambda s: 2 * s / len(s)),
            "On every input yours is twice the expected slope. No square is taken here.",
        ),
        Mistake(
            "absolute",
            _pull(spread=lambda s: s.abs() / len(s)),
            "Yours never points down. The class that came has a negative slope.",
        ),
        Mistake(
            "off-by-one",
            lambda z, t: cross_entropy_grad(z, (t - 1) % z.shape[1]),
            "You subtract 1 at the class before the right one. Class indices start from 0.",
        ),
        Mistake(
            "predicted-class",
            _pull(minus=lambda z, t: _one_hot(z, z.argmax(1))),
            "You subtract 1 at the class that the model likes best. It is the class that came.",
        ),
        Mistake(
            "summed",
            lambda z, t: cross_entropy_grad(z, t).sum(0),
            "You added up the slopes of all rows. Each row has its own.",
        ),
        Mistake(
            "value",
            lambda z, t: F.cross_entropy(z, t),
            "That is the loss itself. Its slope was asked, one for each logit.",
        ),
        Mistake(
            "overflow",
            _pull(p=lambda z: z.exp() / z.exp().sum(1, keepdim=True)),
            "Right for small logits. exp(1000) is infinite here, and infinite over infinite is not a number.",
        ),
        Mistake(
            "overflow-no-mean",
            _pull(p=lambda z: z.exp() / z.exp().sum(1, keepdim=True), spread=lambda s: s),
            "The loss is a mean, and its factor survives the derivative. And exp(1000) is infinite here.",
        ),
    ),
    variants=(
        lambda z, t: (z.softmax(1) - _one_hot(z, t)) / len(t),
        lambda z, t: torch.func.grad(lambda v: F.cross_entropy(v, t))(z),
        lambda z, t: torch.stack(
            [(row.softmax(0) - F.one_hot(c, len(row))) / len(t) for row, c in zip(z, t, strict=True)]
        ),
        lambda z, t: (np.exp(_numpy_log_softmax(z)) - np.eye(z.shape[1])[np.asarray(t)]) / len(t),
        lambda z, t: _pull(p=lambda z: z.float().softmax(1))(z, t),
        lambda z, t: torch.autograd.functional.jacobian(lambda v: F.cross_entropy(v, t), z),
    ),
)
