"""A contest: two ways to do one thing, timed in turns."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from statistics import median

import torch
from torch import Tensor

ROUNDS, SECONDS = range(10, 41), 6.0  # at least and at most so many rounds; no more after so many seconds

Run = Callable[[], None]
Loss = Callable[..., Tensor]
Arguments = Callable[[], tuple[Tensor, ...]]


@dataclass(frozen=True)
class Contest:
    """One row of the table. `start` makes our run and the peer's; the ratio of their times should be below `bound`."""

    what: str
    peer: str
    start: Callable[[], tuple[Run, Run]]
    bound: float | None = None  # None: no aim. Small inputs show the price of errors that teach.
    needs: str = "torch"  # the package that the peer comes from; without it there is no contest
    reason: str = ""  # why the bound is not met, where it is not

    def possible(self) -> bool:
        return find_spec(self.needs) is not None

    def held(self) -> "Result":
        ours, peer = self.start()
        times: list[tuple[float, float]] = []
        begin = time.perf_counter()
        while len(times) < ROUNDS.start or (
            len(times) < ROUNDS.stop - 1 and time.perf_counter() - begin < SECONDS
        ):
            times.append((seconds(ours), seconds(peer)))
        return Result(*zip(*times, strict=True))


@dataclass(frozen=True)
class Result:
    """The seconds of every round."""

    ours: tuple[float, ...]
    peer: tuple[float, ...]

    @property
    def fastest(self) -> float:
        return min(self.ours) / min(self.peer)

    @property
    def middle(self) -> float:
        return median(self.ours) / median(self.peer)


def seconds(run: Run) -> float:
    """Processor time of this thread: what other programs on the machine take does not count."""
    start = time.thread_time()
    run()
    return time.thread_time() - start


def losses(
    ours: Loss, peer: Loss, args: Arguments, *, same_value: bool = True
) -> Callable[[], tuple[Run, Run]]:
    """Forward and backward; a measure has no backward pass. Values are compared first: a fast wrong function is no peer."""

    def start() -> tuple[Run, Run]:
        inputs = args()
        if same_value:
            torch.testing.assert_close(ours(*inputs), peer(*inputs), check_dtype=False)
        return partial(there_and_back, ours, inputs), partial(there_and_back, peer, inputs)

    return start


def there_and_back(loss: Loss, inputs: tuple[Tensor, ...]) -> None:
    """From a gradient that is not there yet."""
    inputs[0].grad = None
    value = loss(*inputs)
    if isinstance(value, Tensor) and value.requires_grad:
        value.backward()


def normal(*shape: int, count: int) -> Arguments:
    """So many tensors of normal numbers; the first one wants a gradient."""

    def draw() -> tuple[Tensor, ...]:
        first, *others = torch.randn(count, *shape, generator=torch.Generator().manual_seed(0))
        return first.requires_grad_(), *others

    return draw
