import numpy as np
import pytest
import torch
from sklearn.neighbors import KNeighborsClassifier

from lossfns.course import knn_accuracy


def cloud(seed, n=60, m=40, d=5, classes=4):
    draw = np.random.default_rng(seed)
    return (
        draw.normal(size=(n, d)),
        draw.integers(0, classes, n),
        draw.normal(size=(m, d)),
        draw.integers(0, classes, m),
    )


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
@pytest.mark.parametrize("seed", range(5))
def test_knn_accuracy_with_one_neighbour_is_scikit_learns(metric, seed):
    points, labels, queries, truth = cloud(seed)
    theirs = KNeighborsClassifier(1, metric=metric).fit(points, labels).score(queries, truth)
    assert knn_accuracy(points, labels, queries, truth, k=1, metric=metric) == pytest.approx(theirs)


@pytest.mark.parametrize("k", [1, 2, 5, 9])
def test_knn_accuracy_counts_votes_and_breaks_ties_by_the_nearest_voter(k):
    points, labels, queries, truth = cloud(7)
    right = 0
    for query, label in zip(queries, truth, strict=True):
        voters = labels[np.argsort(np.linalg.norm(points - query, axis=1))[:k]].tolist()
        right += max(voters, key=lambda v: (voters.count(v), -voters.index(v))) == label
    got = knn_accuracy(points, labels, queries, truth, k=k, metric="euclidean")
    assert got == pytest.approx(right / len(truth))


def test_knn_accuracy_of_identical_points_goes_by_the_order_of_the_rows():
    points, labels = np.ones((4, 2)), [3, 1, 1, 2]
    assert knn_accuracy(points, labels, np.ones((1, 2)), [3], k=1) == 1.0
    assert knn_accuracy(points, labels, np.ones((1, 2)), [1], k=3) == 1.0
    assert knn_accuracy(points, labels, np.zeros((1, 2)), [3], k=2) == 1.0  # a tie: the first voter's label


def test_knn_accuracy_by_cosine_does_not_ask_for_lengths():
    points, labels, queries, truth = cloud(1)
    lengths = np.random.default_rng(0).uniform(0.1, 9, (60, 1))
    assert knn_accuracy(points, labels, queries, truth) == knn_accuracy(
        points * lengths, labels, 5 * queries, truth
    )


def test_knn_accuracy_takes_tensors_that_carry_gradients():
    points = torch.eye(2, requires_grad=True)
    assert knn_accuracy(points, [0, 1], points, torch.tensor([0, 1]), k=1) == 1.0


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"k": 0}, "k must be between 1 and the number of points, 60"),
        ({"k": 61}, "got 61"),
        ({"metric": "manhattan"}, "metric must be one of cosine, euclidean"),
    ],
)
def test_knn_accuracy_refuses_options_that_make_no_sense(change, complaint):
    with pytest.raises(ValueError, match=complaint):
        knn_accuracy(*cloud(0), **change)


def test_knn_accuracy_refuses_shapes_that_do_not_fit():
    points, labels, queries, truth = cloud(0)
    with pytest.raises(ValueError, match="are needed, got"):
        knn_accuracy(points, labels[1:], queries, truth)
    with pytest.raises(ValueError, match="are needed, got"):
        knn_accuracy(points, labels, queries[:, 1:], truth)
