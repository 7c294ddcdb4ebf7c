"""One step that can stop at zero. The function below the heading is the solution that a learner may ask for."""

from collections.abc import Iterator

import numpy as np
import torch

from lossfns.grading.bank.regularization.shrinking import _soft
from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# pen-05 · one ISTA step --------------------------------------------------------------------------------------------


def ista_step(w, X, y, lr, lam):
    slope = 2 * X.T @ (X @ w - y) / len(y)
    moved = w - lr * slope
    return moved.sign() * (moved.abs() - lr * lam).clamp(min=0)


def regressions(rng: np.random.Generator) -> Iterator[Probe]:
    """Tables with more rows than columns and with fewer, weights with zeros among them, rates and prices in twins."""
    for n, d in ((6, 3), (4, 5), (5, 1)):
        X = rng.normal(size=(n, d)).round(2)
        w = (rng.uniform(0.9, 2.6, d) * np.where(np.arange(d) % 2, 1, -1)).round(2)
        if d > 1:
            w[0], w[d // 2] = 0.05, 0.0  # one that the fee takes at once, one that is there already
        y = (X @ rng.uniform(-2, 2, d) + rng.normal(0, 0.5, n)).round(2)
        for lr, lam in ((0.1, 0.7), (0.1, 2.3), (0.25, 0.7)):
            yield Probe((w, X, y, lr, lam))
    yield Probe((w, X, y, 0.15, 0.0))
    X = np.array([[1.0, 0.0, 0.2], [0.0, 1.2, 0.0], [0.1, 0.0, 0.9]])
    yield Probe((np.array([0.5, -0.4, 0.0]), X, np.array([-3.0, 3.0, 2.5]), 0.5, 0.7))  # every sign changes
    y = np.array([0.5, -3.0, 2.2])
    for lam in (1.0, 1.6):
        yield Probe(
            (np.array([0.4, -3.0, 2.0]), np.eye(3), y, 0.5, lam)
        )  # the first weight dies, the others move


def _ista(
    slope=lambda w, X, y: 2 * X.T @ (X @ w - y) / len(y),
    move=lambda w, g, lr: w - lr * g,
    threshold=lambda lr, lam: lr * lam,
    cut=_soft,
):
    """A step with one of its parts replaced."""
    return lambda w, X, y, lr, lam: cut(move(w, slope(w, X, y), lr), threshold(lr, lam))


def _gradient(w, X, y):
    return 2 * X.T @ (X @ w - y) / len(y)


def _ista_in_numpy(w, X, y, lr, lam):
    w, X, y = np.asarray(w), np.asarray(X), np.asarray(y)
    error = X @ w - y
    z = w - lr * 2 / len(y) * X.T @ error
    return np.sign(z) * np.maximum(np.abs(z) - lr * lam, 0)


def _ista_by_autograd(w, X, y, lr, lam):
    w = w.clone().requires_grad_()
    loss = ((X @ w - y) ** 2).mean()
    (slope,) = torch.autograd.grad(loss, w)
    moved = w.detach() - lr * slope
    return moved - moved.clamp(-lr * lam, lr * lam)


ISTA_STEP = Exercise(
    id="pen-05",
    name="ista_step",
    title="One step that can stop at zero",
    points=3,
    minutes=12,
    difficulty=2,
    reference=ista_step,
    probes=regressions,
    regimes=(Regime("a price", lambda w, X, y, lr, lam: lam > 0, "λ is not 0", "λ is 0"),),
    gives="the vector of new weights, shape (d,),",
    hints=(
        "Two moves, one after the other: one knows the data and nothing of the fee, the other knows the fee and nothing of the data.",
        "The slope of the mean squared error in w is 2 Xᵀ(Xw − y)/n. Step against it by lr. Then threshold what you got.",
        "`moved = w - lr * slope`, and then a soft threshold of `moved` by `lr * lam`, as in pen-04.",
    ),
    mistakes=(
        Mistake(
            "no-two",
            _ista(slope=lambda w, X, y: X.T @ (X @ w - y) / len(y)),
            "The threshold is right. The step along the data is half as long as it should be: what does the square bring down?",
        ),
        Mistake(
            "no-mean",
            _ista(slope=lambda w, X, y: 2 * X.T @ (X @ w - y)),
            "The threshold is right. The step along the data is n times too long: the loss is a mean.",
        ),
        Mistake(
            "no-two-no-mean",
            _ista(slope=lambda w, X, y: X.T @ (X @ w - y)),
            "The threshold is right. Your slope belongs to ½‖Xw − y‖²; the loss is the *mean* of the squares.",
        ),
        Mistake(
            "mean-over-weights",
            _ista(slope=lambda w, X, y: 2 * X.T @ (X @ w - y) / len(w)),
            "You divide by the number of weights. The mean is over the cases.",
        ),
        Mistake("uphill", _ista(move=lambda w, g, lr: w + lr * g), "The step along the data goes uphill."),
        Mistake(
            "no-rate-on-the-slope",
            _ista(move=lambda w, g, lr: w - g),
            "The threshold is right. The step along the slope is not scaled by `lr`.",
        ),
        Mistake(
            "no-rate-on-the-fee",
            _ista(threshold=lambda lr, lam: lam),
            "The step along the data is right. A short step pays a short fee, too: by how much should the threshold be?",
        ),
        Mistake(
            "fee-is-the-rate",
            _ista(threshold=lambda lr, lam: lr),
            "The step along the data is right. Your threshold does not know the price.",
        ),
        Mistake(
            "half-fee",
            _ista(threshold=lambda lr, lam: lr * lam / 2),
            "The step along the data is right. The threshold is half of what the step's fee comes to. (λ/2 is how far a *single* weight, alone under (w − v)², moves in all.)",
        ),
        Mistake(
            "double-fee",
            _ista(threshold=lambda lr, lam: 2 * lr * lam),
            "The step along the data is right. The threshold is twice the fee: |w| has slope 1, only the square has a 2.",
        ),
        Mistake(
            "no-fee",
            _ista(threshold=lambda lr, lam: 0.0),
            "The step along the data is right. Where is the fee?",
        ),
        Mistake(
            "gradient-step",
            lambda w, X, y, lr, lam: w - lr * (_gradient(w, X, y) + lam * w.sign()),
            "That is a gradient step on loss and fee together. It jumps over zero; the fee has to be solved and not stepped along.",
        ),
        Mistake(
            "fee-first",
            lambda w, X, y, lr, lam: (lambda v: v - lr * _gradient(v, X, y))(_soft(w, lr * lam)),
            "Both moves are there, in the other order. The threshold has the last word, or nothing stays zero.",
        ),
        Mistake(
            "fee-on-the-old-weights",
            lambda w, X, y, lr, lam: _soft(w, lr * lam) - lr * _gradient(w, X, y),
            "You threshold the old weights and then step along the data. What should be thresholded is where the step leads.",
        ),
        Mistake(
            "threshold-the-slope",
            lambda w, X, y, lr, lam: w - lr * _soft(_gradient(w, X, y), lam),
            "You threshold the slope. It is the weights that should become zero.",
        ),
        Mistake(
            "hard",
            _ista(cut=lambda v, t: torch.where(v.abs() > t, v, 0.0)),
            "The zeros are right. The surviving weights have to pay the fee as well: they move towards zero by it.",
        ),
        Mistake(
            "overshoots",
            _ista(cut=lambda v, t: v - t * v.sign()),
            "Large weights are right. Small ones are pushed through zero; they should stop there.",
        ),
        Mistake(
            "positive-only",
            _ista(cut=lambda v, t: (v - t).clamp(min=0)),
            "Right for weights that end positive. The others all become zero in yours.",
        ),
        Mistake(
            "size-only",
            _ista(cut=lambda v, t: (v.abs() - t).clamp(min=0)),
            "The sizes are right. Where have the signs gone?",
        ),
        Mistake(
            "shrinks",
            _ista(cut=lambda v, t: v / (1 + 2 * t)),
            "You shrink by a share, as L2's step does. The penalty here is Σ|w|.",
        ),
        Mistake(
            "decays",
            _ista(cut=lambda v, t: v * (1 - t)),
            "You shrink by a share, as weight decay does. The penalty here is Σ|w|.",
        ),
        Mistake(
            "from-zero",
            lambda w, X, y, lr, lam: _soft(-lr * _gradient(0 * w, X, y), lr * lam),
            "You start from zero, whatever `w` is.",
        ),
        Mistake(
            "weights-forgotten",
            lambda w, X, y, lr, lam: _soft(-lr * _gradient(w, X, y), lr * lam),
            "You threshold the step alone. Where are the weights that it starts from?",
        ),
        Mistake(
            "targets-forgotten",
            _ista(slope=lambda w, X, y: 2 * X.T @ (X @ w) / len(y)),
            "Your slope does not know the targets.",
        ),
        Mistake(
            "fee-divided",
            _ista(threshold=lambda lr, lam: lam / lr),
            "You divide the price by the rate: a shorter step would pay a larger fee.",
        ),
        Mistake("unchanged", lambda w, X, y, lr, lam: w, "You return the weights as they came."),
        Mistake(
            "fee-only",
            lambda w, X, y, lr, lam: _soft(w, lr * lam),
            "The fee is right. Where is the step along the data?",
        ),
        Mistake(
            "two-steps",
            lambda w, X, y, lr, lam: ista_step(ista_step(w, X, y, lr, lam), X, y, lr, lam),
            "You take two steps. One was asked.",
        ),
        Mistake(
            "fee-twice",
            lambda w, X, y, lr, lam: _soft(w - lr * (_gradient(w, X, y) + lam * w.sign()), lr * lam),
            "The fee is charged twice: in the slope, and again by the threshold.",
        ),
        Mistake(
            "old-signs",
            lambda w, X, y, lr, lam: w.sign() * ((w - lr * _gradient(w, X, y)).abs() - lr * lam).clamp(min=0),
            "The sizes are right. The signs are those of the old weights; the step may have changed them.",
        ),
        Mistake(
            "no-rates",
            lambda w, X, y, lr, lam: _soft(w - _gradient(w, X, y), lam),
            "The rate does nothing in yours. It scales both the step and the fee.",
        ),
        Mistake(
            "no-two-and-half-fee",
            lambda w, X, y, lr, lam: _soft(w - lr * _gradient(w, X, y) / 2, lr * lam / 2),
            "Step and fee are both half as long as they should be.",
        ),
        Mistake(
            "fee-over-n",
            lambda w, X, y, lr, lam: _soft(w - lr * _gradient(w, X, y), lr * lam / len(y)),
            "The step along the data is right. You divide the fee by n; the mean is of the squares only.",
        ),
        Mistake(
            "predictions-forgotten",
            _ista(slope=lambda w, X, y: -2 * X.T @ y / len(y)),
            "Your slope does not know the predictions: where does Xw come in?",
        ),
        Mistake(
            "change-only",
            lambda w, X, y, lr, lam: ista_step(w, X, y, lr, lam) - w,
            "That is by how much the weights change. The new weights were asked.",
        ),
        Mistake(
            "clips",
            _ista(cut=lambda v, t: v.clamp(-t, t)),
            "You keep the part that should be taken away: large weights are cut off at the threshold in yours.",
        ),
        Mistake(
            "one-slope-for-all",
            _ista(slope=lambda w, X, y: 2 * (X.T @ (X @ w - y) / len(y)).mean() * torch.ones_like(w)),
            "Every weight gets the same slope in yours. Each column has its own.",
        ),
        Mistake(
            "price-in-front",
            lambda w, X, y, lr, lam: _soft(w - lr * _gradient(w, X, y), lr) * lam,
            "The price multiplies the weights in yours. It belongs to the fee.",
        ),
        Mistake(
            "mean-over-entries",
            _ista(slope=lambda w, X, y: 2 * X.T @ (X @ w - y) / X.numel()),
            "You divide by the number of entries of X. The mean is over the cases.",
        ),
        Mistake(
            "columns-forgotten",
            _ista(slope=lambda w, X, y: 2 * (X @ w - y).mean()),
            "Your slope is the mean of the errors, the same for every weight. Each weight has a column of its own: how does the error change when that weight does?",
        ),
        Mistake(
            "ridge-pull-too",
            lambda w, X, y, lr, lam: _soft(w - lr * (_gradient(w, X, y) + 2 * lam * w), lr * lam),
            "You add L2's pull to the slope. The penalty here is Σ|w| alone.",
        ),
        Mistake(
            "n-fees",
            lambda w, X, y, lr, lam: _soft(w - lr * _gradient(w, X, y), lr * lam * len(y)),
            "The step along the data is right. The fee is n times too high: the mean is of the squares only.",
        ),
    ),
    variants=(
        _ista_in_numpy,
        _ista_by_autograd,
        lambda w, X, y, lr, lam: _soft(
            w.float() - 2 * lr * (X.float().T @ X.float() @ w.float() - X.float().T @ y.float()) / len(X),
            lr * lam,
        ),
        lambda w, X, y, lr, lam: torch.stack(
            [_soft(w[j] - lr * 2 * ((X @ w - y) * X[:, j]).mean(), lr * lam) for j in range(len(w))]
        ),
    ),
)
