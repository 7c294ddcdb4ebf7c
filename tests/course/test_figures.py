import subprocess
import sys
from io import BytesIO
from itertools import combinations

import matplotlib
import nbformat
import numpy as np
import pytest
from matplotlib.text import Text
from nbclient import NotebookClient
from PIL import Image
from sklearn.isotonic import isotonic_regression

from lossfns import data
from lossfns.course import descend, figures, fit_line
from lossfns.course.figures import calculus, colours, labels, page, words
from lossfns.regression import mae_loss, mse_loss, pinball_loss

FRANCS = {"xlabel": "household income, francs a year", "ylabel": "spent on food, francs a year"}


def pinball(pred, target, q):
    r = target - pred
    return np.maximum(q * r, (q - 1) * r)


def squared(pred, target):
    return (pred - target) ** 2


def absolute(pred, target):
    return np.abs(pred - target)


def engel_lines(**change):
    income, food = data.engel()
    lines = {
        "q = 0.1\none in ten spends less": fit_line(income, food, pinball_loss, q=0.1),
        "absolute": fit_line(income, food, mae_loss),
        "squared": fit_line(income, food, mse_loss),
    }
    figures.points_and_lines(income, food, lines, title="Three lines", **(FRANCS | change))


def crowded_histogram():
    food = data.engel().food
    marks = {"median": 583.0, "mean": 584.0, "Huber": 585.0, "0.9 quantile": 586.0}
    figures.histogram(food, marks, title="Four near constants", xlabel="francs", ylabel="families")


def crowded_curves(yscale="linear"):
    x = np.arange(1.0, 30.0)
    lines = {f"curve {i}\nwith a second line": x ** (0.5 + 1e-3 * i) for i in range(4)}
    figures.curves(x, lines, title="All end together", xlabel="x", ylabel="y", yscale=yscale, lowest=True)


def bowl(a, b):
    return 1.5 * a**2 + 0.15 * b**2


def results(**change):
    rows = {f"optimizer {i}": 0.9 + 0.01 * i + 0.002 * np.arange(5) for i in range(7)} | {"MSE": [0.93] * 5}
    figures.spread(rows, **({"title": "A race", "xlabel": "accuracy", "marks": {"guessing": 0.88}} | change))


def descents(*rates):
    paths = {f"step {rate}": descend(lambda w: bowl(w[0], w[1]), [2.0, 4.0], rate, 30).path for rate in rates}
    figures.descent(bowl, paths, title="Down the bowl", xlabel="a", ylabel="b", best=(0.0, 0.0))


EVERY_KIND = {
    "one loss": lambda: figures.loss_and_gradient(pinball, q=[0.1, 0.5, 0.9], title="Prices"),
    "losses": lambda: figures.loss_and_gradient(
        {"squared": squared, "absolute": absolute}, title="Two losses"
    ),
    "points": engel_lines,
    "a scatter alone": lambda: figures.points_and_lines(*data.engel(), title="Families", **FRANCS),
    "points in a frame": lambda: engel_lines(xlim=(300, 3000)),
    "curves": crowded_curves,
    "log curves": lambda: crowded_curves("log"),
    "histogram": crowded_histogram,
    "results over seeds": lambda: results(),
    "maps": lambda: figures.embedding(
        {"a map": (np.diag([0.37, 1.41])[[0, 1, 1]], [3, 5, 5]), "another": (np.eye(2), [3, 5])}, title="Two"
    ),
    "similarities": lambda: figures.similarities({"before": np.eye(4), "after": -np.eye(4)}, title="Found"),
    "descents": lambda: descents(0.05, 0.1, 0.3, 0.6),
    "token bars": lambda: figures.token_bars(
        "a short sentence.", range(1, 18), title="A sentence", ylabel="loss, nats", floor=8.5
    ),
}


@pytest.fixture
def drawn(monkeypatch):
    """The figures that were drawn, with the sentence shown below each."""
    seen = []
    original = page._png
    monkeypatch.setattr(page, "_png", lambda figure: (seen.append(figure), original(figure))[1])
    return seen


def boxes(figure):
    renderer = figure.canvas.get_renderer()
    texts = [text for ax in figure.axes for text in ax.texts]
    return [Text.get_window_extent(text, renderer) for text in texts]


@pytest.mark.parametrize("draw", EVERY_KIND.values(), ids=EVERY_KIND)
def test_no_two_labels_overlap_and_all_are_on_the_page(draw, drawn):
    draw()
    (figure,) = drawn
    figure.draw_without_rendering()
    found = boxes(figure)
    for one, other in combinations(found, 2):
        assert not one.overlaps(other)
    for box in found:
        assert figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1
        assert figure.bbox.y0 <= box.y0 and box.y1 <= figure.bbox.y1


@pytest.mark.parametrize("draw", EVERY_KIND.values(), ids=EVERY_KIND)
def test_every_figure_returns_nothing_and_says_what_it_shows(draw, capsys):
    assert draw() is None
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("Figure: ") and line.endswith(".")
    assert sum(character.isdigit() for character in line) > 10


def test_spread_is_the_isotonic_regression():
    draw = np.random.default_rng(0)
    for _ in range(50):
        wanted, heights = draw.uniform(0, 100, 4), draw.uniform(5, 20, 4)
        centres = labels.spread(wanted, heights, 0, 100)
        order = np.argsort(wanted)
        stacked = np.cumsum(heights[order]) - heights[order] / 2
        expected = isotonic_regression(wanted[order] - stacked, y_min=0, y_max=100 - heights.sum()) + stacked
        np.testing.assert_allclose(centres[order], expected)


def test_loss_and_gradient_tells_the_prices_of_pinball(capsys):
    figures.loss_and_gradient(pinball, q=[0.1, 0.5, 0.9], title="Prices", x=(-2, 2))
    text = capsys.readouterr().out
    for q in (0.1, 0.5, 0.9):
        ends = f"from {words.number(2 * (1 - (1 - q)))} to 0 at 0 and rises to {words.number(2 * (1 - q))}"
        assert f"q = {q} falls {ends}" in text
        assert f"q = {q} stays at −{q:g}, jumps at 0, stays at {1 - q:.1g}" in text


def test_loss_and_gradient_tells_where_losses_meet(capsys):
    figures.loss_and_gradient({"squared": squared, "absolute": absolute}, title="Meet")
    assert "squared and absolute cross at −1 and 1. Gradient" in capsys.readouterr().out


def test_loss_and_gradient_draws_a_mean_of_one_like_the_loss_itself(capsys):
    figures.loss_and_gradient({"squared": squared}, title="Same")
    one = capsys.readouterr().out
    figures.loss_and_gradient({"squared": lambda p, y: np.mean(squared(p, y))}, title="Same")
    assert capsys.readouterr().out == one


def test_loss_and_gradient_draws_no_line_across_a_kink(drawn):
    figures.loss_and_gradient({"absolute": absolute}, title="A jump")
    _, below = drawn[0].axes
    x, slope = below.lines[0].get_data()
    steps = np.abs(np.diff(slope))
    assert np.nanmax(steps) < 1e-6  # flat on both sides; the jump of 2 is behind a NaN
    assert np.isnan(slope).sum() == 1 and abs(x[np.isnan(slope)][0]) < 1e-4


@pytest.mark.parametrize(
    ("f", "slope", "kinks"),
    [
        (np.abs, np.sign, [0]),
        (lambda x: np.maximum(0, 1 - x), lambda x: -1.0 * (x < 1), [1]),
        (lambda x: np.maximum(0, np.abs(x) - 0.37), lambda x: np.sign(x) * (np.abs(x) > 0.37), [-0.37, 0.37]),
        (np.square, lambda x: 2 * x, []),
        (lambda x: np.where(np.abs(x) < 1, x * x / 2, np.abs(x) - 0.5), lambda x: np.clip(x, -1, 1), []),
        (lambda x: np.logaddexp(0, 40 * x) / 40, lambda x: 1 / (1 + np.exp(-40 * x)), []),
        (lambda x: -np.log(x + 3.1), lambda x: -1 / (x + 3.1), []),
        (np.sin, np.cos, []),
    ],
    ids=["absolute", "hinge", "insensitive", "square", "huber", "steep logistic", "near a pole", "sine"],
)
def test_derivative_is_the_closed_form_with_its_kinks(f, slope, kinks):
    at, measured, found = calculus.derivative(f, np.linspace(-3, 3, 601))
    assert found == pytest.approx(kinks, abs=5e-5)
    solid = np.isfinite(measured)
    np.testing.assert_allclose(measured[solid], slope(at[solid]), atol=3e-6)
    assert (np.diff(at) > 0).all() and (~solid).sum() == len(kinks)


def test_the_sentence_changes_when_the_data_do_and_not_when_only_the_last_bit_does(capsys):
    income, food = data.engel()
    line = {"squared": fit_line(income, food, mse_loss)}
    tremble = 1 + 1e-13 * np.random.default_rng(0).standard_normal(len(food))
    richer = np.where(food == food.max(), 3000.0, food)
    told = []
    for y in (food, food * tremble, richer):
        figures.points_and_lines(income, y, line, title="T", **FRANCS)
        figures.histogram(y, {"mean": y.mean()}, title="T", xlabel="francs")
        figures.curves(income, {"food": y}, title="T", **FRANCS)
        told.append(capsys.readouterr().out.splitlines())
    assert told[0] == told[1]
    assert all(before != after for before, after in zip(told[0], told[2], strict=True))


def test_points_outside_the_frame_are_told(capsys):
    engel_lines(xlim=(300, 3000))
    assert "234 points" in (text := capsys.readouterr().out) and "1 more outside the frame" in text


def test_curves_mark_where_each_is_lowest(capsys):
    food = data.engel().food
    guesses = np.arange(500.0, 701.0)
    cost = {"squared": [np.sqrt(squared(g, food).mean()) for g in guesses]}
    figures.curves(guesses, cost, title="T", xlabel="guess", ylabel="cost", lowest=True)
    assert f"to {food.std():.0f} at {food.mean():.0f} and rises" in capsys.readouterr().out


def test_curves_mark_only_the_curves_that_are_named(drawn):
    lines = {"down": [2.0, 1.0, 0.0], "dip": [2.0, 1.0, 2.0]}
    figures.curves(range(3), lines, title="T", xlabel="x", ylabel="y", lowest=["dip"])
    (ax,) = drawn[-1].axes[:1]
    assert [tuple(line.get_xydata()[0]) for line in ax.lines if line.get_marker() == "o"] == [(1.0, 1.0)]
    with pytest.raises(ValueError, match="no curve 'up' to mark, only down, dip"):
        figures.curves(range(3), lines, title="T", xlabel="x", ylabel="y", lowest=["up"])


def test_a_curve_that_diverges_is_drawn_to_its_last_finite_value(capsys):
    figures.curves(range(4), {"lr 9": [1.0, 10.0, np.inf, np.nan]}, title="T", xlabel="step", ylabel="loss")
    assert "rises from 1 to 10. lr 9 is not finite after 1." in capsys.readouterr().out


def test_histogram_tells_the_share_below_each_mark(capsys):
    figures.histogram([1.0, 2.0, 3.0, 10.0], {"mean": 4.0, "median": 2.5}, title="T", xlabel="x")
    text = capsys.readouterr().out
    assert "mean: 4 with 75% of the values below; median: 2.5 with 50% of the values below" in text


def test_descent_tells_start_end_and_loss(capsys):
    figures.descent(bowl, {"path": [[2, 4], [2, 0], [1, 0]]}, title="T", xlabel="a", ylabel="b")
    assert "path goes from (2, 4), loss 8.4, to (1, 0), loss 1.5, in 2 steps" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("value", "span", "text"),
    [
        (1234.5, 0, "1230"),
        (-0.00123456, 0, "−0.00123"),
        (0.1 + 0.2, 0, "0.3"),
        (1e-17, 1.0, "0"),
        (-1e-17, 1.0, "0"),
        (1e-17, 0, "1.00e−17"),
        (10.25, 0, "10.2"),
        (10.25 * (1 + 1e-15), 0, "10.2"),
        (10.25 * (1 - 1e-15), 0, "10.2"),
        (np.inf, 1, "infinite"),
        (np.nan, 1, "undefined"),
        (0.0, 0, "0"),
    ],
)
def test_number_has_three_digits_and_no_noise(value, span, text):
    assert words.number(value, span) == text


def test_a_figure_holds_at_most_four_lines():
    five = {f"line {i}": np.arange(3.0) for i in range(5)}
    with pytest.raises(ValueError, match="at most 4 lines, got 5"):
        figures.curves(range(3), five, title="T", xlabel="x", ylabel="y")


def test_loss_and_gradient_varies_one_option_only():
    with pytest.raises(ValueError, match="only one option may be a list, got q and s"):
        figures.loss_and_gradient(lambda p, y, q, s: p, q=[1, 2], s=[1], title="T")


def test_spread_tells_the_mean_and_the_range_of_every_row(capsys):
    results()
    text = capsys.readouterr().out
    assert (
        "Accuracy, for each of 5 seeds: optimizer 0 0.904 on average, from 0.9 to 0.908; optimizer 1" in text
    )
    assert "MSE 0.93 each time. guessing is at 0.88." in text


def test_spread_takes_the_geometric_mean_on_a_log_axis(capsys):
    figures.spread({"a": [1.0, 100.0]}, title="T", xlabel="steps", xscale="log")
    assert "a 10 on average, from 1 to 100" in capsys.readouterr().out


def test_spread_draws_a_dot_for_each_seed_and_gives_a_loss_its_colour(drawn):
    results()
    (ax,) = drawn[0].axes
    dots = [line for line in ax.lines if line.get_marker() == "o"]
    assert [len(line.get_xdata()) for line in dots] == [5] * 8
    assert dots[-1].get_color() == colours.FAMILIES["mse"][0] != dots[0].get_color()
    assert [text.get_text() for text in ax.get_yticklabels()][-1] == "MSE"


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [({}, "from 1 to 12 rows"), ({"a": []}, "results of 'a'"), ({"a": [np.nan]}, "must be finite")],
)
def test_spread_refuses_what_it_cannot_draw(rows, complaint):
    with pytest.raises(ValueError, match=complaint):
        figures.spread(rows, title="T", xlabel="x")


def test_curves_refuse_lengths_that_differ():
    with pytest.raises(ValueError, match="got 2 for 3"):
        figures.curves(range(3), {"a": [1.0, 2.0]}, title="T", xlabel="x", ylabel="y")


def test_a_loss_keeps_its_colour():
    blue, orange, green, purple = (colours.FAMILIES[name][0] for name in ("mse", "mae", "huber", "pinball"))
    assert colours.colours(["½ squared", "mean", "mean squared error"]) == [blue] * 3
    assert colours.colours(["mean absolute error", "median", "MAE"]) == [orange] * 3
    assert colours.colours(["Huber, δ = 1", "q = 0.9", "0.9 quantile"]) == [green, purple, purple]
    assert colours.colours(["δ = 1", "δ = 2"], hint="huber") == [green] * 2
    assert len(set(colours.colours(["sgd", "momentum", "adam", "lion"]))) == 4


def test_shades_go_from_pale_to_the_full_colour():
    pale, middle, full, alone = colours.shades(["#004799"] * 3 + ["#D43F00"])
    assert (full, alone) == ("#004799", "#D43F00")
    assert luminance(pale) > luminance(middle) > luminance(full)


# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB
SIGHT = {
    "normal": np.eye(3),
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritan": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def linear(colour):
    parts = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def luminance(colour):
    return linear(colour) @ [0.2126, 0.7152, 0.0722]


def lab(rgb):
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    x, y, z = np.cbrt(to_xyz @ np.clip(rgb, 0, 1) / [0.9505, 1, 1.089])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("palette", [*colours.PALETTES, "others"])
def test_colours_differ_for_every_eye(sight, palette):
    drawn = (
        [colour for colour, _ in colours.PALETTES[palette].values()]
        if palette != "others"
        else colours.OTHERS
    )
    seen = [lab(np.array(SIGHT[sight]) @ linear(colour)) for colour in drawn]
    # a difference of 10 is easily seen
    assert min((np.linalg.norm(a - b) for a, b in combinations(seen, 2)), default=100) > 20


def test_colours_of_losses_can_be_read_as_text():
    for colour, _ in colours.FAMILIES.values():
        assert 1.05 / (luminance(colour) + 0.05) >= 4.5  # WCAG AA on white


def test_a_notebook_shows_picture_alternative_and_caption():
    code = """
import numpy as np
from lossfns.course import figures
figures.curves(np.arange(3), {"squared": np.arange(3) ** 2}, title="Up < away", xlabel="x", ylabel="y")
"""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    NotebookClient(notebook, kernel_name="python3").execute()
    nbformat.validate(notebook)
    picture, caption = notebook.cells[0].outputs
    text = picture.data["text/plain"]
    assert text == "Up < away. Y, for x from 0 to 2: squared rises from 0 to 4."
    assert picture.metadata["image/png"]["alt"] == text
    assert caption.data["text/plain"] == f"Figure: {text}"
    assert "Figure: Up &lt; away." in caption.data["text/html"]


def test_the_png_is_twice_as_sharp_as_shown_and_the_same_every_time(monkeypatch):
    shown = []
    monkeypatch.setattr(page, "show", lambda text, **forms: shown.append(forms))
    EVERY_KIND["points"](), EVERY_KIND["points"]()
    one, two = (forms for forms in shown if "png" in forms)
    assert one["png"] == two["png"]
    with Image.open(BytesIO(one["png"])) as image:
        size = one["metadata"]["image/png"]
        assert image.size == (2 * size["width"], 2 * size["height"])
    assert len(one["png"]) < 80_000


def test_the_users_own_matplotlib_settings_neither_matter_nor_change(capsys, drawn):
    with matplotlib.rc_context({"font.size": 40, "axes.facecolor": "black"}):
        EVERY_KIND["points"]()
        assert matplotlib.rcParams["font.size"] == 40
    assert drawn[0].axes[0].get_facecolor() == (1, 1, 1, 1)


def test_figures_do_not_import_pyplot_or_widgets():
    heavy = "{'matplotlib.pyplot', 'ipywidgets', 'torch'}"
    code = f"import sys; from lossfns.course import figures; print({heavy} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "set()"


@pytest.mark.parametrize(("kind", "count"), [("one loss", 6), ("points", 3), ("curves", 4), ("histogram", 4)])
def test_every_line_has_its_label(kind, count, drawn):
    EVERY_KIND[kind]()
    assert len(boxes(drawn[0])) == count


def test_a_label_keeps_its_capitals(capsys):
    figures.curves(range(3), {"a": range(3)}, title="T", xlabel="step", ylabel="MSE, francs²")
    assert "T. MSE, francs², for step from 0 to 2" in capsys.readouterr().out
