"""Learning-rate schedules: functions from the step to the learning rate, in plain Python.

The step counts from 0, as torch's schedulers count. With `peak=1` the value is a factor, which is what torch asks for:

    LambdaLR(optimizer, partial(warmup_cosine, peak=1.0, warmup_steps=100, total_steps=1000))

runs from the optimizer's own `lr`, the peak, and each parameter group keeps its own; `floor` is then a fraction of it.
"""

import math

from lossfns._numerics import check_positive, check_range


def constant(step: int, *, peak: float) -> float:
    """The same learning rate at every step.

    Args:
        step: updates done so far, from 0.
        peak: the learning rate, positive; 1 for a factor (see the module's first lines).

    Returns:
        The learning rate of the update that comes next.

    Raises:
        ValueError: `step` is negative or `peak` is not positive.
        TypeError: one of them is not a number.

    Example:
        >>> constant(7, peak=0.1)
        0.1
    """
    check_range(0, math.inf, step=step)
    check_positive(peak=peak)
    return peak


def linear_warmup(step: int, *, peak: float, warmup_steps: int) -> float:
    """From 0 to `peak` in equal steps, and `peak` from then on: peak · min(1, step / warmup_steps).

    Args:
        warmup_steps: the first step at the peak, not negative; 0: no warm-up, the peak at once.
        (step, peak, the result and the errors as in `constant`; a negative `warmup_steps` is a ValueError)

    Example:
        >>> [linear_warmup(step, peak=0.1, warmup_steps=4) for step in (0, 2, 4, 9)]
        [0.0, 0.05, 0.1, 0.1]

    Differs from:
        `torch.optim.lr_scheduler.LinearLR`, which cannot start at 0.

    Source:
        Goyal et al., Accurate, large minibatch SGD: training ImageNet in 1 hour, 2017.
    """
    peak = constant(step, peak=peak)
    check_range(0, math.inf, warmup_steps=warmup_steps)
    return peak if step >= warmup_steps else peak * step / warmup_steps


def warmup_cosine(
    step: int, *, peak: float, warmup_steps: int, total_steps: int, floor: float = 0.0
) -> float:
    """A line up to `peak`, then half a cosine down to `floor`, and `floor` from then on.

    After the warm-up, s = (step − warmup_steps) / (total_steps − warmup_steps) runs from 0 to 1, and the rate is
    floor + (peak − floor) · (1 + cos πs) / 2.

    Args:
        warmup_steps: the step at the peak, as in `linear_warmup`; the rate at step 0 is 0, or the peak if this is 0.
        total_steps: the step at which the floor is reached. It includes the warm-up, so it is the larger one.
        floor: the last learning rate, from 0 to `peak`.
        (step, peak, the result and the errors as in `constant`; a bad `warmup_steps`, `total_steps` or `floor` is a
        ValueError)

    Example:
        >>> [round(warmup_cosine(t, peak=0.1, warmup_steps=2, total_steps=6), 3) for t in range(8)]
        [0.0, 0.05, 0.1, 0.085, 0.05, 0.015, 0.0, 0.0]

    Differs from:
        `torch.optim.lr_scheduler.CosineAnnealingLR` and transformers' cosine schedule, which rise again after the end.

    Source:
        Loshchilov and Hutter, SGDR, ICLR 2017.
    """
    rising = linear_warmup(step, peak=peak, warmup_steps=warmup_steps)
    check_range(0, peak, floor=floor)
    if not total_steps > warmup_steps:
        raise ValueError(
            f"total_steps includes the warm-up and must be above warmup_steps {warmup_steps}, got {total_steps}"
        )
    if step < warmup_steps:
        return rising
    s = min(1.0, (step - warmup_steps) / (total_steps - warmup_steps))
    share = (1 + math.cos(math.pi * s)) / 2
    return share * peak + (1 - share) * floor


def step_decay(step: int, *, peak: float, step_size: int, gamma: float = 0.1) -> float:
    """`peak`, multiplied by `gamma` after every `step_size` steps: peak · gamma^⌊step / step_size⌋.

    Args:
        step_size: steps between two drops, positive.
        gamma: what is left after a drop, from 0 to 1.
        (step, peak, the result and the errors as in `constant`; a bad `step_size` or `gamma` is a ValueError)

    Example:
        >>> [step_decay(step, peak=1.0, step_size=10, gamma=0.5) for step in (0, 9, 10, 25)]
        [1.0, 1.0, 0.5, 0.25]

    Differs from:
        nothing: `torch.optim.lr_scheduler.StepLR` has the same rule and the same names.

    Source:
        He et al., Deep residual learning for image recognition, CVPR 2016.
    """
    peak = constant(step, peak=peak)
    check_positive(step_size=step_size)
    check_range(0, 1, gamma=gamma)
    return peak * gamma ** (step // step_size)
