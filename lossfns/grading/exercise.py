"""What an exercise is: a function to write or a question to answer, inputs, and wrong answers that we understand.

Everything here is data. `record` calls an answer and keeps what came back, `judge` turns that into a verdict; neither
knows of notebooks.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from lossfns.grading.record import Probe

Inputs = Callable[[np.random.Generator], Iterable[Probe]]


@dataclass(frozen=True, eq=False)
class Mistake:
    """A wrong function that learners really write, and one sentence that says what to rethink, never the answer."""

    name: str
    wrong: Callable
    sentence: str


@dataclass(frozen=True, eq=False)
class Regime:
    """A kind of input, for sentences such as "right inside the band, wrong outside it".

    `mask(*args)` is True where an input belongs to the regime: one bool, or an array over the elements. `inside` and
    `outside` complete "where …".
    """

    name: str
    mask: Callable[..., np.ndarray | bool]
    inside: str
    outside: str


@dataclass(frozen=True, eq=False, kw_only=True)
class _Task:
    """What a function to write and a question to answer have in common."""

    id: str
    name: str
    title: str
    points: int
    minutes: int
    difficulty: int  # 1 easy, 2 middling, 3 hard
    hints: tuple[str, str, str]  # the idea, the first step, almost the line

    @property
    def topic(self) -> str:
        """The notebook it belongs to, by the prefix of its id: "reg-03" is regression."""
        return TOPIC_OF_PREFIX[self.id.split("-")[0]]


TOPIC_OF_PREFIX = {
    "start": "start_here",
    "reg": "regression",
    "cls": "classification",
    "con": "contrastive",
    "seq": "sequence",
    "pen": "regularization",
    "opt": "optimizers",
    "cal": "calibration",
    "ctr": "contract",
    "pick": "choosing",
    "pref": "preferences",
}


@dataclass(frozen=True, eq=False, kw_only=True)
class Exercise(_Task):
    """A function to write, or (with `shipped`) a function to mend.

    `reference` is the solution that a learner is shown. `probes(rng)` yields the inputs. A variant is a right answer
    written differently. `gives` completes "… was asked": what the function returns. `ordinal` names the argument, if
    there is one, of which only the order counts; two of the probes then write one order in two ways. `axes` says what
    the axes of the arguments stand for, told where shapes do not fit.
    """

    reference: Callable
    probes: Inputs
    mistakes: tuple[Mistake, ...]
    variants: tuple[Callable, ...]
    gives: str
    regimes: tuple[Regime, ...] = ()
    shipped: Callable | None = None
    symptom: str = ""
    ordinal: str = ""
    axes: str = ""
    rtol: float = 2e-5  # loose enough for an answer in float32, tight enough to tell the mistakes apart
    options: None = None

    @property
    def kind(self) -> str:
        return "fix" if self.shipped else "implement"

    @property
    def parameters(self) -> tuple[str, ...]:
        return tuple(inspect.signature(self.reference).parameters)

    @property
    def signature(self) -> str:
        return f"{self.name}({', '.join(self.parameters)})"


@dataclass(frozen=True, eq=False, kw_only=True)
class Question(_Task):
    """A question with lettered options, each wrong one a misconception with a sentence that answers it."""

    kind: str  # "predict" or "choose"
    options: Mapping[str, str]
    answer: str
    because: str
    misconceptions: Mapping[str, str] = field(default_factory=dict)

    @property
    def signature(self) -> str:
        return f"one of {', '.join(self.options)}"


@dataclass(frozen=True)
class Example:
    """One input on which an answer was wrong, written out."""

    given: str
    expected: str
    yours: str


@dataclass(frozen=True)
class Verdict:
    """What the checker found.

    `status` is "correct", "mistake", "wrong", "error", "timeout" or "not attempted". `mistake` is the name of the
    explanation ("no-half", "sum, but for no pair", "relation: n times", "regime: outside the band", "slip: sign"), None
    where none was found. `sentence` says it in words; `message` is all of the text that a learner sees.
    """

    status: str
    sentence: str
    mistake: str | None = None
    example: Example | None = None
    right: str = ""  # what is right already
    printed: str = ""  # what the answer printed while it ran

    @property
    def message(self) -> str:
        lines = [part for part in (self.right, self.sentence) if part]
        if self.example:
            lines.append(
                f"For example: {self.example.given} · expected {self.example.expected} · yours {self.example.yours}"
            )
        if self.printed:
            lines.append(f"Your function printed:\n{self.printed}")
        return "\n".join(lines)
