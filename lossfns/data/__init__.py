"""Real data that ships inside installed packages, and seeded generators. Nothing downloads."""

from lossfns.data import images, tables
from lossfns.data.generated import contaminate, noisy_line
from lossfns.data.images import digits
from lossfns.data.installed import Source
from lossfns.data.splits import split
from lossfns.data.tables import DIABETES_FEATURES, RANDHIE_FEATURES, diabetes, engel, randhie

__all__ = [
    "DIABETES_FEATURES",
    "RANDHIE_FEATURES",
    "contaminate",
    "diabetes",
    "digits",
    "engel",
    "noisy_line",
    "randhie",
    "sources",
    "split",
]


def sources() -> tuple[Source, ...]:
    """The real data sets of the course, one row each, with licence and citation.

    >>> [source.name for source in sources()]
    ['engel', 'randhie', 'diabetes', 'digits']
    """
    return (*tables.SOURCES, *images.SOURCES)
