"""Answers put together from wrong parts: hundreds for each exercise, a module per topic.

Each module has ANSWERS, {id: a function that yields answers}, for every function that its topic asks to write.
"""

from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import product

from lossfns.grading.exercise import TOPIC_OF_PREFIX


def all_of(build: Callable, *choices: list) -> Iterator[Callable]:
    """build(…) for each combination of one part from each list."""
    return (build(*parts) for parts in product(*choices))


def answers() -> dict[str, Callable[[], Iterator[Callable]]]:
    """The answers of every topic, by exercise."""
    modules = [import_module(f"{__name__}.{topic}") for topic in TOPIC_OF_PREFIX.values()]
    return {id: build for module in modules for id, build in module.ANSWERS.items()}
