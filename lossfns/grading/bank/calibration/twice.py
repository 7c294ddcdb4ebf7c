"""Two mistakes in one answer, each in a part of its own."""

from collections.abc import Callable, Iterator, Sequence
from itertools import product

from lossfns.grading.exercise import Mistake

Part = tuple[str, dict, str]  # the name of a mistake, the parts that it replaces, what is said


def two_at_once(make: Callable, first: Sequence[Part], second: Sequence[Part]) -> Iterator[Mistake]:
    """Every mistake of `first` together with every one of `second`; `make` takes the parts of both."""
    for (name, parts, said), (other, more, too) in product(first, second):
        yield Mistake(f"{name}, {other}", make(**parts, **more), f"Two things are left. {said} {too}")
