"""Ridge regression. The function below the heading is the solution that a learner may ask for."""

from collections.abc import Iterator

import numpy as np
import torch

from lossfns.grading.exercise import Exercise, Mistake
from lossfns.grading.record import Probe

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


def _ridge_by_inverse(X, y, lam):
    n, d = X.shape
    return torch.linalg.inv(X.T @ X + n * lam * torch.eye(d, dtype=X.dtype)) @ X.T @ y


def _ridge_in_numpy(X, y, lam):
    X, y = np.asarray(X), np.asarray(y)
    n, d = X.shape
    return np.linalg.solve(X.T @ X / n + lam * np.eye(d), X.T @ y / n)


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
        Mistake(
            "sum-and-double",
            _solved(lambda X, lam: X.T @ X + 2 * lam * _eye(X), lambda X, y: X.T @ y),
            "Your left side belongs to the *sum* of squares, and the loss is a mean. And both terms bring a 2 down; cross it out on both.",
        ),
    ),
    variants=(
        _ridge_by_rows,
        _ridge_by_inverse,
        _ridge_in_numpy,
        lambda X, y, lam: (
            X.T @ torch.linalg.solve(X @ X.T + len(X) * lam * torch.eye(len(X), dtype=X.dtype), y)
        ),
        lambda X, y, lam: (lambda U, s, V: V.T @ ((s / len(X)) / (s**2 / len(X) + lam) * (U.T @ y)))(
            *torch.linalg.svd(X, full_matrices=False)
        ),
    ),
)
