"""The checker: exercises as data, one engine that judges answers, and its face in a notebook.

In a notebook: `check("reg-03", huber_loss)`, `hint("reg-03")`, `solution("reg-03")`, `progress()`.
Without one: `exercises()` lists everything, `verdict("reg-03", huber_loss)` judges.
"""

from lossfns.grading.bank import exercise, exercises
from lossfns.grading.exercise import Verdict
from lossfns.grading.judge import judge
from lossfns.grading.notebook import check, hint, progress, solution

__all__ = ["Verdict", "check", "exercise", "exercises", "hint", "progress", "solution", "verdict"]


def verdict(id: str, answer: object, *, seed: int = 0) -> Verdict:
    """Judge an answer without a notebook.

    Args:
        id: an exercise, "reg-03".
        answer: the function that was written, or the letter that was chosen.
        seed: another seed draws other inputs; the verdict should not change.

    Returns:
        A Verdict with `.status`, `.mistake` and `.message`.

    Raises:
        KeyError: there is no such exercise; the message names those that there are.

    Example:
        >>> verdict("reg-01", lambda pred, target: ((pred - target) ** 2).sum()).mistake
        'sum'
    """
    return judge(exercise(id), answer, seed=seed)
