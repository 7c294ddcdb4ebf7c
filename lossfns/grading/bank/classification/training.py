"""A classifier whose loss will not go down. The function below the heading is the solution that a learner may ask for."""

from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F

from lossfns.grading.exercise import Exercise, Mistake
from lossfns.grading.record import Probe

# cls-13 · fix: the loss that stops half-way -----------------------------------------------------------------------


def train_classifier_shipped(x, target, lr, steps):
    w = torch.zeros(x.shape[1], 3, dtype=x.dtype, requires_grad=True)
    for _ in range(steps):
        outputs = torch.softmax(x @ w, dim=1)
        loss = torch.nn.functional.cross_entropy(outputs, target)
        (slope,) = torch.autograd.grad(loss, w)
        w = (w - lr * slope).detach().requires_grad_()
    return w.detach()


def train_classifier(x, target, lr, steps):
    w = torch.zeros(x.shape[1], 3, dtype=x.dtype, requires_grad=True)
    for _ in range(steps):
        outputs = x @ w
        loss = torch.nn.functional.cross_entropy(outputs, target)
        (slope,) = torch.autograd.grad(loss, w)
        w = (w - lr * slope).detach().requires_grad_()
    return w.detach()


def clouds(rng: np.random.Generator) -> Iterator[Probe]:
    """Three clouds of points with a column of ones, classes of unequal size, after few and many steps."""
    centre = np.array([[2.0, 0.5], [-1.5, 1.5], [0.0, -2.0]])
    for n, lr, steps in ((5, 0.5, 1), (9, 0.5, 2), (9, 0.3, 12), (14, 0.2, 30)):
        target = rng.integers(0, 3, n)
        target[:3] = [0, 1, 2]
        x = (centre[target] + rng.normal(0, 0.8, (n, 2))).round(2)
        yield Probe((np.concatenate([x, np.ones((n, 1))], axis=1), target, lr, steps))


def _trained(
    loss=F.cross_entropy, step=lambda w, lr, slope: w - lr * slope, start=0.0, extra=0, end=lambda w: w
):
    """The training as it should be, with one of its parts replaced: loss(x @ w, target)."""

    def train(x, target, lr, steps):
        w = torch.full((x.shape[1], 3), start, dtype=x.dtype, requires_grad=True)
        for _ in range(steps + extra):
            (slope,) = torch.autograd.grad(loss(x @ w, target), w)
            w = step(w, lr, slope).detach().requires_grad_()
        return end(w.detach())

    return train


def _by_hand(x, target, lr, steps):
    w = torch.zeros(x.shape[1], 3, dtype=x.dtype)
    for _ in range(steps):
        pull = (x @ w).softmax(1) - F.one_hot(target, 3)
        w = w - lr * x.T @ pull / len(x)
    return w


def _by_optimizer(x, target, lr, steps):
    w = torch.zeros(x.shape[1], 3, dtype=x.dtype, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        F.cross_entropy(x @ w, target).backward()
        optimizer.step()
    return w.detach()


def _one_hot(z, t):
    return F.one_hot(t, 3).to(z.dtype)


SOFTMAX_TWICE = Exercise(
    id="cls-13",
    name="train_classifier",
    title="The loss that stops half-way",
    points=2,
    minutes=12,
    difficulty=2,
    reference=train_classifier,
    shipped=train_classifier_shipped,
    symptom="It still behaves as it came: every point is classified rightly, and the loss stops far above zero however long "
    "it trains.",
    probes=clouds,
    gives="the table of weights, shape (d, 3),",
    hints=(
        "A model that gets every point right, and is sure of it, should have a loss near zero. Which is the smallest number "
        "that this loss can give?",
        "Put a perfect answer through the last two lines by hand: probabilities 1, 0, 0. What does the second line do with "
        "them?",
        "`cross_entropy` has a softmax inside. What it wants to be given are the scores as they come from `x @ w`.",
    ),
    mistakes=(
        Mistake(
            "exponentials",
            _trained(lambda z, t: F.cross_entropy(z.exp(), t)),
            "The softmax is gone and an exponential has come in. The loss has that inside already, too.",
        ),
        Mistake(
            "three-softmaxes",
            _trained(lambda z, t: F.cross_entropy(z.softmax(1).softmax(1), t)),
            "Now there is one softmax more. How many are there in `cross_entropy` itself?",
        ),
        Mistake(
            "softer",
            _trained(lambda z, t: F.cross_entropy(z / 10, t)),
            "One softmax is gone, and the scores are divided before they reach the loss. They want to be handed over as they are.",
        ),
        Mistake(
            "twice-as-sharp",
            _trained(lambda z, t: F.cross_entropy(2 * z, t)),
            "One softmax is gone, and the scores are multiplied before they reach the loss. They want to be handed over as they are.",
        ),
        Mistake(
            "columns-of-logarithms",
            _trained(lambda z, t: F.cross_entropy(z.log_softmax(0), t)),
            "A log softmax would do no harm along the rows; yours runs down the columns.",
        ),
        Mistake(
            "margin",
            _trained(lambda z, t: F.multi_margin_loss(z, t)),
            "That is another loss, a hinge for several classes. Cross entropy was promised.",
        ),
        Mistake(
            "rectified",
            _trained(lambda z, t: F.cross_entropy(z.relu(), t)),
            "The softmax is gone and a ReLU has come in, which cuts off every negative score.",
        ),
        Mistake(
            "log-likelihood-of-probabilities",
            _trained(lambda z, t: F.nll_loss(z.softmax(1), t)),
            "One softmax is gone. `nll_loss` wants *log* probabilities, and yours are plain ones.",
        ),
        Mistake(
            "log-likelihood-of-logits",
            _trained(lambda z, t: F.nll_loss(z, t)),
            "Now there is no softmax at all: this loss falls for ever, and the classes do not compete.",
        ),
        Mistake(
            "log-softmax-then-softmax",
            _trained(lambda z, t: F.cross_entropy(-z.log_softmax(1), t)),
            "A sign has turned round: the better a class, the smaller what you hand to the loss.",
        ),
        Mistake(
            "sigmoid",
            _trained(lambda z, t: F.cross_entropy(z.sigmoid(), t)),
            "The softmax is gone and a sigmoid has come in. It squeezes the scores into (0, 1) just as the softmax did.",
        ),
        Mistake(
            "tanh",
            _trained(lambda z, t: F.cross_entropy(z.tanh(), t)),
            "The softmax is gone and a tanh has come in, which squeezes the scores too.",
        ),
        Mistake(
            "columns",
            _trained(lambda z, t: F.cross_entropy(z.softmax(0), t)),
            "The softmax now runs down the columns. It is still one too many.",
        ),
        Mistake(
            "squared-error",
            _trained(lambda z, t: ((z.softmax(1) - _one_hot(z, t)) ** 2).mean()),
            "That is another loss, the squared distance to the one-hot target. Cross entropy was promised.",
        ),
        Mistake(
            "squared-error-rows",
            _trained(lambda z, t: ((z.softmax(1) - _one_hot(z, t)) ** 2).sum(1).mean()),
            "That is another loss, the squared distance to the one-hot target. Cross entropy was promised.",
        ),
        Mistake(
            "yes-or-no",
            _trained(lambda z, t: F.binary_cross_entropy_with_logits(z, _one_hot(z, t))),
            "That asks three yes-or-no questions. Here exactly one of three classes comes, and cross entropy was promised.",
        ),
        Mistake(
            "yes-or-no-of-softmax",
            _trained(lambda z, t: F.binary_cross_entropy(z.softmax(1), _one_hot(z, t))),
            "You kept the softmax and changed the loss, which now asks three yes-or-no questions. Cross entropy was promised: what does it want to be given?",
        ),
        Mistake(
            "sharper",
            _trained(lambda z, t: F.cross_entropy(10 * z.softmax(1), t)),
            "You stretch the probabilities before they go through a second softmax. Why is there a second one?",
        ),
        Mistake(
            "sharper-100",
            _trained(lambda z, t: F.cross_entropy(100 * z.softmax(1), t)),
            "You stretch the probabilities before they go through a second softmax. Why is there a second one?",
        ),
        Mistake(
            "rate-times-ten",
            _trained(lambda z, t: F.cross_entropy(z.softmax(1), t), step=lambda w, lr, g: w - 10 * lr * g),
            "A larger step reaches the same floor sooner. What puts the floor there?",
        ),
        Mistake(
            "rate-times-two",
            _trained(lambda z, t: F.cross_entropy(z.softmax(1), t), step=lambda w, lr, g: w - 2 * lr * g),
            "A larger step reaches the same floor sooner. What puts the floor there?",
        ),
        Mistake(
            "more-steps",
            _trained(lambda z, t: F.cross_entropy(z.softmax(1), t), extra=100),
            "More steps end at the same floor. What puts the floor there?",
        ),
        Mistake(
            "summed",
            _trained(lambda z, t: F.cross_entropy(z, t, reduction="sum")),
            "One softmax is gone, and the steps are n times too long: a mean has become a sum.",
        ),
        Mistake(
            "uphill",
            _trained(step=lambda w, lr, g: w + lr * g),
            "One softmax is gone, and the sign has turned round: the steps go uphill.",
        ),
        Mistake(
            "one-step-only",
            lambda x, t, lr, steps: train_classifier(x, t, lr, 1),
            "One softmax is gone. Yours ends where the first step ends: is the `return` inside the loop?",
        ),
        Mistake(
            "probabilities-returned",
            lambda x, t, lr, steps: (x @ train_classifier(x, t, lr, steps)).softmax(1),
            "The training is right. The weights were to be returned, not the probabilities.",
        ),
        Mistake(
            "scores-returned",
            lambda x, t, lr, steps: x @ train_classifier(x, t, lr, steps),
            "The training is right. The weights were to be returned, not the scores.",
        ),
        Mistake(
            "start-at-one",
            _trained(start=1.0, end=lambda w: w),
            "One softmax is gone. The weights no longer start at zero.",
        ),
        Mistake(
            "decay",
            _trained(step=lambda w, lr, g: w - lr * (g + 0.01 * w)),
            "One softmax is gone, and a weight decay has come in.",
        ),
        Mistake(
            "smoothed",
            _trained(lambda z, t: F.cross_entropy(z, t, label_smoothing=0.1)),
            "One softmax is gone, and label smoothing has come in, which has a floor of its own.",
        ),
        Mistake(
            "one-step-more",
            _trained(extra=1),
            "One softmax is gone, and there is one step too many.",
        ),
        Mistake(
            "one-step-less",
            _trained(extra=-1),
            "One softmax is gone, and there is one step too few.",
        ),
        Mistake(
            "rate-lost",
            _trained(step=lambda w, lr, g: w - g),
            "One softmax is gone, and the rate with it: the steps no longer depend on `lr`.",
        ),
        Mistake(
            "rate-fixed",
            lambda x, t, lr, steps: train_classifier(x, t, 0.5, steps),
            "One softmax is gone. The rate is 0.5 whatever `lr` is.",
        ),
        Mistake(
            "steps-of-one-length",
            _trained(
                lambda z, t: F.cross_entropy(z.softmax(1), t), step=lambda w, lr, g: w - lr * g / g.norm()
            ),
            "Steps of one length reach the same floor sooner. What puts the floor there?",
        ),
        Mistake(
            "ten-times-the-steps",
            lambda x, t, lr, steps: train_classifier(x, t, lr, 10 * steps),
            "One softmax is gone, and there are ten times as many steps as were asked.",
        ),
        Mistake(
            "ten-times-the-steps-shipped",
            lambda x, t, lr, steps: train_classifier_shipped(x, t, lr, 10 * steps),
            "More steps end at the same floor. What puts the floor there?",
        ),
        Mistake(
            "mean-over-classes-too",
            _trained(lambda z, t: F.cross_entropy(z, t) / 3),
            "One softmax is gone, and the loss is divided by the number of classes: its mean is over the rows.",
        ),
    ),
    variants=(
        _by_hand,
        _by_optimizer,
        _trained(lambda z, t: F.nll_loss(z.log_softmax(1), t)),
        _trained(lambda z, t: F.nll_loss(z.softmax(1).log(), t)),
        _trained(lambda z, t: F.cross_entropy(z.log_softmax(1), t)),
    ),
)
