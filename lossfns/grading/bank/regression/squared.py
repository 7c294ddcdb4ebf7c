"""Squared error and its pull. Each function below a heading is the solution that a learner may ask for."""

import numpy as np
import torch

from lossfns.grading.bank.regression.inputs import pairs
from lossfns.grading.exercise import Exercise, Mistake

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
