"""Exercises of notebook 09, in the order of the sheet."""

from lossfns.grading.bank.choosing.bpr import BPR
from lossfns.grading.bank.choosing.listmle import LISTMLE
from lossfns.grading.bank.choosing.listnet import LISTNET
from lossfns.grading.bank.choosing.measure import NDCG
from lossfns.grading.bank.choosing.more_scenarios import CODE, JURIES, PHOTOGRAPHS, SHOP, TAGS
from lossfns.grading.bank.choosing.ranknet import RANKNET
from lossfns.grading.bank.choosing.scenarios import BUDGET, FRAUD, PERFECT, SENSOR, SPECIES, VACCINES
from lossfns.grading.bank.choosing.training import RANKER

EXERCISES = (
    BPR,
    RANKNET,
    LISTNET,
    LISTMLE,
    NDCG,
    RANKER,
    PERFECT,
    BUDGET,
    SENSOR,
    VACCINES,
    SPECIES,
    FRAUD,
    TAGS,
    PHOTOGRAPHS,
    CODE,
    SHOP,
    JURIES,
)
