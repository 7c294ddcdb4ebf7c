"""Log softmax. The function below the heading is the solution that a learner may ask for."""

from collections.abc import Iterator
from math import exp, log

import numpy as np
import torch
import torch.nn.functional as F

from lossfns.grading.bank.classification.inputs import ADDED, CUTS, LARGE_TABLE, table
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
            "one-shift-for-all-ratio",
            lambda z: ((z - z.max()).exp() / (z - z.max()).exp().sum(1, keepdim=True)).log(),
            "You subtract the largest score of the whole table, and a row far below it underflows to 0 over 0: each row needs a shift of its own. And a logarithm of a ratio meets 0 too early.",
        ),
        Mistake(
            "exponentials-first-whole-table",
            lambda z: (z.exp() / z.exp().sum()).log(),
            "You normalise the whole table, where each row is a distribution of its own. And exp(1000) is infinite here.",
        ),
        Mistake(
            "no-shift-whole-table",
            lambda z: z - z.exp().sum().log(),
            "You normalise the whole table, where each row is a distribution of its own. And exp(1000) is infinite here.",
        ),
        Mistake(
            "shift-outside-only",
            lambda z: z - z.max(1, keepdim=True).values - z.exp().sum(1, keepdim=True).log(),
            "You shift outside the sum of exponentials and not inside it: every row is off by its largest score, and the exponentials still overflow.",
        ),
        Mistake(
            "columns-of-shifted",
            lambda z: (lambda s: s - s.exp().sum(0, keepdim=True).log())(z - z.max(1, keepdim=True).values),
            "The shift is right. The exponentials are then added up down the columns; it is the rows that are distributions.",
        ),
        Mistake(
            "bits-of-softmax",
            lambda z: z.softmax(1).log2(),
            "Those are logarithms to base 2, and of a probability that may have rounded to 0. The natural logarithm was asked, without that detour.",
        ),
        Mistake(
            "divided-by-largest",
            lambda z: (z / z.max(1, keepdim=True).values).log_softmax(1),
            "You *divide* by the largest score, which changes the probabilities. Which operation on all scores of a row changes none?",
        ),
        Mistake(
            "divided-by-largest-size",
            lambda z: (z / z.abs().max(1, keepdim=True).values).log_softmax(1),
            "You *divide* by the largest score, which changes the probabilities. Which operation on all scores of a row changes none?",
        ),
        Mistake(
            "log-of-one-more",
            lambda z: z.softmax(1).log1p(),
            "You take log(1 + p). A probability near 0 should have a logarithm far below 0.",
        ),
        Mistake(
            "standardised",
            lambda z: ((z - z.mean(1, keepdim=True)) / z.std(1, keepdim=True)).log_softmax(1),
            "You divide by the spread of the row, which changes the probabilities. Only a shift leaves them alone.",
        ),
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
        Mistake(
            "probabilities-overflow",
            lambda z: z.exp() / z.exp().sum(1, keepdim=True),
            "Those are the probabilities, of scores small enough for exp. Their logarithms were asked, for scores of any size.",
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
