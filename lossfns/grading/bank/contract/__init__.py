"""Exercises of notebook 08, in the order of the sheet."""

from lossfns.grading.bank.contract.decisions import DECIDE
from lossfns.grading.bank.contract.functionals import CHEAPEST, CLICKS, TWO_TOWNS, UMBRELLAS
from lossfns.grading.bank.contract.lateness import LATENESS
from lossfns.grading.bank.contract.orders import ORDER
from lossfns.grading.bank.contract.totals import TOTALS
from lossfns.grading.bank.contract.worlds import NEW_WORLD

EXERCISES = (
    CHEAPEST,
    DECIDE,
    NEW_WORLD,
    ORDER,
    LATENESS,
    UMBRELLAS,
    TWO_TOWNS,
    CLICKS,
    TOTALS,
)
