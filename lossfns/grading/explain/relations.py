"""Relations to the right values: the answer is a simple function of them, the same on every input, or nearly right."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import numpy as np

from lossfns.grading.explain.case import Case, Finding, same, same_recording
from lossfns.grading.record import Probe, record


def relation(case: Case) -> Finding | None:
    """The answer is a simple function of the right values, the same on every input."""
    for find in (
        _constant,
        _no_effect,
        factor,
        _swapped,
        _one_element,
        _transformed,
        _offset,
    ):
        if finding := find(case):
            return finding
    return None


def _constant(case: Case) -> Finding | None:
    first = case.rows[0][2].ravel()[:1]
    if first.size and all(np.all(got == first) for _, _, got in case.rows) and len(case.rows) > 1:
        return Finding("relation: constant", f"Yours is {first[0]:.4g} whatever the input.")
    return None


def _no_effect(case: Case) -> Finding | None:
    """Some probes differ in one argument only: an answer that ignores it cannot tell them apart.

    One such pair may agree by chance, under an answer that clips, say; two pairs are asked for.
    """
    if any(len(probe.args) != len(case.exercise.parameters) for probe in case.probes):
        return None  # a trajectory
    for position, name in enumerate(case.exercise.parameters):
        twins = list(_twins(case, position))
        differ = [(i, j) for i, j in twins if not _alike(case, i, j, WANTED)]
        if len(differ) > 1 and all(_alike(case, i, j, CAME) for i, j in twins):
            return Finding(
                f"relation: {name} has no effect",
                f"Changing `{name}` does not change what you return.",
                differ[0][1],
            )
    return None


def sized(case: Case) -> Finding | None:
    """Of one argument only the order is asked for, and its size counts: two inputs that write one order in two ways tell."""
    name = case.exercise.ordinal
    if not name:
        return None
    for i, j in _twins(case, case.exercise.parameters.index(name)):
        if _alike(case, i, j, WANTED) and not _alike(case, i, j, CAME):
            return Finding(
                f"relation: the size of {name} counts",
                f"The same order of `{name}`, written with other numbers, changes what you return. Only which is larger may count.",
                j,
            )
    return None


WANTED, CAME = 1, 2  # in a row of a Case


def _alike(case: Case, i: int, j: int, column: int) -> bool:
    """Whether two probes have the same result, up to rounding."""
    return same(case.rows[i][column], case.rows[j][column], case.exercise.rtol)


def _twins(case: Case, position: int) -> Iterator[tuple[int, int]]:
    """Pairs of probes that differ in the argument at `position` and in nothing else."""
    for (i, one), (j, other) in combinations(enumerate(case.probes), 2):
        equal = [_equal(a, b) for a, b in zip(one.args, other.args, strict=False)]
        if len(equal) > position and not equal[position] and equal.count(False) == 1:
            yield i, j


def _equal(a: object, b: object) -> bool:
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(_equal, a, b))
    arrays = isinstance(a, np.ndarray) or isinstance(b, np.ndarray)
    return np.array_equal(a, b) if arrays else type(a) is type(b) and a == b


FACTORS = {
    (1, 1): ("n times", "n times the expected value, whatever n is. What turns a total into a mean?"),
    (1, -1): (
        "one n-th",
        "the expected value divided by n, the number of elements. Is one mean too many taken?",
    ),
    (2, 0): ("twice", "twice the expected value."),
    (0.5, 0): ("half", "half the expected value."),
    (-1, 0): ("minus", "the expected value with its sign turned round."),
    (2, 1): ("2n times", "2n times the expected value, whatever n is."),
    (0.5, 1): ("n/2 times", "half of n times the expected value, whatever n is."),
    (-1, 1): ("minus n times", "n times the expected value with its sign turned round."),
    (-2, 0): ("minus twice", "twice the expected value with its sign turned round."),
    (-0.5, 0): ("minus half", "half the expected value with its sign turned round."),
}


def factor(case: Case) -> Finding | None:
    """came = c · n^p · expected, one c and one p for all probes; n is the length of the first array argument."""
    lengths = [_length(probe) for probe, _, _ in case.rows]
    for power in (0, 1, -1):
        if power and len(set(lengths)) < 2:
            continue
        scaled = [
            (want * float(n) ** power, got) for (_, want, got), n in zip(case.rows, lengths, strict=True)
        ]
        c = common_ratio(scaled, case.exercise.rtol)
        if c is None or (power == 0 and c == 1):
            continue
        nice = next((key for key in FACTORS if key[1] == power and np.isclose(c, key[0], rtol=1e-4)), None)
        if nice:
            name, words = FACTORS[nice]
            return Finding(f"relation: {name}", f"On every input yours is exactly {words}")
        if power == 0:
            return Finding(
                "relation: a constant factor", f"On every input yours is {c:.4g} times the expected value."
            )
    return None


def _length(probe: Probe) -> int:
    return next((len(a) for a in probe.args if isinstance(a, np.ndarray) and a.ndim), 1)


def common_ratio(pairs: list[tuple[np.ndarray, np.ndarray]], rtol: float) -> float | None:
    """c such that got = c · want everywhere, or None. Judged at the largest value, so that zeros do no harm."""
    want, got = max(pairs, key=lambda pair: np.abs(pair[0]).max(initial=0))
    if not np.abs(want).max(initial=0):
        return None
    k = np.abs(want).argmax()
    with np.errstate(over="ignore", invalid="ignore"):  # a number beside a tiny one: then there is no ratio
        c = float(got.ravel()[k] / want.ravel()[k])
        return c if c and all(same(g, c * w, rtol) for w, g in pairs) else None


def _swapped(case: Case) -> Finding | None:
    """The right function of the arguments in another order."""
    names = case.exercise.parameters
    if any(len(probe.args) != len(names) for probe in case.probes):
        return None  # a trajectory
    for i, j in combinations(range(len(names)), 2):
        if not all(_exchangeable(probe.args[i], probe.args[j]) for probe in case.probes):
            continue
        order = list(range(len(names)))
        order[i], order[j] = j, i
        swapped = tuple(Probe(tuple(p.args[k] for k in order), p.via) for p in case.probes)
        if same_recording(case.came, record(case.exercise.reference, swapped), case.exercise.rtol):
            return Finding(
                f"relation: {names[i]} and {names[j]} swapped",
                f"Yours is right for `{names[i]}` and `{names[j]}` exchanged.",
            )
    return None


ENDS = (
    ("first", slice(0, 1), "Is a `return` inside the loop?"),
    ("last", slice(-1, None), "Does every round of the loop overwrite the one before?"),
)


def _one_element(case: Case) -> Finding | None:
    """The right function of the first or of the last element alone, or that divided by n as if all were added up."""
    lengths = [_length(probe) for probe in case.probes]
    if max(lengths) < 2 or any(want.ndim for _, want, _ in case.rows):
        return None
    for name, end, question in ENDS:
        cut = tuple(replace(probe, args=tuple(_cut(a, end) for a in probe.args)) for probe in case.probes)
        alone = [outcome.value for outcome in record(case.exercise.reference, cut).outcomes]
        for divisors in ([1] * len(lengths), lengths):
            pairs = zip(case.rows, alone, divisors, strict=True)
            if all(
                one is not None and same(got, one / n, case.exercise.rtol) for (_, _, got), one, n in pairs
            ):
                return Finding(
                    f"relation: {name} element only", f"Only the {name} element counts in yours. {question}"
                )
    return None


def _cut(value: object, end: slice) -> object:
    return value[end] if isinstance(value, np.ndarray) and value.ndim else value


def _exchangeable(a: object, b: object) -> bool:
    return isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and a.shape == b.shape


TRANSFORMS = (
    ("transposed", np.transpose, "the transpose of the expected table.", 2),
    ("reversed", lambda want: want[::-1], "the expected numbers in reverse order.", 1),
    ("squared", np.square, "the square of the expected value.", 0),
    ("square root", lambda want: np.sqrt(np.abs(want)), "the square root of the expected value.", 0),
    ("without its sign", np.abs, "the expected value without its sign.", 0),
    ("reciprocal", lambda want: 1 / np.where(want == 0, np.nan, want), "1 divided by the expected value.", 0),
    (
        "logarithm",
        lambda want: np.log(np.where(want > 0, want, np.nan)),
        "the logarithm of the expected value.",
        0,
    ),
    ("complement", lambda want: 1 - want, "1 minus the expected value.", 0),
)


def _transformed(case: Case) -> Finding | None:
    for name, transform, words, least_axes in TRANSFORMS:
        if all(
            want.ndim >= least_axes and same(got, transform(want), case.exercise.rtol)
            for _, want, got in case.rows
        ):
            return Finding(f"relation: {name}", f"On every input yours is {words}")
    return None


def _offset(case: Case) -> Finding | None:
    gaps = np.concatenate([(got - want).ravel() for _, want, got in case.rows])
    if np.ptp(gaps) < case.exercise.rtol * np.abs(gaps).max():
        more = "more" if gaps[0] > 0 else "less"
        return Finding(
            "relation: a constant more", f"On every input yours is {abs(gaps[0]):.4g} {more} than expected."
        )
    return None


# Nearly right ------------------------------------------------------------------------------------------------------


def in_proportion(case: Case) -> Finding | None:
    """A multiple of the expected numbers on each input, by a factor that is not always the same one."""
    telling, factors = 0, set()
    for _, want, got in case.rows:
        c = common_ratio([(want, got)], case.exercise.rtol) if want.size > 1 else None
        if want.size > 1 and c is None:
            return None
        if c is not None and np.count_nonzero(want) > 1:
            telling += 1
            factors.add(round(c, 6))
    factors.discard(1.0)
    if telling < 3 or len(factors) < 3 or min(factors) <= 0:
        return None
    return Finding(
        "relation: in proportion",
        "On every input your numbers are in the right proportion to one another, and all of them are too large or too "
        "small by the same factor, another one on each input.",
    )


def nearly(case: Case) -> Finding | None:
    """Within one per cent everywhere: a difference quotient, a search on a grid, a sum cut short, 3.14."""
    for _, want, got in case.rows:
        scale = np.abs(want).max(initial=0)
        if not scale or not np.all(np.abs(got - want) <= 0.01 * scale):
            return None
    return Finding(
        "nearly",
        "On every input yours is within one per cent of the expected value, and not closer. Is something approximated, "
        "rounded or cut short, or a small term missing or one too many?",
    )
