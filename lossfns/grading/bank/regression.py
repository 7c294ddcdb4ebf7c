"""Exercises of notebook 01. Each function below a heading is the solution that a learner may ask for."""

from collections.abc import Iterator
from itertools import pairwise
from math import log, pi

import numpy as np
import torch

from lossfns.grading.exercise import Exercise, Mistake, Question, Regime
from lossfns.grading.record import Probe


def pair(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Predictions and targets with one decimal; residuals of 0.3 to 4 on both sides, never a tie."""
    target = rng.uniform(-5, 9, n).round(1)
    side = np.where(np.arange(n) % 3 == rng.integers(3), -1, 1) * rng.choice([-1, 1])
    return (target + side * rng.uniform(0.3, 4, n)).round(1), target


def pairs(rng: np.random.Generator) -> Iterator[Probe]:
    """Batches of several sizes, and two that share their predictions."""
    for n in (1, 1, 2, 3, 5, 8):
        pred, target = pair(rng, n)
        yield Probe((pred, target))
    yield Probe((pred, target + rng.uniform(1, 2, n).round(1)))
    yield Probe((pred + rng.uniform(1, 2, n).round(1), target))


# reg-01 · mean squared error ---------------------------------------------------------------------------------------


def mse_loss(pred, target):
    return ((pred - target) ** 2).mean()


MSE = Exercise(
    id="reg-01",
    name="mse_loss",
    title="Mean squared error",
    points=1,
    minutes=3,
    difficulty=1,
    reference=mse_loss,
    probes=pairs,
    gives="one number, the mean over the pairs,",
    hints=(
        "Three steps, in the order of the name read backwards: the error, its square, the mean.",
        "The errors are one tensor, `pred - target`. Nothing needs a loop.",
        "Square that tensor with `** 2`, then ask it for its `.mean()`.",
    ),
    mistakes=(
        Mistake(
            "sum",
            lambda p, t: ((p - t) ** 2).sum(),
            "Twice the data would double your loss. What turns a total into a mean?",
        ),
        Mistake(
            "half",
            lambda p, t: ((p - t) ** 2).mean() / 2,
            "Yours carries a factor ½. Some books put it there for a tidy gradient; this definition does not.",
        ),
        Mistake(
            "root",
            lambda p, t: ((p - t) ** 2).mean().sqrt(),
            "You took one step too many: a root of the mean is back in the units of the target. What was asked is "
            "in squared units.",
        ),
        Mistake(
            "absolute",
            lambda p, t: (p - t).abs().mean(),
            "Yours charges a miss of 4 four times a miss of 1. A squared error charges how much?",
        ),
        Mistake(
            "mean-first",
            lambda p, t: (p - t).mean() ** 2,
            "Misses of +1 and −1 cancel in yours before they are squared. In which order do mean and square belong?",
        ),
        Mistake(
            "not-squared",
            lambda p, t: (p - t).mean(),
            "Yours can be negative: too high and too low cancel. Every miss should cost something.",
        ),
        Mistake(
            "not-squared-turned",
            lambda p, t: (t - p).mean(),
            "Yours can be negative: too high and too low cancel. Every miss should cost something.",
        ),
        Mistake(
            "not-reduced",
            lambda p, t: (p - t) ** 2,
            "The squared errors are right, one for each pair. One number was asked: their mean.",
        ),
        Mistake(
            "n-minus-one",
            lambda p, t: ((p - t) ** 2).sum() / (len(p) - 1),
            "You divide by n − 1, as a sample variance does. A mean over n pairs divides by what?",
        ),
        Mistake(
            "squares-apart",
            lambda p, t: (p**2 - t**2).mean(),
            "You square predictions and targets apart and subtract then. The error comes first, its square after.",
        ),
        Mistake(
            "norm",
            lambda p, t: ((p - t) ** 2).sum().sqrt(),
            "That is the length of the error vector, a root of a sum. A mean of squares has no root, and is divided by n.",
        ),
        Mistake(
            "largest",
            lambda p, t: ((p - t) ** 2).max(),
            "Yours looks at the worst pair alone. Every pair should count.",
        ),
        Mistake(
            "median",
            lambda p, t: torch.quantile((p - t) ** 2, 0.5),
            "You take the middle one of the squared errors; the mean was asked.",
        ),
        Mistake(
            "relative",
            lambda p, t: (((p - t) / t) ** 2).mean(),
            "You divide each error by its target. A squared error does not ask how large the target is.",
        ),
        Mistake(
            "last-left-out",
            lambda p, t: ((p - t) ** 2)[:-1].sum() / len(p),
            "The last pair never counts in yours. Where does your loop end?",
        ),
        Mistake(
            "first-left-out",
            lambda p, t: ((p - t) ** 2)[1:].sum() / len(p),
            "The first pair never counts in yours. Where does your loop begin?",
        ),
        Mistake(
            "all-pairs",
            lambda p, t: ((p[:, None] - t) ** 2).mean(),
            "Yours compares every prediction with every target. A column against a row makes a table of all "
            "pairs: look at the shapes.",
        ),
        Mistake(
            "square-of-the-target",
            lambda p, t: (p - t**2).mean(),
            "`p - t ** 2` squares the target alone. What belongs in brackets?",
        ),
        Mistake(
            "times-two",
            lambda p, t: ((p - t) * 2).mean(),
            "You double each error. A square of 3 is how much?",
        ),
        Mistake(
            "median-lower",
            lambda p, t: ((p - t) ** 2).median(),
            "You take the middle one of the squared errors; the mean was asked.",
        ),
        Mistake(
            "variance",
            lambda p, t: (p - t).var(unbiased=False),
            "That is the variance of the errors: it takes their mean away first, so being off by 3 everywhere "
            "would cost nothing.",
        ),
        Mistake(
            "sample-variance",
            lambda p, t: (p - t).var(),
            "That is the variance of the errors: it takes their mean away first, and for a single pair it "
            "does not exist.",
        ),
    ),
    variants=(
        lambda p, t: sum((a - b) ** 2 for a, b in zip(p, t, strict=True)) / len(p),
        lambda p, t: (t - p) @ (t - p) / len(t),
        lambda p, t: torch.nn.functional.mse_loss(p.float(), t.float()),
        lambda p, t: (p - t).pow(2).sum(dim=0, keepdim=True) / p.numel(),
        lambda p, t: np.mean(np.square(np.asarray(p) - np.asarray(t))),
        lambda p, t: (p**2).mean() - 2 * (p * t).mean() + (t**2).mean(),
    ),
)


# reg-02 · the gradient of mean squared error -----------------------------------------------------------------------


def mse_loss_grad(pred, target):
    return 2 * (pred - target) / len(pred)


MSE_GRAD = Exercise(
    id="reg-02",
    name="mse_loss_grad",
    title="The pull of squared error",
    points=2,
    minutes=6,
    difficulty=1,
    reference=mse_loss_grad,
    probes=pairs,
    gives="one slope for each prediction, shape (n,),",
    hints=(
        "Nudge one prediction by a little. Which terms of the mean change, and by how much?",
        "Only one term changes. The derivative of (p − t)² with respect to p is 2 (p − t); the mean has a factor in "
        "front of the sum.",
        "Write the residuals times two, and divide by how many there are: `len(pred)`.",
    ),
    mistakes=(
        Mistake(
            "no-two",
            lambda p, t: (p - t) / len(p),
            "Half of what was asked: this is the gradient of ½ (ŷ − y)². What does the square bring down?",
        ),
        Mistake(
            "no-mean",
            lambda p, t: 2 * (p - t),
            "This is the gradient of the sum. The mean has a factor that survives the derivative.",
        ),
        Mistake(
            "residual",
            lambda p, t: p - t,
            "ŷ − y is what many books print: the gradient of ½ r² for a single pair. The loss here has no ½, and it "
            "is a mean.",
        ),
        Mistake(
            "sign",
            lambda p, t: 2 * (t - p) / len(p),
            "The sign is turned round: raising a prediction that is too high must raise the loss. With respect to "
            "what did you differentiate?",
        ),
        Mistake(
            "residual-turned",
            lambda p, t: t - p,
            "Raising a prediction that is too high must raise the loss, so the sign is turned round. The factors of the "
            "square and of the mean are missing too.",
        ),
        Mistake(
            "sign-no-two",
            lambda p, t: (t - p) / len(p),
            "The sign is turned round: raising a prediction that is too high must raise the loss. And what does the "
            "square bring down?",
        ),
        Mistake(
            "sign-no-mean",
            lambda p, t: 2 * (t - p),
            "The sign is turned round: raising a prediction that is too high must raise the loss. And the loss is a "
            "mean, whose factor survives the derivative.",
        ),
        Mistake(
            "value",
            lambda p, t: ((p - t) ** 2).mean(),
            "That is the loss itself. Its slope was asked, one for each prediction.",
        ),
        Mistake(
            "summed",
            lambda p, t: (2 * (p - t) / len(p)).sum(),
            "You rolled the slopes into one number. Each prediction has one of its own.",
        ),
        Mistake(
            "averaged-residual",
            lambda p, t: 2 * (p - t).mean() * torch.ones_like(p),
            "Every prediction gets the same slope in yours, that of their average miss. Whose residual pulls whom?",
        ),
        Mistake(
            "no-sign",
            lambda p, t: 2 * (p - t).abs() / len(p),
            "Yours never points down. A prediction that is too low has a negative slope.",
        ),
        Mistake(
            "squared",
            lambda p, t: (p - t) ** 2 / len(p),
            "You kept the square: those are the terms of the loss. What is the slope of r² at r?",
        ),
        Mistake(
            "absolute",
            lambda p, t: (p - t).sign() / len(p),
            "That is the pull of absolute error, the same for near and far. Squared error pulls harder from afar.",
        ),
        Mistake(
            "n-minus-one",
            lambda p, t: 2 * (p - t) / (len(p) - 1),
            "You divide by n − 1. The mean whose slope you take divides by n.",
        ),
        Mistake(
            "squares",
            lambda p, t: (p - t) ** 2,
            "Those are the squared errors themselves. What is the slope of r² at r?",
        ),
        Mistake(
            "square-kept",
            lambda p, t: 2 * (p - t) ** 2 / len(p),
            "You brought the factor down and kept the exponent. What is left of it after the derivative?",
        ),
        Mistake(
            "brackets",
            lambda p, t: 2 * p - t / len(p),
            "`2 * p - t / n` doubles only the prediction and divides only the target. What belongs in "
            "brackets?",
        ),
        Mistake(
            "brackets-in-front",
            lambda p, t: (2 * p - t) / len(p),
            "`2 * p - t` doubles only the prediction. What belongs in brackets?",
        ),
        Mistake(
            "brackets-behind",
            lambda p, t: 2 * (p - t / len(p)),
            "`p - t / n` divides only the target. What belongs in brackets?",
        ),
    ),
    variants=(
        lambda p, t: torch.autograd.functional.jacobian(lambda z: ((z - t) ** 2).mean(), p),
        lambda p, t: -(t - p) * 2 / p.shape[0],
        lambda p, t: [2 * (a - b).item() / len(p) for a, b in zip(p, t, strict=True)],
        lambda p, t: (p.float() - t.float()) * (2 / t.numel()),
        lambda p, t: np.asarray(p - t) * 2 / np.size(p),
    ),
)


# reg-03 · Huber loss -----------------------------------------------------------------------------------------------


def huber_loss(pred, target, delta):
    size = (pred - target).abs()
    inside = 0.5 * size**2
    outside = delta * (size - 0.5 * delta)
    return torch.where(size <= delta, inside, outside).mean()


def banded(rng: np.random.Generator) -> Iterator[Probe]:
    """Batches wholly inside the band, wholly outside, mixed, on both sides of zero, for several δ."""
    for delta in (0.5, 2.0, 3.0):
        for low, high in ((0.1, 0.9), (1.2, 1.8), (2.3, 5.0)):
            for side in (-1, 1):
                n = rng.integers(1, 4)
                target = rng.uniform(-5, 9, n).round(1)
                yield Probe((target + side * (delta * rng.uniform(low, high, n)).round(2), target, delta))
    yield Probe((np.array([0.5, -0.4, 3.0]), np.zeros(3), 2.0))  # outside, while the mean miss is inside
    pred, target = pair(rng, 5)
    for delta in (0.2, 1.7):
        yield Probe((pred, target, delta))
    yield Probe((*pair(rng, 8), 2.1))


BAND = (
    Regime("inside the band", lambda p, t, d: abs(p - t) <= d, "|r| ≤ δ", "|r| > δ"),
    Regime("outside the band", lambda p, t, d: abs(p - t) > d, "|r| > δ", "|r| ≤ δ"),
    Regime("outside the band, below", lambda p, t, d: p - t < -d, "r < −δ", "r ≥ −δ"),
    Regime("outside the band, above", lambda p, t, d: p - t > d, "r > δ", "r ≤ δ"),
    Regime("target above", lambda p, t, d: p < t, "the prediction is too low", "the prediction is too high"),
    Regime("target below", lambda p, t, d: p > t, "the prediction is too high", "the prediction is too low"),
)


def _huber(
    inside=lambda r, d: r**2 / 2, outside=lambda r, d: d * (abs(r) - d / 2), band=lambda r, d: abs(r) <= d
):
    """A Huber loss with one of its parts replaced."""
    return lambda p, t, d: torch.where(band(p - t, d), inside(p - t, d), outside(p - t, d)).mean()


def _means_of_the_pieces(p, t, d):
    """One mean over the pairs inside the band plus one over those outside."""
    r = (p - t).abs()
    pieces = (r[r <= d] ** 2 / 2, d * (r[r > d] - d / 2))
    return sum(piece.mean() for piece in pieces if len(piece))


HUBER = Exercise(
    id="reg-03",
    name="huber_loss",
    title="Huber loss",
    points=2,
    minutes=8,
    difficulty=2,
    reference=huber_loss,
    probes=banded,
    regimes=BAND,
    gives="one number, the mean over the pairs,",
    hints=(
        "Two formulas, and a rule that says for each pair which one holds. Where must they agree?",
        "Take the size of the residual once. Write the price for a small miss and the price for a large miss as two "
        "tensors, for all pairs.",
        "`torch.where(size <= delta, small, large)` picks for each pair; the mean comes last.",
    ),
    mistakes=(
        Mistake(
            "no-half",
            _huber(inside=lambda r, d: r**2),
            "Outside the band yours is right. Inside it costs twice too much, and at |r| = δ the two pieces do not "
            "meet.",
        ),
        Mistake(
            "no-offset",
            _huber(outside=lambda r, d: d * abs(r)),
            "Inside the band yours is right. At |r| = δ it jumps: the line has the right slope and starts too high.",
        ),
        Mistake(
            "full-offset",
            _huber(outside=lambda r, d: d * (abs(r) - d)),
            "Inside the band yours is right. At |r| = δ it drops to 0: how much has the square already cost there?",
        ),
        Mistake(
            "offset-not-squared",
            _huber(outside=lambda r, d: d * abs(r) - d / 2),
            "Inside the band yours is right. The line misses the end of the square unless δ is 1: check the units of "
            "what you subtract.",
        ),
        Mistake(
            "offset-without-half",
            _huber(outside=lambda r, d: d * abs(r) - 0.5),
            "Inside the band yours is right. What you subtract outside does not depend on δ. Do the pieces meet at "
            "δ = 2?",
        ),
        Mistake(
            "slope-one",
            _huber(outside=lambda r, d: abs(r) - d / 2),
            "Inside the band yours is right. Outside the slope is 1 whatever δ is; with which slope does ½ r² arrive "
            "at δ?",
        ),
        Mistake(
            "slope-one-half",
            _huber(outside=lambda r, d: abs(r) - 0.5),
            "Inside the band yours is right. Outside, δ is missing: this is the formula for δ = 1.",
        ),
        Mistake(
            "absolute-outside",
            _huber(outside=lambda r, d: abs(r)),
            "Inside the band yours is right. Outside it is the plain absolute error: neither its height nor its slope "
            "matches where the square ends.",
        ),
        Mistake(
            "half-line",
            _huber(outside=lambda r, d: d * abs(r) / 2),
            "Inside the band yours is right, and at |r| = δ the pieces meet. But the slope halves there: it should "
            "stay.",
        ),
        Mistake(
            "clipped",
            _huber(outside=lambda r, d: d**2 / 2 + 0 * r),
            "Inside the band yours is right. Outside the price stops growing, so a miss of 10 costs as much as a miss "
            "of 100.",
        ),
        Mistake(
            "pieces-swapped",
            _huber(band=lambda r, d: abs(r) > d),
            "Both pieces are there, and each is used where the other belongs.",
        ),
        Mistake(
            "signed-band",
            _huber(band=lambda r, d: r <= d),
            "Right unless the prediction is far too low. Then yours still squares: a residual of −5 is smaller than "
            "δ, but is it small?",
        ),
        Mistake(
            "signed-line",
            _huber(outside=lambda r, d: d * (r - d / 2)),
            "Right unless the prediction is far too low. Then yours goes negative, and a price is never negative.",
        ),
        Mistake(
            "band-squared",
            _huber(band=lambda r, d: r**2 <= d),
            "Both pieces are right. You compare the squared residual with δ, so the band has the wrong width.",
        ),
        Mistake(
            "double-band",
            _huber(band=lambda r, d: abs(r) <= 2 * d),
            "Both pieces are right; the switch between them comes too late.",
        ),
        Mistake(
            "half-band",
            _huber(band=lambda r, d: abs(r) <= d / 2),
            "Both pieces are right; the switch between them comes too early.",
        ),
        Mistake(
            "batch-band",
            lambda p, t, d: (
                _huber()(p, t, d) * 0
                + (
                    ((p - t) ** 2 / 2).mean()
                    if (p - t).abs().mean() <= d
                    else (d * ((p - t).abs() - d / 2)).mean()
                )
            ),
            "Right while all pairs are on one side of the band. You choose one formula for the whole batch; each pair "
            "chooses its own.",
        ),
        Mistake(
            "smooth-l1",
            lambda p, t, d: _huber()(p, t, d) / d,
            "You wrote smooth L1, which is Huber divided by δ. They agree at δ = 1 and only there.",
        ),
        Mistake(
            "pseudo",
            lambda p, t, d: (d**2 * ((1 + ((p - t) / d) ** 2).sqrt() - 1)).mean(),
            "You wrote pseudo-Huber, the smooth relative. Huber's own loss is exactly a square inside the band and "
            "exactly a line outside.",
        ),
        Mistake(
            "squared-only",
            lambda p, t, d: ((p - t) ** 2 / 2).mean(),
            "Inside the band yours is right. It goes on squaring outside; where does δ come in?",
        ),
        Mistake(
            "line-only",
            lambda p, t, d: (d * ((p - t).abs() - d / 2)).mean(),
            "Outside the band yours is right. Near zero the line runs below 0: the square is missing there.",
        ),
        Mistake(
            "sum",
            lambda p, t, d: _huber()(p, t, d) * len(p),
            "Each pair is right. Twice the data would double your loss: what turns a total into a mean?",
        ),
        Mistake(
            "not-reduced",
            lambda p, t, d: torch.where((p - t).abs() <= d, (p - t) ** 2 / 2, d * ((p - t).abs() - d / 2)),
            "The price of each pair is right. One number was asked: their mean.",
        ),
        Mistake(
            "doubled",
            lambda p, t, d: 2 * _huber()(p, t, d),
            "On every input yours is twice the expected value: r² inside and 2δ|r| − δ² outside. Huber's square "
            "carries a ½.",
        ),
        Mistake(
            "delta-is-one",
            lambda p, t, d: _huber()(p, t, 1.0),
            "You use 1 where δ was given. Changing `delta` does not change your loss.",
        ),
        Mistake(
            "band-means",
            _means_of_the_pieces,
            "Right while all pairs are on one side of the band. You add two means, each over its own pairs; "
            "one mean over all pairs was asked.",
        ),
        Mistake(
            "batch-band-all",
            lambda p, t, d: (
                (0.5 * (p - t) ** 2).mean()
                if ((p - t).abs() <= d).all()
                else (d * ((p - t).abs() - 0.5 * d)).mean()
            ),
            "Right while all pairs are on one side of the band. You choose one formula for the whole batch; "
            "each pair chooses its own.",
        ),
        Mistake(
            "no-half-sum",
            lambda p, t, d: torch.where(
                (p - t).abs() <= d, (p - t) ** 2, d * ((p - t).abs() - 0.5 * d)
            ).sum(),
            "Inside the band yours costs twice too much. And what turns a total into a mean?",
        ),
        Mistake(
            "no-half-full-offset",
            lambda p, t, d: torch.where((p - t).abs() <= d, (p - t) ** 2, d * ((p - t).abs() - d)).mean(),
            "At |r| = δ your square says δ² and your line 0. Both lack the same factor: which?",
        ),
    ),
    variants=(
        lambda p, t, d: torch.nn.functional.huber_loss(p, t, delta=d),
        lambda p, t, d: (
            (p - t).abs().clamp(max=d) * ((p - t).abs() - (p - t).abs().clamp(max=d) / 2)
        ).mean(),
        lambda p, t, d: d * torch.nn.functional.smooth_l1_loss(p.float(), t.float(), beta=d),
        lambda p, t, d: (
            sum(r * r / 2 if abs(r) < d else d * abs(r) - d * d / 2 for r in (p - t).tolist()) / len(p)
        ),
        lambda p, t, d: np.mean(np.where(np.abs(p - t) < d, (p - t) ** 2 / 2, d * np.abs(p - t) - d**2 / 2)),
        lambda p, t, d: (((p - t) ** 2 - torch.relu((p - t).abs() - d) ** 2) / 2).mean(),
    ),
)


# reg-04 · the gradient of Huber loss -------------------------------------------------------------------------------


def huber_loss_grad(pred, target, delta):
    return (pred - target).clamp(-delta, delta) / len(pred)


HUBER_GRAD = Exercise(
    id="reg-04",
    name="huber_loss_grad",
    title="The pull of Huber loss",
    points=2,
    minutes=8,
    difficulty=2,
    reference=huber_loss_grad,
    probes=banded,
    regimes=BAND,
    gives="one slope for each prediction, shape (n,),",
    hints=(
        "The slope of ½ r² is r. What is the slope of the line that follows, on the right and on the left?",
        "On the right it is δ, on the left −δ. So the slope follows r until it hits one of two walls.",
        "`residual.clamp(-delta, delta)` is that; the 1/n of the mean is still to come.",
    ),
    mistakes=(
        Mistake(
            "no-mean",
            lambda p, t, d: (p - t).clamp(-d, d),
            "Each slope is that of the sum. The loss is a mean, and its factor survives the derivative.",
        ),
        Mistake(
            "sign",
            lambda p, t, d: (t - p).clamp(-d, d) / len(p),
            "The sign is turned round: raising a prediction that is too high must raise the loss.",
        ),
        Mistake(
            "no-clip",
            lambda p, t, d: (p - t) / len(p),
            "Inside the band yours is right. Outside it keeps growing, as squared error's does: where does it stop?",
        ),
        Mistake(
            "sign-only",
            lambda p, t, d: (p - t).sign() / len(p),
            "That is absolute error's pull, the same everywhere. Huber's softens towards zero, and its far value is "
            "δ.",
        ),
        Mistake(
            "scaled-sign",
            lambda p, t, d: d * (p - t).sign() / len(p),
            "Outside the band yours is right. Inside, the pull should soften with the miss.",
        ),
        Mistake(
            "unit-outside",
            lambda p, t, d: torch.where((p - t).abs() <= d, p - t, (p - t).sign()) / len(p),
            "Inside the band yours is right. Outside the pull is ±1 in yours: with which slope does the square "
            "arrive at δ?",
        ),
        Mistake(
            "zero-outside",
            lambda p, t, d: torch.where((p - t).abs() <= d, p - t, 0 * p) / len(p),
            "Inside the band yours is right. Outside nothing pulls at all, as if far points were thrown away. Huber "
            "keeps them, with a limited pull.",
        ),
        Mistake(
            "unsigned-outside",
            lambda p, t, d: torch.where((p - t).abs() <= d, p - t, d + 0 * p) / len(p),
            "Right unless the prediction is far too low. There the pull must point the other way.",
        ),
        Mistake(
            "one-wall",
            lambda p, t, d: (p - t).clamp(max=d) / len(p),
            "Right unless the prediction is far too low: you stop the pull on one side only.",
        ),
        Mistake(
            "doubled-inside",
            lambda p, t, d: torch.where((p - t).abs() <= d, 2 * (p - t), d * (p - t).sign()) / len(p),
            "Outside the band yours is right. Inside it is twice too strong: there is a ½ before the square.",
        ),
        Mistake(
            "line-value",
            lambda p, t, d: torch.where((p - t).abs() <= d, p - t, d * ((p - t).abs() - d / 2)) / len(p),
            "Inside the band yours is right. Outside you kept the height of the line; its slope was asked.",
        ),
        Mistake(
            "walls-at-one",
            lambda p, t, d: (p - t).clamp(-1, 1) / len(p),
            "The walls stand at ±1 whatever δ is. Changing `delta` does not change your result.",
        ),
        Mistake(
            "over-delta",
            lambda p, t, d: (p - t).clamp(-d, d) / d / len(p),
            "That is the pull of smooth L1, which is Huber divided by δ.",
        ),
        Mistake(
            "mean-before-clip",
            lambda p, t, d: ((p - t) / len(p)).clamp(-d, d),
            "You divide by n and clip then, so the walls stand n times too far out. Each pair is clipped by itself; the "
            "mean comes after.",
        ),
        Mistake(
            "value",
            lambda p, t, d: huber_loss(p, t, d),
            "That is the loss itself. Its slope was asked, one for each prediction.",
        ),
        Mistake(
            "summed",
            lambda p, t, d: ((p - t).clamp(-d, d) / len(p)).sum(),
            "You rolled the slopes into one number. Each prediction has one of its own.",
        ),
        Mistake(
            "no-sign",
            lambda p, t, d: (p - t).abs().clamp(max=d) / len(p),
            "Yours never points down. A prediction that is too low has a negative slope.",
        ),
        Mistake(
            "doubled",
            lambda p, t, d: 2 * (p - t).clamp(-d, d) / len(p),
            "On every input yours is twice the expected slope. There is a ½ before the square in this loss.",
        ),
        Mistake(
            "values",
            lambda p, t, d: torch.nn.functional.huber_loss(p, t, delta=d, reduction="none"),
            "Those are the losses of the pairs. The slope of the mean for each prediction was asked.",
        ),
        Mistake(
            "pieces-swapped",
            lambda p, t, d: torch.where((p - t).abs() > d, p - t, d * (p - t).sign()) / len(p),
            "Both pieces are there, and each is used where the other belongs.",
        ),
        Mistake(
            "unsigned-no-mean",
            lambda p, t, d: torch.where((p - t).abs() <= d, p - t, torch.full_like(p, d)),
            "Far too low, the pull must point the other way. And the loss is a mean, whose factor survives "
            "the derivative.",
        ),
        Mistake(
            "norm-clip",
            lambda p, t, d: (p - t) * min(1.0, d / float((p - t).norm())) / len(p),
            "You shorten the whole vector of residuals. Here each pair meets its own wall.",
        ),
        Mistake(
            "doubled-before-clip-after-mean",
            lambda p, t, d: (2 * (p - t) / len(p)).clamp(-d, d),
            "You clip the gradient of the mean squared error. Here each pair is clipped by itself, the mean "
            "comes after, and there is a ½ before the square.",
        ),
    ),
    variants=(
        lambda p, t, d: torch.where((p - t).abs() <= d, p - t, d * (p - t).sign()) / len(p),
        lambda p, t, d: torch.minimum(torch.maximum(p - t, torch.tensor(-d)), torch.tensor(d)) / p.numel(),
        lambda p, t, d: np.clip(np.asarray(p) - np.asarray(t), -d, d) / len(p),
        lambda p, t, d: [
            max(-d, min(d, a - b)) / len(p) for a, b in zip(p.tolist(), t.tolist(), strict=True)
        ],
        lambda p, t, d: torch.autograd.functional.jacobian(lambda z: huber_loss(z, t, d), p),
        lambda p, t, d: (p - t).float().clamp(-d, d).div(len(p)),
    ),
)


# reg-05 · pinball loss ---------------------------------------------------------------------------------------------


def pinball_loss(pred, target, q):
    u = target - pred
    return torch.maximum(q * u, (q - 1) * u).mean()


def priced(rng: np.random.Generator) -> Iterator[Probe]:
    """Batches wholly too low, wholly too high and mixed, for levels on both sides of one half."""
    yield Probe((np.array([90.0]), np.array([100.0]), 0.9))
    yield Probe((np.array([103.0]), np.array([100.0]), 0.9))
    for side in (-1, 1):
        for n in (2, 4):
            target = rng.uniform(-5, 9, n).round(1)
            pred = target + side * rng.uniform(0.3, 4, n).round(1)
            yield Probe((pred, target, 0.2))
            yield Probe((pred, target, 0.75))
    pred, target = pair(rng, 7)
    for q in (0.1, 0.5, 0.95):
        yield Probe((pred, target, q))
    yield Probe((pred + 0.4, target, 0.95))


SIDES = (
    Regime("target above", lambda p, t, q: p < t, "the prediction is too low", "the prediction is too high"),
    Regime("target below", lambda p, t, q: p > t, "the prediction is too high", "the prediction is too low"),
)


def _two_prices(low, high):
    """The mean of low(u, q) where the prediction is too low, high(u, q) where too high; u = target − pred."""
    return lambda p, t, q: torch.where(t - p > 0, low(t - p, q), high(t - p, q)).mean()


def _means_of_the_sides(p, t, q):
    """One mean over the pairs that are too low plus one over those that are too high."""
    u = t - p
    sides = (q * u[u > 0], (q - 1) * u[u < 0])
    return sum(side.mean() for side in sides if len(side))


PINBALL = Exercise(
    id="reg-05",
    name="pinball_loss",
    title="Pinball loss",
    points=2,
    minutes=5,
    difficulty=1,
    reference=pinball_loss,
    probes=priced,
    regimes=SIDES,
    gives="one number, the mean over the pairs,",
    hints=(
        "There is a price for each side. Which sign of `target - pred` means that the prediction was too low?",
        "Compute `u = target - pred` once, then two candidate costs: `q * u`, and what a unit too much costs.",
        "With `(q - 1) * u` as the second candidate, the larger of the two is always the right one; then the mean.",
    ),
    mistakes=(
        Mistake(
            "sides-swapped",
            _two_prices(lambda u, q: (1 - q) * u, lambda u, q: -q * u),
            "At q = 0.9 yours makes *too much* the expensive side. Which sign of `target - pred` means the prediction "
            "was too low?",
        ),
        Mistake(
            "one-price",
            _two_prices(lambda u, q: q * u, lambda u, q: -q * u),
            "Both sides cost q a unit in yours. Pinball needs two prices: what does a unit too much cost?",
        ),
        Mistake(
            "other-price",
            _two_prices(lambda u, q: (1 - q) * u, lambda u, q: (q - 1) * u),
            "Both sides cost 1 − q a unit in yours. Pinball needs two prices: what does a unit too little cost?",
        ),
        Mistake(
            "negative-side",
            _two_prices(lambda u, q: q * u, lambda u, q: (1 - q) * u),
            "Right while the prediction is too low. When it is too high yours goes negative, and a price is never "
            "negative.",
        ),
        Mistake(
            "same-sign",
            lambda p, t, q: torch.maximum(q * (t - p), (1 - q) * (t - p)).mean(),
            "Your two candidates have the same sign. When the prediction is too high both are negative, and a price is "
            "never negative.",
        ),
        Mistake(
            "minimum",
            lambda p, t, q: torch.minimum(q * (t - p), (q - 1) * (t - p)).mean(),
            "Yours is never positive: of the two candidates you keep the one that is not a price.",
        ),
        Mistake(
            "free-side",
            _two_prices(lambda u, q: q * u, lambda u, q: 0 * u),
            "Right while the prediction is too low. Too high costs nothing in yours, so an enormous forecast would "
            "be best.",
        ),
        Mistake(
            "free-shortfall",
            _two_prices(lambda u, q: 0 * u, lambda u, q: (q - 1) * u),
            "Right while the prediction is too high. Too low costs nothing in yours.",
        ),
        Mistake(
            "signed",
            lambda p, t, q: (q * (t - p)).mean(),
            "Right while the prediction is too low. Too high earns money in yours; there is only one candidate, and "
            "two are needed.",
        ),
        Mistake(
            "unit-price",
            _two_prices(lambda u, q: q * u, lambda u, q: -u),
            "Right while the prediction is too low. Too high costs 1 a unit in yours; the two prices should add up to "
            "1.",
        ),
        Mistake(
            "squared",
            _two_prices(lambda u, q: q * u**2, lambda u, q: (1 - q) * u**2),
            "The prices are on the right sides, and the misses are squared. Here a miss costs in proportion to its "
            "size; what you wrote asks for an expectile.",
        ),
        Mistake(
            "squared-above",
            _two_prices(lambda u, q: q * u, lambda u, q: (1 - q) * u**2),
            "Right while the prediction is too low. When it is too high you square the miss.",
        ),
        Mistake(
            "absolute",
            lambda p, t, q: (t - p).abs().mean(),
            "That is the absolute error: q has no say in the result, so too much and too little cost the same.",
        ),
        Mistake(
            "doubled",
            lambda p, t, q: 2 * pinball_loss(p, t, q),
            "On every input yours is twice the expected value. You may want q = ½ to give the absolute error; by the "
            "definition here it gives half of it.",
        ),
        Mistake(
            "sum",
            lambda p, t, q: pinball_loss(p, t, q) * len(p),
            "Each pair is right. Yours is exactly n times the expected value; what turns a total into a mean?",
        ),
        Mistake(
            "not-reduced",
            lambda p, t, q: torch.maximum(q * (t - p), (q - 1) * (t - p)),
            "The price of each pair is right. One number was asked: their mean.",
        ),
        Mistake(
            "mean-first",
            lambda p, t, q: torch.maximum(q * (t - p).mean(), (q - 1) * (t - p).mean()),
            "Right while all pairs are on one side. You average the misses before pricing them, so too much and too "
            "little cancel.",
        ),
        Mistake(
            "scaled-prediction",
            lambda p, t, q: (t - q * p).abs().mean(),
            "You let q scale the prediction. It sets prices: what does it cost to be short by one?",
        ),
        Mistake(
            "side-means",
            _means_of_the_sides,
            "Right while all pairs are on one side. You add two means, each over its own pairs; one mean over "
            "all pairs was asked.",
        ),
        Mistake(
            "both-prices",
            lambda p, t, q: (q * (t - p) + (1 - q) * (p - t)).mean(),
            "You charge both prices to every pair, so one of the two is negative. Each pair pays one of them.",
        ),
        Mistake(
            "sides-swapped-sum",
            lambda p, t, q: torch.maximum(q * (p - t), (q - 1) * (p - t)).sum(),
            "Too much and too little have each other's price. And what turns a total into a mean?",
        ),
        Mistake(
            "sides-swapped-doubled",
            lambda p, t, q: 2 * torch.maximum(q * (p - t), (q - 1) * (p - t)).mean(),
            "Too much and too little have each other's price, and both prices are doubled.",
        ),
        Mistake(
            "unit-shortfall",
            lambda p, t, q: torch.where(t > p, t - p, q * (p - t)).mean(),
            "Too low costs 1 a unit in yours. Which of the two sides does q belong to?",
        ),
        Mistake(
            "dearer-price",
            lambda p, t, q: (max(q, 1 - q) * (p - t).abs()).mean(),
            "Both sides cost the dearer of the two prices in yours. Which side is dearer depends on q.",
        ),
        Mistake(
            "count",
            lambda p, t, q: torch.where(t > p, q, 1 - q).mean(),
            "The right price for each side, whatever the size of the miss. What is the price per unit of?",
        ),
    ),
    variants=(
        lambda p, t, q: (
            sum(q * (b - a) if b > a else (1 - q) * (a - b) for a, b in zip(p, t, strict=True)) / len(p)
        ),
        lambda p, t, q: (q * torch.relu(t - p) + (1 - q) * torch.relu(p - t)).mean(),
        lambda p, t, q: (0.5 * (t - p).abs() + (q - 0.5) * (t - p)).mean(),
        lambda p, t, q: torch.maximum(q * (t - p).float(), (q - 1) * (t - p).float()).mean(),
        lambda p, t, q: np.maximum(q * (t - p), (q - 1) * (t - p)).mean(),
        lambda p, t, q: ((t - p) * (q - (t < p).double())).mean(),
    ),
)


# reg-06 · a line by gradient descent -------------------------------------------------------------------------------


def fit_line(x, y, loss_grad, lr, steps):
    w, b = 0.0, 0.0
    for _ in range(steps):
        pull = loss_grad(w * x + b, y)
        w, b = w - lr * (pull * x).sum(), b - lr * pull.sum()
    return w, b


def pinball_loss_grad(pred, target, q=0.8):
    """The pull of pinball loss at q = 0.8, the 1/n inside: two prices, so that a swapped sign shows."""
    return (0 * pred + (pred > target) - q) / len(pred)  # 0 * pred keeps the dtype: bool * float would not


def lines(rng: np.random.Generator) -> Iterator[Probe]:
    """Two sets of points and two pulls, after 1, 2 and 12 steps at two rates."""
    x = rng.uniform(0.5, 3, 6).round(1) * np.array([1, -1, 1, 1, -1, 1])
    y = (1.7 * x + 2.5 + rng.normal(0, 0.5, 6)).round(1)
    for loss_grad in (mse_loss_grad, pinball_loss_grad):
        for steps, lr in ((1, 0.05), (2, 0.05), (2, 0.02), (12, 0.05)):
            yield Probe((x, y, loss_grad, lr, steps))
    yield Probe((x[:4] + 0.3, y[:4], mse_loss_grad, 0.03, 3))
    yield Probe(
        (np.array([1.0, -1.0, 2.0]), np.array([0.004, 0.001, 0.006]), mse_loss_grad, 0.05, 3)
    )  # tiny pulls


def _descent(
    step=lambda pull, x, lr: (lr * (pull * x).sum(), lr * pull.sum()),
    pull=lambda g, w, b, x, y: g(w * x + b, y),
    start=(0.0, 0.0),
    extra=0,
    end=lambda w, b: (w, b),
):
    """Gradient descent with one of its parts replaced."""

    def fit(x, y, loss_grad, lr, steps):
        w, b = start
        for _ in range(steps + extra):
            down_w, down_b = step(pull(loss_grad, w, b, x, y), x, lr)
            w, b = w - down_w, b - down_b
        return end(w, b)

    return fit


def _one_after_the_other(x, y, loss_grad, lr, steps):
    w, b = 0.0, 0.0
    for _ in range(steps):
        w = w - lr * (loss_grad(w * x + b, y) * x).sum()
        b = b - lr * loss_grad(w * x + b, y).sum()
    return w, b


def _bias_first(x, y, loss_grad, lr, steps):
    w, b = 0.0, 0.0
    for _ in range(steps):
        b = b - lr * loss_grad(w * x + b, y).sum()
        w = w - lr * (loss_grad(w * x + b, y) * x).sum()
    return w, b


def _computed_once(x, y, loss_grad, lr, steps):
    pull = loss_grad(0 * x, y)
    return -steps * lr * (pull * x).sum(), -steps * lr * pull.sum()


def _fit_line_by_matrix(x, y, loss_grad, lr, steps):
    design = torch.stack([x, torch.ones_like(x)], 1)
    theta = torch.zeros(2, dtype=x.dtype)
    for _ in range(steps):
        theta -= lr * design.T @ loss_grad(design @ theta, y)
    return theta


def _fit_line_by_autograd_of_parameters(x, y, loss_grad, lr, steps):
    w = torch.zeros((), dtype=x.dtype, requires_grad=True)
    b = torch.zeros((), dtype=x.dtype, requires_grad=True)
    optimizer = torch.optim.SGD([w, b], lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        pred = w * x + b
        pred.backward(loss_grad(pred.detach(), y))
        optimizer.step()
    return w, b


def _fit_line_in_numpy(x, y, loss_grad, lr, steps):
    x, w, b = np.asarray(x), 0.0, 0.0
    for _ in range(steps):
        pull = np.asarray(loss_grad(torch.as_tensor(w * x + b), torch.as_tensor(y)))
        w, b = w - lr * pull @ x, b - lr * np.sum(pull)
    return np.array([w, b])


FIT_LINE = Exercise(
    id="reg-06",
    name="fit_line",
    title="A line for any loss",
    points=3,
    minutes=20,
    difficulty=2,
    reference=fit_line,
    probes=lines,
    regimes=(
        Regime(
            "later steps",
            lambda x, y, g, lr, steps: steps > 1,
            "more than one step is taken",
            "a single step is taken",
        ),
        Regime(
            "another loss",
            lambda x, y, g, lr, steps: g is not mse_loss_grad,
            "another loss is asked for",
            "the loss is squared error",
        ),
    ),
    gives="the pair (w, b)",
    hints=(
        "The loss pulls at each prediction. How far does a prediction move if w moves by a little? And if b does?",
        "A prediction is w·x + b, so a nudge of w moves it by x and a nudge of b by 1. Multiply each pull by that, "
        "and add up.",
        "With `pull = loss_grad(w * x + b, y)`, the slopes are `(pull * x).sum()` and `pull.sum()`; both steps use "
        "the same pull, against it, times lr.",
    ),
    mistakes=(
        Mistake(
            "uphill",
            _descent(step=lambda pull, x, lr: (-lr * (pull * x).sum(), -lr * pull.sum())),
            "Yours climbs: each step goes along the gradient. The loss falls in the other direction.",
        ),
        Mistake(
            "mean-again",
            _descent(step=lambda pull, x, lr: (lr * (pull * x).mean(), lr * pull.mean())),
            "Your steps are n times too short: `loss_grad` has the 1/n inside already, and you take a mean once more.",
        ),
        Mistake(
            "forgot-x",
            _descent(step=lambda pull, x, lr: (lr * pull.sum(), lr * pull.sum())),
            "w and b take the same step in yours. A nudge of w moves a prediction by how much?",
        ),
        Mistake(
            "intercept-times-x",
            _descent(step=lambda pull, x, lr: (lr * (pull * x).sum(), lr * (pull * x).sum())),
            "w is moved rightly at first. b takes the same step as w; a nudge of b moves every prediction by how much?",
        ),
        Mistake(
            "x-on-the-other",
            _descent(step=lambda pull, x, lr: (lr * pull.sum(), lr * (pull * x).sum())),
            "Each of the two has the slope of the other. Which one is multiplied by x in the prediction?",
        ),
        Mistake(
            "no-intercept",
            _descent(step=lambda pull, x, lr: (lr * (pull * x).sum(), 0.0)),
            "b never moves in yours.",
        ),
        Mistake(
            "no-slope",
            _descent(step=lambda pull, x, lr: (0.0, lr * pull.sum())),
            "w never moves in yours.",
        ),
        Mistake(
            "one-after-the-other",
            _one_after_the_other,
            "You move w, predict again, and move b. The step asked here moves both from the same predictions.",
        ),
        Mistake(
            "intercept-first",
            _bias_first,
            "You move b, predict again, and move w. The step asked here moves both from the same predictions.",
        ),
        Mistake(
            "computed-once",
            _computed_once,
            "The first step is right. After it the predictions have moved and the pull is still that of the start.",
        ),
        Mistake(
            "arguments-swapped",
            _descent(pull=lambda g, w, b, x, y: g(y, w * x + b)),
            "You ask for the pull on y. The gradient functions take predictions first, then targets.",
        ),
        Mistake(
            "one-step-more", _descent(extra=1), "You take one step too many. How often does the loop run?"
        ),
        Mistake(
            "one-step-less", _descent(extra=-1), "You take one step too few. How often does the loop run?"
        ),
        Mistake(
            "one-step-only",
            lambda x, y, g, lr, steps: fit_line(x, y, g, lr, 1),
            "Yours ends where the first step ends. Is a `return` inside the loop, or does the loop start again from zero?",
        ),
        Mistake(
            "starts-at-one",
            _descent(start=(1.0, 0.0)),
            "The steps are right; the start is not. Both w and b begin at 0.",
        ),
        Mistake(
            "starts-at-ones",
            _descent(start=(1.0, 1.0)),
            "The steps are right; the start is not. Both w and b begin at 0.",
        ),
        Mistake(
            "returns-swapped",
            _descent(end=lambda w, b: (b, w)),
            "The numbers are right and in the wrong order: w first, then b.",
        ),
        Mistake(
            "no-rate",
            _descent(step=lambda pull, x, lr: ((pull * x).sum(), pull.sum())),
            "`lr` is never used: the step is the whole gradient.",
        ),
        Mistake(
            "mse-always",
            lambda x, y, g, lr, steps: fit_line(x, y, mse_loss_grad, lr, steps),
            "Right for squared error. You compute that gradient yourself; another loss was handed in.",
        ),
        Mistake(
            "residual-for-pull",
            _descent(pull=lambda g, w, b, x, y: w * x + b - y),
            "You move along the plain residuals and never call `loss_grad`.",
        ),
        Mistake(
            "x-in-the-prediction-forgotten",
            _descent(pull=lambda g, w, b, x, y: g(0 * x + b, y)),
            "The first step is right. Then w no longer takes part in your predictions.",
        ),
        Mistake(
            "intercept-in-the-prediction-forgotten",
            _descent(pull=lambda g, w, b, x, y: g(w * x, y)),
            "The first step is right. Then b no longer takes part in your predictions.",
        ),
        Mistake(
            "mean-again-for-w",
            _descent(step=lambda pull, x, lr: (lr * (pull * x).mean(), lr * pull.sum())),
            "The steps of b are right. For w you take a mean once more; the 1/n is inside `loss_grad` "
            "already.",
        ),
        Mistake(
            "mean-again-for-b",
            _descent(step=lambda pull, x, lr: (lr * (pull * x).sum(), lr * pull.mean())),
            "The step of w is right. For b you take a mean once more; the 1/n is inside `loss_grad` already.",
        ),
        Mistake(
            "sums-apart",
            _descent(step=lambda pull, x, lr: (lr * x.sum() * pull.sum(), lr * pull.sum())),
            "You add up the inputs and the slopes apart. Each slope meets its own x before anything is added.",
        ),
        Mistake(
            "mean-apart",
            _descent(step=lambda pull, x, lr: (lr * x.mean() * pull.sum(), lr * pull.sum())),
            "You average the inputs apart from the slopes. Each slope meets its own x before anything is "
            "added.",
        ),
        Mistake(
            "intercept-uphill",
            _descent(step=lambda pull, x, lr: (lr * (pull * x).sum(), -lr * pull.sum())),
            "w goes against its slope and b goes along with it. Both should go the same way.",
        ),
        Mistake(
            "uphill-mean-again",
            _descent(step=lambda pull, x, lr: (-lr * (pull * x).mean(), -lr * pull.mean())),
            "Yours climbs, and its steps are n times too short: the 1/n is inside `loss_grad` already.",
        ),
        Mistake(
            "double-rate",
            _descent(step=lambda pull, x, lr: (2 * lr * (pull * x).sum(), 2 * lr * pull.sum())),
            "Your steps are twice too long. The 2 of the squared error, if the loss has one, is inside "
            "`loss_grad`.",
        ),
    ),
    variants=(
        _fit_line_by_matrix,
        _fit_line_by_autograd_of_parameters,
        _fit_line_in_numpy,
        lambda x, y, g, lr, steps: [v.float() for v in fit_line(x, y, g, lr, steps)],
    ),
)


# reg-07 · Gaussian negative log-likelihood -------------------------------------------------------------------------


def gaussian_nll(pred, target, sigma):
    z = (target - pred) / sigma
    return (0.5 * z**2 + log(sigma) + 0.5 * log(2 * pi)).mean()


def with_sigma(rng: np.random.Generator) -> Iterator[Probe]:
    yield Probe((np.array([3.0]), np.array([1.0]), 2.0))
    yield Probe((np.array([1.0]), np.array([5.0]), 0.5))  # 8 σ away
    for n, sigma in ((2, 0.7), (3, 1.6), (5, 3.0)):
        yield Probe((*pair(rng, n), sigma))
    pred, target = pair(rng, 4)
    for sigma in (0.6, 2.5):
        yield Probe((pred, target, sigma))


HALF_LOG_TWO_PI = log(2 * pi) / 2


def _nll(square=lambda r, s: (r / s) ** 2 / 2, width=log, rest=HALF_LOG_TWO_PI):
    """A Gaussian negative log-likelihood with one of its parts replaced."""
    return lambda p, t, s: (square(p - t, s) + width(s) + rest).mean()


def _density(p, t, s):
    return torch.exp(-(((p - t) / s) ** 2) / 2) / (s * (2 * pi) ** 0.5)


GAUSSIAN_NLL = Exercise(
    id="reg-07",
    name="gaussian_nll",
    title="Squared error is a likelihood",
    points=2,
    minutes=15,
    difficulty=2,
    reference=gaussian_nll,
    probes=with_sigma,
    gives="one number, the mean over the pairs,",
    hints=(
        "Write the Gaussian density down, take its logarithm, turn the sign round. Products become sums.",
        "Three terms come out: one with the residual, one with log σ, one that is a constant.",
        "They are `0.5 * ((target - pred) / sigma) ** 2`, `log(sigma)` and `0.5 * log(2 * pi)`; then the mean.",
    ),
    mistakes=(
        Mistake(
            "no-constant",
            _nll(rest=0),
            "On every input yours is short of the expected value by 0.9189. Which term depends on neither the data "
            "nor σ?",
        ),
        Mistake(
            "no-width",
            _nll(width=lambda s: 0),
            "The residual's term is right. A wide Gaussian is also a low one: where has its height gone?",
        ),
        Mistake(
            "square-only",
            _nll(width=lambda s: 0, rest=0),
            "You have the term with the residual. The density has a factor in front of its exponential, and a "
            "logarithm makes terms of it.",
        ),
        Mistake(
            "variance",
            _nll(square=lambda r, s: r**2 / s / 2, width=lambda s: log(s) / 2),
            "You read σ as a variance. Here it is the standard deviation, in the units of the target.",
        ),
        Mistake(
            "sigma-not-squared",
            _nll(square=lambda r, s: r**2 / s / 2),
            "The other terms are right. The residual is measured in units of σ *before* it is squared.",
        ),
        Mistake(
            "sigma-ignored-in-square",
            _nll(square=lambda r, s: r**2 / 2),
            "The other terms are right. A miss of 1 is small when σ is 10: the residual has to be measured in units "
            "of σ.",
        ),
        Mistake(
            "no-half",
            _nll(square=lambda r, s: (r / s) ** 2),
            "The terms without the residual are right. The exponent of a Gaussian carries a factor.",
        ),
        Mistake(
            "half-width",
            _nll(width=lambda s: log(s) / 2),
            "½ log σ² is log σ; yours has half of that. Was σ squared under the root?",
        ),
        Mistake(
            "double-width",
            _nll(width=lambda s: 2 * log(s)),
            "log σ² without its ½: the density has 1/σ in front, not 1/σ².",
        ),
        Mistake(
            "likelihood",
            lambda p, t, s: -gaussian_nll(p, t, s),
            "That is the log-likelihood, which one wants large. A loss is what one wants small.",
        ),
        Mistake(
            "half-turned",
            lambda p, t, s: (((p - t) / s) ** 2 / 2 - log(s) - HALF_LOG_TWO_PI).mean(),
            "The sign of the residual's term is right. The factor in front of the exponential is in the same "
            "logarithm, and the sign of all of it is turned round.",
        ),
        Mistake(
            "missing-brackets",
            lambda p, t, s: ((p - t) ** 2 / 2 * s**2 + log(s) + HALF_LOG_TWO_PI).mean(),
            "The terms without the residual are right. `a / 2 * b` is (a / 2) · b: what should stand under the "
            "fraction line?",
        ),
        Mistake(
            "density",
            lambda p, t, s: torch.exp(-(((p - t) / s) ** 2) / 2).div(s * (2 * pi) ** 0.5).mean(),
            "You return the density itself. Its logarithm is still to be taken, and the sign turned round.",
        ),
        Mistake(
            "log-of-mean",
            lambda p, t, s: -torch.log(torch.exp(-(((p - t) / s) ** 2) / 2).div(s * (2 * pi) ** 0.5).mean()),
            "Right for a single pair. You average densities and then take the logarithm; independent pairs multiply, "
            "so the logarithms are averaged.",
        ),
        Mistake(
            "pi-for-two-pi",
            _nll(rest=log(pi) / 2),
            "On every input yours is short by ½ log 2. What stands under the root in the Gaussian density?",
        ),
        Mistake(
            "constant-not-halved",
            _nll(rest=log(2 * pi)),
            "On every input yours is too large by the same amount. The constant stands under a root; what does the "
            "logarithm make of a root?",
        ),
        Mistake(
            "sum",
            lambda p, t, s: gaussian_nll(p, t, s) * len(p),
            "Each pair is right. Yours is exactly n times the expected value; what turns a total into a mean?",
        ),
        Mistake(
            "not-reduced",
            lambda p, t, s: ((p - t) / s) ** 2 / 2 + log(s) + log(2 * pi) / 2,
            "The value of each pair is right. One number was asked: their mean.",
        ),
        Mistake(
            "base-ten",
            lambda p, t, s: gaussian_nll(p, t, s) / log(10),
            "Yours is in powers of ten. The specification asks for nats, the natural logarithm.",
        ),
        Mistake(
            "variance-for-width",
            lambda p, t, s: gaussian_nll(p, t, s**2),
            "You hand σ² to something that wants a standard deviation.",
        ),
        Mistake(
            "base-two",
            lambda p, t, s: gaussian_nll(p, t, s) / log(2),
            "Yours is in bits. The specification asks for nats, the natural logarithm.",
        ),
        Mistake(
            "width-subtracted",
            _nll(width=lambda s: -log(s)),
            "The sign of the term with σ is turned round: claiming a wide spread must cost something.",
        ),
        Mistake(
            "mse",
            lambda p, t, s: ((p - t) ** 2).mean(),
            "That is squared error. It is what remains of the likelihood when constants are dropped; here they are "
            "asked for.",
        ),
        Mistake(
            "laplace",
            lambda p, t, s: ((p - t).abs() / s + log(2 * s)).mean(),
            "That is the likelihood of a Laplace distribution, whose loss is absolute error.",
        ),
        Mistake(
            "log-not-halved",
            lambda p, t, s: (log(2 * pi * s**2) + (p - t) ** 2 / (2 * s**2)).mean(),
            "The residual's term is right. What does the logarithm make of the root in front of the "
            "exponential?",
        ),
        Mistake(
            "minus-density",
            lambda p, t, s: -_density(p, t, s).mean(),
            "You return the density with its sign turned round. Its logarithm is still to be taken.",
        ),
        Mistake(
            "sigma-as-variance-no-constant",
            lambda p, t, s: (0.5 * log(s) + (p - t) ** 2 / (2 * s)).mean(),
            "You read σ as a variance, and the term that depends on neither the data nor σ is missing.",
        ),
        Mistake(
            "residual-sign",
            lambda p, t, s: (0.5 * log(2 * pi * s**2) - (p - t) ** 2 / (2 * s**2)).mean(),
            "A larger miss makes yours smaller. The exponent is negative already: what does the minus in "
            "front do to it?",
        ),
        Mistake(
            "not-squared",
            lambda p, t, s: (0.5 * log(2 * pi * s**2) + (p - t) / (2 * s**2)).mean(),
            "The terms without the residual are right. The residual has lost its square.",
        ),
        Mistake(
            "absolute",
            lambda p, t, s: (0.5 * log(2 * pi * s**2) + (p - t).abs() / (2 * s**2)).mean(),
            "The terms without the residual are right. The residual has lost its square.",
        ),
        Mistake(
            "mean-first",
            lambda p, t, s: 0.5 * log(2 * pi * s**2) + (p - t).mean() ** 2 / (2 * s**2),
            "Right for a single pair. You average the residuals before you square them, so they cancel.",
        ),
        Mistake(
            "squares-summed",
            lambda p, t, s: 0.5 * log(2 * pi * s**2) + ((p - t) ** 2 / (2 * s**2)).sum(),
            "Right for a single pair. The residuals' terms are added up and the constant is there once: what "
            "turns the total into a mean?",
        ),
        Mistake(
            "two-squared",
            lambda p, t, s: (0.5 * log(2 * pi * s**2) + (p - t) ** 2 / (2 * s) ** 2).mean(),
            "The terms without the residual are right. You square the 2 together with σ.",
        ),
        Mistake(
            "floor",
            lambda p, t, s: -torch.log(_density(p, t, s) + 1e-12).mean(),
            "Right near the target. Something small is added to the density, so a far target surprises you "
            "less than it should.",
        ),
    ),
    variants=(
        lambda p, t, s: -torch.distributions.Normal(p, s).log_prob(t).mean(),
        lambda p, t, s: ((p - t) ** 2).mean() / (2 * s**2) + 0.5 * np.log(2 * np.pi * s**2),
        lambda p, t, s: torch.nn.functional.gaussian_nll_loss(p, t, torch.full_like(p, s**2), full=True),
        lambda p, t, s: gaussian_nll(p.float(), t.float(), s),
        lambda p, t, s: (
            sum(((a - b) / s) ** 2 / 2 + log(s * (2 * pi) ** 0.5) for a, b in zip(p, t, strict=True)) / len(p)
        ),
    ),
)


# reg-08 · coverage -------------------------------------------------------------------------------------------------


def coverage(lower, upper, target):
    return ((lower <= target) & (target <= upper)).double().mean()


def intervals(rng: np.random.Generator) -> Iterator[Probe]:
    """Intervals with targets below, inside, above, and exactly on either end."""
    for target in (3.0, 5.0, 1.0, 4.0, 2.0):
        yield Probe((np.array([2.0]), np.array([4.0]), np.array([target])))
    yield Probe((np.array([1.0, 2.0]), np.array([3.0, 4.0]), np.array([0.5, 4.7])))  # none covered
    lower, upper = np.array([1.0, 2.0, 3.0]), np.array([3.0, 4.0, 5.0])
    yield Probe((lower, upper, np.array([0.9999, 4.0001, 3.5])))  # nearly covered
    for first in (1.0, 3.0, 3.5):  # the first target on the lower end, on the upper end, above
        yield Probe((lower, upper, np.array([first, 3.2, 6.0])))
    for ends in ((5, 1, 1, 0, 0), (4, 2, 1, 1, 0), (3, 1, 3, 0, 2), (6, 2, 3, 2, 1)):
        inside, below, above, on_lower, on_upper = ends
        n = sum(ends)
        lower = rng.uniform(-5, 5, n).round(1)
        upper = (lower + rng.uniform(1, 4, n)).round(1)
        far = (
            on_lower + on_upper > 1
        )  # so that intervals made too wide are told apart from no interval at all
        outside = (-1.7, 2.6) if far else (-0.5, 1.3)
        place = np.repeat([0.4, *outside, 0.0, 1.0], [inside, below, above, on_lower, on_upper])
        target = np.where(
            place == 0, lower, np.where(place == 1, upper, (lower + place * (upper - lower)).round(2))
        )
        order = rng.permutation(n)
        yield Probe((lower[order], upper[order], target[order]))


COVERAGE = Exercise(
    id="reg-08",
    name="coverage",
    title="Does the interval keep its promise?",
    points=1,
    minutes=5,
    difficulty=1,
    reference=coverage,
    probes=intervals,
    regimes=(
        Regime(
            "on an end",
            lambda low, high, t: bool(np.any((t == low) | (t == high))),
            "a target lies exactly on an end",
            "no target lies on an end",
        ),
    ),
    gives="one number, a share between 0 and 1,",
    hints=(
        "A target is covered when two things hold at once.",
        "`lower <= target` is a tensor of yes and no, and so is the other condition. Both must be yes: `&`.",
        "The share of yes in a tensor of yes and no is the mean of it, once it is made of numbers: `.double().mean()`.",
    ),
    mistakes=(
        Mistake(
            "open",
            lambda low, high, t: ((low < t) & (t < high)).double().mean(),
            "Right unless a target lies exactly on an end. The specification says what happens there.",
        ),
        Mistake(
            "left-open",
            lambda low, high, t: ((low < t) & (t <= high)).double().mean(),
            "Right unless a target equals its lower end. Does that end belong to the interval?",
        ),
        Mistake(
            "right-open",
            lambda low, high, t: ((low <= t) & (t < high)).double().mean(),
            "Right unless a target equals its upper end. Does that end belong to the interval?",
        ),
        Mistake(
            "outside",
            lambda low, high, t: 1 - coverage(low, high, t),
            "You return the share that is missed.",
        ),
        Mistake(
            "either",
            lambda low, high, t: ((low <= t) | (t <= high)).double().mean(),
            "One of the two conditions is enough in yours, and everything is above the lower end or below the upper one.",
        ),
        Mistake(
            "lower-only",
            lambda low, high, t: (low <= t).double().mean(),
            "The upper end has no say in yours.",
        ),
        Mistake(
            "upper-only",
            lambda low, high, t: (t <= high).double().mean(),
            "The lower end has no say in yours.",
        ),
        Mistake(
            "count",
            lambda low, high, t: ((low <= t) & (t <= high)).sum(),
            "You return how many are covered. A share of how many?",
        ),
        Mistake(
            "misses",
            lambda low, high, t: ((t < low) | (t > high)).sum(),
            "You return how many are missed. The share that is covered was asked.",
        ),
        Mistake(
            "percent",
            lambda low, high, t: 100 * coverage(low, high, t),
            "Yours is in percent. A share lies between 0 and 1.",
        ),
        Mistake(
            "not-reduced",
            lambda low, high, t: ((low <= t) & (t <= high)).double(),
            "You say for each target whether it is covered. The share of them was asked.",
        ),
        Mistake(
            "ends-swapped",
            lambda low, high, t: ((high <= t) & (t <= low)).double().mean(),
            "You ask for targets above the upper end and below the lower one. Nothing can be both, unless the arguments arrive in another order than you think.",
        ),
        Mistake(
            "all",
            lambda low, high, t: ((low <= t) & (t <= high)).all(),
            "Yours is 1 when every target is covered and 0 otherwise. The share that is covered was asked.",
        ),
        Mistake(
            "width",
            lambda low, high, t: (high - low).mean(),
            "That is the mean width of the intervals, the other half of the story. The targets have no say in it.",
        ),
        Mistake(
            "open-count",
            lambda low, high, t: ((low < t) & (t < high)).sum(),
            "You return how many are covered; a share of how many? And look again at what happens on an end.",
        ),
        Mistake(
            "one-interval",
            lambda low, high, t: ((low.min() <= t) & (t <= high.max())).double().mean(),
            "You make one interval of all of them. Each target has its own.",
        ),
        Mistake(
            "mean-interval",
            lambda low, high, t: ((low.mean() <= t) & (t <= high.mean())).double().mean(),
            "You make one interval of all of them. Each target has its own.",
        ),
        Mistake(
            "all-pairs",
            lambda low, high, t: ((low[:, None] <= t) & (t <= high[:, None])).double().mean(),
            "Yours asks about every target and every interval. A column against a row makes a table of all "
            "pairs: look at the shapes.",
        ),
        Mistake(
            "shares-multiplied",
            lambda low, high, t: (low <= t).double().mean() * (t <= high).double().mean(),
            "You take two shares and multiply them. The two conditions are about the same target.",
        ),
        Mistake(
            "rounded",
            lambda low, high, t: ((low <= t) & (t <= high)).double().mean().round(),
            "Yours is a whole number. A share may lie in between.",
        ),
        Mistake(
            "any",
            lambda low, high, t: ((low <= t) & (t <= high)).any(),
            "Yours is 1 as soon as one target is covered. Is a `return` inside the `if`?",
        ),
    ),
    variants=(
        lambda low, high, t: sum(a <= c <= b for a, b, c in zip(low, high, t, strict=True)) / len(t),
        lambda low, high, t: ((t - low) * (high - t) >= 0).float().mean(),
        lambda low, high, t: 1 - ((t < low) | (t > high)).double().mean(),
        lambda low, high, t: np.mean(
            (np.asarray(low) <= np.asarray(t)) & (np.asarray(t) <= np.asarray(high))
        ),
        lambda low, high, t: torch.count_nonzero(t == t.clamp(low, high)).item() / t.numel(),
    ),
)


# reg-09 · predict: one of them moves -------------------------------------------------------------------------------


NEWCOMER = Question(
    id="reg-09",
    name="newcomer",
    title="A millionaire moves in",
    kind="predict",
    points=1,
    minutes=2,
    difficulty=1,
    options={
        "A": "Both rise, the squared one more.",
        "B": "The squared one rises by a fifth of the change, the absolute one stays where it is.",
        "C": "Neither moves much: one household in five cannot outvote four.",
        "D": "The squared one rises to half the new income, the absolute one by a fifth of the change.",
    },
    answer="B",
    because="A mean takes a fifth of whatever one of five does. A median only asks who stands on which side, and the "
    "fifth household was above it before.",
    misconceptions={
        "A": "The squared one does rise. For the absolute one, count how many households stand above 40 before and "
        "after: what has changed?",
        "C": "That is how the absolute one votes: a head, a vote. Under squared error the pull grows with the "
        "distance. How far away is the newcomer?",
        "D": "Find the mean of five numbers when one of them grows by 10,000. And does a median ask how far away "
        "anyone is?",
    },
    hints=(
        "Which statistic of five numbers is cheapest under squared error? Which under absolute error?",
        "Mean and median. Write both down for 20, 30, 40, 50, 60.",
        "Now replace 60 by 10,060: one of the two is still 40.",
    ),
)


# reg-10 · fix: the loss falls and the line stays flat --------------------------------------------------------------


def train_line_shipped(x, y, lr, steps):
    w, b = torch.zeros(1, 1, dtype=x.dtype), torch.zeros(1, dtype=x.dtype)
    for _ in range(steps):
        pred = x @ w + b
        error = pred - y
        w = w - lr * 2 * (x * error).mean()
        b = b - lr * 2 * error.mean()
    return w, b


def train_line(x, y, lr, steps):
    w, b = torch.zeros(1, 1, dtype=x.dtype), torch.zeros(1, dtype=x.dtype)
    for _ in range(steps):
        pred = x @ w + b
        error = pred - y[:, None]
        w = w - lr * 2 * (x * error).mean()
        b = b - lr * 2 * error.mean()
    return w, b


def tables(rng: np.random.Generator) -> Iterator[Probe]:
    """x as a column (n, 1), y flat (n,), after few and many steps."""
    for n, lr, steps in ((4, 0.1, 1), (6, 0.1, 2), (6, 0.05, 30), (9, 0.1, 60)):
        x = rng.uniform(-2, 2, n).round(1)
        x = np.where(np.abs(x) < 0.2, 0.5, x)
        y = (3 * x - 1 + rng.normal(0, 0.3, n)).round(1)
        yield Probe((x[:, None], y, lr, steps))


def _mended(
    error=lambda pred, y: pred - y[:, None], slopes=lambda x, e: ((x * e).mean(), e.mean()), rate=2.0
):
    """The training as it should be, with one of its parts replaced."""

    def train(x, y, lr, steps):
        w, b = torch.zeros(1, 1, dtype=x.dtype), torch.zeros(1, dtype=x.dtype)
        for _ in range(steps):
            down_w, down_b = slopes(x, error(x @ w + b, y))
            w, b = w - lr * rate * down_w, b - lr * rate * down_b
        return w, b

    return train


def _mended_one_after_the_other(x, y, lr, steps):
    x, w, b = x[:, 0], 0.0, 0.0
    for _ in range(steps):
        w = w - 2 * lr * (x * (w * x + b - y)).mean()
        b = b - 2 * lr * (w * x + b - y).mean()
    return w, b


def _flattened_x_alone(x, y, lr, steps):
    w, b = torch.zeros(1, 1, dtype=x.dtype), torch.zeros(1, dtype=x.dtype)
    for _ in range(steps):
        error = x @ w + b - y
        w, b = w - lr * 2 * (x[:, 0] * error).mean(), b - lr * 2 * error.mean()
    return w, b


def _flat_error_against_a_column(x, y, lr, steps):
    w, b = torch.zeros(1, 1, dtype=x.dtype), torch.zeros(1, dtype=x.dtype)
    for _ in range(steps):
        error = (x @ w + b)[:, 0] - y
        w, b = w - lr * 2 * (x * error).mean(), b - lr * 2 * error.mean()
    return w, b


def _mended_flat(x, y, lr, steps):
    x, w, b = x[:, 0], 0.0, 0.0
    for _ in range(steps):
        error = w * x + b - y
        w, b = w - 2 * lr * (x * error).mean(), b - 2 * lr * error.mean()
    return w, b


FLAT_LINE = Exercise(
    id="reg-10",
    name="train_line",
    title="The loss falls, the line stays flat",
    points=2,
    minutes=15,
    difficulty=2,
    reference=train_line,
    shipped=train_line_shipped,
    symptom="It still behaves as it came: the loss goes down and settles, no error is raised, and the line comes out "
    "flat although y clearly rises with x.",
    probes=tables,
    gives="the pair (w, b)",
    hints=(
        "Nothing crashes, so look at what is computed and not at what is said. Which lines combine two tensors?",
        "Print the shape of every tensor in the loop, once. One of them is much larger than it should be.",
        "`pred` is a column (n, 1), `y` is flat (n,): their difference has n × n entries. Give y a column's shape "
        "with `y[:, None]`; flattening works too, if everything is flat.",
    ),
    mistakes=(
        Mistake(
            "flat-error-against-a-column",
            _flat_error_against_a_column,
            "The error has the right shape now. It meets another tensor in the next line: which shapes come "
            "together there? (Or are x and the error averaged apart?)",
        ),
        Mistake(
            "uphill",
            _mended(error=lambda pred, y: y[:, None] - pred),
            "The shapes are right now, and the sign has turned round: the steps go uphill.",
        ),
        Mistake(
            "half-rate",
            _mended(rate=1.0),
            "The shapes are right now. The 2 of the squared error's gradient was there before and has gone.",
        ),
        Mistake(
            "first-target",
            _mended(error=lambda pred, y: pred - y[0]),
            "The shapes are right now, and every prediction is compared with the first target.",
        ),
        Mistake(
            "summed",
            _mended(rate=2.0, error=lambda pred, y: (pred - y[:, None]) * len(y)),
            "The shapes are right now, and the steps are n times too long: a mean has become a sum.",
        ),
        Mistake(
            "x-flattened-only",
            _flattened_x_alone,
            "Only x has changed its shape. The table of all pairs comes about one line earlier: which shapes "
            "meet in the error?",
        ),
        Mistake(
            "one-after-the-other",
            _mended_one_after_the_other,
            "The shapes are right now. You move w, predict again, and move b; it moved both from the same "
            "predictions.",
        ),
        Mistake(
            "mean-again",
            _mended(slopes=lambda x, e: ((x * e).mean() / len(x), e.mean() / len(e))),
            "The shapes are right now, and the steps are n times too short: one mean too many is taken.",
        ),
        Mistake(
            "w-summed",
            _mended(slopes=lambda x, e: ((x * e).sum(), e.mean())),
            "The shapes are right now. For w a mean has become a sum: a matrix product adds up.",
        ),
        Mistake(
            "one-step-only",
            lambda x, y, lr, steps: train_line(x, y, lr, 1),
            "The shapes are right now. Yours ends where the first step ends: is the `return` inside the loop?",
        ),
        Mistake(
            "forgot-x",
            _mended(slopes=lambda x, e: (e.mean(), e.mean())),
            "w and b take the same step in yours. The slope of w has lost its x.",
        ),
    ),
    variants=(
        _mended_flat,
        _mended(error=lambda pred, y: (pred.squeeze(1) - y)[:, None]),
        _mended(error=lambda pred, y: pred - y.unsqueeze(-1)),
        _mended(error=lambda pred, y: pred - y.reshape(pred.shape)),
    ),
)


# reg-11 · choose δ -------------------------------------------------------------------------------------------------


DELTA = Question(
    id="reg-11",
    name="delta",
    title="Which δ?",
    kind="choose",
    points=1,
    minutes=4,
    difficulty=2,
    options={
        "A": "δ = 3000, so that even the broken readings are inside the band",
        "B": "δ = 70, a little more than an ordinary error",
        "C": "δ = 0.001, so that no reading counts more than any other",
        "D": "δ = 1, the default, because it works for everyone",
    },
    answer="B",
    because="Ordinary errors lie inside and are averaged nearly as well as squared error would; broken readings lie "
    "outside and pull with δ, however broken they are. The customary δ = 1.345 σ is this choice for σ = 50.",
    misconceptions={
        "A": "Then every residual is inside the band. What does Huber loss do to all of them there?",
        "C": "That is absolute error in all but name: robust, but it averages ordinary noise less well than it "
        "could, and its pull does not soften near the answer.",
        "D": "δ has the unit of the target, and here 1 is a hundredth of a degree, far less than an ordinary error. "
        "What should set it?",
    },
    hints=(
        "δ is a distance in the units of the target: what should be inside, what outside?",
        "Ordinary errors inside, broken readings outside. How large is an ordinary error here, in these units?",
        "An ordinary error is about 50 hundredths. A band that holds most of them, and not a broken reading, is what "
        "you want.",
    ),
)


# reg-12 · crossing quantiles ---------------------------------------------------------------------------------------


def crossings(quantiles):
    return (quantiles[:, 1:] < quantiles[:, :-1]).any(dim=1).sum()


ROWS_BY_RANK = (  # equal ranks tie
    ((0, 1), (0, 0), (0, 1)),
    ((1, 0), (0, 1), (0, 0)),
    ((0, 1, 2), (1, 0, 2), (0, 2, 1), (2, 1, 0), (0, 0, 1), (1, 0, 0)),
    ((1, 0, 3, 2), (0, 2, 1, 3), (0, 1, 1, 2), (0, 1, 2, 3), (3, 2, 1, 0), (0, 1, 3, 2), (0, 3, 1, 2)),
    ((1, 1, 2, 3, 4), (0, 2, 1, 4, 3), (4, 0, 1, 2, 3), (0, 1, 2, 3, 4), (0, 1, 2, 2, 3)),
    ((2, 1, 0), (0, 2, 1)),
)


def quantile_tables(rng: np.random.Generator) -> Iterator[Probe]:
    """Rows in order, rows with ties, rows that cross at the start, in the middle, at the end, and twice."""
    for ranks in ROWS_BY_RANK:
        table = np.empty((len(ranks), len(ranks[0])))
        for row, rank in zip(table, rng.permutation(ranks), strict=True):
            row[:] = rng.uniform(0.2, 2, len(rank)).cumsum().round(1)[rank]
        yield Probe((table,))
    yield Probe((np.array([[1.0, 2.0, 1.9995], [1.0, 1.5, 2.0], [1.4, 2.2, 0.3], [1.8, 1.2, 2.5]]),))


CROSSINGS = Exercise(
    id="reg-12",
    name="crossings",
    title="When the 90 % line dips below the 50 % line",
    points=1,
    minutes=6,
    difficulty=2,
    reference=crossings,
    probes=quantile_tables,
    gives="one number, a count of rows,",
    hints=(
        "In a row that is in order, each entry is at least as large as the one to its left.",
        "Compare all columns but the first with all columns but the last: `quantiles[:, 1:]` and `quantiles[:, :-1]`.",
        "`(right < left).any(dim=1)` says for each row whether it crosses anywhere; count the yes.",
    ),
    mistakes=(
        Mistake(
            "pairs",
            lambda q: (q[:, 1:] < q[:, :-1]).sum(),
            "Right while no row crosses twice. You count neighbours that cross; rows were asked.",
        ),
        Mistake(
            "all-pairs",
            lambda q: sum(
                (q[:, j] < q[:, i]).sum() for i in range(q.shape[1]) for j in range(i + 1, q.shape[1])
            ),
            "You count every pair of columns that is out of order, so one row can count several times.",
        ),
        Mistake(
            "ties",
            lambda q: (q[:, 1:] <= q[:, :-1]).any(dim=1).sum(),
            "Equal neighbours count as crossing in yours. The specification says what a tie is.",
        ),
        Mistake(
            "first-columns",
            lambda q: (q[:, 1] < q[:, 0]).sum(),
            "Right for two columns. You compare the first two and no others.",
        ),
        Mistake(
            "ends-only",
            lambda q: (q[:, -1] < q[:, 0]).sum(),
            "Right for two columns. You compare the first with the last; a crossing can hide in the middle.",
        ),
        Mistake(
            "last-columns",
            lambda q: (q[:, -1] < q[:, -2]).sum(),
            "Right for two columns. You compare the last two and no others.",
        ),
        Mistake(
            "share",
            lambda q: (q[:, 1:] < q[:, :-1]).any(dim=1).double().mean(),
            "You return a share of the rows. How many was asked.",
        ),
        Mistake(
            "in-order",
            lambda q: (q[:, 1:] >= q[:, :-1]).all(dim=1).sum(),
            "You count the rows that are in order; those that are not were asked.",
        ),
        Mistake(
            "increasing",
            lambda q: (q[:, 1:] > q[:, :-1]).any(dim=1).sum(),
            "You count rows in which something rises. Rising is what quantiles should do.",
        ),
        Mistake(
            "columns",
            lambda q: (q[1:] < q[:-1]).any(dim=0).sum(),
            "You compare each row with the row above it. The levels stand side by side, in columns.",
        ),
        Mistake(
            "all-cross",
            lambda q: (q[:, 1:] < q[:, :-1]).all(dim=1).sum(),
            "Right for two columns. You count rows in which *every* neighbour pair crosses; one is enough.",
        ),
        Mistake(
            "yes-or-no",
            lambda q: (q[:, 1:] < q[:, :-1]).any(),
            "You say whether anything crosses. How many rows do was asked.",
        ),
        Mistake(
            "not-reduced",
            lambda q: (q[:, 1:] < q[:, :-1]).any(dim=1),
            "You say for each row whether it crosses. How many do was asked.",
        ),
        Mistake(
            "every-row",
            lambda q: len(q),
            "You count every row. Does your comparison say yes for rows that are in order, too?",
        ),
        Mistake(
            "wraps-round",
            lambda q: (q < q.roll(1, dims=1)).any(dim=1).sum(),
            "You count every row whose entries are not all equal. Does a rise count in yours too, or does index −1, the "
            "last entry, stand in for what is left of the first?",
        ),
        Mistake(
            "depth",
            lambda q: torch.relu(q[:, :-1] - q[:, 1:]).sum(),
            "You add up how deep the crossings go. How many rows cross was asked.",
        ),
        Mistake(
            "fully-reversed",
            lambda q: (q == q.sort(dim=1, descending=True).values).all(dim=1).sum(),
            "You count rows that run backwards from end to end. One step back is enough.",
        ),
        Mistake(
            "first-as-yardstick",
            lambda q: (q[:, 1:] < q[:, :1]).any(1).sum(),
            "You compare every entry with the first of its row. Its neighbour on the left is what counts.",
        ),
        Mistake(
            "last-pair-left-out",
            lambda q: (q[:, :-1].diff(dim=1) < 0).any(1).sum(),
            "The last two columns are never compared in yours. Where does your range end?",
        ),
        Mistake(
            "first-pair-left-out",
            lambda q: (q[:, 1:].diff(dim=1) < 0).any(1).sum(),
            "The first two columns are never compared in yours. Where does your range begin?",
        ),
        Mistake(
            "columns-counted",
            lambda q: (q.diff(dim=1) < 0).any(0).sum(),
            "You count the neighbouring columns that cross in some row. Along which axis should `any` look?",
        ),
        Mistake(
            "wraps-round-pairs",
            lambda q: (q < q.roll(1, 1)).sum(),
            "The first entry of a row has nothing to its left: in Python the index −1 is the last one. And a "
            "row counts once.",
        ),
        Mistake(
            "percent",
            lambda q: 100 * (q.diff(dim=1) < 0).any(1).double().mean(),
            "Yours is in percent. How many rows was asked.",
        ),
        Mistake(
            "ties-pairs",
            lambda q: (q.diff(dim=1) <= 0).sum(),
            "Equal neighbours count as crossing in yours. And a row counts once.",
        ),
        Mistake(
            "all-or-none",
            lambda q: len(q) * (q.diff(dim=1) < 0).any(),
            "One crossing makes you count every row. Along which axis should `any` look, or where is your "
            "flag set back?",
        ),
    ),
    variants=(
        lambda q: sum(any(b < a for a, b in pairwise(row)) for row in q.tolist()),
        lambda q: (q != q.sort(dim=1).values).any(dim=1).sum(),
        lambda q: (torch.diff(q, dim=1).min(dim=1).values < 0).sum().item(),
        lambda q: np.count_nonzero((np.diff(np.asarray(q), axis=1) < 0).any(axis=1)),
        lambda q: (q.cummax(dim=1).values > q).any(dim=1).float().sum(),
    ),
)


EXERCISES = (
    MSE,
    MSE_GRAD,
    HUBER,
    HUBER_GRAD,
    PINBALL,
    FIT_LINE,
    GAUSSIAN_NLL,
    COVERAGE,
    NEWCOMER,
    FLAT_LINE,
    DELTA,
    CROSSINGS,
)
