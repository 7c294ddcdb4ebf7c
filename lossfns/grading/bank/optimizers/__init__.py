"""Exercises of notebook 06, in the order of the sheet."""

from lossfns.grading.bank.optimizers.adam import ADAM
from lossfns.grading.bank.optimizers.adamw import ADAMW
from lossfns.grading.bank.optimizers.descent import GRADIENT_DESCENT
from lossfns.grading.bank.optimizers.factored import FACTORED
from lossfns.grading.bank.optimizers.lion import LION
from lossfns.grading.bank.optimizers.memory import MEMORY
from lossfns.grading.bank.optimizers.momentum import MOMENTUM, NESTEROV
from lossfns.grading.bank.optimizers.questions import COMPARISON, VALLEY
from lossfns.grading.bank.optimizers.repairs import FROZEN
from lossfns.grading.bank.optimizers.schedule import WARMUP_COSINE
from lossfns.grading.bank.optimizers.sophia import SOPHIA
from lossfns.grading.bank.optimizers.zeroing import ZERO_GRAD

EXERCISES = (
    GRADIENT_DESCENT,
    MOMENTUM,
    NESTEROV,
    ADAM,
    ADAMW,
    LION,
    FACTORED,
    SOPHIA,
    WARMUP_COSINE,
    MEMORY,
    FROZEN,
    ZERO_GRAD,
    VALLEY,
    COMPARISON,
)
