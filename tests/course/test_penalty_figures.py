from itertools import combinations

import numpy as np
import pytest
from matplotlib.text import Text

from lossfns.course import figures
from lossfns.course.figures import coefficients, page
from lossfns.course.figures.balls import ball, touching


@pytest.fixture
def drawn(monkeypatch):
    """The figures that were drawn."""
    seen = []
    original = page._png
    monkeypatch.setattr(page, "_png", lambda figure: (seen.append(figure), original(figure))[1])
    return seen


def bowl(a, b):
    return (a - 2) ** 2 + 2 * (b - 0.5) ** 2


L1 = (lambda a, b: abs(a) + abs(b), 1.0)
L2 = (lambda a, b: a**2 + b**2, 1.0)


def three_balls():
    mixed = (lambda a, b: (L1[0](a, b) + L2[0](a, b)) / 2, 1.0)
    figures.balls(
        bowl, {"L1": L1, "L2": L2, "elastic net": mixed}, title="B", xlabel="w₁", ylabel="w₂", best=(2, 0.5)
    )


STRENGTHS = np.array([8.0, 4.0, 2.0, 1.0])
PATHS = np.array([[0.0, 1.0, 0.0, 0.0], [2.0, 1.5, 0.0, 0.0], [3.0, 2.0, 0.0, -0.5], [4.0, 2.5, 0.0, -1.0]])


def four_paths(**named):
    figures.coefficient_paths(STRENGTHS, PATHS, named, title="P", xlabel="price λ", ylabel="weight")


def crowded_paths():
    end = 1 + 0.01 * np.arange(4)
    paths = np.linspace(0, 1, 4)[:, None] * end
    figures.coefficient_paths(
        STRENGTHS, paths, {"a": 0, "b": 1, "c": 2, "d": 3}, title="P", xlabel="λ", ylabel="w"
    )


@pytest.mark.parametrize("draw", [three_balls, crowded_paths, lambda: four_paths(first=0, third=2)])
def test_no_two_labels_overlap_and_all_are_on_the_page(draw, drawn):
    draw()
    (figure,) = drawn
    figure.draw_without_rendering()
    renderer = figure.canvas.get_renderer()
    boxes = [Text.get_window_extent(text, renderer) for ax in figure.axes for text in ax.texts]
    assert boxes and not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    for box in boxes:
        assert figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1


def test_balls_tell_where_each_touches(capsys):
    three_balls()
    text = capsys.readouterr().out
    assert "The loss is lowest at (2, 0.5). The ball of L1 touches it at (1, 0);" in text
    assert "L2 touches it at (0.9" in text and "elastic net touches it at (0.9" in text


@pytest.mark.parametrize("budget", [L1, L2, (lambda a, b: 3 * a**2 + abs(b), 0.2)])
def test_a_rim_costs_the_budget_everywhere(budget):
    rim = ball(*budget)
    np.testing.assert_allclose(budget[0](*rim.T), budget[1], rtol=1e-12)
    assert rim.shape == (721, 2) and (rim[[0, 360, 720], 1] == 0).all()


def test_a_ball_is_touched_where_the_loss_is_lowest_on_it():
    a, b = touching(bowl, *L2)
    angle = np.linspace(0, 2 * np.pi, 100_001)
    best = bowl(np.cos(angle), np.sin(angle)).argmin()
    np.testing.assert_allclose((a, b), (np.cos(angle[best]), np.sin(angle[best])), atol=1e-3)
    assert touching(bowl, *L1) == pytest.approx((1.0, 0.0), abs=1e-12)


def test_paths_tell_where_a_weight_wakes_and_how_many_of_the_others_are_awake(capsys):
    four_paths(first=0, third=2)
    text = capsys.readouterr().out
    assert "4 lines, weight, for price λ from 1 to 8" in text
    assert "first is exactly 0 down to 8 and ends at 4; third stays at 0." in text
    assert (
        "Of the other 2, in grey, 1 differ from 0 at 8 (by 1 at most) and 2 differ from 0 at 1 (by 2.5 at most)"
        in text
    )


def test_paths_run_from_the_strongest_penalty_to_the_weakest(drawn):
    four_paths(first=0)
    assert drawn[0].axes[0].get_xlim() == (8.0, 1.0)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"strengths": STRENGTHS[::-1]}, "fall"),
        ({"paths": PATHS[:2]}, r"\(4, d\)"),
        ({"named": dict(zip("abcde", [0, 1, 2, 3, 0], strict=True))}, "at most 4"),
    ],
)
def test_paths_refuse_what_they_cannot_draw(change, said):
    given = {"strengths": STRENGTHS, "paths": PATHS, "named": {"a": 0}} | change
    with pytest.raises(ValueError, match=said):
        figures.coefficient_paths(**given, title="P", xlabel="x", ylabel="y")


def test_named_weights_differ_from_the_crowd():
    assert coefficients.CROWD not in coefficients.NAMED and len(set(coefficients.NAMED)) == 4
