"""Fits with a penalty. Each function below a heading is the solution that a learner may ask for."""

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
        lambda w, X, y, lr, lam: (lambda v: v - v.clamp(-lr * lam, lr * lam))(w - lr * _gradient(w, X, y)),
        lambda w, X, y, lr, lam: _soft(
            w - lr * torch.autograd.functional.jacobian(lambda z: ((X @ z - y) ** 2).mean(), w), lr * lam
        ),
        lambda w, X, y, lr, lam: _soft(
            w.float() - 2 * lr * (X.float().T @ X.float() @ w.float() - X.float().T @ y.float()) / len(X),
            lr * lam,
        ),
        lambda w, X, y, lr, lam: (lambda v: np.sign(v) * np.maximum(np.abs(v) - lr * lam, 0))(
            np.asarray(w)
            - lr * 2 / len(y) * np.asarray(X).T @ (np.asarray(X) @ np.asarray(w) - np.asarray(y))
        ),
        lambda w, X, y, lr, lam: torch.stack(
            [_soft(w[j] - lr * 2 * ((X @ w - y) * X[:, j]).mean(), lr * lam) for j in range(len(w))]
        ),
    ),
)


# pen-07 · ridge regression -----------------------------------------------------------------------------------------


def ridge(X, y, lam):
    n, d = X.shape
    return torch.linalg.solve(X.T @ X / n + lam * torch.eye(d, dtype=X.dtype), X.T @ y / n)


def tables(rng: np.random.Generator) -> Iterator[Probe]:
    """More rows than columns, fewer, a single column; prices in twins."""
    for n, d in ((6, 3), (3, 4), (5, 1)):
        X = rng.normal(size=(n, d)).round(2) + 0.2
        y = (X @ rng.uniform(-2, 2, d) + rng.normal(0, 0.5, n) + 0.7).round(2)
        for lam in (0.3, 1.9):
            yield Probe((X, y, lam))


def _solved(left, right):
    """The weights w with left(X, λ) w = right(X, y)."""
    return lambda X, y, lam: torch.linalg.solve(left(X, lam), right(X, y))


def _eye(X):
    return torch.eye(X.shape[1], dtype=X.dtype)


def _mean_moment(X, y):
    return X.T @ y / len(y)


def _ridge_by_rows(X, y, lam):
    n, d = X.shape
    rows = torch.cat([X, (n * lam) ** 0.5 * _eye(X)])
    return torch.linalg.lstsq(rows, torch.cat([y, torch.zeros(d, dtype=y.dtype)])).solution


def _least_squares(X, y, lam):
    return torch.linalg.pinv(X) @ y


def _centred(X, y, lam):
    return ridge(X - X.mean(0), y - y.mean(), lam)


RIDGE = Exercise(
    id="pen-07",
    name="ridge",
    title="Ridge regression in one line",
    points=2,
    minutes=12,
    difficulty=3,
    reference=ridge,
    probes=tables,
    gives="the vector of weights, shape (d,),",
    hints=(
        "The cost is lowest where its slope is zero. What is the slope of each of the two terms, as a vector?",
        "2 Xᵀ(Xw − y)/n + 2λw = 0. Bring everything with w to one side.",
        "(XᵀX/n + λI) w = Xᵀy/n, and `torch.linalg.solve(A, b)` solves A w = b. The identity matrix is `torch.eye(d, dtype=X.dtype)`.",
    ),
    mistakes=(
        Mistake(
            "sum",
            _solved(lambda X, lam: X.T @ X + lam * _eye(X), lambda X, y: X.T @ y),
            "That is the answer for the *sum* of the squares plus λ Σ w². The loss is a mean: which of the two terms is n times too strong in yours?",
        ),
        Mistake(
            "sum-left",
            _solved(lambda X, lam: X.T @ X + lam * _eye(X), _mean_moment),
            "One side of your equation belongs to the mean, the other to the sum.",
        ),
        Mistake(
            "sum-right",
            _solved(lambda X, lam: X.T @ X / len(X) + lam * _eye(X), lambda X, y: X.T @ y),
            "One side of your equation belongs to the mean, the other to the sum.",
        ),
        Mistake(
            "half-price",
            _solved(lambda X, lam: X.T @ X / len(X) + lam / 2 * _eye(X), _mean_moment),
            "The price is half of what it should be. Both terms bring a 2 down; cross it out on both.",
        ),
        Mistake(
            "double-price",
            _solved(lambda X, lam: X.T @ X / len(X) + 2 * lam * _eye(X), _mean_moment),
            "The price is twice what it should be. Both terms bring a 2 down; cross it out on both.",
        ),
        Mistake(
            "price-over-n",
            _solved(lambda X, lam: (X.T @ X + lam / len(X) * _eye(X)) / len(X), _mean_moment),
            "The price is divided by n, and more than once. It belongs to Σ w² as it is.",
        ),
        Mistake("no-price", _least_squares, "That is least squares. What is `lam` for?"),
        Mistake(
            "everywhere",
            _solved(lambda X, lam: X.T @ X / len(X) + lam + 1e-12 * _eye(X), _mean_moment),
            "`+ lam` adds the price to every entry of the matrix. To which entries does λw belong?",
        ),
        Mistake(
            "minus",
            _solved(lambda X, lam: X.T @ X / len(X) - lam * _eye(X), _mean_moment),
            "The sign of the price is turned round: bring λw to the side where w is.",
        ),
        Mistake(
            "price-squared",
            _solved(lambda X, lam: X.T @ X / len(X) + lam**2 * _eye(X), _mean_moment),
            "You square the price.",
        ),
        Mistake(
            "shrunk-least-squares",
            lambda X, y, lam: _least_squares(X, y, lam) / (1 + lam),
            "You shrink the least-squares weights by one factor. That is right only for columns of variance 1 that do not overlap.",
        ),
        Mistake(
            "by-columns",
            _solved(lambda X, lam: X.T @ X / X.shape[1] + lam * _eye(X), lambda X, y: X.T @ y / X.shape[1]),
            "You divide by the number of columns. The mean is over the rows.",
        ),
        Mistake(
            "centred",
            _centred,
            "You subtract the means first. Nothing was said of an intercept: the model is Xw.",
        ),
        Mistake(
            "diagonal",
            lambda X, y, lam: _mean_moment(X, y) / ((X**2).mean(0) + lam),
            "You treat each column alone. Columns overlap: the whole matrix XᵀX counts.",
        ),
        Mistake(
            "not-solved",
            lambda X, y, lam: (X.T @ X / len(X) + lam * _eye(X)) @ _mean_moment(X, y),
            "You multiply by the matrix. It has to be undone: solve, or invert.",
        ),
        Mistake(
            "moment-only",
            lambda X, y, lam: _mean_moment(X, y) / (1 + lam),
            "You leave out XᵀX. It is the identity only for columns of variance 1 that do not overlap.",
        ),
        Mistake(
            "predictions",
            lambda X, y, lam: X @ ridge(X, y, lam),
            "Those are the predictions. The weights were asked.",
        ),
        Mistake(
            "negative",
            lambda X, y, lam: -ridge(X, y, lam),
            "The sizes are right and all signs are turned round: from Xw − y, on which side does Xᵀy end up?",
        ),
        Mistake(
            "identity-for-lam",
            _solved(lambda X, lam: X.T @ X / len(X) + _eye(X), _mean_moment),
            "The identity is there; its price is missing.",
        ),
        Mistake(
            "price-outside",
            _solved(lambda X, lam: lam * (X.T @ X / len(X) + _eye(X)), _mean_moment),
            "The price multiplies the whole matrix in yours. To which of the two terms does it belong?",
        ),
        Mistake(
            "price-times-n",
            _solved(lambda X, lam: X.T @ X / len(X) + len(X) * lam * _eye(X), _mean_moment),
            "You multiply the price by n and divide the rest by n as well. One of the two is enough.",
        ),
        Mistake(
            "diagonal-of-the-sum",
            lambda X, y, lam: X.T @ y / ((X**2).sum(0) + lam),
            "You treat each column alone, and the price meets a sum where the loss is a mean.",
        ),
        Mistake(
            "scaled-predictor",
            lambda X, y, lam: _least_squares(X, y, lam) * (1 - lam),
            "You take a share off the least-squares weights. How much each loses depends on its column.",
        ),
        Mistake(
            "two-on-one-side",
            _solved(lambda X, lam: 2 * X.T @ X / len(X) + 2 * lam * _eye(X), _mean_moment),
            "Half of what it should be: the 2 of the squares stands on one side of your equation only.",
        ),
        Mistake(
            "two-on-the-moments",
            _solved(lambda X, lam: 2 * X.T @ X / len(X) + lam * _eye(X), _mean_moment),
            "One of your three terms carries the 2 of the squares. All three have one: cross it out everywhere or nowhere.",
        ),
        Mistake(
            "target-centred",
            lambda X, y, lam: ridge(X, y - y.mean(), lam),
            "You subtract the mean of y first. Nothing was said of an intercept: the model is Xw.",
        ),
        Mistake(
            "first-column-free",
            _solved(
                lambda X, lam: X.T @ X / len(X) + lam * _eye(X) * (torch.arange(X.shape[1]) > 0), _mean_moment
            ),
            "The first column pays nothing in yours. There is no intercept here: every weight pays.",
        ),
        Mistake(
            "reciprocals",
            lambda X, y, lam: (X.T @ X / len(X) + lam * _eye(X)) ** -1 @ _mean_moment(X, y),
            "You take the reciprocal of each entry. A matrix is undone as a whole: solve, or invert.",
        ),
        Mistake(
            "two-on-the-right",
            _solved(lambda X, lam: X.T @ X / len(X) + lam * _eye(X), lambda X, y: 2 * X.T @ y / len(y)),
            "Twice what it should be: the 2 of the squares stands on one side of your equation only.",
        ),
        Mistake(
            "root-price",
            _solved(lambda X, lam: X.T @ X / len(X) + lam**0.5 * _eye(X), _mean_moment),
            "You take the root of the price. That belongs to the form with extra rows, where it is squared again.",
        ),
        Mistake(
            "inverse",
            lambda X, y, lam: torch.linalg.inv(X.T @ X / len(X) + lam * _eye(X)),
            "That is the inverse of the matrix. It still has to meet Xᵀy/n.",
        ),
        Mistake(
            "one-plus-the-price",
            _solved(lambda X, lam: X.T @ X / len(X) + (1 + lam) * _eye(X), _mean_moment),
            "You add one more than the price to the diagonal.",
        ),
        Mistake(
            "shrunk-by-n",
            lambda X, y, lam: _least_squares(X, y, lam) / (1 + len(X) * lam),
            "You shrink the least-squares weights by one factor. How much each loses depends on its column.",
        ),
        Mistake(
            "cost",
            lambda X, y, lam: ((X @ ridge(X, y, lam) - y) ** 2).mean() + lam * (ridge(X, y, lam) ** 2).sum(),
            "That is the cost at the minimum. The weights that reach it were asked.",
        ),
        Mistake(
            "bill",
            lambda X, y, lam: (ridge(X, y, lam) ** 2).sum(),
            "That is the weights' bill. The weights themselves were asked.",
        ),
    ),
    variants=(
        _ridge_by_rows,
        lambda X, y, lam: torch.linalg.inv(X.T @ X + len(X) * lam * _eye(X)) @ X.T @ y,
        lambda X, y, lam: (
            X.T @ torch.linalg.solve(X @ X.T + len(X) * lam * torch.eye(len(X), dtype=X.dtype), y)
        ),
        lambda X, y, lam: np.linalg.solve(
            np.asarray(X).T @ np.asarray(X) / len(X) + lam * np.eye(X.shape[1]),
            np.asarray(X).T @ np.asarray(y) / len(X),
        ),
        lambda X, y, lam: (lambda U, s, V: V.T @ ((s / len(X)) / (s**2 / len(X) + lam) * (U.T @ y)))(
            *torch.linalg.svd(X, full_matrices=False)
        ),
    ),
)
