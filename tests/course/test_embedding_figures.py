import numpy as np
import pytest

from lossfns.course import figures
from lossfns.course.figures import page


@pytest.fixture
def drawn(monkeypatch):
    kept = []
    publish = page.publish

    def keep(figure, *rest):
        kept.append(figure)
        publish(figure, *rest)

    monkeypatch.setitem(figures.embedding.__globals__, "publish", keep)
    return kept


def clusters(spread, seed=0):
    draw = np.random.default_rng(seed)
    classes = np.repeat([1, 4, 8], 20)
    centres = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 3.0]])
    return np.repeat(centres, 20, axis=0) + spread * draw.normal(size=(60, 2)), classes


def test_embedding_tells_how_many_points_are_at_home(capsys):
    figures.embedding({"tight": clusters(0.1), "wide": clusters(3.0)}, title="Two maps")
    text = capsys.readouterr().out
    points, classes = clusters(3.0)
    medians = {c: np.median(points[classes == c], axis=0) for c in (1, 4, 8)}
    home = sum(
        min(medians, key=lambda m: np.linalg.norm(p - medians[m])) == c
        for p, c in zip(points, classes, strict=True)
    )
    assert "tight: 60 points of 3 classes, 60 of them nearest to the median of their own class" in text
    assert f"wide: 60 points of 3 classes, {home} of them" in text
    exact = clusters(0.0)
    figures.embedding({"exact": exact}, title="T")  # sides of 4, 3 and 5
    assert "0 from its class's median on average, two medians are 4 apart" in capsys.readouterr().out


def test_embedding_draws_every_panel_to_one_scale_and_names_each_class_once(drawn):
    figures.embedding({"tight": clusters(0.1), "collapsed": clusters(0.0)}, title="Two maps")
    one, two = drawn[0].axes
    assert np.ptp(one.get_xlim()) == pytest.approx(np.ptp(two.get_xlim()))
    assert [text.get_text() for text in one.texts] == ["1", "4", "8"]
    assert sum(len(own.get_offsets()) for own in one.collections) == 60


def test_embedding_of_one_place_is_drawn_too(capsys):
    figures.embedding({"all in one": (np.zeros((4, 2)), [1, 1, 2, 2])}, title="Collapsed")
    assert "0 from its class's median on average, two medians are 0 apart" in capsys.readouterr().out


def test_similarities_tell_the_diagonal_and_the_rest(capsys):
    matrix = np.array([[0.9, 0.1, -0.3], [0.2, 0.5, 0.7], [0.0, 0.0, 0.4]])
    figures.similarities({"a batch": matrix}, title="Who finds whom", ylabel="text i")
    text = capsys.readouterr().out
    assert "3 × 3 similarities, text i against key j; on the diagonal 0.6 on average" in text
    assert "elsewhere 0.117, from −0.3 to 0.7; the diagonal is the largest of its row in 2 of 3 rows" in text


def test_similarities_share_one_scale_of_colours(drawn):
    figures.similarities({"a": np.eye(3), "b": -np.eye(3)}, title="T")
    images = [ax.images[0] for ax in drawn[0].axes if ax.images]
    assert [image.get_clim() for image in images] == [(-1, 1)] * 2
    np.testing.assert_array_equal(images[1].get_array(), -np.eye(3))


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda: figures.embedding({}, title="T"), "from 1 to 3"),
        (lambda: figures.embedding({"a": (np.zeros((3, 2)), [1, 2])}, title="T"), r"points \(n, 2\)"),
        (lambda: figures.embedding({"a": (np.full((1, 2), np.nan), [1])}, title="T"), "finite"),
        (lambda: figures.similarities({"a": np.zeros((2, 3))}, title="T"), "n of 2 or more"),
    ],
)
def test_figures_of_embeddings_refuse_what_they_cannot_draw(call, complaint):
    with pytest.raises(ValueError, match=complaint):
        call()
