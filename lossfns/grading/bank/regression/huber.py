"""Huber loss, its pull, and the choice of δ. Each function below a heading is the solution that a learner may ask for."""

from collections.abc import Iterator

import numpy as np
import torch

from lossfns.grading.bank.regression.inputs import pair
from lossfns.grading.exercise import Exercise, Mistake, Question, Regime
from lossfns.grading.record import Probe

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
