"""Warm-up and cosine. The function below the heading is the solution that a learner may ask for."""

from collections.abc import Iterator
from math import cos, pi

import numpy as np
import torch

from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# opt-09 · warm-up and cosine -------------------------------------------------------------------------------------------


def warmup_cosine(step, peak, warmup_steps, total_steps, floor):
    if step < warmup_steps:
        return peak * step / warmup_steps
    done = min(1, (step - warmup_steps) / (total_steps - warmup_steps))
    return floor + (peak - floor) * (1 + cos(pi * done)) / 2


def schedule_steps(rng: np.random.Generator) -> Iterator[Probe]:
    """Before, at and after the peak, at the end and beyond it; without a warm-up; with a floor."""
    for peak, warm, total, floor in (
        (0.3, 4, 12, 0.0),
        (0.8, 5, 20, 0.1),
        (0.5, 0, 9, 0.05),
        (2.0, 10, 50, 0.2),
    ):
        inside = rng.integers(warm + 1, total, 2).tolist()
        rising = [rng.integers(1, warm).item()] if warm > 1 else []
        after = total + rng.integers(2, total).item()
        for step in sorted({0, 1, *rising, warm, *inside, total - 1, total, total + 1, after}):
            yield Probe((step, peak, warm, total, floor))


def _schedule(
    rise=lambda step, peak, warm, total, floor: peak * step / warm,
    done=lambda step, warm, total: (step - warm) / (total - warm),
    fall=lambda s, peak, floor: floor + (peak - floor) * (1 + cos(pi * s)) / 2,
    clamp=lambda s: min(1, s),
    rises=lambda step, warm: step < warm,
):
    """A schedule with one of its parts replaced."""

    def schedule(step, peak, warmup_steps, total_steps, floor):
        if rises(step, warmup_steps):
            return rise(step, peak, warmup_steps, total_steps, floor)
        return fall(clamp(done(step, warmup_steps, total_steps)), peak, floor)

    return schedule


def _schedule_by_torch(step, peak, warmup_steps, total_steps, floor):
    s = torch.tensor(step, dtype=torch.float64)
    done = ((s - warmup_steps) / (total_steps - warmup_steps)).clamp(0, 1)
    falling = floor + 0.5 * (peak - floor) * (1 + torch.cos(torch.pi * done))
    return torch.where(s < warmup_steps, peak * s / max(1, warmup_steps), falling)


def _schedule_from_the_end(step, peak, warmup_steps, total_steps, floor):
    if step >= total_steps:
        return floor
    if warmup_steps and step <= warmup_steps:
        return peak * (step / warmup_steps)
    left = (total_steps - step) / (total_steps - warmup_steps)
    return floor + (peak - floor) * np.sin(pi * left / 2) ** 2


def _then_the_floor(schedule, also_at_the_end=False):
    """The same for learners who write the end of the schedule as a case of its own, `>` or `>=`."""

    def then(step, peak, warmup_steps, total_steps, floor):
        if step > total_steps or (also_at_the_end and step == total_steps):
            return floor
        return schedule(step, peak, warmup_steps, total_steps, floor)

    return then


FALLS = (
    Mistake(
        "total-without-warm-up",
        _schedule(done=lambda step, warm, total: (step - warm) / total),
        "Right up to the peak. Your fall takes `total_steps` steps of its own; the warm-up is among them.",
    ),
    Mistake(
        "floor-forgotten",
        _schedule(fall=lambda s, peak, floor: peak * (1 + cos(pi * s)) / 2),
        "Right where the floor is 0. Your fall heads for 0; it should end at `floor`.",
    ),
    Mistake(
        "cosine-not-lifted",
        _schedule(fall=lambda s, peak, floor: floor + (peak - floor) * cos(pi * s)),
        "Your cosine goes from 1 to −1, so the rate turns negative. Lift it, and halve it.",
    ),
    Mistake(
        "whole-wave",
        _schedule(fall=lambda s, peak, floor: floor + (peak - floor) * (1 + cos(2 * pi * s)) / 2),
        "Your cosine falls and comes back to the peak by the end. Half a wave is enough.",
    ),
    Mistake(
        "without-pi",
        _schedule(fall=lambda s, peak, floor: floor + (peak - floor) * (1 + cos(s)) / 2),
        "The fall hardly falls: without π the cosine comes only as far as one radian.",
    ),
    Mistake(
        "degrees",
        _schedule(fall=lambda s, peak, floor: floor + (peak - floor) * (1 + cos(180 * s)) / 2),
        "You count the angle in degrees. `cos` wants radians: half a turn is π.",
    ),
    Mistake(
        "upside-down",
        _schedule(fall=lambda s, peak, floor: floor + (peak - floor) * (1 - cos(pi * s)) / 2),
        "After the warm-up yours begins at the floor and rises. Which sign does the cosine have?",
    ),
    Mistake(
        "brackets-missing",
        _schedule(fall=lambda s, peak, floor: floor + (peak - floor) * 1 + cos(pi * s) / 2),
        "The warm-up is right. In the fall 1 + cos is one thing: it is multiplied and halved as a whole. Where do the "
        "brackets belong?",
    ),
    Mistake(
        "half-of-the-cosine-alone",
        _schedule(fall=lambda s, peak, floor: floor + (peak - floor) * (1 + cos(pi * s) / 2)),
        "The warm-up is right. In the fall 1 + cos is one thing: it is halved as a whole. Where do the brackets belong?",
    ),
    Mistake(
        "height-not-bracketed",
        _schedule(fall=lambda s, peak, floor: floor + peak - floor * (1 + cos(pi * s)) / 2),
        "The warm-up is right. In the fall the half cosine multiplies the height peak − floor as a whole. Where do the "
        "brackets belong?",
    ),
    Mistake(
        "cosine-not-lifted-but-halved",
        _schedule(fall=lambda s, peak, floor: floor + (peak - floor) * cos(pi * s) / 2),
        "Your cosine goes from ½ to −½, so it begins too low and ends below the floor. What lifts it?",
    ),
    Mistake(
        "steps-not-bracketed",
        _schedule(done=lambda step, warm, total: step - warm / total, clamp=lambda s: s),
        "The warm-up is right. In s the division comes before the minus, and only `total_steps` is under it. Where do the "
        "brackets belong?",
    ),
    Mistake(
        "total-not-bracketed",
        _schedule(done=lambda step, warm, total: (step - warm) / total - warm, clamp=lambda s: s),
        "The warm-up is right. In s only `total_steps` is under the division. Where do the brackets belong?",
    ),
    Mistake(
        "floor-not-added",
        _schedule(fall=lambda s, peak, floor: (peak - floor) * (1 + cos(pi * s)) / 2),
        "Right where the floor is 0. The height of your fall is right, and it stands on nothing.",
    ),
)


def _schedule_in_three_cases(step, peak, warmup_steps, total_steps, floor):
    if step < warmup_steps:
        return peak * (step / warmup_steps)
    elif step < total_steps:
        s = (step - warmup_steps) / (total_steps - warmup_steps)
        return floor + 0.5 * (peak - floor) * (1 + cos(pi * s))
    else:
        return floor


WARMUP_COSINE = Exercise(
    id="opt-09",
    name="warmup_cosine",
    title="Up a line, down a cosine",
    points=2,
    minutes=10,
    difficulty=2,
    reference=warmup_cosine,
    probes=schedule_steps,
    regimes=(
        Regime(
            "the warm-up",
            lambda s, p, w, t, f: s < w,
            "the rate is still rising",
            "the rate has reached its peak",
        ),
        Regime(
            "the fall",
            lambda s, p, w, t, f: w < s < t,
            "the rate is falling",
            "it is rising, at its peak or at its floor",
        ),
        Regime("beyond the end", lambda s, p, w, t, f: s > t, "the schedule is over", "it still runs"),
        Regime("step 0", lambda s, p, w, t, f: s == 0, "the step is 0", "the step is not 0"),
        Regime("no warm-up", lambda s, p, w, t, f: w == 0, "there is no warm-up", "there is a warm-up"),
    ),
    gives="one number, the learning rate,",
    hints=(
        "Three stretches: a line up, half a cosine down, and the floor for ever. Which is the step in?",
        "After the warm-up, let s run from 0 at the peak to 1 at `total_steps`. Half a cosine is (1 + cos πs)/2: from 1 to 0.",
        "`s = min(1, (step - warmup_steps) / (total_steps - warmup_steps))`, and floor + (peak − floor) times that half cosine.",
    ),
    mistakes=(
        Mistake(
            "fall-from-step-zero",
            _schedule(done=lambda step, warm, total: step / total),
            "The warm-up is right. When it is over, your cosine has run along in the dark already: it begins at the peak.",
        ),
        Mistake(
            "never-ends",
            _schedule(clamp=lambda s: s),
            "Right up to `total_steps`. After it your cosine comes up again; the rate is to stay at the floor.",
        ),
        Mistake(
            "zero-after-the-end",
            lambda step, peak, warm, total, floor: (
                0.0 if step > total else warmup_cosine(step, peak, warm, total, floor)
            ),
            "Right up to `total_steps`. After it the rate stays at the floor, and the floor need not be 0.",
        ),
        Mistake(
            "floor-added",
            _schedule(fall=lambda s, peak, floor: floor + peak * (1 + cos(pi * s)) / 2),
            "Your fall ends at the right height and begins too high, by the floor. What is the height of the fall?",
        ),
        Mistake(
            "floor-as-a-limit",
            _schedule(fall=lambda s, peak, floor: max(floor, peak * (1 + cos(pi * s)) / 2)),
            "Your cosine heads for 0 and is stopped at the floor. It is to arrive there gently, at `total_steps`.",
        ),
        Mistake(
            "floor-as-a-share",
            _schedule(fall=lambda s, peak, floor: peak * (floor + (1 - floor) * (1 + cos(pi * s)) / 2)),
            "You take `floor` for a share of the peak. It is a learning rate.",
        ),
        Mistake(
            "rises-from-the-floor",
            _schedule(rise=lambda step, peak, warm, total, floor: floor + (peak - floor) * step / warm),
            "The fall is right. Your warm-up begins at the floor; it begins at 0.",
        ),
        Mistake(
            "one-step-early",
            _schedule(rise=lambda step, peak, warm, total, floor: peak * (step + 1) / warm),
            "The fall is right. Your warm-up is a step ahead: at step 0 the rate is 0.",
        ),
        Mistake(
            "one-step-early-and-longer",
            _schedule(rise=lambda step, peak, warm, total, floor: peak * (step + 1) / (warm + 1)),
            "The fall is right. Your warm-up begins above 0; at step 0 the rate is 0.",
        ),
        Mistake(
            "counts-from-one",
            _schedule(rise=lambda step, peak, warm, total, floor: peak * max(0, step - 1) / warm),
            "The fall is right. Your warm-up is a step behind: the step counts from 0.",
        ),
        Mistake(
            "no-warm-up",
            _schedule(rise=lambda step, peak, warm, total, floor: peak),
            "The fall is right. Before it the rate is at the peak at once; it should rise.",
        ),
        Mistake(
            "cosine-from-the-start",
            lambda step, peak, warm, total, floor: (
                floor + (peak - floor) * (1 + cos(pi * min(1, step / total))) / 2
            ),
            "There is no warm-up in yours: the cosine falls from step 0 on.",
        ),
        Mistake(
            "warm-up-share-of-the-total",
            _schedule(rise=lambda step, peak, warm, total, floor: peak * step / total),
            "The fall is right. Your line rises as if it had `total_steps` to reach the peak.",
        ),
        Mistake(
            "warm-up-by-cosine",
            _schedule(rise=lambda step, peak, warm, total, floor: peak * (1 - cos(pi * step / warm)) / 2),
            "The fall is right. You warm up along a cosine; a line was asked.",
        ),
        Mistake(
            "quarter-cosine",
            _schedule(fall=lambda s, peak, floor: floor + (peak - floor) * cos(pi * s / 2)),
            "The ends are right. Yours is a quarter of a cosine, which arrives in full fall; half of one settles gently.",
        ),
        Mistake(
            "not-halved",
            _schedule(fall=lambda s, peak, floor: floor + (peak - floor) * (1 + cos(pi * s))),
            "1 + cos goes from 2 to 0: at the peak yours is twice too high.",
        ),
        Mistake(
            "linear-fall",
            _schedule(fall=lambda s, peak, floor: floor + (peak - floor) * (1 - s)),
            "The ends are right. You fall along a line; half a cosine was asked.",
        ),
        Mistake(
            "always-rising-first",
            lambda step, peak, warm, total, floor: (
                (min(1, step / warm) if warm else 1)
                * (floor + (peak - floor) * (1 + cos(pi * min(1, step / total))) / 2)
            ),
            "You multiply the warm-up by a cosine that runs from step 0, so the peak is never reached.",
        ),
        Mistake(
            "a-step-late-throughout",
            lambda step, peak, warm, total, floor: warmup_cosine(max(0, step - 1), peak, warm, total, floor),
            "All of it is right and comes a step late: the step counts from 0.",
        ),
        Mistake(
            "fall-a-step-ahead",
            _schedule(done=lambda step, warm, total: (step - warm + 1) / (total - warm)),
            "The warm-up is right. Your fall is a step ahead: s is 0 at the peak.",
        ),
        Mistake(
            "one-step-late",
            _schedule(
                rises=lambda step, warm: step <= warm and warm > 0,
                done=lambda step, warm, total: (step - warm - 1) / (total - warm),
            ),
            "The warm-up and the peak are right. Your fall is a step behind: s is 0 at the peak and 1 at `total_steps`.",
        ),
        Mistake(
            "ends-a-step-early",
            _schedule(done=lambda step, warm, total: (step - warm) / (total - warm - 1)),
            "Your fall is over a step too early: the floor is reached at `total_steps`.",
        ),
        *FALLS,
        *(
            Mistake(f"{fall.name}-then-the-floor", _then_the_floor(fall.wrong), fall.sentence)
            for fall in FALLS
        ),
        *(
            Mistake(f"{fall.name}-up-to-the-floor", _then_the_floor(fall.wrong, True), fall.sentence)
            for fall in FALLS
        ),
    ),
    variants=(
        _schedule_by_torch,
        _schedule_from_the_end,
        _schedule_in_three_cases,
        lambda *a: np.float32(warmup_cosine(*a)),
        lambda step, peak, w, t, f: (
            peak * step / w
            if step < w
            else f + 0.5 * (peak - f) * (1 + np.cos(np.pi * (min(step, t) - w) / (t - w)))
        ),
    ),
)
