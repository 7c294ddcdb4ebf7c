"""Exercises of notebook 03, in the order of the sheet."""

from lossfns.grading.bank.contrastive.certified import CERTIFIED
from lossfns.grading.bank.contrastive.clip import CLIP
from lossfns.grading.bank.contrastive.cosine_embedding import COSINE_EMBEDDING
from lossfns.grading.bank.contrastive.cosines import COSINES
from lossfns.grading.bank.contrastive.infonce import INFO_NCE
from lossfns.grading.bank.contrastive.infonce_gradient import INFO_NCE_GRAD
from lossfns.grading.bank.contrastive.mining import SEMI_HARD
from lossfns.grading.bank.contrastive.ntxent import NT_XENT
from lossfns.grading.bank.contrastive.training import AT_THE_MARGIN, ENDS, STUCK
from lossfns.grading.bank.contrastive.triplet import TRIPLET

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
