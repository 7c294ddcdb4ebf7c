"""The kind and the shape of what came back, and numbers that are none."""

import numpy as np

from lossfns.grading.exercise import Exercise
from lossfns.grading.explain.case import Case, Finding
from lossfns.grading.explain.regimes import regime


def wrong_kind(case: Case) -> Finding | None:
    """Nothing was returned, or something that is not numbers."""
    for i, outcome in enumerate(case.came.outcomes):
        if outcome.junk == "NoneType":
            always = all(o.junk == "NoneType" for o in case.came.outcomes)
            where = (
                "Your function returned nothing."
                if always
                else "For some inputs your function returned nothing."
            )
            return Finding("no-return", f"{where} Did it print instead of return?" if always else where, i)
        if outcome.junk in ("tuple", "list"):
            said = f"The parts of the {outcome.junk} that you returned differ in shape, or one of them is no number"
            return Finding(f"type: {outcome.junk}", f"{said}; {case.exercise.gives} was asked.", i)
        if outcome.junk:
            return Finding(
                f"type: {outcome.junk}",
                f"You returned something of type {outcome.junk}; {case.exercise.gives} was asked.",
                i,
            )
    return None


def wrong_shape(case: Case) -> Finding | None:
    """The result has another shape than the one asked for, shown on an input of more than one element."""
    wrong = [i for i, (_, want, got) in enumerate(case.rows) if got.shape != want.shape]
    if not wrong:
        return None
    sizes = {i: sorted((case.rows[i][1].size, case.rows[i][2].size)) for i in wrong}
    i = max(wrong, key=lambda i: (sizes[i][0] > 1, sizes[i][1] > 1, -i))
    name, sentence = _shape_in_words(case.rows[i][1], case.rows[i][2], case.exercise)
    return Finding(name, sentence, i)


def _shape_in_words(want: np.ndarray, got: np.ndarray, exercise: Exercise) -> tuple[str, str]:
    asked = f"{exercise.gives} was asked."
    if want.shape == ():
        return "shape: not reduced", f"You returned {got.size} numbers, shape {got.shape}; {asked}"
    if got.size == 1:
        return "shape: reduced", f"You returned a single number; {asked}"
    if got.ndim == want.ndim + 1 and set(got.shape) == set(want.shape):
        return "shape: broadcast", (
            f"You returned a table of shape {got.shape}; {asked} "
            "A column against a row makes a table of all pairs: look at the shapes."
        )
    return "shape", f"You returned shape {got.shape}; {asked}"


def not_finite(case: Case) -> Finding | None:
    """NaN, inf or −inf where the right value is a number."""
    for i, (_, want, got) in enumerate(case.rows):
        if np.isfinite(want).all() and not np.isfinite(got).all():
            what = "nan" if np.isnan(got).any() else "inf" if np.isposinf(got).any() else "−inf"
            place = regime(case)
            said = f"{place.sentence} There yours is {what}, and" if place else f"Yours is {what} where"
            return Finding(what, f"{said} the right value is an ordinary number.", i)
    return None
