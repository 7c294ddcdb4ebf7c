"""A training that fails quietly, and two questions. Each function below a heading is the solution that a learner may ask for."""

from collections.abc import Iterator

import numpy as np
import torch

from lossfns.grading.exercise import Exercise, Mistake, Question, Regime
from lossfns.grading.record import Probe

# con-09 · fix: stuck at log n --------------------------------------------------------------------------------------


def train_embedding_shipped(x1, x2, w, temperature, lr, steps):
    own, losses = torch.arange(len(x1)), []
    for _ in range(steps):
        w = w.detach().requires_grad_()
        z1, z2 = x1 @ w, x2 @ w
        z1, z2 = z1 / z1.norm(), z2 / z2.norm()
        loss = torch.nn.functional.cross_entropy(z1 @ z2.T / temperature, own)
        (slope,) = torch.autograd.grad(loss, w)
        w = w - lr * slope
        losses.append(loss.detach())
    return torch.stack(losses)


def train_embedding(x1, x2, w, temperature, lr, steps):
    own, losses = torch.arange(len(x1)), []
    for _ in range(steps):
        w = w.detach().requires_grad_()
        z1, z2 = x1 @ w, x2 @ w
        z1, z2 = z1 / z1.norm(dim=1, keepdim=True), z2 / z2.norm(dim=1, keepdim=True)
        loss = torch.nn.functional.cross_entropy(z1 @ z2.T / temperature, own)
        (slope,) = torch.autograd.grad(loss, w)
        w = w - lr * slope
        losses.append(loss.detach())
    return torch.stack(losses)


def batches(rng: np.random.Generator) -> Iterator[Probe]:
    """Two views of a few things, after one step and after several."""
    for n, steps, temperature, lr in ((3, 2, 0.5, 0.3), (5, 1, 0.2, 0.5), (5, 3, 0.4, 0.5), (6, 8, 0.3, 0.2)):
        x1 = rng.normal(0, 1, (n, 4)) * rng.uniform(0.5, 3, (n, 1))
        x2 = x1 + rng.normal(0, 0.6, (n, 4))
        yield Probe((x1.round(2), x2.round(2), rng.normal(0, 0.6, (4, 3)).round(2), temperature, lr, steps))


def _training(
    unit=lambda z: z / z.norm(dim=1, keepdim=True),
    second=None,
    logits=lambda z1, z2, t: z1 @ z2.T / t,
    cost=lambda s, own: torch.nn.functional.cross_entropy(s, own),
    step=lambda w, lr, slope: w - lr * slope,
    rounds=lambda steps: steps,
):
    """The training as it should be, with one of its parts replaced."""
    second = second or unit

    def train(x1, x2, w, temperature, lr, steps):
        own, losses = torch.arange(len(x1)), []
        for _ in range(rounds(steps)):
            w = w.detach().requires_grad_()
            loss = cost(logits(unit(x1 @ w), second(x2 @ w), temperature), own)
            (slope,) = torch.autograd.grad(loss, w)
            w = step(w, lr, slope)
            losses.append(loss.detach())
        return torch.stack(losses)

    return train


def _rows(x):
    return x / x.norm(dim=1, keepdim=True)


def _both_directions(s, own):
    return (torch.nn.functional.cross_entropy(s, own) + torch.nn.functional.cross_entropy(s.T, own)) / 2


STUCK = Exercise(
    id="con-09",
    name="train_embedding",
    title="The loss that stays at log n",
    points=3,
    minutes=15,
    difficulty=2,
    reference=train_embedding,
    shipped=train_embedding_shipped,
    symptom="It still behaves as it came: the loss starts next to log n and stays near it, at any learning rate.",
    probes=batches,
    regimes=(
        Regime("later steps", lambda *a: a[-1] > 1, "more than one step is taken", "a single step is taken"),
    ),
    gives="the loss before each step, shape (steps,),",
    hints=(
        "A loss near log n means that all logits of a row are nearly alike. How large are they, and how large could they be?",
        "Print the diagonal of `z1 @ z2.T` before the division. A cosine of two views of one thing should be near 1. "
        "Then print the length of each row of z1.",
        "`.norm()` without an axis is the length of the whole table, one number. Each row has its own: "
        "`dim=1, keepdim=True`.",
    ),
    mistakes=(
        Mistake(
            "columns",
            _training(lambda z: z / z.norm(dim=0, keepdim=True)),
            "You found the line. Now each *coordinate* has length one over the batch; a cosine needs it of each embedding.",
        ),
        Mistake(
            "not-normalised",
            _training(lambda z: z),
            "The logits may grow now, and they are dot products: the loss can be lowered by longer embeddings alone, and "
            "neighbours by cosine see none of it.",
        ),
        Mistake(
            "first-only",
            _training(second=lambda z: z / z.norm()),
            "The first view is mended. The second is still as it came.",
        ),
        Mistake(
            "second-only",
            _training(lambda z: z / z.norm(), second=lambda z: z / z.norm(dim=1, keepdim=True)),
            "The second view is mended. The first is still as it came.",
        ),
        Mistake(
            "first-mended-second-bare",
            _training(second=lambda z: z),
            "The first view is mended. The second is not normalised at all now.",
        ),
        Mistake(
            "multiplied",
            _training(lambda z: z / z.norm(), logits=lambda a, b, t: a @ b.T * t),
            "You turned the temperature round. The logits have become smaller still: how large are they before the "
            "temperature comes in?",
        ),
        Mistake(
            "mended-and-multiplied",
            _training(logits=lambda a, b, t: a @ b.T * t),
            "The rows have length one now. The temperature was in its right place before, and multiplies now.",
        ),
        Mistake(
            "scaled-up",
            _training(lambda z: z / z.norm() * len(z) ** 0.5),
            "The logits have a good size now, on average. But long rows are still longer than short ones, and these "
            "are no cosines.",
        ),
        Mistake(
            "squared-length",
            _training(lambda z: z / (z**2).sum(1, keepdim=True)),
            "Each row is divided by a number of its own now. Is its length one afterwards?",
        ),
        Mistake(
            "largest-row",
            _training(lambda z: z / z.norm(dim=1).max()),
            "All rows are divided by the longest. Each row has a length of its own.",
        ),
        Mistake(
            "mean-row",
            _training(lambda z: z / z.norm(dim=1).mean()),
            "All rows are divided by the mean length. Each row has a length of its own.",
        ),
        Mistake(
            "length-held-fixed",
            _training(lambda z: z / z.norm(dim=1, keepdim=True).detach()),
            "The rows have length one now, but the gradient takes their lengths for constants: it tries to make them "
            "longer, which the next step undoes.",
        ),
        Mistake(
            "no-temperature",
            _training(logits=lambda a, b, t: a @ b.T),
            "The rows have length one now. `temperature` was used before and is gone.",
        ),
        Mistake(
            "uphill",
            _training(step=lambda w, lr, slope: w + lr * slope),
            "The rows have length one now, and the steps go uphill.",
        ),
        Mistake(
            "summed",
            _training(cost=lambda s, own: torch.nn.functional.cross_entropy(s, own, reduction="sum")),
            "The rows have length one now. The loss was a mean before and is a sum: your steps are n times as long.",
        ),
        Mistake(
            "both-directions",
            _training(cost=_both_directions),
            "The rows have length one now. You also let the keys choose; that is CLIP's loss, and another training.",
        ),
        Mistake(
            "one-step-only",
            _training(rounds=lambda steps: 1),
            "The rows have length one now. Yours ends where the first step ends: is the `return` inside the loop?",
        ),
        Mistake(
            "weights-normalised",
            _training(
                lambda z: z / z.norm(), step=lambda w, lr, slope: (w - lr * slope) / (w - lr * slope).norm()
            ),
            "You normalise the weights. It is the embeddings whose lengths are off.",
        ),
        Mistake(
            "city-block",
            _training(lambda z: z / z.abs().sum(1, keepdim=True)),
            "Each row is divided by a number of its own now, the sum of its absolute values. For a cosine it has to be its length.",
        ),
        Mistake(
            "colder",
            _training(lambda z: z / z.norm(), logits=lambda a, b, t: 10 * a @ b.T / t),
            "The logits are ten times as large now, and they are still no cosines: long rows are longer than short ones. Look at `z1 @ z2.T` before the temperature comes in.",
        ),
        Mistake(
            "faster",
            _training(lambda z: z / z.norm(), step=lambda w, lr, slope: w - 10 * lr * slope),
            "You take longer steps. The loss is off before the first step is taken, so the rate is not what is wrong.",
        ),
        Mistake(
            "much-faster",
            _training(lambda z: z / z.norm(), step=lambda w, lr, slope: w - 100 * lr * slope),
            "You take longer steps. The loss is off before the first step is taken, so the rate is not what is wrong.",
        ),
        Mistake(
            "uphill-as-it-came",
            _training(lambda z: z / z.norm(), step=lambda w, lr, slope: w + lr * slope),
            "You turned the step round, and now it goes uphill. The loss is off before the first step is taken.",
        ),
        Mistake(
            "summed-as-it-came",
            _training(
                lambda z: z / z.norm(),
                cost=lambda s, own: torch.nn.functional.cross_entropy(s, own, reduction="sum"),
            ),
            "You made a sum of the mean, so the steps are n times as long. How large are the logits?",
        ),
        Mistake(
            "things-normalised",
            lambda x1, x2, w, t, lr, steps: _training(lambda z: z)(_rows(x1), _rows(x2), w, t, lr, steps),
            "You give the things length one. It is the embeddings whose lengths are off, and `x @ w` changes lengths again.",
        ),
        Mistake(
            "standardised",
            _training(lambda z: (z - z.mean(0)) / z.std(0)),
            "You standardise each coordinate over the batch. A cosine needs each row, each embedding, to have length one.",
        ),
        Mistake(
            "after-the-step",
            lambda x1, x2, w, t, lr, steps: train_embedding(x1, x2, w, t, lr, steps + 1)[1:],
            "The rows have length one now. You return the loss after each step; before each step was asked.",
        ),
    ),
    variants=(
        _training(lambda z: torch.nn.functional.normalize(z, dim=1)),
        _training(
            lambda z: z, logits=lambda a, b, t: torch.cosine_similarity(a[:, None], b[None], dim=2) / t
        ),
        _training(cost=lambda s, own: -torch.log_softmax(s, 1).diagonal().mean()),
        lambda x1, x2, w, t, lr, steps: train_embedding(x1.float(), x2.float(), w.float(), t, lr, steps),
        lambda x1, x2, w, t, lr, steps: _with_backward(x1, x2, w, t, lr, steps),
    ),
)


def _with_backward(x1, x2, w, temperature, lr, steps):
    w, losses = torch.nn.Parameter(w.clone()), []
    for _ in range(steps):
        w.grad = None
        z1, z2 = (torch.nn.functional.normalize(x @ w, dim=1) for x in (x1, x2))
        losses.append(torch.nn.functional.cross_entropy(z1 @ z2.T / temperature, torch.arange(len(x1))))
        losses[-1].backward()
        with torch.no_grad():
            w -= lr * w.grad
    return [loss.item() for loss in losses]


# con-11 · predict: the two ends of the temperature -----------------------------------------------------------------

ENDS = Question(
    id="con-11",
    name="two_ends",
    title="Freezing and boiling",
    kind="predict",
    points=1,
    minutes=4,
    difficulty=2,
    options={
        "A": "It tends to 0, and to infinity.",
        "B": "It grows without bound, and tends to log 4.",
        "C": "It tends to log 4, and to 0.",
        "D": "It tends to 0, and to log 4.",
    },
    answer="B",
    because="Frozen, the whole probability goes to the most similar key, and that one is somebody else's: the loss "
    "is about 0.1/τ. At the boil all four keys get a quarter, whatever the similarities are.",
    misconceptions={
        "A": "For τ → 0 ask who gets the probability: the query's own key is not the most similar one. For τ → ∞ all "
        "logits tend to 0; what does a softmax make of four zeros?",
        "C": "You have the two ends exchanged, and one of them is still off. Divide the similarities by 1000, then by "
        "0.001, and write down the softmax.",
        "D": "Right at the boil. Frozen, all of the probability goes to the most similar key. Is that the query's own?",
    },
    hints=(
        "Which key has the largest logit, whatever τ is?",
        "Divide 0.6, 0.7, 0.2 and −0.5 by a tiny τ: by how much is the largest ahead of the own one? And by a huge τ?",
        "Frozen, the own key is behind by 0.1/τ. At the boil all four logits are 0.",
    ),
)


# con-12 · choose: the loss that rests at the margin ----------------------------------------------------------------

AT_THE_MARGIN = Question(
    id="con-12",
    name="at_the_margin",
    title="A loss that rests",
    kind="choose",
    points=1,
    minutes=4,
    difficulty=2,
    options={
        "A": "Lower the learning rate and wait: it has found a flat place, and smaller steps will lead out of it.",
        "B": "Raise the margin to 1, so that the negatives are pushed harder.",
        "C": "Measure how far apart two pictures are; start again with semi-hard negatives, or with all of them.",
        "D": "Stop: at 0.5 every negative is farther than its positive by just the margin.",
    },
    answer="C",
    because="With every distance 0 each triplet costs 0 − 0 + 0.5. One look at the distances says it. There is no way "
    "back by gradient worth waiting for, so start again, with a rule that does not pay for collapse.",
    misconceptions={
        "A": "Which embeddings make *every* triplet cost exactly the margin? In such a place the learning rate is not "
        "what is missing.",
        "B": "Then the loss would rest at 1. What do the distances have to be for a triplet to cost exactly the margin?",
        "D": "A triplet whose negative is farther by the margin costs 0. What costs exactly 0.5?",
    },
    hints=(
        "The loss of one triplet is the distance to the positive, minus the one to the negative, plus 0.5, or 0.",
        "For which pair of distances is that exactly 0.5? And for all triplets at once?",
        "If all pictures sit in one point, every distance is 0.",
    ),
)
