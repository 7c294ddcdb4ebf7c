"""CutMix in other words, right ones and wrong ones, and from parts of which one is wrong."""

import numpy as np
import torch

from lossfns.grading.bank.calibration.mixing import _inverse


def _clipped(box, h, w):
    top, left, height, width = box
    return max(top, 0), min(top + height, h), max(left, 0), min(left + width, w)


def _box_mask(edges, h, w):
    top, bottom, left, right = edges
    rows, columns = torch.arange(h)[:, None], torch.arange(w)
    return (rows >= top) & (rows < bottom) & (columns >= left) & (columns < right)


def _cut(
    where=lambda box, h, w: _box_mask(_clipped(box, h, w), h, w),
    share=lambda m, box: 1 - m.double().mean(),
    paste=lambda x, partner, m: torch.where(m, partner, x),
    label=lambda y, partner, lam: lam * y + (1 - lam) * partner,
    who=lambda v, order: v[order],
    whose=lambda v, order: v[order],
):
    """CutMix with one of its parts replaced."""

    def cut_and_paste(x, y, order, box):
        m = where(box, *x.shape[1:])
        return paste(x, who(x, order), m), label(y, whose(y, order), share(m, box))

    return cut_and_paste


def _sides_swapped(box, h, w):
    top, left, height, width = box
    return _box_mask(_clipped((top, left, width, height), h, w), h, w)


def _corner_swapped(box, h, w):
    top, left, height, width = box
    return _box_mask(_clipped((left, top, height, width), h, w), h, w)


def _axes_swapped(box, h, w):
    top, left, height, width = box
    return _box_mask(_clipped((left, top, width, height), h, w), h, w)


def _centred(box, h, w):
    top, left, height, width = box
    return _box_mask(_clipped((top - height // 2, left - width // 2, height, width), h, w), h, w)


def _centred_by_halves(box, h, w):
    """Half a side to either side of the middle; an odd side loses a pixel."""
    top, left, height, width = box
    return _centred((top, left, height // 2 * 2, width // 2 * 2), h, w)


def _one_more(box, h, w):
    top, left, height, width = box
    return _box_mask(_clipped((top, left, height + 1, width + 1), h, w), h, w)


def _one_less(box, h, w):
    top, left, height, width = box
    return _box_mask(_clipped((top, left, height - 1, width - 1), h, w), h, w)


def _moved_inside(box, h, w):
    """A box over the border begins at the border and keeps its sides."""
    top, left, height, width = box
    return _box_mask(_clipped((max(top, 0), max(left, 0), height, width), h, w), h, w)


def _as_corners(box, h, w):
    top, left, bottom, right = box
    return _box_mask((max(top, 0), min(bottom, h), max(left, 0), min(right, w)), h, w)


def _sliced(box, h, w):
    """Plain slices: a negative start counts from the end."""
    top, left, height, width = box
    m = torch.zeros(h, w, dtype=torch.bool)
    m[top : top + height, left : left + width] = True
    return m


def _counted_by_colour(x, y, order, box):
    m = _box_mask(_clipped(box, *x.shape[1:]), *x.shape[1:])
    mixed = torch.where(m, x[order], x)
    lam = (mixed == x).double().mean((1, 2))[:, None]
    return mixed, lam * y + (1 - lam) * y[order]


def _blended_by_lambda(x, y, order, box):
    """The box's pixels are mixed like the labels."""
    m = _box_mask(_clipped(box, *x.shape[1:]), *x.shape[1:])
    lam = 1 - m.double().mean()
    return torch.where(m, lam * x + (1 - lam) * x[order], x), lam * y + (1 - lam) * y[order]


def _by_slices(ends):
    """Rows and columns as slices, their lengths counted from the ends that `ends` gives for a box in an image h × w."""

    def cut_and_paste(x, y, order, box):
        h, w = x.shape[1:]
        top, bottom, left, right = ends(box, h, w)
        mixed = x.clone()
        mixed[:, top:bottom, left:right] = x[order][:, top:bottom, left:right]
        lam = 1 - (bottom - top) * (right - left) / (h * w)
        return mixed, lam * y + (1 - lam) * y[order]

    return cut_and_paste


def _far_ends_only(box, h, w):
    top, left, height, width = box
    return top, min(top + height, h), left, min(left + width, w)


def _one_short(box, h, w):
    top, left, height, width = box
    return max(top, 0), min(top + height, h - 1), max(left, 0), min(left + width, w - 1)


def _near_ends_only(box, h, w):
    top, left, height, width = box
    return max(top, 0), top + height, max(left, 0), left + width


def _whole(m, box):
    return 1 - box[2] * box[3] / m.numel()


def _cut_in_a_loop(x, y, order, box):
    top, left, height, width = box
    n, h, w = x.shape
    mixed, kept = x.clone(), 0
    for r in range(h):
        for c in range(w):
            if top <= r < top + height and left <= c < left + width:
                for i in range(n):
                    mixed[i, r, c] = x[order[i], r, c]
            else:
                kept += 1
    lam = kept / (h * w)
    return mixed, y * lam + y[order] * (1 - lam)


def _cut_in_numpy(x, y, order, box):
    x, y, order = np.asarray(x), np.asarray(y), np.asarray(order)
    r, c = np.ogrid[: x.shape[1], : x.shape[2]]
    top, left, height, width = box
    keep = ~((r >= top) & (r < top + height) & (c >= left) & (c < left + width))
    lam = keep.mean()
    return np.where(keep, x, x[order]), lam * y + (1 - lam) * y[order]


def _cut_by_masks(x, y, order, box):
    m = _box_mask(_clipped(box, *x.shape[1:]), *x.shape[1:]).to(x.dtype)
    return x * (1 - m) + x[order] * m, y * (1 - m).mean() + y[order] * m.mean()


def _pasted_in_place(x, y, order, box):
    m = _box_mask(_clipped(box, *x.shape[1:]), *x.shape[1:])
    mixed, lam = x.clone(), 1 - m.double().mean()
    for i, j in enumerate(order.tolist()):
        mixed[i] = torch.where(m, mixed[j], mixed[i])
    return mixed, lam * y + (1 - lam) * y[order]


def _all_in_place(x, y, order, box):
    m = _box_mask(_clipped(box, *x.shape[1:]), *x.shape[1:])
    y, lam = y.clone(), 1 - m.double().mean()
    for i, j in enumerate(order.tolist()):
        y[i] = lam * y[i] + (1 - lam) * y[j]
    return _pasted_in_place(x, y, order, box)[0], y


def _read_as_corners(x, y, order, box):
    top, left, bottom, right = box
    rows = slice(max(top, 0), min(bottom, x.shape[1]))
    columns = slice(max(left, 0), min(right, x.shape[2]))
    mixed = x.clone()
    mixed[:, rows, columns] = x[order][:, rows, columns]
    lam = 1 - (rows.stop - rows.start) * (columns.stop - columns.start) / x[0].numel()
    return mixed, lam * y + (1 - lam) * y[order]


def _cut_by_edges(x, y, order, box):
    top, left, height, width = box
    _, h, w = x.shape
    first_row, last_row = max(top, 0), min(top + height, h)
    first_column, last_column = max(left, 0), min(left + width, w)
    new = x.clone()
    new[:, first_row:last_row, first_column:last_column] = x[
        order, first_row:last_row, first_column:last_column
    ]
    area = (last_row - first_row) * (last_column - first_column)
    lam = 1 - area / (h * w)
    return new, lam * y + (1 - lam) * y[order]


def _cut_where(x, y, order, box):
    top, left, height, width = box
    rows, columns = torch.arange(x.shape[1])[:, None], torch.arange(x.shape[2])
    inside = (rows >= top) & (rows < top + height) & (columns >= left) & (columns < left + width)
    lam = (~inside).double().mean()
    return torch.where(inside, x[order], x), lam * y + (1 - lam) * y[order]


# where the box is, and what the labels say
WHERE = (
    (
        "moved-inside",
        {"where": _moved_inside},
        "A box that begins before the image does is cut off there, and not moved.",
    ),
    ("negative-slices", {"where": _sliced}, "A negative start of a slice counts from the end."),
    ("one-more", {"where": _one_more}, "Your box has a row and a column too many."),
    ("one-less", {"where": _one_less}, "Your box lacks a row and a column."),
    ("corners", {"where": _as_corners}, "The box's last two numbers are a height and a width."),
    (
        "axes-swapped",
        {"where": _axes_swapped},
        "The first of the two numbers is about rows, which run downwards.",
    ),
    (
        "the-other-way-round",
        {"who": _inverse, "whose": _inverse},
        "Image i's partner is number order[i], not the one whose partner it is.",
    ),
)
LABELS = (
    (
        "lambda-swapped",
        {"share": lambda m, box: m.double().mean()},
        "And λ is the share of pixels that were *kept*.",
    ),
    ("labels-untouched", {"label": lambda y, p, lam: y}, "And the labels are mixed as well."),
)
