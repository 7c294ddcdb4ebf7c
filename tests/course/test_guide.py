"""The guide: its table, the page that prints it, the explorer that walks it."""

import re
from itertools import combinations
from pathlib import Path

import nbformat
import pytest
from matplotlib.text import Text

from lossfns.course import explorers, figures
from lossfns.course.figures import page
from lossfns.course.guide import GUIDE, NO_MATTER, QUESTIONS, advise, options

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
TASKS = 9  # rows of the guide in the notes


def test_every_way_through_the_questions_is_another_one():
    assert len({advice.answers for advice in GUIDE}) == len(GUIDE)
    assert all(len(advice.answers) == len(QUESTIONS) for advice in GUIDE)


def test_every_row_of_the_source_has_one_advice():
    tasks = [advice.task for advice in GUIDE if advice.task]
    assert len(tasks) == len(set(tasks)) == TASKS


def test_options_lead_to_every_advice_and_to_nothing_else():
    def walk(given):
        if len(given) == len(QUESTIONS):
            yield given
        else:
            for answer in options(given):
                yield from walk((*given, answer))

    assert sorted(walk(())) == sorted(advice.answers for advice in GUIDE)


def test_advise_refuses_answers_that_lead_nowhere():
    with pytest.raises(KeyError, match="no way through"):
        advise(("a number", "what came next", NO_MATTER, NO_MATTER))


def test_no_two_advices_for_one_outcome_share_a_condition():
    for one, other in combinations(GUIDE, 2):
        assert (one.answers[0], one.condition) != (other.answers[0], other.condition)


@pytest.mark.parametrize("advice", GUIDE, ids=lambda advice: advice.loss)
def test_the_section_that_an_advice_names_is_there(advice):
    path = NOTEBOOKS / f"{advice.notebook}.ipynb"
    text = "\n".join(c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "markdown")
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    assert any(heading == advice.section for heading in headings), headings


@pytest.fixture
def poster(monkeypatch, capsys):
    """The figure that was drawn, and its sentence."""
    seen = []
    original = page._png
    monkeypatch.setattr(page, "_png", lambda figure: (seen.append(figure), original(figure))[1])
    figures.poster(GUIDE, title="Sign here", subtitle="Read across.")
    return seen[0], capsys.readouterr().out


def test_the_poster_fits_on_one_a4_page(poster):
    width, height = poster[0].get_size_inches()
    assert width == pytest.approx(8.27, abs=0.01) and height <= 11.69


def test_nothing_on_the_poster_overlaps_or_leaves_the_page(poster):
    figure, _ = poster
    figure.draw_without_rendering()
    renderer = figure.canvas.get_renderer()
    boxes = [Text.get_window_extent(text, renderer) for text in figure.axes[0].texts if text.get_text()]
    for box in boxes:
        assert figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1
        assert figure.bbox.y0 <= box.y0 and box.y1 <= figure.bbox.y1
    for one, other in combinations(boxes, 2):
        low, high = max(one.y0, other.y0), min(one.y1, other.y1)
        across = min(one.x1, other.x1) - max(one.x0, other.x0)
        assert not (across > 0 and high - low > 2)  # descenders may touch the next line


def test_the_poster_says_every_advice_in_words(poster):
    for advice in GUIDE:
        assert advice.loss in poster[1] and advice.why in poster[1] and advice.condition in poster[1]


def test_the_explorer_starts_at_the_first_advice_and_reaches_all():
    widget = explorers.choose()
    *menus, card = widget.children
    assert GUIDE[0].loss in card.value
    for advice in GUIDE:
        for menu, answer in zip(menus, advice.answers, strict=True):
            menu.value = answer
        assert advice.why.replace("'", "&#x27;") in card.value and advice.notebook in card.value


def test_a_menu_with_one_answer_is_fixed_and_choices_survive_where_they_can():
    *menus, _ = explorers.choose().children
    menus[0].value = "the next token"
    assert [menu.disabled for menu in menus] == [False, True, True, True]
    menus[0].value = "a number"
    menus[2].value = "some targets are wild"
    menus[3].value = "name the typical case"
    menus[2].value = "misses are bell-shaped"
    assert menus[3].disabled and menus[3].value == "add it up or average it"
