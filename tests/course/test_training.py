import numpy as np
import pytest
import torch
from scipy.optimize import linprog, minimize

from lossfns import data
from lossfns.course import descend, fit_line, minibatches
from lossfns.regression import huber_loss, mae_loss, mse_loss, pinball_loss


def squared(w):
    return (w**2).sum()


def test_descend_follows_the_closed_form():
    losses, path = descend(squared, [1.0, -2.0], lr=0.1, steps=5)
    expected = torch.tensor([1.0, -2.0], dtype=torch.float64) * 0.8 ** torch.arange(6.0)[:, None]
    torch.testing.assert_close(path, expected)  # w ← w − 0.1·2w = 0.8·w
    torch.testing.assert_close(losses, (expected**2).sum(1))


def test_descend_takes_a_schedule():
    path = descend(squared, 1.0, lr=lambda step: [0.5, 0.25][step], steps=2).path
    assert path.tolist() == [1.0, 0.0, 0.0]
    path = descend(squared, 1.0, lr=lambda step: [0.0, 0.25][step], steps=2).path
    assert path.tolist() == [1.0, 1.0, 0.5]


def test_descend_takes_momentum():
    path = descend(squared, 1.0, lr=0.1, steps=2, momentum=0.5).path
    assert path.tolist() == pytest.approx([1.0, 0.8, 0.54])  # v: 2, then 0.5·2 + 1.6 = 2.6


def test_descend_takes_batches():
    batches = [(torch.tensor(1.0),), (torch.tensor(3.0),), (torch.tensor(0.0),)]
    losses, path = descend(lambda w, y: (w - y) ** 2, 0.0, lr=0.5, steps=2, batches=batches)
    assert path.tolist() == [0.0, 1.0, 3.0]
    assert losses.tolist() == [1.0, 4.0, 9.0]


def test_descend_leaves_the_start_alone_and_survives_divergence():
    start = torch.ones(2, dtype=torch.float64)
    losses, _ = descend(squared, start, lr=1e10, steps=100)
    assert (start == 1).all()
    assert not torch.isfinite(losses[-1])


def test_descend_refuses_what_cannot_be_done():
    with pytest.raises(ValueError, match="steps"):
        descend(squared, 1.0, lr=0.1, steps=-1)
    with pytest.raises(ValueError, match="batches ended before step 1"):
        descend(lambda w, y: w * y, 1.0, lr=0.1, steps=3, batches=[(torch.tensor(1.0),)])


def test_minibatches_pass_over_every_row_and_keep_rows_together():
    x = torch.arange(12.0)
    stream = minibatches(x, 10 * x, size=4, seed=1)
    first, second = ([next(stream) for _ in range(3)] for _ in range(2))
    for one_pass in (first, second):
        assert sorted(torch.cat([a for a, _ in one_pass]).tolist()) == x.tolist()
        assert all((b == 10 * a).all() for a, b in one_pass)
    assert not torch.equal(first[0][0], second[0][0])
    assert torch.equal(first[0][0], next(minibatches(x, size=4, seed=1))[0])


def test_minibatches_leave_out_an_incomplete_batch():
    stream = minibatches(torch.arange(5), size=2)
    assert all(len(next(stream)[0]) == 2 for _ in range(10))


@pytest.mark.parametrize(("lengths", "size"), [((3, 4), 2), ((3, 3), 4), ((3, 3), 0)])
def test_minibatches_refuse_what_does_not_fit(lengths, size):
    with pytest.raises(ValueError, match="size"):
        minibatches(*map(torch.zeros, lengths), size=size)


def quantile_cost(x, y, q):
    """The smallest mean pinball loss of a line, as a linear programme: y = a + b·x + u − v with u, v ≥ 0."""
    n = len(x)
    rows = np.column_stack([np.ones(n), x, np.eye(n), -np.eye(n)])
    price = np.r_[0, 0, np.full(n, q), np.full(n, 1 - q)] / n
    bounds = [(None, None)] * 2 + [(0, None)] * (2 * n)
    return linprog(price, A_eq=rows, b_eq=y, bounds=bounds, method="highs").fun


def huber_cost(x, y, delta):
    def cost(line):
        r = y - line[0] - line[1] * (x - x.mean()) / x.std()
        clipped = np.clip(r, -delta, delta)
        slope = -np.array([clipped.mean(), (clipped * (x - x.mean()) / x.std()).mean()])
        return (clipped * (r - clipped / 2)).mean(), slope

    start = [np.median(y), 0.0]
    return minimize(cost, start, jac=True, method="BFGS", options={"gtol": 1e-11, "xrtol": 1e-12}).fun


def achieved(x, y, loss, **options):
    line = fit_line(x, y, loss, **options)
    return float(loss(torch.as_tensor(line(x)), torch.as_tensor(y), **options))


def spoilt_engel():
    income, food = data.engel()
    return income, data.contaminate(food, seed=5).y


@pytest.mark.parametrize(
    "sample", [data.engel, spoilt_engel, lambda: data.noisy_line(21, spread=0.5, seed=2)]
)
def test_fit_line_reaches_the_minimum_of_every_loss(sample):
    x, y = sample()
    for q in (0.1, 0.5, 0.95):
        assert achieved(x, y, pinball_loss, q=q) == pytest.approx(quantile_cost(x, y, q), rel=1e-9)
    assert achieved(x, y, mae_loss) == pytest.approx(2 * quantile_cost(x, y, 0.5), rel=1e-9)
    for delta in (0.01 * y.std(), y.std(), 10 * y.std()):
        assert achieved(x, y, huber_loss, delta=delta) == pytest.approx(huber_cost(x, y, delta), rel=1e-9)
    slope, intercept = fit_line(x, y, mse_loss)
    np.testing.assert_allclose([slope, intercept], np.polyfit(x, y, 1), rtol=1e-7)


def test_fit_line_draws_equal_x_apart():
    assert fit_line([0, 0, 1], [0, 2, 1], mse_loss) == pytest.approx((0, 1), abs=1e-12)


@pytest.mark.parametrize(
    ("x", "y", "what"),
    [
        ([1.0, 2.0], [1.0], "both be"),
        ([1.0], [1.0], "2 to 500"),
        ([2.0, 2.0], [1.0, 3.0], "different values"),
    ],
)
def test_fit_line_refuses_what_no_line_fits(x, y, what):
    with pytest.raises(ValueError, match=what):
        fit_line(x, y, mse_loss)
