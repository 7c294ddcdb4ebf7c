"""Exercises of notebook 03, in the order of the sheet."""

from lossfns.grading.bank.contrastive.distances import COSINES, SEMI_HARD, TRIPLET
from lossfns.grading.bank.contrastive.infonce import CERTIFIED, INFO_NCE, INFO_NCE_GRAD
from lossfns.grading.bank.contrastive.pairs import CLIP, COSINE_EMBEDDING, NT_XENT
from lossfns.grading.bank.contrastive.training import AT_THE_MARGIN, ENDS, STUCK

EXERCISES = (
    COSINES,
    TRIPLET,
    SEMI_HARD,
    INFO_NCE,
    INFO_NCE_GRAD,
    CLIP,
    NT_XENT,
    COSINE_EMBEDDING,
    STUCK,
    CERTIFIED,
    ENDS,
    AT_THE_MARGIN,
)
