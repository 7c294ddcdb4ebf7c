"""Exercises of notebook 04, in the order of the sheet."""

from lossfns.grading.bank.sequence.accumulation import ACCUMULATED
from lossfns.grading.bank.sequence.chain import ENTROPY_RATE
from lossfns.grading.bank.sequence.evaluation import EVALUATION
from lossfns.grading.bank.sequence.measures import BITS_PER_BYTE, PERPLEXITY, TOKENISERS
from lossfns.grading.bank.sequence.shift import FIRST_LOSS, LEAK, NEXT_TOKEN
from lossfns.grading.bank.sequence.targets import MASKED_MEAN, SMOOTHED

EXERCISES = (
    NEXT_TOKEN,
    MASKED_MEAN,
    SMOOTHED,
    PERPLEXITY,
    BITS_PER_BYTE,
    ENTROPY_RATE,
    ACCUMULATED,
    EVALUATION,
    LEAK,
    FIRST_LOSS,
    TOKENISERS,
)
