"""Adafactor's second moment. The function below the heading is the solution that a learner may ask for."""

from collections.abc import Iterator

import numpy as np
import torch

from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# opt-07 · Adafactor's factored second moment ---------------------------------------------------------------------------


def factored(v):
    rows = v.mean(dim=1, keepdim=True)
    columns = v.mean(dim=0, keepdim=True)
    return rows * columns / v.mean()


def tables(rng: np.random.Generator) -> Iterator[Probe]:
    """Squares of several shapes: of rank one, and of full rank."""
    for n, m in ((1, 1), (1, 4), (3, 1), (2, 3), (3, 2), (3, 3), (4, 2)):
        yield Probe((rng.uniform(0.2, 4, (n, m)).round(2),))
    for n, m in ((2, 3), (4, 3)):
        yield Probe((np.outer(rng.uniform(0.3, 2, n), rng.uniform(0.3, 2, m)).round(6),))


def _factored(
    rows=lambda v: v.mean(1, keepdim=True),
    columns=lambda v: v.mean(0, keepdim=True),
    whole=lambda v, r, c: v.mean(),
    join=lambda r, c, w: r * c / w,
):
    """A factored table with one of its parts replaced."""

    def rebuilt(v):
        r, c = rows(v), columns(v)
        return join(r, c, whole(v, r, c))

    return rebuilt


def _factored_by_outer(v):
    return torch.outer(v.sum(1), v.sum(0)) / v.sum()


def _factored_in_numpy(v):
    v = np.asarray(v)
    return np.einsum("i,j->ij", v.mean(1), v.mean(0)) / np.mean(v)


def _factored_in_loops(v):
    n, m = v.shape
    total = sum(v[i, j].item() for i in range(n) for j in range(m))
    rows = [sum(v[i, j].item() for j in range(m)) for i in range(n)]
    columns = [sum(v[i, j].item() for i in range(n)) for j in range(m)]
    return torch.tensor([[rows[i] * columns[j] / total for j in range(m)] for i in range(n)])


def rank_one(v: np.ndarray) -> bool:
    return bool(np.linalg.matrix_rank(v, tol=1e-4) == 1)


FACTORED = Exercise(
    id="opt-07",
    name="factored",
    title="A table from its margins",
    points=2,
    minutes=10,
    difficulty=2,
    reference=factored,
    probes=tables,
    regimes=(
        Regime(
            "square tables",
            lambda v: v.shape[0] == v.shape[1],
            "the table is square",
            "the table is not square",
        ),
        Regime(
            "more than rank one",
            lambda v: not rank_one(v),
            "no single row times a single column makes the table",
            "the table is a row times a column",
        ),
    ),
    gives="a table of the shape of v, (n, m),",
    hints=(
        "Keep one number for each row and one for each column. Which table has these margins and nothing else in it?",
        "Row mean times column mean has the right proportions, and the wrong size: units of v squared. Divide by something "
        "in the units of v.",
        "`v.mean(dim=1, keepdim=True) * v.mean(dim=0, keepdim=True)`, divided by the mean of the whole table.",
    ),
    mistakes=(
        Mistake(
            "not-divided",
            _factored(join=lambda r, c, w: r * c),
            "The proportions are right. Row mean times column mean is in squared units of v: what brings it back?",
        ),
        Mistake(
            "sums-not-divided",
            lambda v: v.sum(1, keepdim=True) * v.sum(0, keepdim=True),
            "The proportions are right. Row sum times column sum is in squared units of v: what brings it back?",
        ),
        Mistake(
            "sums-over-the-mean",
            lambda v: v.sum(1, keepdim=True) * v.sum(0, keepdim=True) / v.mean(),
            "The proportions are right. You multiply sums and divide by a mean: use one kind throughout.",
        ),
        Mistake(
            "means-over-the-sum",
            lambda v: v.mean(1, keepdim=True) * v.mean(0, keepdim=True) / v.sum(),
            "The proportions are right. You multiply means and divide by a sum: use one kind throughout.",
        ),
        Mistake(
            "added",
            _factored(join=lambda r, c, w: r + c - w),
            "You add the margins. That is exact for tables that are a sum of rows and columns; squares of gradients are more "
            "like a product.",
        ),
        Mistake(
            "averaged",
            _factored(join=lambda r, c, w: (r + c) / 2),
            "You average the margins. A large row *and* a large column should make an entry larger than either.",
        ),
        Mistake(
            "geometric",
            _factored(join=lambda r, c, w: (r * c).sqrt()),
            "The root brings the units back, and flattens every proportion. It is not exact for a row times a column.",
        ),
        Mistake(
            "rows-only",
            _factored(join=lambda r, c, w: r + 0 * c),
            "Every entry of a row is the same in yours: the columns have no say.",
        ),
        Mistake(
            "columns-only",
            _factored(join=lambda r, c, w: c + 0 * r),
            "Every entry of a column is the same in yours: the rows have no say.",
        ),
        Mistake(
            "mean-everywhere",
            lambda v: v.mean().expand_as(v),
            "All entries are the same in yours: neither rows nor columns have a say.",
        ),
        Mistake(
            "nothing-factored",
            lambda v: v,
            "That is the table itself, n × m numbers. It is to be rebuilt from n + m of them.",
        ),
        Mistake(
            "root-of-it",
            lambda v: factored(v).sqrt(),
            "That is what the gradient is divided by. The second moment itself was asked, before the root.",
        ),
        Mistake(
            "lies-on-its-side",
            lambda v: factored(v).T,
            "The numbers are right and the table lies on its side: which mean belongs to which axis?",
        ),
        Mistake(
            "divided-by-the-largest",
            _factored(whole=lambda v, r, c: v.max()),
            "The proportions are right. You divide by the largest entry; what makes it exact for a row times a column?",
        ),
        Mistake(
            "divided-by-the-root",
            _factored(whole=lambda v, r, c: v.mean().sqrt()),
            "The proportions are right. You divide by the root of the mean, and the units do not come out.",
        ),
        Mistake(
            "divided-by-the-square",
            _factored(whole=lambda v, r, c: v.mean() ** 2),
            "The proportions are right. You divide by the square of the mean: then the units are gone altogether.",
        ),
        Mistake(
            "both-normalised",
            _factored(join=lambda r, c, w: (r / r.sum()) * (c / c.sum())),
            "You turn both margins into shares, so the size of the table is lost.",
        ),
        Mistake(
            "rows-as-shares",
            _factored(join=lambda r, c, w: r / r.sum() * c),
            "The columns keep their size, and the rows are shares that add up to 1. Over a column yours adds up to its "
            "mean; it should add up to its sum.",
        ),
        Mistake(
            "columns-as-shares",
            _factored(join=lambda r, c, w: r * c / c.sum()),
            "The rows keep their size, and the columns are shares that add up to 1. Over a row yours adds up to its mean; "
            "it should add up to its sum.",
        ),
        Mistake(
            "largest-of-each",
            _factored(
                rows=lambda v: v.amax(1, keepdim=True),
                columns=lambda v: v.amax(0, keepdim=True),
                whole=lambda v, r, c: v.max(),
            ),
            "Exact for a row times a column, and it keeps the largest of each row and column. Their means were asked.",
        ),
        Mistake(
            "largest-of-each-smaller",
            lambda v: torch.minimum(v.amax(1, keepdim=True) + 0 * v, v.amax(0, keepdim=True) + 0 * v),
            "You take the smaller of the largest in the row and the largest in the column: another optimizer, SM3. "
            "Adafactor multiplies means.",
        ),
        Mistake(
            "first-row-and-column",
            lambda v: v[:, :1] * v[:1, :] / v[0, 0],
            "Exact for a row times a column, but it looks at the first row and the first column only. Every entry should "
            "count.",
        ),
        Mistake(
            "means-of-roots",
            lambda v: (
                (v.sqrt().mean(1, keepdim=True) * v.sqrt().mean(0, keepdim=True) / v.sqrt().mean()) ** 2
            ),
            "Exact for a row times a column. You average the roots and square then; the squares are averaged.",
        ),
        Mistake(
            "geometric-means",
            lambda v: (v.log().mean(1, keepdim=True) + v.log().mean(0, keepdim=True) - v.log().mean()).exp(),
            "Exact for a row times a column, and it takes geometric means. Plain means were asked.",
        ),
        Mistake(
            "best-rank-one",
            lambda v: (lambda u, s, w: s[0] * torch.outer(u[:, 0], w[0]))(
                *torch.linalg.svd(v, full_matrices=False)
            ),
            "That is the best product of a row and a column in least squares, from a singular value decomposition. "
            "Adafactor's is cheaper: it needs the margins only.",
        ),
        Mistake(
            "multiplied-by-the-mean",
            _factored(join=lambda r, c, w: r * c * w),
            "The proportions are right. You multiply by the mean of the whole, and are in cubed units of v now.",
        ),
        Mistake(
            "squared-again",
            lambda v: factored(v**2),
            "You square v. It holds squares already.",
        ),
        Mistake(
            "added-and-divided",
            _factored(join=lambda r, c, w: (r + c) / w),
            "You add the margins where they are multiplied, and dividing takes the units of v away.",
        ),
    ),
    variants=(
        _factored_by_outer,
        _factored_in_numpy,
        _factored_in_loops,
        lambda v: factored(v.float()),
        lambda v: (v.sum(1, keepdim=True) @ v.sum(0, keepdim=True)) / v.sum(),
    ),
)
