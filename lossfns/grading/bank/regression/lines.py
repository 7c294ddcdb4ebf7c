"""A line by gradient descent, and one that does not descend. Each function below a heading is the solution that a learner may ask for."""

from collections.abc import Iterator

import numpy as np
import torch

from lossfns.grading.bank.regression.squared import mse_loss_grad
from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

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
