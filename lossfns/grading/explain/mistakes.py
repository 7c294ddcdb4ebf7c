"""A mistake by name."""

from lossfns.grading.explain.case import Case, Finding, same_recording
from lossfns.grading.record import Recording


def named_mistake(case: Case, recordings: dict[str, Recording]) -> Finding | None:
    """The one mistake whose outputs equal the answer's on every probe. If two fit, neither is said."""
    fitting = [
        mistake
        for mistake in case.exercise.mistakes
        if same_recording(case.came, recordings[mistake.name], case.exercise.rtol)
    ]
    return Finding(fitting[0].name, fitting[0].sentence) if len(fitting) == 1 else None
