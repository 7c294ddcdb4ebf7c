"""The Brier score in three parts. The function below the heading is the solution that a learner may ask for."""

from collections.abc import Iterator

import numpy as np
import torch

from lossfns.grading.bank.calibration.twice import two_at_once
from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# cal-06 · its three parts -------------------------------------------------------------------------------------------


def brier_parts(forecast, happened):
    base = happened.mean()
    reliability = resolution = 0.0
    for f in forecast.unique():
        group = happened[forecast == f]
        share = len(group) / len(happened)
        reliability += share * (f - group.mean()) ** 2
        resolution += share * (group.mean() - base) ** 2
    return reliability, resolution, base * (1 - base)


def weather(rng: np.random.Generator) -> Iterator[Probe]:
    """Few values, two of them close together; groups of different sizes, one of a single day; one value for every day."""
    for values, sizes in (
        ((0.3, 0.8), (4, 3)),
        ((0.1, 0.5, 0.9), (6, 2, 5)),
        ((0.2, 0.4, 0.72, 0.74), (3, 7, 1, 5)),
    ):
        forecast = np.repeat(values, sizes)
        for _ in range(2):
            happened = (rng.random(len(forecast)) < forecast * 0.8) * 1.0
            happened[:2] = 1, 0
            order = rng.permutation(len(forecast))
            yield Probe((forecast[order], happened[order]))
    yield Probe((np.full(5, 0.7), np.array([1, 0, 0, 1, 0.0])))
    yield Probe((np.array([0.9, 0.25, 0.25, 0.9, 0.9, 0.6]), np.array([1, 0, 1, 1, 0, 1.0])))


ONE_VALUE = (
    Regime(
        "one forecast for all",
        lambda f, h: len(set(f)) == 1,
        "the same was forecast every day",
        "forecasts differ",
    ),
)


# some of the three are right, others are not
ONE_OF_THREE = tuple(
    Regime(name, lambda f, h, wrong=wrong: np.array(wrong), f"{name} is asked", f"{others} is asked")
    for name, wrong, others in (
        ("reliability", (True, False, False), "resolution or uncertainty"),
        ("resolution", (False, True, False), "reliability or uncertainty"),
        ("uncertainty", (False, False, True), "reliability or resolution"),
        ("reliability or resolution", (True, True, False), "uncertainty"),
        ("resolution or uncertainty", (False, True, True), "reliability"),
    )
)


def _parts(
    miss=lambda f, m, base: (f - m) ** 2,
    sort=lambda f, m, base: (m - base) ** 2,
    unsure=lambda base, n: base * (1 - base),
    share=lambda size, n, groups: size / n,
    base=lambda f, h: h.mean(),
    end=lambda a, b, c: (a, b, c),
):
    """The three parts with one of them replaced."""

    def parts(f, h):
        middle, found = base(f, h), [0.0 * h.sum(), 0.0 * h.sum()]
        values = f.unique()
        for value in values:
            group = h[f == value]
            weight = share(len(group), len(h), len(values))
            found[0] = found[0] + weight * miss(value, group.mean(), middle)
            found[1] = found[1] + weight * sort(value, group.mean(), middle)
        return end(*found, unsure(middle, len(h)))

    return parts


# how the groups are weighed, and what is returned
WEIGHTS = (
    (
        "groups-equal",
        {"share": lambda size, n, groups: 1 / groups},
        "A group of one day counts as much as a group of ten.",
    ),
    ("totals", {"share": lambda size, n, groups: size}, "Nothing is divided by the number of all days."),
    (
        "not-squared",
        {"miss": lambda f, m, base: (f - m).abs(), "sort": lambda f, m, base: (m - base).abs()},
        "The gaps in a squared score are squares.",
    ),
)
RETURNED = (
    (
        "resolution-first",
        {"end": lambda a, b, c: (b, a, c)},
        "And the first two numbers stand in each other's place.",
    ),
    (
        "resolution-negative",
        {"end": lambda a, b, c: (a, -b, c)},
        "And the resolution itself was asked; that it is subtracted is another matter.",
    ),
    (
        "uncertainty-root",
        {"unsure": lambda base, n: (base * (1 - base)).sqrt()},
        "And the uncertainty is a variance, not a standard deviation.",
    ),
    (
        "uncertainty-by-n-minus-one",
        {"unsure": lambda base, n: base * (1 - base) * n / (n - 1)},
        "And by what does your variance of what happened divide?",
    ),
    (
        "base-from-the-forecasts",
        {"base": lambda f, h: f.mean()},
        "And the share over all days is of what *happened*, not of what was forecast.",
    ),
)


def _grouped(groups):
    """The three parts with days put into other groups; a group's forecast is the mean of its days'."""

    def parts(f, h):
        which = groups(f)
        means = torch.stack([torch.stack((f[which == g].mean(), h[which == g].mean())) for g in which])
        said, came = means.T
        return ((said - came) ** 2).mean(), ((came - h.mean()) ** 2).mean(), h.mean() * (1 - h.mean())

    return parts


def _parts_in_numpy(forecast, happened):
    f, h = np.asarray(forecast), np.asarray(happened)
    values, which, size = np.unique(f, return_inverse=True, return_counts=True)
    came = np.bincount(which, weights=h) / size
    return (
        np.average((values - came) ** 2, weights=size),
        np.average((came - h.mean()) ** 2, weights=size),
        h.var(),
    )


def _parts_by_answer(forecast, happened):
    """Each day meets the mean of its own group: no weights needed."""
    same = (forecast[:, None] == forecast).to(happened.dtype)
    came = same @ happened / same.sum(1)
    base = happened.mean()
    return (
        ((forecast - came) ** 2).mean(),
        ((came - base) ** 2).mean(),
        ((happened - base) ** 2).mean(),
    )


def _parts_in_a_dict(forecast, happened):
    groups = {}
    for f, h in zip(forecast.tolist(), happened.tolist(), strict=True):
        groups.setdefault(f, []).append(h)
    n, base = len(happened), float(happened.mean())
    means = {f: sum(g) / len(g) for f, g in groups.items()}
    return [
        sum(len(g) * (f - means[f]) ** 2 for f, g in groups.items()) / n,
        sum(len(g) * (means[f] - base) ** 2 for f, g in groups.items()) / n,
        base - base**2,
    ]


def _parts_by_counts(forecast, happened):
    n = len(happened)
    base = happened.mean()
    reliability = resolution = 0.0
    for f in torch.unique(forecast):
        day = forecast == f
        count = day.sum()
        share = happened[day].mean()
        reliability += count * (f - share) ** 2
        resolution += count * (share - base) ** 2
    return reliability / n, resolution / n, base * (1 - base)


def _parts_day_by_day(forecast, happened):
    share = torch.stack([happened[forecast == f].mean() for f in forecast])
    base = happened.mean()
    reliability = ((forecast - share) ** 2).mean()
    resolution = ((share - base) ** 2).mean()
    return reliability, resolution, happened.var(correction=0)


BRIER_PARTS = Exercise(
    id="cal-06",
    name="brier_parts",
    title="Three parts of one score",
    points=3,
    minutes=12,
    difficulty=3,
    reference=brier_parts,
    probes=weather,
    regimes=(*ONE_VALUE, *ONE_OF_THREE),
    gives="the triple (reliability, resolution, uncertainty)",
    hints=(
        "Sort the days into groups by what was forecast. Each group has a forecast, a share of the days, and a share on "
        "which it happened.",
        "Reliability compares a group's forecast with what came; resolution compares what came in the group with what came "
        "on all days. Both are means over *days*, so larger groups weigh more.",
        "For each `f` in `forecast.unique()`: `group = happened[forecast == f]`, weight `len(group) / n`; uncertainty needs "
        "no groups, only the share over all days.",
    ),
    mistakes=(
        Mistake(
            "groups-equal",
            _parts(share=lambda size, n, groups: 1 / groups),
            "Each group's numbers are right. A group of one day counts as much as a group of ten in yours.",
        ),
        Mistake(
            "groups-summed",
            _parts(share=lambda size, n, groups: 1.0),
            "Each group's numbers are right, and you add them up as they are. How much should a group count?",
        ),
        Mistake(
            "totals",
            _parts(share=lambda size, n, groups: size),
            "The groups are weighted by their days, and nothing is divided by the number of all days.",
        ),
        Mistake(
            "resolution-from-the-forecasts",
            _parts(sort=lambda f, m, base: (f - base) ** 2),
            "Reliability and uncertainty are right. Resolution does not look at the forecasts' values: it compares what "
            "came in a group with what came on all days.",
        ),
        Mistake(
            "resolution-from-a-half",
            _parts(sort=lambda f, m, base: (m - 0.5) ** 2),
            "Reliability and uncertainty are right. Resolution is measured from the share over all days and not from a half.",
        ),
        Mistake(
            "base-from-the-forecasts",
            _parts(base=lambda f, h: f.mean()),
            "Reliability is right. For the other two you use the mean *forecast*; asked is the share on which it happened.",
        ),
        Mistake(
            "reliability-against-the-base",
            _parts(miss=lambda f, m, base: (f - base) ** 2),
            "Resolution and uncertainty are right. Reliability compares a group's forecast with that group, not with all days.",
        ),
        Mistake(
            "reliability-not-squared",
            _parts(miss=lambda f, m, base: (f - m).abs()),
            "Resolution and uncertainty are right. In the Brier score the gaps are squared.",
        ),
        Mistake(
            "reliability-signed",
            _parts(miss=lambda f, m, base: f - m),
            "Resolution and uncertainty are right. Your gaps keep their signs and cancel.",
        ),
        Mistake(
            "not-squared",
            _parts(miss=lambda f, m, base: (f - m).abs(), sort=lambda f, m, base: (m - base).abs()),
            "Uncertainty is right. The other two are parts of a squared score: what should happen to the gaps?",
        ),
        Mistake(
            "reliability-day-by-day",
            lambda f, h: (((f - h) ** 2).mean(), *_parts()(f, h)[1:]),
            "Resolution and uncertainty are right. Your reliability is the whole Brier score: it compares each day with its "
            "own forecast, before anything is put into groups.",
        ),
        Mistake(
            "squared-day-by-day",
            lambda f, h: (((f - h) ** 2).mean(), ((h - h.mean()) ** 2).mean(), _parts()(f, h)[2]),
            "Uncertainty is right. In the other two you square each day's distance. A group has *one* share, and its distance "
            "is squared.",
        ),
        Mistake(
            "uncertainty-by-n-minus-one",
            _parts(unsure=lambda base, n: base * (1 - base) * n / (n - 1)),
            "Reliability and resolution are right. The uncertainty is the variance of what happened on just these days, which are all "
            "there are. By what does yours divide?",
        ),
        Mistake(
            "uncertainty-root",
            _parts(unsure=lambda base, n: (base * (1 - base)).sqrt()),
            "Reliability and resolution are right. The uncertainty is a variance and not a standard deviation.",
        ),
        Mistake(
            "uncertainty-is-the-base",
            _parts(unsure=lambda base, n: base),
            "Reliability and resolution are right. What is most uncertain, a share of 0, of ½ or of 1?",
        ),
        Mistake(
            "uncertainty-of-the-forecasts",
            lambda f, h: (*_parts()(f, h)[:2], (f * (1 - f)).mean()),
            "Reliability and resolution are right. Uncertainty is about what happened; no forecast comes into it.",
        ),
        Mistake(
            "resolution-first",
            _parts(end=lambda a, b, c: (b, a, c)),
            "All three numbers are right. The first two stand in each other's place.",
        ),
        Mistake(
            "uncertainty-first",
            _parts(end=lambda a, b, c: (c, a, b)),
            "All three numbers are right and in another order: reliability, resolution, uncertainty.",
        ),
        Mistake(
            "order-turned-round",
            _parts(end=lambda a, b, c: (c, b, a)),
            "All three numbers are right, in reverse order.",
        ),
        Mistake(
            "resolution-negative",
            _parts(end=lambda a, b, c: (a, -b, c)),
            "The numbers are right. Return the resolution itself; that it is subtracted in the score is another matter.",
        ),
        Mistake(
            "resolution-between-values",
            lambda f, h: (
                _parts()(f, h)[0],
                ((f - f.mean()) ** 2).mean(),
                _parts()(f, h)[2],
            ),
            "Reliability and uncertainty are right. How widely the forecasts are spread is called sharpness; resolution "
            "compares what *came* in the groups.",
        ),
        Mistake(
            "resolution-from-the-score",
            lambda f, h: (_parts()(f, h)[0], _parts()(f, h)[2] - ((f - h) ** 2).mean(), _parts()(f, h)[2]),
            "Reliability and uncertainty are right. Your resolution is what the score saves against the uncertainty; the "
            "reliability is still in it.",
        ),
        *two_at_once(_parts, WEIGHTS, RETURNED),
        Mistake(
            "shares-squared",
            _parts(share=lambda size, n, groups: (size / n) ** 2),
            "Each group's numbers are right. Your weights are squared shares and do not add up to 1.",
        ),
        Mistake(
            "uncertainty-a-quarter",
            _parts(unsure=lambda base, n: 0 * base + 0.25),
            "Reliability and resolution are right. The uncertainty is a quarter only where it happens on half of the days.",
        ),
        Mistake(
            "uncertainty-is-one-minus-the-base",
            _parts(unsure=lambda base, n: 1 - base),
            "Reliability and resolution are right. What is most uncertain, a share of 0, of ½ or of 1?",
        ),
        Mistake(
            "uncertainty-an-entropy",
            _parts(unsure=lambda base, n: -(base * base.log() + (1 - base) * (1 - base).log())),
            "Reliability and resolution are right. That is the entropy, which belongs to the log score; the parts of a squared "
            "score are squares.",
        ),
        Mistake(
            "uncertainty-of-the-mean-forecast",
            lambda f, h: (*_parts()(f, h)[:2], f.mean() * (1 - f.mean())),
            "Reliability and resolution are right. Uncertainty is about what happened; no forecast comes into it.",
        ),
        Mistake(
            "resolution-within-the-groups",
            _parts(sort=lambda f, m, base: m * (1 - m)),
            "Reliability and uncertainty are right. Your resolution is what is left uncertain *within* the groups; asked is how "
            "far the groups lie from the share over all days.",
        ),
        Mistake(
            "signed",
            _parts(miss=lambda f, m, base: f - m, sort=lambda f, m, base: m - base),
            "Uncertainty is right. In the other two your gaps keep their signs and cancel.",
        ),
        Mistake(
            "no-groups",
            lambda f, h: (
                (f.mean() - h.mean()) ** 2,
                ((h - h.mean()) ** 2).mean(),
                h.mean() * (1 - h.mean()),
            ),
            "Uncertainty is right. You compare all days with all days; where do the groups come in?",
        ),
        Mistake(
            "near-together",
            _grouped(lambda f: (f * 10).ceil()),
            "You put forecasts that lie near each other into one bin. Here a group is all days with *exactly* the same forecast.",
        ),
        Mistake(
            "rounded",
            lambda f, h: _parts()((f * 10).round() / 10, h),
            "You round the forecasts before you group them. A group is all days with *exactly* the same forecast.",
        ),
        Mistake(
            "days-in-a-row",
            _grouped(lambda f: torch.cat((f.new_zeros(1), (f[1:] != f[:-1]).to(f.dtype))).cumsum(0)),
            "Your groups are runs of neighbouring days. Days with the same forecast belong together wherever they stand: "
            "`unique_consecutive` and `itertools.groupby` do not see that.",
        ),
        Mistake(
            "reliability-groups-equal",
            lambda f, h: (_parts(share=lambda size, n, groups: 1 / groups)(f, h)[0], *_parts()(f, h)[1:]),
            "Resolution and uncertainty are right. In reliability a group of one day counts as much as a group of ten.",
        ),
        Mistake(
            "resolution-groups-equal",
            lambda f, h: (
                _parts()(f, h)[0],
                _parts(share=lambda size, n, groups: 1 / groups)(f, h)[1],
                _parts()(f, h)[2],
            ),
            "Reliability and uncertainty are right. In resolution a group of one day counts as much as a group of ten.",
        ),
        Mistake(
            "over-the-groups",
            _parts(share=lambda size, n, groups: size / groups),
            "The groups are weighted by their days. Then you divide by the number of groups; the mean is over the days.",
        ),
        Mistake(
            "base-of-the-groups",
            _parts(base=lambda f, h: torch.stack([h[f == value].mean() for value in f.unique()]).mean()),
            "Reliability is right. Your share over all days is a plain mean of the groups' shares, in which a group of one day "
            "counts as much as a group of ten.",
        ),
        Mistake(
            "resolution-around-the-mean-forecast",
            lambda f, h: (_parts()(f, h)[0], _parts(base=lambda f, h: f.mean())(f, h)[1], _parts()(f, h)[2]),
            "Reliability and uncertainty are right. Resolution is measured from the share of all days on which it *happened*.",
        ),
        Mistake(
            "reliability-averaged-before-squaring",
            lambda f, h: ((f - h).mean() ** 2, *_parts()(f, h)[1:]),
            "Resolution and uncertainty are right. In reliability too sure here and too timid there cancel: square group by group.",
        ),
        Mistake(
            "uncertainty-within-the-groups",
            lambda f, h: (*_parts()(f, h)[:2], _parts(sort=lambda f, m, base: m * (1 - m))(f, h)[1]),
            "Reliability and resolution are right. The uncertainty is that of somebody who knows only the share over all days; "
            "yours knows the groups already.",
        ),
    ),
    variants=(
        _parts_in_numpy,
        _parts_by_answer,
        _parts_in_a_dict,
        _parts_by_counts,
        _parts_day_by_day,
        lambda f, h: torch.stack([torch.as_tensor(part) for part in brier_parts(f, h)]).float(),
    ),
)
