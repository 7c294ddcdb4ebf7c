"""Bins of confidence. Each function below a heading is the solution that a learner may ask for."""

from collections.abc import Iterator

import numpy as np
import torch

from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# cal-01 · reliability bins -----------------------------------------------------------------------------------------


def reliability_bins(confidence, right, bins):
    index = (torch.ceil(confidence * bins).long() - 1).clamp(min=0)
    rows = []
    for b in range(bins):
        inside = index == b
        rows.append([inside.sum(), confidence[inside].mean(), right[inside].mean()])
    return torch.tensor(rows, dtype=confidence.dtype).T


def confidences(rng: np.random.Generator) -> Iterator[Probe]:
    """Confidences between edges, on edges that binary numbers hit exactly, and at both ends; empty bins."""
    for n, bins in ((1, 2), (1, 4), (3, 3), (6, 5), (12, 4), (25, 10)):
        c = (rng.integers(5, 100, n) / 100 - 0.0035 + rng.uniform(-0.003, 0.003, n)).round(4)
        yield Probe((c, (rng.random(n) < 0.6) * 1.0, bins))
    c = np.array([0.25, 0.5, 0.5, 0.75, 1.0, 0.3, 0.9, 0.6, 1.0])
    for bins in (4, 2):
        yield Probe((c, np.array([1, 0, 1, 1, 1, 0, 0, 1, 0.0]), bins))
    yield Probe((np.array([0.0, 0.0, 0.2, 1.0]), np.array([0, 1, 1, 1.0]), 4))
    yield Probe((np.array([0.63, 0.61, 0.69, 0.35]), np.array([1, 1, 0, 0.0]), 8))


EDGES = (
    Regime(
        "a confidence on an edge",
        lambda c, r, bins: bool((np.mod(c * bins, 1) == 0).any()),
        "a confidence lies exactly on an edge of a bin",
        "all confidences lie between the edges",
    ),
    Regime(
        "an empty bin",
        lambda c, r, bins: len(set(np.ceil(np.maximum(c * bins, 1)))) < bins,
        "a bin is empty",
        "every bin holds an answer",
    ),
)


ROWS = tuple(
    Regime(
        name,
        lambda c, r, bins, wrong=wrong: np.tile(np.array(wrong)[:, None], bins),
        f"{name} is asked",
        f"{others} is asked",
    )
    for name, wrong, others in (
        ("the count", (True, False, False), "confidence or accuracy"),
        ("the mean confidence", (False, True, False), "count or accuracy"),
        ("the accuracy", (False, False, True), "count or confidence"),
        ("confidence or accuracy", (False, True, True), "the count"),
    )
)


def _members(c, bins):
    """(bins, n): who is in which bin, as it should be."""
    index = (torch.ceil(c * bins).long() - 1).clamp(min=0)
    return torch.arange(bins)[:, None] == index


def _floor(c, bins):
    return torch.arange(bins)[:, None] == (c * bins).floor().long().clamp(max=bins - 1)


def _between(above, below):
    """Members by comparison with the lower and the upper edge."""

    def members(c, bins):
        low = torch.arange(bins)[:, None] / bins
        return above(c, low) & below(c, low + 1 / bins)

    return members


def _from_data(c, bins):
    """Bins from the smallest confidence to the largest."""
    width = (c.max() - c.min()).clamp(min=1e-12)
    return _members((c - c.min()) / width, bins)


def _by_histogram(c, bins):
    """Bins as `np.histogram` cuts them when it is not told where: over the data, each with its lower edge."""
    edges = torch.as_tensor(np.histogram_bin_edges(c.numpy(), bins))
    index = (torch.bucketize(c.double(), edges, right=True) - 1).clamp(max=bins - 1)
    return torch.arange(bins)[:, None] == index


def _edge_too_few(shift=0, right=False):
    """Bins between as many edges as there should be bins: one of them holds next to nothing."""

    def members(c, bins):
        edges = torch.linspace(0, 1, bins, dtype=c.dtype)
        index = (torch.bucketize(c, edges, right=right) - shift).clamp(min=0)
        return torch.arange(bins)[:, None] == index

    return members


AS_MANY_EDGES = (
    "You have as many edges as bins (`linspace(0, 1, bins)`?), so your bins are too wide. Count the edges of a row of boxes, the "
    "first and the last among them."
)


def _equal_mass(c, bins):
    members = torch.zeros(bins, len(c), dtype=torch.bool)
    for b, part in enumerate(c.argsort(stable=True).tensor_split(bins)):
        members[b, part] = True
    return members


def _mean(values, members):
    return (members * values).sum(1) / members.sum(1)


def _binned(
    members=_members,
    count=lambda m: m.sum(1),
    said=lambda c, m: _mean(c, m),
    was=lambda r, m: _mean(r, m),
    end=lambda rows: rows,
):
    """The table of bins with one of its parts replaced."""

    def table(c, r, bins):
        m = members(c, bins)
        return end(torch.stack([count(m).to(c.dtype), said(c, m), was(r, m)]))

    return table


def _middles(c, m):
    middle = (torch.arange(len(m)) + 0.5) / len(m)
    return torch.where(m.any(1), middle, float("nan"))


def _uppers(c, m):
    upper = (torch.arange(len(m)) + 1.0) / len(m)
    return torch.where(m.any(1), upper, float("nan"))


def _nan_when_empty(values, members):
    return torch.where(members.any(1), values, float("nan"))


def _lowers(c, m):
    return _nan_when_empty(torch.arange(len(m)) / len(m), m)


def _zero_when_empty(values):
    """A row of means that says 0 where there is nothing to average."""
    return lambda v, m: values(v, m).nan_to_num()


# who is in which bin, in five wrong ways: name, members, what is said
ENDS = (
    (
        "left-closed",
        _floor,
        "Right between the edges. An answer that lies on an edge goes one bin too high: which end of a bin belongs to it?",
    ),
    (
        "one-left-out",
        _between(torch.ge, torch.lt),
        "An answer on an edge goes one bin too high, and a confidence of exactly 1 is in no bin at all.",
    ),
    (
        "zero-left-out",
        _between(torch.gt, torch.le),
        "Right, but a confidence of exactly 0 is in no bin: who takes it?",
    ),
    (
        "both-ends",
        _between(torch.ge, torch.le),
        "An answer on an edge is counted in two bins: both of your comparisons let it in.",
    ),
    (
        "neither-end",
        _between(torch.gt, torch.lt),
        "An answer on an edge is counted nowhere: neither of your comparisons lets it in.",
    ),
)


def _median(c, m):
    return torch.stack([c[row].quantile(0.5) if row.any() else torch.tensor(float("nan")).to(c) for row in m])


def _bins_in_numpy(confidence, right, bins):
    confidence, right = np.asarray(confidence), np.asarray(right)
    table = np.full((3, bins), np.nan)
    for b in range(bins):
        inside = (confidence > b / bins) & (confidence <= (b + 1) / bins) | (confidence == 0) & (b == 0)
        table[0, b] = inside.sum()
        if inside.any():
            table[1:, b] = confidence[inside].mean(), right[inside].mean()
    return table


def _bins_by_bucketize(confidence, right, bins):
    edges = torch.linspace(0, 1, bins + 1, dtype=confidence.dtype)
    index = torch.bucketize(confidence, edges[1:-1])
    count = torch.bincount(index, minlength=bins)
    return count, *(torch.bincount(index, weights=v, minlength=bins) / count for v in (confidence, right))


def _bins_in_a_loop(confidence, right, bins):
    held = [[] for _ in range(bins)]
    for c, r in zip(confidence.tolist(), right.tolist(), strict=True):
        b = 0
        while c > (b + 1) / bins:
            b += 1
        held[b].append((c, r))
    nan = float("nan")
    return [
        [len(h) for h in held],
        [sum(c for c, _ in h) / len(h) if h else nan for h in held],
        [sum(r for _, r in h) / len(h) if h else nan for h in held],
    ]


def _bins_by_comparison(confidence, right, bins):
    table = torch.full((3, bins), float("nan"), dtype=confidence.dtype)
    for b in range(bins):
        low, high = b / bins, (b + 1) / bins
        inside = (confidence > low) & (confidence <= high)
        if b == 0:
            inside = inside | (confidence == 0)
        table[0, b] = inside.sum()
        if inside.any():
            table[1, b] = confidence[inside].mean()
            table[2, b] = right[inside].mean()
    return table


def _bins_by_onehot(confidence, right, bins):
    index = (confidence * bins).ceil().long().clamp(min=1) - 1
    member = torch.eye(bins, dtype=confidence.dtype)[index]
    count = member.sum(dim=0)
    return torch.stack([count, confidence @ member / count, right @ member / count])


BINS = Exercise(
    id="cal-01",
    name="reliability_bins",
    title="Bins of confidence",
    points=2,
    minutes=10,
    difficulty=2,
    reference=reliability_bins,
    probes=confidences,
    regimes=(*EDGES, *ROWS),
    gives="a table of shape (3, bins): count, mean confidence, accuracy,",
    hints=(
        "For each bin you need one thing first: who is in it. Everything else is a count and two means.",
        "Which multiple of 1/bins is the first that is not below c? That number says the bin, and there is a function "
        "that rounds up.",
        "`(confidence * bins).ceil().long() - 1`, with −1 raised to 0; then loop over the bins with `inside = index == b`. "
        "The mean of an empty tensor is nan all by itself.",
    ),
    mistakes=(
        *(Mistake(name, _binned(members), said) for name, members, said in ENDS),
        *(
            Mistake(
                f"{name}-zero-when-empty",
                _binned(members, said=_zero_when_empty(_mean), was=_zero_when_empty(_mean)),
                f"{said} And an empty bin has no accuracy: nan was asked there.",
            )
            for name, members, said in ENDS
        ),
        Mistake(
            "one-bin-late",
            _binned(
                lambda c, bins: torch.arange(bins)[:, None] == (c * bins).ceil().long().clamp(max=bins - 1)
            ),
            "Your bins begin one too far to the right: rounding up numbers them from 1, Python from 0.",
        ),
        Mistake(
            "rounded",
            _binned(
                lambda c, bins: torch.arange(bins)[:, None] == (c * bins).round().long().clamp(max=bins - 1)
            ),
            "You round to the *nearest* multiple of 1/bins, so each of your bins is centred on an edge.",
        ),
        Mistake(
            "zero-is-the-last",
            _binned(lambda c, bins: torch.arange(bins)[:, None] == ((c * bins).ceil().long() - 1) % bins),
            "Right, but a confidence of exactly 0 lands in the last bin: an index of −1 counts from the end.",
        ),
        Mistake(
            "bins-of-the-data",
            _binned(_from_data),
            "Your bins reach from the smallest confidence to the largest. They should cut up the whole way from 0 to 1, "
            "whatever the answers are.",
        ),
        Mistake(
            "bins-of-the-data-by-histogram",
            _binned(_by_histogram),
            "Your bins reach from the smallest confidence to the largest: a histogram that is not told its range takes that "
            "of the data. Which way should be cut, whatever the answers are?",
        ),
        Mistake(
            "bins-of-the-data-by-histogram-zero-when-empty",
            _binned(_by_histogram, said=_zero_when_empty(_mean), was=_zero_when_empty(_mean)),
            "Your bins reach from the smallest confidence to the largest: a histogram that is not told its range takes that "
            "of the data. And an empty bin has no accuracy: nan was asked there.",
        ),
        *(
            Mistake(f"as-many-edges-as-bins{name}", _binned(members, **parts), AS_MANY_EDGES)
            for name, members in (
                ("", _edge_too_few()),
                ("-from-the-first", _edge_too_few(1)),
                ("-left-closed", _edge_too_few(1, right=True)),
            )
            for name, parts in (
                (name, {}),
                (
                    f"{name}-zero-when-empty",
                    {"said": _zero_when_empty(_mean), "was": _zero_when_empty(_mean)},
                ),
            )
        ),
        Mistake(
            "as-many-edges-as-bins-and-a-column-less",
            _binned(_edge_too_few(1), end=lambda rows: rows[:, :-1]),
            AS_MANY_EDGES,
        ),
        Mistake(
            "equal-mass",
            _binned(_equal_mass),
            "Your bins hold equally many answers. Here they are equally *wide*.",
        ),
        Mistake(
            "sums",
            _binned(said=lambda c, m: (m * c).sum(1), was=lambda r, m: (m * r).sum(1)),
            "The counts are right. The other two rows are totals: what turns a total into a mean?",
        ),
        Mistake(
            "right-counted",
            _binned(was=lambda r, m: (m * r).sum(1)),
            "Counts and confidences are right. The last row says how *many* were right, not which share.",
        ),
        Mistake(
            "shares-of-all",
            _binned(said=lambda c, m: (m * c).sum(1) / len(c), was=lambda r, m: (m * r).sum(1) / len(r)),
            "The counts are right. You divide by the number of all answers; a bin's mean is over its own.",
        ),
        Mistake(
            "zero-when-empty",
            _binned(said=_zero_when_empty(_mean), was=_zero_when_empty(_mean)),
            "Right wherever there are answers. An empty bin has no accuracy, and 0 would draw a model that is always "
            "wrong: nan was asked.",
        ),
        Mistake(
            "nobody-counted-as-nan",
            _binned(count=lambda m: _nan_when_empty(m.sum(1), m)),
            "Confidence and accuracy are right. An empty bin has no mean; how many are in it is known all the same.",
        ),
        Mistake(
            "empty-left-out",
            _binned(end=lambda rows: rows[:, rows[0] > 0]),
            "Right wherever there are answers. An empty bin has no column in yours, so that nobody can tell which bins the "
            "others are.",
        ),
        Mistake(
            "empty-left-out-transposed",
            _binned(end=lambda rows: rows[:, rows[0] > 0].T),
            "The numbers are right, a row for each bin that is not empty. Asked are three rows, with a place for every bin.",
        ),
        Mistake(
            "transposed",
            _binned(end=lambda rows: rows.T),
            "All numbers are right, in a row for each bin. Asked is a row for each of the three numbers.",
        ),
        Mistake(
            "middles",
            _binned(said=_middles),
            "Counts and accuracies are right. You put each bin's confidence at its middle; asked is the mean of the "
            "confidences that are in it.",
        ),
        Mistake(
            "upper-edges",
            _binned(said=_uppers),
            "Counts and accuracies are right. You give each bin's upper edge; asked is the mean of the confidences in it.",
        ),
        Mistake(
            "rows-swapped",
            _binned(end=lambda rows: rows[[0, 2, 1]]),
            "All numbers are right, and two rows stand in each other's place: confidence before accuracy.",
        ),
        Mistake(
            "count-last",
            _binned(end=lambda rows: rows[[1, 2, 0]]),
            "All numbers are right. The count is the first row.",
        ),
        Mistake(
            "count-as-share",
            _binned(count=lambda m: m.sum(1) / m.shape[1]),
            "Confidence and accuracy are right. The first row is a count, and yours is a share of all answers.",
        ),
        Mistake(
            "errors",
            _binned(was=lambda r, m: 1 - _mean(r, m)),
            "Counts and confidences are right. You return how often each bin was *wrong*.",
        ),
        Mistake(
            "count-of-the-right",
            lambda c, r, bins: torch.stack(
                [(_members(c, bins) * r).sum(1), _mean(c, _members(c, bins)), _mean(r, _members(c, bins))]
            ),
            "Confidence and accuracy are right. Your first row counts only the answers that were right.",
        ),
        Mistake(
            "bins-backwards",
            _binned(end=lambda rows: rows.flip(1)),
            "All numbers are right; the bins run from 1 down to 0.",
        ),
        Mistake(
            "at-least",
            _binned(_between(torch.gt, lambda c, high: c <= 1)),
            "Each of your bins holds everything above its lower edge. Where does it end?",
        ),
        Mistake(
            "at-most",
            _binned(_between(lambda c, low: c >= 0, torch.le)),
            "Each of your bins holds everything below its upper edge. Where does it begin?",
        ),
        Mistake(
            "lower-edges",
            _binned(said=_lowers),
            "Counts and accuracies are right. You give each bin's lower edge; asked is the mean of the confidences in it.",
        ),
        Mistake(
            "medians",
            _binned(said=_median),
            "Counts and accuracies are right. Of the confidences you take the median; the mean was asked.",
        ),
        Mistake(
            "sums-or-nan",
            _binned(
                said=lambda c, m: _nan_when_empty((m * c).sum(1), m),
                was=lambda r, m: _nan_when_empty((m * r).sum(1), m),
            ),
            "The counts are right. The other two rows are totals: what turns a total into a mean?",
        ),
        Mistake(
            "right-counted-or-nan",
            _binned(was=lambda r, m: _nan_when_empty((m * r).sum(1), m)),
            "Counts and confidences are right. The last row says how *many* were right, not which share.",
        ),
        Mistake(
            "shares-of-all-or-nan",
            _binned(
                said=lambda c, m: _nan_when_empty((m * c).sum(1) / len(c), m),
                was=lambda r, m: _nan_when_empty((m * r).sum(1) / len(r), m),
            ),
            "The counts are right. You divide by the number of all answers; a bin's mean is over its own.",
        ),
        Mistake(
            "right-as-share-of-all",
            _binned(was=lambda r, m: _nan_when_empty((m * r).sum(1) / len(r), m)),
            "Counts and confidences are right. In the last row you divide by the number of all answers, not of the bin's.",
        ),
        Mistake(
            "gaps",
            lambda c, r, bins: torch.stack(
                [
                    _members(c, bins).sum(1).to(c.dtype),
                    _mean(c, _members(c, bins)),
                    _mean(r, _members(c, bins)) - _mean(c, _members(c, bins)),
                ]
            ),
            "Counts and confidences are right. The last row has the gaps; asked is the accuracy itself.",
        ),
    ),
    variants=(
        _bins_in_numpy,
        _bins_by_bucketize,
        _bins_in_a_loop,
        _bins_by_comparison,
        _bins_by_onehot,
        lambda c, r, bins: _binned()(c.float(), r.float(), bins),
    ),
)
