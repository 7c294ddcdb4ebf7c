"""The bank: for each topic its exercises, with the solutions, the mistakes that learners make, and the hints."""

from functools import lru_cache
from importlib import import_module

from lossfns.grading.exercise import TOPIC_OF_PREFIX, Exercise, Question


@lru_cache(maxsize=1)
def _by_id() -> dict[str, Exercise | Question]:
    modules = [import_module(f"{__name__}.{topic}") for topic in TOPIC_OF_PREFIX.values()]
    return {task.id: task for module in modules for task in module.EXERCISES}


def exercises() -> tuple[Exercise | Question, ...]:
    """Every exercise in course order: `id, name, topic, points, kind, signature, options`."""
    return tuple(_by_id().values())


def exercise(id: str) -> Exercise | Question:
    """The exercise with this id, or a KeyError that names those of its topic."""
    if id not in _by_id():
        prefix = str(id).split("-")[0]
        near = [known for known in _by_id() if known.startswith(prefix)] or list(_by_id())
        raise KeyError(f"there is no exercise {id!r}; there are {', '.join(near)}")
    return _by_id()[id]
