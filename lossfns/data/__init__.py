"""Real data that ships inside installed packages, and seeded generators. Nothing downloads."""

from lossfns.data import images, rankings, sequences, tables
from lossfns.data.generated import contaminate, noisy_line
from lossfns.data.images import digits, one_or_two_digits, place
from lossfns.data.installed import Source
from lossfns.data.preferences import comparisons
from lossfns.data.rankings import MODECHOICE_FEATURES, MODES, hyperparameters, modechoice
from lossfns.data.sequences import MarkovSource, babble, characters, entropy, topics
from lossfns.data.splits import split
from lossfns.data.tables import DIABETES_FEATURES, RANDHIE_FEATURES, diabetes, engel, randhie

__all__ = [
    "DIABETES_FEATURES",
    "MODECHOICE_FEATURES",
    "MODES",
    "RANDHIE_FEATURES",
    "MarkovSource",
    "babble",
    "characters",
    "comparisons",
    "contaminate",
    "diabetes",
    "digits",
    "engel",
    "entropy",
    "hyperparameters",
    "modechoice",
    "noisy_line",
    "one_or_two_digits",
    "place",
    "randhie",
    "sources",
    "split",
    "topics",
]


def sources() -> tuple[Source, ...]:
    """The real data sets of the course, one row each, with licence and citation.

    >>> [source.name for source in sources()]
    ['engel', 'randhie', 'diabetes', 'digits', 'topics', 'modechoice', 'hyperparameters']
    """
    return (*tables.SOURCES, *images.SOURCES, *sequences.SOURCES, *rankings.SOURCES)
