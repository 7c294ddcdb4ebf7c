"""Which colour a line has: its loss's own, through the whole course."""

from collections import Counter

MOST_LINES = 4
PALETTES = {
    # topic: {family: (colour, words that a label of it contains)}; the first family that fits wins. Colours of one topic
    # differ for every eye; those of two topics may be alike, since their losses are not drawn in one figure.
    "classification": {
        "cross entropy": ("#960000", ("cross entropy", "log loss", "bce")),
        "focal": ("#0069FF", ("focal", "γ =")),
        "hinge": ("#0F2D2D", ("hinge",)),
    },
    "sequence": {
        "token loss": ("#00758F", ("vote per",)),  # the averages of 04; the colour of its bars
        "floor": ("#B3261E", ("floor",)),  # what no model can go below
    },
    "contrastive": {
        "infonce": ("#5561C4", ("infonce", "τ =")),
    },
    "regression": {
        "mae": (
            "#D43F00",
            ("mae", "absolute", "median", "l1", "lasso"),
        ),  # L1 is the absolute error of a weight
        "huber": ("#008554", ("huber", "elastic")),  # both at once, of misses and of weights
        "pinball": ("#993D77", ("pinball", "quantile", "q =")),
        "mse": ("#004799", ("mse", "squared", "mean", "l2", "ridge")),
    },
}
FAMILIES = {family: row for palette in PALETTES.values() for family, row in palette.items()}
OTHERS = (
    "#3A3A3A",
    "#946800",
    "#6674D9",
    "#8A8A8A",
)  # for lines that are no loss: optimizers, step sizes, truths


def colours(labels: list[str], hint: str = "") -> list[str]:
    """The colour of each label: its family's, or one of OTHERS in turn. ValueError for more than four labels.

    Lines of one family share its colour; `shades` tells them apart. `hint`, the name of the one function
    that is drawn, stands in for labels that fit no family.
    """
    if len(labels) > MOST_LINES:
        raise ValueError(f"a figure has at most {MOST_LINES} lines, got {len(labels)}: {', '.join(labels)}")
    spare = iter(OTHERS)
    found = [_family(label) or _family(hint) for label in labels]
    return [FAMILIES[family][0] if family else next(spare) for family in found]


def row_colours(labels: list[str]) -> list[str]:
    """The colour of each row of a figure whose rows stand apart: its family's, or one dark grey for all others."""
    families = [_family(label) for label in labels]
    return [FAMILIES[family][0] if family else OTHERS[0] for family in families]


def shades(bases: list[str]) -> list[str]:
    """The same colours, where one is used k times lightest first: the k lines go from pale to full."""
    total, seen, result = Counter(bases), Counter(), []
    for base in bases:
        seen[base] += 1
        result.append(_paler(base, 0.55 * (total[base] - seen[base]) / max(1, total[base] - 1)))
    return result


def _family(label: str) -> str | None:
    text = label.lower()
    return next((name for name, (_, words) in FAMILIES.items() if any(word in text for word in words)), None)


def _paler(colour: str, share: float) -> str:
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(part + share * (255 - part)):02X}" for part in parts)
