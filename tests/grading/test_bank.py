"""The bank: what `lossfns verify` proves on 20 seeds, here on a few; and no name is ever given by luck.

Wrong answers are put together from wrong parts, hundreds of them for each exercise. Whenever one is called by the name
of a mistake, it has to be that mistake on seeds that the checker has not seen too.
"""

from collections.abc import Callable, Iterator
from functools import cache
from random import Random

import pytest
from parts import answers

from lossfns.grading.bank import exercise, exercises
from lossfns.grading.exercise import Exercise
from lossfns.grading.explain import same, same_recording
from lossfns.grading.judge import judge, known_recordings, probes, slipped
from lossfns.grading.record import Recording, record
from lossfns.grading.verify import bank, repeated, task_problems

OTHER_SEEDS = range(101, 106)
ENOUGH = 250  # answers tried of each exercise, drawn from all combinations with a fixed seed


@pytest.mark.parametrize("task", exercises(), ids=lambda task: task.id)
def test_exercise_is_proved(task):
    assert task_problems(task, seeds=(0, 7, 23)) == []


def test_ids_are_unique():
    assert repeated(task.id for task in bank()) == []


def test_exercise_with_an_unknown_id_names_those_there_are():
    with pytest.raises(KeyError, match="reg-01, reg-02"):
        exercise("reg-77")


ANSWERS = answers()


def test_every_function_to_write_is_fuzzed():
    assert set(ANSWERS) == {task.id for task in exercises() if isinstance(task, Exercise)}


@cache
def sentences(task: Exercise) -> frozenset[str]:
    return frozenset(mistake.name for mistake in task.mistakes)


def is_by_name(task: Exercise, name: str | None) -> bool:
    return name in sentences(task) or (name or "").startswith("slip: ")


def named_by_luck(task: Exercise, answer: Callable, name: str) -> str | None:
    """Where the answer differs from what it was called, on inputs that were not seen; None if nowhere."""
    for seed in OTHER_SEEDS:
        came = record(answer, probes(task, seed))
        if not any(same_recording(came, other, task.rtol) for other in called(task, seed, name, came)):
            return f"called {name!r}, and differs on seed {seed}"
    return None


def called(task: Exercise, seed: int, name: str, came: Recording) -> Iterator[Recording]:
    """What a name stands for returns: one mistake, or any of the slips of a kind (that agree on the first input)."""
    if not name.startswith("slip: "):
        yield known_recordings(task, seed)[name]
        return
    for slip, value in zip(*slipped(task, seed, 0), strict=True):
        if slip.name == name and same(came.outcomes[0].value, value, task.rtol):
            yield record(slip.wrong, probes(task, seed))


@pytest.mark.parametrize("id", ANSWERS)
def test_no_name_is_given_by_luck_and_no_wrong_answer_passes(id):
    task = exercise(id)
    lucky = []
    tried = list(ANSWERS[id]())
    for i in Random(0).sample(range(len(tried)), min(ENOUGH, len(tried))):
        answer = tried[i]
        verdict = judge(task, answer)
        if verdict.status == "correct" or is_by_name(task, verdict.mistake):
            luck = named_by_luck(task, answer, verdict.mistake or "reference")
            lucky += [f"answer {i}: {luck}"] if luck else []
    assert lucky == []
