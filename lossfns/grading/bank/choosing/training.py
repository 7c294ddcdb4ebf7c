"""A ranker that was trained as a regression. The function below the heading is the solution that a learner may ask for."""

from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F

from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# pick-06 · fix: ranking trained with regression --------------------------------------------------------------------


def train_ranker_shipped(x, grades, lr, steps):
    w = torch.zeros(x.shape[-1], dtype=x.dtype, requires_grad=True)
    for _ in range(steps):
        scores = x @ w
        loss = ((scores - grades) ** 2).mean()
        (slope,) = torch.autograd.grad(loss, w)
        w = (w - lr * slope).detach().requires_grad_()
    return w.detach()


def train_ranker(x, grades, lr, steps):
    w = torch.zeros(x.shape[-1], dtype=x.dtype, requires_grad=True)
    above = grades[:, :, None] > grades[:, None, :]
    for _ in range(steps):
        scores = x @ w
        gaps = scores[:, :, None] - scores[:, None, :]
        loss = torch.nn.functional.softplus(-gaps[above]).mean()
        (slope,) = torch.autograd.grad(loss, w)
        w = (w - lr * slope).detach().requires_grad_()
    return w.detach()


def wards(rng: np.random.Generator) -> Iterator[Probe]:
    """Lists of items with a few features, each list graded on a scale of its own, with ties; few and many steps."""
    for lists, m, steps, lr in ((2, 3, 1, 0.3), (3, 4, 2, 0.2), (3, 5, 6, 0.3), (4, 4, 12, 0.4)):
        x = rng.normal(0, 1, (lists, m, 2)).round(2)
        worth = x @ np.array([1.5, -0.7]) + rng.normal(0, 0.3, (lists, m))
        places = worth.argsort(1).argsort(1)
        places[0, places[0] == 1] = 0  # a tie in the first list
        yield Probe((x, places * 3.0 ** np.arange(lists)[:, None] + np.arange(lists)[:, None], lr, steps))
        if steps == 2:  # the same orders, all graded from 0 to 3
            yield Probe((x, places.astype(float), lr, steps))


def _ranker(loss, start=0.0, extra=0, direction=1):
    """Gradient descent on loss(scores, grades), both (lists, m)."""

    def train(x, grades, lr, steps):
        w = torch.full((x.shape[-1],), start, dtype=x.dtype, requires_grad=True)
        for _ in range(steps + extra):
            (slope,) = torch.autograd.grad(loss(x @ w, grades), w)
            w = (w - direction * lr * slope).detach().requires_grad_()
        return w.detach()

    return train


def _gaps(s):
    return s[:, :, None] - s[:, None, :]


def _pairwise(
    valid=lambda s, g: _gaps(g) > 0,
    cost=lambda gap, g: F.softplus(-gap),
    end=lambda costs, valid: costs[valid].mean(),
):
    """RankNet over several lists, with one of its parts replaced."""
    return lambda s, g: end(cost(_gaps(s), g), valid(s, g))


def _flat_pairs(s, g):
    s, g = s.reshape(-1), g.reshape(-1)
    return F.softplus(s - s[:, None])[g[:, None] > g].mean()


def _standardised(s, g):
    return ((s - (g - g.mean(1, keepdim=True)) / g.std(1, keepdim=True)) ** 2).mean()


def _standardised_biased(s, g):
    return ((s - (g - g.mean(1, keepdim=True)) / g.std(1, keepdim=True, correction=0)) ** 2).mean()


def _centred(s, g):
    return ((s - (g - g.mean(1, keepdim=True))) ** 2).mean()


def _listmle(s, g):
    ranked = s.gather(1, g.argsort(dim=1, descending=True, stable=True))
    return (ranked.flip(1).logcumsumexp(1).flip(1) - ranked).sum(1).mean()


def _ward_by_ward(x, grades, lr, steps):
    w = torch.zeros(x.shape[-1], dtype=x.dtype)
    for _ in range(steps):
        for ward, g in zip(x, grades, strict=True):
            v = w.clone().requires_grad_()
            (slope,) = torch.autograd.grad(_pairwise()((ward @ v)[None], g[None]), v)
            w = w - lr * slope
    return w


def _adam(x, grades, lr, steps):
    w = torch.zeros(x.shape[-1], dtype=x.dtype, requires_grad=True)
    mean, square = torch.zeros_like(w), torch.zeros_like(w)
    for t in range(1, steps + 1):
        (slope,) = torch.autograd.grad(_pairwise()(x @ w, grades), w)
        mean, square = 0.9 * mean + 0.1 * slope, 0.999 * square + 0.001 * slope**2
        step = mean / (1 - 0.9**t) / ((square / (1 - 0.999**t)).sqrt() + 1e-8)
        w = (w - lr * step).detach().requires_grad_()
    return w.detach()


def _by_table(x, grades, lr, steps):
    w = torch.zeros(x.shape[-1], dtype=x.dtype, requires_grad=True)
    for _ in range(steps):
        scores = x @ w
        gaps = scores[:, :, None] - scores[:, None, :]
        above = (grades[:, :, None] > grades[:, None, :]).to(x.dtype)
        cost = -F.logsigmoid(gaps) * above
        loss = cost.sum() / above.sum()
        (slope,) = torch.autograd.grad(loss, w)
        w = (w - lr * slope).detach().requires_grad_()
    return w.detach()


def _by_hand(x, grades, lr, steps):
    lists, m, d = x.shape
    pairs = [
        (x[k, i] - x[k, j])
        for k in range(lists)
        for i in range(m)
        for j in range(m)
        if grades[k, i] > grades[k, j]
    ]
    apart, w = torch.stack(pairs), torch.zeros(d, dtype=x.dtype)
    for _ in range(steps):
        w = w + lr * (torch.sigmoid(-(apart @ w))[:, None] * apart).mean(0)
    return w


def _with_an_optimizer(x, grades, lr, steps):
    w = torch.zeros(x.shape[-1], dtype=x.dtype, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        _pairwise()(x @ w, grades).backward()
        optimizer.step()
    return w


def _by_lists(x, grades, lr, steps):
    w = torch.zeros(x.shape[-1], dtype=x.dtype, requires_grad=True)
    for _ in range(steps):
        total, count = 0.0, 0
        for s, g in zip(x @ w, grades, strict=True):
            i, j = torch.nonzero(g[:, None] > g, as_tuple=True)
            total, count = total + F.softplus(s[j] - s[i]).sum(), count + len(i)
        (slope,) = torch.autograd.grad(total / count, w)
        w = (w - lr * slope).detach().requires_grad_()
    return w


RANKER = Exercise(
    id="pick-06",
    name="train_ranker",
    title="Every number is closer, the order is worse",
    points=3,
    minutes=15,
    difficulty=3,
    reference=train_ranker,
    shipped=train_ranker_shipped,
    symptom="It still behaves as it came: the loss falls, nothing is raised, and on new lists hardly more than half of the pairs "
    "come out in the right order.",
    probes=wards,
    regimes=(
        Regime(
            "later steps",
            lambda x, g, lr, steps: steps > 1,
            "more than one step is taken",
            "a single step is taken",
        ),
    ),
    ordinal="grades",
    gives="the weights w, shape (d,),",
    hints=(
        "What does the loss ask of a score, and does anyone need that? The grades of two lists are in different units.",
        "Only pairs of the *same* list can be compared. Make the table of all pairs of each list: grades[:, :, None] against "
        "grades[:, None, :].",
        "`gaps = scores[:, :, None] - scores[:, None, :]`, and the loss is the mean of softplus(−gaps) over the cells where the "
        "first grade is larger.",
    ),
    mistakes=(
        Mistake(
            "across-lists",
            _ranker(_flat_pairs),
            "You compare pairs now, and among them items of different lists. A 9 of one ward says nothing about a 3 of another.",
        ),
        Mistake(
            "standardised",
            _ranker(_standardised),
            "You brought the lists to one scale, which helps. It is still a regression; the text asks for the pairwise loss.",
        ),
        Mistake(
            "standardised-biased",
            _ranker(_standardised_biased),
            "You brought the lists to one scale, which helps. It is still a regression; the text asks for the pairwise loss.",
        ),
        Mistake(
            "centred",
            _ranker(_centred),
            "You took each list's mean away. Their scales differ still, and it is still a regression.",
        ),
        Mistake(
            "places-regressed",
            _ranker(lambda s, g: ((s - g.argsort(1).argsort(1)) ** 2).mean()),
            "You brought the lists to one scale, by places, which helps. It is still a regression; the text asks for the pairwise loss.",
        ),
        Mistake(
            "scaled-by-the-largest",
            _ranker(lambda s, g: ((s - g / g.amax(1, keepdim=True)) ** 2).mean()),
            "You brought the lists to one scale, which helps. It is still a regression; the text asks for the pairwise loss.",
        ),
        Mistake(
            "least-to-largest",
            _ranker(
                lambda s, g: (
                    (s - (g - g.amin(1, keepdim=True)) / (g.amax(1, keepdim=True) - g.amin(1, keepdim=True)))
                    ** 2
                ).mean()
            ),
            "You brought the lists to one scale, which helps. It is still a regression; the text asks for the pairwise loss.",
        ),
        Mistake(
            "logarithms-regressed",
            _ranker(lambda s, g: ((s - torch.log1p(g)) ** 2).mean()),
            "Logarithms bring the lists' scales nearer to each other. It is still a regression; the text asks for the pairwise loss.",
        ),
        Mistake(
            "absolute",
            _ranker(lambda s, g: (s - g).abs().mean()),
            "Absolute error listens less to large grades. It still asks each score to *equal* a grade.",
        ),
        Mistake(
            "summed-regression",
            _ranker(lambda s, g: ((s - g) ** 2).sum()),
            "A sum for a mean makes the steps longer. It still asks each score to *equal* a grade.",
        ),
        Mistake(
            "turned-round",
            _ranker(_pairwise(valid=lambda s, g: _gaps(g) < 0)),
            "The pairs are right and the wrong way round: the item with the lower grade is pulled up.",
        ),
        Mistake(
            "uphill",
            _ranker(_pairwise(), direction=-1),
            "The pairs are right, and w climbs: a sign is turned round, of the step or of the loss.",
        ),
        Mistake(
            "ties-included",
            _ranker(_pairwise(valid=lambda s, g: _gaps(g) >= 0)),
            "Items of equal grade make pairs in yours, each item with itself among them. That changes the mean.",
        ),
        Mistake(
            "both-ways",
            _ranker(_pairwise(valid=lambda s, g: _gaps(g) != 0)),
            "Your w stays at 0, so your loss is level there. Does every pair appear twice, once each way round? Does a pair that is level cost "
            "nothing? Or is w never moved?",
        ),
        Mistake(
            "sum",
            _ranker(_pairwise(end=lambda costs, valid: costs[valid].sum())),
            "The loss of each pair is right. You add them up, so the steps are as many times too long as there are pairs.",
        ),
        Mistake(
            "list-means",
            _ranker(
                _pairwise(end=lambda costs, valid: ((costs * valid).sum((1, 2)) / valid.sum((1, 2))).mean())
            ),
            "Right where all lists have as many pairs. You average within each list first; the text asks for one mean over all pairs.",
        ),
        Mistake(
            "list-sums",
            _ranker(_pairwise(end=lambda costs, valid: (costs * valid).sum((1, 2)).mean())),
            "The loss of each pair is right. You add up within each list and average over lists; one mean over all pairs was asked.",
        ),
        Mistake(
            "over-the-table",
            _ranker(_pairwise(end=lambda costs, valid: (costs * valid).mean())),
            "The loss of each pair is right. You divide by all cells of the tables, most of which are no pair.",
        ),
        Mistake(
            "over-items",
            _ranker(_pairwise(end=lambda costs, valid: (costs * valid).sum() / costs[..., 0].numel())),
            "The loss of each pair is right. You divide by the number of patients; the mean is over the pairs.",
        ),
        Mistake(
            "ties-level",
            _ranker(lambda s, g: F.softplus(-_gaps(s) * torch.sign(_gaps(g))).mean()),
            "Each pair is there twice, which would not matter. But ties, and every patient paired with the same patient, are counted in your mean.",
        ),
        Mistake(
            "over-all-pairs",
            _ranker(
                _pairwise(
                    end=lambda costs, valid: (
                        (costs * valid).sum() / (valid.numel() - costs.shape[0] * costs.shape[1]) * 2
                    )
                )
            ),
            "Right where all grades differ. You divide by all pairs of each list; where grades are equal there are fewer that count.",
        ),
        Mistake(
            "later-items-only",
            _ranker(
                _pairwise(
                    valid=lambda s, g: (_gaps(g) > 0) & (torch.ones(g.shape[1], g.shape[1]).triu(1) > 0)
                )
            ),
            "You look at j after i only. The less urgent patient may stand *before* the other one in the ward.",
        ),
        Mistake(
            "ward-by-ward",
            _ward_by_ward,
            "The pairs are right. You take a step after each ward; one step for all wards together was asked.",
        ),
        Mistake(
            "grade-gaps",
            _ranker(_pairwise(cost=lambda gap, g: _gaps(g) * F.softplus(-gap))),
            "You weigh the pairs by how far the grades are apart, so the lists' scales are back.",
        ),
        Mistake(
            "gap-times-gap",
            _ranker(_pairwise(cost=lambda gap, g: F.softplus(-gap * _gaps(g)))),
            "You multiply the difference of the scores by that of the grades, so the lists' scales are back.",
        ),
        Mistake(
            "gaps-regressed",
            _ranker(lambda s, g: ((_gaps(s) - _gaps(g)) ** 2).mean()),
            "You compare pairs, and ask that the scores differ by as much as the grades. Only which is larger counts.",
        ),
        Mistake(
            "gaps-of-pairs-regressed",
            _ranker(_pairwise(cost=lambda gap, g: (gap - _gaps(g)) ** 2)),
            "You compare pairs, and ask that the scores differ by as much as the grades. Only which is larger counts.",
        ),
        Mistake(
            "gap-of-one-asked",
            _ranker(_pairwise(cost=lambda gap, g: (gap - 1) ** 2)),
            "The pairs are right. You ask each gap to equal 1, and punish a pair that is right by more.",
        ),
        Mistake(
            "same-place-of-other-lists",
            _ranker(lambda s, g: F.softplus(s - s[:, None])[g[:, None] > g].mean()),
            "You compare patients of *different* wards that stand in the same row. Along which axis do the patients of one ward lie?",
        ),
        Mistake(
            "most-urgent-only",
            _ranker(lambda s, g: F.cross_entropy(s, g.argmax(1))),
            "You ask for the most urgent patient of each ward only. Among the others there is an order, too.",
        ),
        Mistake(
            "adam",
            _adam,
            "The loss is right. Adam takes the steps in yours; they should be those of plain gradient descent, as they were.",
        ),
        Mistake(
            "hinge",
            _ranker(_pairwise(cost=lambda gap, g: torch.relu(1 - gap))),
            "The pairs are right. Their price is the hinge's; the logistic one was asked.",
        ),
        Mistake(
            "plain-difference",
            _ranker(_pairwise(cost=lambda gap, g: -gap)),
            "The pairs are right. Your price is minus the gap: it falls without end, and a pair that is right by a mile pulls as hard as one that is wrong.",
        ),
        Mistake(
            "mean-gap",
            _ranker(lambda s, g: F.softplus(-_gaps(s)[_gaps(g) > 0].mean())),
            "The pairs are right. You average their gaps and pay once; each pair pays for itself. (At w = 0 the two have the same slope.)",
        ),
        Mistake(
            "best-only",
            _ranker(
                _pairwise(valid=lambda s, g: (_gaps(g) > 0) & (g == g.amax(1, keepdim=True))[:, :, None])
            ),
            "You compare the most urgent patients of each ward with the others only. Among the others there is an order, too.",
        ),
        Mistake(
            "no-log",
            _ranker(_pairwise(cost=lambda gap, g: torch.sigmoid(-gap))),
            "The pairs are right. You pay the probability of a wrong order, and not minus the logarithm of that of the right one.",
        ),
        Mistake(
            "listmle",
            _ranker(_listmle),
            "ListMLE ranks well, too. Here the mean over pairs was asked.",
        ),
        Mistake(
            "listmle-mean",
            _ranker(lambda s, g: _listmle(s, g) / s.shape[1]),
            "ListMLE ranks well, too. Here the mean over pairs was asked.",
        ),
        Mistake(
            "listnet",
            _ranker(lambda s, g: -(g.softmax(1) * s.log_softmax(1)).sum(1).mean()),
            "ListNet reads the grades as odds, so the lists' scales are back. The mean over pairs was asked.",
        ),
        Mistake(
            "first-list-only",
            lambda x, g, lr, steps: train_ranker(x[:1], g[:1], lr, steps),
            "Only the first list is used in yours.",
        ),
        Mistake(
            "one-step-only",
            lambda x, g, lr, steps: train_ranker(x, g, lr, 1),
            "The first step is right, and yours ends there: is the `return` inside the loop?",
        ),
        Mistake(
            "one-step-more",
            _ranker(_pairwise(), extra=1),
            "The loss is right, and you take one step too many.",
        ),
        Mistake(
            "starts-at-one",
            _ranker(_pairwise(), start=1.0),
            "The loss is right. w started at 0 before, and should.",
        ),
    ),
    variants=(
        _by_hand,
        lambda x, g, lr, steps: _with_an_optimizer(
            x, g, lr, steps
        ),  # no slips of it: torch.optim takes seconds to import
        _by_lists,
        _ranker(_pairwise(cost=lambda gap, g: -F.logsigmoid(gap))),
        _by_table,
    ),
)
