"""Softer targets with boxes: CutMix. The function below the heading is the solution that a learner may ask for."""

from collections.abc import Iterator

import numpy as np
import torch

from lossfns.grading.bank.calibration.cutting import (
    LABELS,
    WHERE,
    _all_in_place,
    _as_corners,
    _axes_swapped,
    _blended_by_lambda,
    _box_mask,
    _by_slices,
    _centred,
    _centred_by_halves,
    _clipped,
    _corner_swapped,
    _counted_by_colour,
    _cut,
    _cut_by_edges,
    _cut_by_masks,
    _cut_in_a_loop,
    _cut_in_numpy,
    _cut_where,
    _far_ends_only,
    _moved_inside,
    _near_ends_only,
    _one_less,
    _one_more,
    _one_short,
    _pasted_in_place,
    _read_as_corners,
    _sides_swapped,
    _sliced,
    _whole,
)
from lossfns.grading.bank.calibration.mixing import (
    ONE_OF_THE_PAIR,
    _inverse,
    circle,
    mix,
    onehot,
    side_by_side,
)
from lossfns.grading.bank.calibration.twice import two_at_once
from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# cal-12 · CutMix ------------------------------------------------------------------------------------------------------


def cut(x, y, order, box):
    top, left, height, width = box
    h, w = x.shape[1:]
    rows = slice(max(top, 0), min(top + height, h))
    columns = slice(max(left, 0), min(left + width, w))
    mixed = x.clone()
    mixed[:, rows, columns] = x[order][:, rows, columns]
    replaced = (rows.stop - rows.start) * (columns.stop - columns.start)
    lam = 1 - replaced / (h * w)
    return mixed, lam * y + (1 - lam) * y[order]


def images(rng: np.random.Generator) -> Iterator[Probe]:
    """A small pair first, which is easily read, inside and over the border. Images wider than high and higher than wide;
    boxes inside, over each border, and over all; pixels that are equal."""
    for box in ((0, 1, 1, 1), (-1, 0, 2, 1)):
        x = np.array([[[0.0, 0.25], [0.5, 0.75]], [[1.0, 0.5], [0.25, 0.0]]])
        yield Probe((x, np.eye(2), np.array([1, 0]), box), side_by_side)
    shapes = ((1, 2, 3), (3, 4, 6), (4, 7, 5), (3, 4, 6), (5, 5, 8), (3, 6, 4))
    boxes = ((0, 1, 1, 2), (1, 2, 2, 3), (-1, 1, 4, 3), (2, -2, 5, 5), (3, 5, 1, 6), (-2, -3, 20, 20))
    for (n, h, w), box in zip(shapes, boxes, strict=True):
        x = rng.integers(0, 4, (n, h, w)) / 4
        yield Probe((x, onehot(rng, n, 3), circle(rng, n), box), side_by_side)
    yield Probe((x, onehot(rng, n, 3), circle(rng, n), (1, 2, 3, 1)), side_by_side)


def _columns_first(x, y, order, box):
    top, bottom, left, right = _clipped(box, *x.shape[1:])
    mixed = x.clone()
    mixed[:, left:right, top:bottom] = x[order][:, left:right, top:bottom]
    return mixed, cut(x, y, order, box)[1]


OVER = (
    Regime(
        "over the border",
        lambda x, y, o, box: min(box[:2]) < 0 or box[0] + box[2] > x.shape[1] or box[1] + box[3] > x.shape[2],
        "the box reaches over the border",
        "the box lies inside the image",
    ),
    Regime(
        "begins outside",
        lambda x, y, o, box: min(box[:2]) < 0,
        "the box begins before the image does",
        "the box begins inside the image",
    ),
)

CUTMIX = Exercise(
    id="cal-12",
    name="cut",
    title="CutMix, and the pixels that are left",
    points=3,
    minutes=12,
    difficulty=3,
    reference=cut,
    probes=images,
    regimes=(*OVER, *ONE_OF_THE_PAIR),
    gives="the pair (x', y'), each in the shape that it came in,",
    hints=(
        "Two questions: which pixels are replaced, and how many are they? Answer the first, and the second is counting.",
        "Cut the box off at the border first: its rows run from max(top, 0) to min(top + height, h), its columns likewise. "
        "Everything else uses these.",
        "Paste with `mixed[:, rows, columns] = x[order][:, rows, columns]` into a copy; λ = 1 − replaced pixels / (h · w).",
    ),
    mistakes=(
        Mistake(
            "lambda-before-clipping",
            _cut(share=_whole),
            "The images are right. For the labels you count the whole box, also the part of it that lies outside the image.",
        ),
        Mistake(
            "lambda-swapped",
            _cut(share=lambda m, box: m.double().mean()),
            "The images are right. In the labels the partner gets the share of the pixels that were *kept*.",
        ),
        Mistake(
            "labels-untouched",
            _cut(label=lambda y, p, lam: y),
            "The images are right. The labels still say that each image is wholly its own.",
        ),
        Mistake(
            "labels-of-the-partner",
            _cut(label=lambda y, p, lam: p),
            "The images are right. The labels went to the partners altogether.",
        ),
        Mistake(
            "labels-half-and-half",
            _cut(share=lambda m, box: 0.5),
            "The images are right. The labels are halved whatever the box is: count its pixels.",
        ),
        Mistake(
            "larger-share-wins",
            _cut(label=lambda y, p, lam: y if lam > 0.5 else p),
            "The images are right. The labels go wholly to whoever has more pixels; each should have its share.",
        ),
        Mistake(
            "images-untouched",
            _cut(paste=lambda x, p, m: x),
            "The labels are right. The images are as they came.",
        ),
        Mistake(
            "box-kept",
            _cut(paste=lambda x, p, m: torch.where(m, x, p)),
            "You keep the box and replace everything around it; the labels know nothing of that.",
        ),
        Mistake(
            "box-kept-labels-too",
            _cut(paste=lambda x, p, m: torch.where(m, x, p), share=lambda m, box: m.double().mean()),
            "You keep the box and replace everything around it. Labels and images agree; the box is what is to be replaced.",
        ),
        Mistake(
            "blended-in-the-box",
            _cut(paste=lambda x, p, m: torch.where(m, (x + p) / 2, x)),
            "In the box you blend the two images. There the partner replaces the image.",
        ),
        Mistake(
            "mixup",
            lambda x, y, order, box: mix(
                x, y, order, (1 - _box_mask(_clipped(box, *x.shape[1:]), *x.shape[1:]).double().mean()).item()
            ),
            "The labels are right. You blend the images everywhere, which is mixup; here a box is pasted.",
        ),
        Mistake(
            "cutout",
            _cut(paste=lambda x, p, m: torch.where(m, 0.0 * x, x)),
            "The labels are right. You cut the box out and leave a hole: what belongs there?",
        ),
        Mistake(
            "sides-swapped",
            _cut(_sides_swapped),
            "Height and width stand in each other's place: the box is (top, left, height, width).",
        ),
        Mistake(
            "corner-swapped",
            _cut(_corner_swapped),
            "Top and left stand in each other's place. The first axis of an image runs downwards.",
        ),
        Mistake(
            "corners",
            _cut(_as_corners),
            "You read the box as two corners. Its last two numbers are a height and a width.",
        ),
        Mistake(
            "centred",
            _cut(_centred),
            "You take (top, left) for the middle of the box. It is its first row and its first column.",
        ),
        Mistake(
            "centred-by-halves",
            _cut(_centred_by_halves),
            "You take (top, left) for the middle of the box. It is its first row and its first column. (And an odd side loses a pixel "
            "when it is halved.)",
        ),
        Mistake(
            "one-more",
            _cut(_one_more),
            "Your box has a row and a column too many: `height` rows, beginning with `top`.",
        ),
        Mistake(
            "one-less",
            _cut(_one_less),
            "Your box lacks a row and a column: a slice ends *before* its end.",
        ),
        Mistake(
            "moved-inside",
            _cut(_moved_inside),
            "Where the box begins before the image does, you begin at the border and keep its sides. What lies outside is "
            "lost; the rest does not move.",
        ),
        Mistake(
            "negative-slices",
            _cut(_sliced),
            "Right unless the box begins before the image does. A negative start of a slice counts from the end.",
        ),
        Mistake(
            "negative-slices-whole-box",
            _cut(_sliced, share=_whole),
            "Two things are left: a negative start of a slice counts from the end, and the labels should count only pixels "
            "that are there.",
        ),
        Mistake(
            "far-ends-only",
            _by_slices(_far_ends_only),
            "Right unless the box begins before the image does. You cut it off at the lower and the right border; it has two "
            "more.",
        ),
        Mistake(
            "near-ends-only",
            _by_slices(_near_ends_only),
            "The images are right: a slice may end beyond the image. Your λ counts the pixels that it would have there.",
        ),
        Mistake(
            "last-left-out",
            _by_slices(_one_short),
            "Right unless the box reaches the lower or the right border. There the last row or column stays: a slice ends "
            "*before* its end.",
        ),
        Mistake(
            "columns-first",
            _columns_first,
            "The labels are right. In the images you take the box's columns for rows: the first axis of an image runs downwards.",
        ),
        Mistake(
            "lambda-of-the-batch",
            lambda x, y, order, box: _cut(share=lambda m, box: 1 - m.double().mean() / len(x))(
                x, y, order, box
            ),
            "The images are right. You divide by the pixels of the whole batch; λ is the share of *one* image's.",
        ),
        Mistake(
            "height-for-width",
            _by_slices(lambda box, h, w: _clipped(box, w, h)),
            "You cut the rows off at the image's width and the columns at its height. The first axis of an image runs "
            "downwards.",
        ),
        Mistake(
            "moved-inside-whole-box",
            _cut(_moved_inside, share=_whole),
            "Two things are left. Where the box begins before the image does, you begin at the border and keep its sides; and "
            "the labels should count only pixels that are there.",
        ),
        Mistake(
            "blended-in-the-box-by-lambda",
            _blended_by_lambda,
            "The labels are right. In the box you blend the two images; there the partner replaces the image.",
        ),
        *two_at_once(_cut, WHERE, LABELS),
        Mistake(
            "whole-box-lambda-swapped",
            _cut(share=lambda m, box: 1 - _whole(m, box)),
            "The images are right. In the labels λ is the share that was *kept*, counted where there are pixels.",
        ),
        Mistake(
            "counted-by-colour",
            _counted_by_colour,
            "The images are right. You count the pixels that *look* different; some replaced ones happen to be equal.",
        ),
        Mistake(
            "height-only",
            _cut(share=lambda m, box: 1 - m.any(1).double().mean()),
            "The images are right. Your λ counts rows. The box is not as wide as the image.",
        ),
        Mistake(
            "labels-of-others",
            _cut(whose=_inverse),
            "The images are right. The labels are mixed with those of other samples than the images were.",
        ),
        Mistake(
            "the-other-way-round",
            _cut(who=_inverse, whose=_inverse),
            "Each image meets the one that it is the partner *of*. Image i's partner is number order[i].",
        ),
        Mistake(
            "neighbours",
            _cut(who=lambda v, order: v.roll(1, 0), whose=lambda v, order: v.roll(1, 0)),
            "The partners are the neighbours in yours. `order` says who they are.",
        ),
        Mistake(
            "corners-by-slices",
            _read_as_corners,
            "You read the box as two corners. Its last two numbers are a height and a width.",
        ),
        Mistake(
            "in-place",
            _pasted_in_place,
            "The labels are right, and the first images. Later ones get boxes from partners that have been pasted into "
            "already: the partners should be the images as they came.",
        ),
        Mistake(
            "in-place-labels-too",
            _all_in_place,
            "The first images and labels are right. Later ones meet partners that you have changed already: the partners should "
            "be the images and labels as they came.",
        ),
        Mistake(
            "nothing-pasted",
            lambda x, y, order, box: (x, y),
            "The batch came back as it was. Where does the box come in?",
        ),
        Mistake(
            "backwards",
            _cut(who=lambda v, order: v.flip(0), whose=lambda v, order: v.flip(0)),
            "The partners are the batch in reverse order in yours. `order` says who they are.",
        ),
        Mistake(
            "axes-swapped",
            _cut(_axes_swapped),
            "You take the first two numbers for column and row, and the last two for width and height. It is (top, left, height, "
            "width), and the first axis of an image runs downwards.",
        ),
        Mistake(
            "partners-backwards",
            _cut(who=lambda v, order: v.flip(0)),
            "The labels are right. The boxes come from the batch in reverse order; `order` says who the partners are.",
        ),
        Mistake(
            "lambda-a-count",
            _cut(share=lambda m, box: (~m).sum().double()),
            "The images are right. Your λ is a number of pixels; a share of them was asked.",
        ),
        Mistake(
            "lambda-of-a-square",
            _cut(share=lambda m, box: 1 - m.sum() / len(m) ** 2),
            "The images are right. You divide by the squared height, and these images are not square.",
        ),
    ),
    variants=(
        _cut_in_a_loop,
        _cut_in_numpy,
        _cut_by_masks,
        _cut_by_edges,
        _cut_where,
        lambda x, y, order, box: cut(x.float(), y.float(), order, box),
    ),
)
